"""Mistakes in contract files as a maintainer makes them: a key left out, misspelt, or with a value of another kind."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from contracts.contract_library import ContractLibrary, open_library
from contracts.errors import ContractError
from contracts.lint.lint import lint_contracts
from contracts.rule_catalogue import build_catalogue
from filing.template.template import build_blank_workbook
from tests.builders.dongchuan import submission
from tests.builders.gansu import gansu_workbook, year_before
from workbooks.examine import validate_file

WRONG_VALUES: tuple[Any, ...] = (
    "x",
    "",
    0,
    -1,
    1.5,
    True,
    None,
    [],
    ["x"],
    {},
    {"x": 1},
    "2024-13-01",
    99999999999999999999,
)
COUNTIES = (("530113", 2024), ("620825", 2024))


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of one file: where, how, and the whole text that results."""

    file: str
    path: tuple[str | int, ...]
    kind: str
    text: str


def mutate(root: Path, chance: random.Random) -> Mutation:
    """Return one mistake somewhere in the files below *root*; each file is hit equally often."""
    path = chance.choice(sorted(path for path in root.rglob("*.yaml") if path.parent.name not in ("lint", "standard")))
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    places = [place for place in _iter_places(content, ()) if place]
    place = chance.choice(places)
    kind, change = chance.choice(tuple(_CHANGES.items()))
    parent = content
    for step in place[:-1]:
        parent = parent[step]
    change(parent, place[-1], chance)
    text = yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
    return Mutation(path.relative_to(root).as_posix(), place, kind, text)


def _iter_places(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _iter_places(value, (*path, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _iter_places(value, (*path, position))


def _delete(parent: Any, key: Any, _: random.Random) -> None:
    del parent[key]


def _rename(parent: Any, key: Any, chance: random.Random) -> None:
    if isinstance(parent, list):
        value = parent[key]
        parent[key] = f"{value}x" if isinstance(value, str) else chance.choice(WRONG_VALUES)
        return
    entries = [(f"{name}x" if name == key else name, value) for name, value in parent.items()]
    parent.clear()
    parent.update(entries)


def _retype(parent: Any, key: Any, chance: random.Random) -> None:
    parent[key] = chance.choice([value for value in WRONG_VALUES if type(value) is not type(parent[key])])


def _alter(parent: Any, key: Any, chance: random.Random) -> None:
    value = parent[key]
    parent[key] = f"{value}x" if isinstance(value, str) else chance.choice(WRONG_VALUES)


def _swap(parent: Any, key: Any, chance: random.Random) -> None:
    others = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    other = chance.choice(others)
    parent[key], parent[other] = parent[other], parent[key]


_CHANGES: dict[str, Callable[[Any, Any, random.Random], None]] = {
    "delete": _delete,
    "rename": _rename,
    "retype": _retype,
    "alter": _alter,
    "swap": _swap,
}


def behaves(root: Path) -> str:
    """Return what the program says of contracts with a mistake: ``told``, ``accepted``, or the name of what broke."""
    library = open_library(root)
    errors = [problem for problem in lint_contracts(library) if problem.is_error]
    if errors:
        assert all(problem.file and problem.line >= 1 for problem in errors)
        return "told"
    try:
        use_contracts(library)
    except ContractError as error:
        return f"refused late: {error}"
    return "accepted"


def use_contracts(library: ContractLibrary) -> None:
    """Check two workbooks, write two templates' models and list the rules, as a run and its commands would."""
    messages = library.get_messages()
    validate_file(submission(1).bytes(), library, messages)
    validate_file(gansu_workbook(), library, messages, history=year_before())
    build_catalogue(library)
    library.list_examples()
    library.get_return_policy()
    library.get_filing_layout()
    library.get_notice_vocabulary()
    for code, year in COUNTIES:
        package = library.find_package(code, year)
        if package is not None:
            compiled = library.compile_submission(package, year)
            build_blank_workbook(compiled, compiled.register.counties[code], 5, messages, None)
