"""The rooms: what may import what, what a file may be called, how long it may be."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = tuple(PROJECT["tool"]["importlinter"]["root_packages"])
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_TEST_MODULE = 300, 40, 400
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}


def modules() -> list[Path]:
    """Return every module of the rooms."""
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def named(path: Path) -> str:
    """Return a file's place below the project, as a test's name."""
    return path.relative_to(ROOT).as_posix()


def test_layers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room imports only rooms above it, and only three rooms touch spreadsheets, databases and Prefect."""
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


def test_packages_are_the_layers() -> None:
    """The packages that lie here, are linted, are built, are typed and are layered are the same."""
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    lie_here = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert lie_here == {part for layer in layers for part in re.split(r"\s*\|\s*", layer)}
    assert lie_here == set(ROOMS)
    assert lie_here == set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert lie_here == set(PROJECT["tool"]["coverage"]["run"]["source"])
    assert lie_here | {"tests"} == set(PROJECT["tool"]["mypy"]["packages"])


def test_no_flow_file_hides_another_module() -> None:
    """Prefect puts flows/ first on the path: a file there must not bear the name of anything else that is imported."""
    names = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert not names & set(ROOMS)
    assert not names & sys.stdlib_module_names
    assert not names & importlib.metadata.packages_distributions().keys()


def test_no_module_has_an_empty_name() -> None:
    """A module is named after what it knows."""
    assert [named(path) for path in modules() if EMPTY_WORDS & set(path.stem.split("_"))] == []


def test_no_module_is_too_long() -> None:
    """A module can be read at one sitting."""
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_test_module_is_too_long() -> None:
    """A test module is about one subject."""
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {name: length for name, length in lengths.items() if length > LONGEST_TEST_MODULE} == {}


def test_unit_tests_lie_as_the_rooms_do() -> None:
    """What tests a sub-package lies in the folder of the same name below tests/unit."""
    unit = ROOT / "tests" / "unit"
    folders = {path.parent.relative_to(unit) for path in unit.rglob("test_*.py")}
    assert [folder.as_posix() for folder in sorted(folders) if not (ROOT / folder).is_dir()] == []


def test_no_function_is_too_long() -> None:
    """A function can be read at one glance."""
    assert {name: length for name, length in functions() if length > LONGEST_FUNCTION} == {}


def test_a_name_is_imported_from_where_it_is_defined() -> None:
    """Whoever follows an import finds the definition: no module hands on what it has from another."""
    trees = {".".join(path.relative_to(ROOT).with_suffix("").parts): parsed(path) for path in modules()}
    handed_on = {
        f"{module}: {name.name} from {node.module}"
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in trees
        for name in node.names
        if name.name in imported(trees[node.module])
    }
    assert handed_on == set()


def imported(tree: ast.Module) -> set[str]:
    """Return the names that a module has from elsewhere."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {name.asname or name.name for node in nodes for name in node.names}


def parsed(path: Path) -> ast.Module:
    """Return a module's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[str, int]]:
    """Return the length of every function of the rooms, by its place."""
    for path in modules():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{named(path)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1
