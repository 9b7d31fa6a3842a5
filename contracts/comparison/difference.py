"""One difference between two sets of contracts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Subject(StrEnum):
    """What differs."""

    FORM = "form"
    FIELD = "field"
    HEADING = "heading"
    RULE = "rule"
    THRESHOLD = "threshold"
    TARGET = "target"
    REGISTER = "register"
    PACKAGE = "package"
    SENTENCE = "sentence"
    SETTING = "setting"


class Change(StrEnum):
    """How it differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Stricter(StrEnum):
    """Which of the two sets asks for more; empty where that cannot be said."""

    NEW = "new"
    OLD = "old"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: where it is (*file* inside the folder, *place* in words of the file) and both values as text."""

    subject: Subject
    change: Change
    file: str
    place: str
    before: str = ""
    after: str = ""
    stricter: Stricter = Stricter.UNKNOWN


def choose_change(before: object, after: object) -> Change:
    """Return how two values differ, of which None stands for none at all."""
    if before is None:
        return Change.ADDED
    if after is None:
        return Change.REMOVED
    return Change.CHANGED


def say_stricter(*, is_new: bool) -> Stricter:
    """Return the new set, or the old one."""
    return Stricter.NEW if is_new else Stricter.OLD


def iter_leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield path and value of everything in a file that is no mapping and no list of mappings."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from iter_leaves(value, (*path, str(key)))
    elif isinstance(node, list) and any(isinstance(entry, Mapping) for entry in node):
        for position, entry in enumerate(node):
            yield from iter_leaves(entry, (*path, _name_entry(entry, position)))
    else:
        yield path, node


def _name_entry(entry: Any, position: int) -> str:  # noqa: ANN401 - what a list of a file holds
    """Return the id or name of an entry of a list, else its position from 1: entries may change places."""
    if isinstance(entry, Mapping):
        for key in ("id", "name", "property", "column", "total", "measure"):
            if isinstance(entry.get(key), str):
                return str(entry[key])
    return str(position + 1)


def pair_leaves(before: object, after: object) -> Iterator[tuple[tuple[str, ...], object, object]]:
    """Yield path and both values of everything that differs between two files; None where one has nothing there."""
    old_leaves, new_leaves = dict(iter_leaves(before)), dict(iter_leaves(after))
    for path in dict.fromkeys((*old_leaves, *new_leaves)):
        old_value, new_value = old_leaves.get(path), new_leaves.get(path)
        if old_value != new_value:
            yield path, old_value, new_value


def format_leaf(value: object) -> str:
    """Return a value as text; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
