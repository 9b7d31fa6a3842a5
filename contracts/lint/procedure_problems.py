"""States and levels that a procedure names but does not declare, actions declared twice, fields that no cover has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from contracts.lint.documents import ContractDocument
from contracts.lint.index import ContractIndex
from contracts.lint.problems import ContractProblem, Path
from contracts.lint.structure import find_similar

_COVER: Final = "cover"
_TARGET_KEYS: Final = frozenset({"to", "to_again"})
Reference = tuple[Path, str]


def check_procedures(index: ContractIndex) -> Iterator[ContractProblem]:
    """Yield what the procedures name that does not exist."""
    for document in index.list_documents("procedure"):
        states, levels = document.content["states"], {level["id"] for level in document.content["levels"]}
        yield from _check_names(document, _iter_states(document.content), states, "state_unknown")
        yield from _check_names(document, _iter_levels(document.content), levels, "level_unknown")
        yield from _check_actions(document)
        cover = index.forms.get(_COVER)
        if cover is not None:
            yield from _check_names(document, _iter_cover_fields(document.content), cover.fields, "cover_field_unknown")


def _check_names(
    document: ContractDocument,
    references: Iterator[Reference],
    known: Iterable[str],
    code: str,
) -> Iterator[ContractProblem]:
    names = list(known)
    for path, name in references:
        if name not in names:
            expected = find_similar(name, names) or "、".join(names)
            yield document.build_problem(path, code, value=name, expected=expected)


def _iter_states(content: Mapping[str, Any]) -> Iterator[Reference]:
    for key in ("start", "on_refusal"):
        if key in content:
            yield (key,), content[key]
    for outcome, state in content["on_check"].items():
        yield ("on_check", outcome), state
    for key in ("open_to_new_version", "final", "excused"):
        yield from _iter_list((key,), content.get(key, ()))
    for level, states in content.get("settled", {}).items():
        yield from _iter_list(("settled", level), states)
    for number, action in enumerate(content["actions"]):
        yield from _iter_list(("actions", number, "from"), action["from"])
        for key in _TARGET_KEYS & action.keys():
            yield ("actions", number, key), action[key]


def _iter_list(path: Path, names: Sequence[str]) -> Iterator[Reference]:
    for position, name in enumerate(names):
        yield (*path, position), name


def _iter_levels(content: Mapping[str, Any]) -> Iterator[Reference]:
    for key in ("deadlines", "settled"):
        for level in content.get(key, {}):
            yield (key, level), level
    for number, action in enumerate(content["actions"]):
        yield ("actions", number, "level"), action["level"]


def _iter_cover_fields(content: Mapping[str, Any]) -> Iterator[Reference]:
    for number, action in enumerate(content["actions"]):
        for key, field in action.get("on_cover", {}).items():
            yield ("actions", number, "on_cover", key), field


def _check_actions(document: ContractDocument) -> Iterator[ContractProblem]:
    seen: set[str] = set()
    for number, action in enumerate(document.content["actions"]):
        if action["id"] in seen:
            yield document.build_problem(("actions", number, "id"), "action_twice", name=action["id"])
        seen.add(action["id"])
