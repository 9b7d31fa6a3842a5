"""The points of a decision: one a line, each bound to a cell, a rule or the number of a point that it answers.

A line reads ``sheet!A1：text``, ``F11：text`` or ``1：text``. A line that names no place concerns the whole submission.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from review.events import JsonValue

_LINE = re.compile(r"^\s*(?P<target>[^：:\n]{1,80}?)\s*[：:]\s*(?P<text>.*\S)\s*$")
_CELL = re.compile(r"^(?:(?P<sheet>.+)!)?(?P<cell>[A-Z]{1,3}[1-9]\d{0,6})$")
_RULE = re.compile(r"^[A-Z]{1,3}\d{2,3}$")
_NUMBER = re.compile(r"^\d{1,3}$")
_LEADING = re.compile(r"^\s*(?P<first>[^，,；;\s]+)\s*[，,；;\s]\s*(?P<rest>.*\S)\s*$")


@dataclass(frozen=True, slots=True)
class Point:
    """One point: its number from 1, what it is bound to (empty for the whole submission), what it says."""

    number: int
    target: str
    text: str

    @property
    def rule(self) -> str:
        """The rule it is bound to, if any."""
        return self.target if _RULE.match(self.target) and not self.target.isdigit() else ""

    @property
    def place(self) -> tuple[str, str] | None:
        """The sheet (empty where not named) and cell it is bound to, if any."""
        found = _CELL.match(self.target)
        return (found["sheet"] or "", found["cell"]) if found else None

    @property
    def answered(self) -> int:
        """The number of the point that it answers; 0 where it names none."""
        return int(self.target) if _NUMBER.match(self.target) else 0

    def parted(self) -> tuple[str, str]:
        """Return the text's first word and the rest: a figure or a day, and the reason for it."""
        found = _LEADING.match(self.text)
        return (found["first"], found["rest"]) if found else (self.text.strip(), "")


def read_points(text: str) -> tuple[Point, ...]:
    """Read points as people write them, a line each; empty lines count for nothing."""
    lines = (one for one in text.splitlines() if one.strip())
    return tuple(_point(number, line) for number, line in enumerate(lines, start=1))


def points_to_json(points: Iterable[Point]) -> list[JsonValue]:
    """Return points as plain values."""
    return [{"number": one.number, "target": one.target, "text": one.text} for one in points]


def points_from_json(raw: object) -> Iterator[Point]:
    """Read points back from the facts of an event."""
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, Mapping):
            yield Point(int(one["number"]), str(one["target"]), str(one["text"]))


def _point(number: int, line: str) -> Point:
    found = _LINE.match(line)
    target = found["target"].strip().upper() if found else ""
    if found and (_RULE.match(target) or _NUMBER.match(target)):
        return Point(number, target, found["text"])
    if found and _CELL.match(found["target"].strip()):
        return Point(number, found["target"].strip(), found["text"])
    return Point(number, "", line.strip())
