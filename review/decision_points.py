"""The points of a decision: one a line, each bound to a cell, a rule or the number of a point that it answers.

A line reads ``sheet!A1：text``, ``F11：text`` or ``1：text``. A line that names no place concerns the whole submission.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from review.events import JsonValue

_LINE_PATTERN = re.compile(r"^\s*(?P<target>[^：:\n]{1,80}?)\s*[：:]\s*(?P<text>.*\S)\s*$")
_CELL_PATTERN = re.compile(r"^(?:(?P<sheet>.+)!)?(?P<cell>[A-Z]{1,3}[1-9]\d{0,6})$")
_RULE_PATTERN = re.compile(r"^[A-Z]{1,3}\d{2,3}$")
_NUMBER_PATTERN = re.compile(r"^\d{1,3}$")
_FIRST_WORD_PATTERN = re.compile(r"^\s*(?P<first>[^，,；;\s]+)\s*[，,；;\s]\s*(?P<rest>.*\S)\s*$")


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """One point: its number from 1, what it is bound to (empty for the whole submission), what it says."""

    number: int
    target: str
    text: str

    @property
    def rule(self) -> str:
        """The rule it is bound to, if any."""
        return self.target if _RULE_PATTERN.match(self.target) and not self.target.isdigit() else ""

    @property
    def cell_address(self) -> tuple[str, str] | None:
        """The sheet (empty where not named) and cell it is bound to, if any."""
        found = _CELL_PATTERN.match(self.target)
        return (found["sheet"] or "", found["cell"]) if found else None

    @property
    def target_number(self) -> int:
        """The number of the point that it answers; 0 where it names none."""
        return int(self.target) if _NUMBER_PATTERN.match(self.target) else 0

    def split_first_word(self) -> tuple[str, str]:
        """Return the text's first word and the rest: a figure or a day, and the reason for it."""
        found = _FIRST_WORD_PATTERN.match(self.text)
        return (found["first"], found["rest"]) if found else (self.text.strip(), "")


def parse_points(text: str) -> tuple[DecisionPoint, ...]:
    """Read points as people write them, a line each; empty lines count for nothing."""
    lines = (one for one in text.splitlines() if one.strip())
    return tuple(_parse_point(number, line) for number, line in enumerate(lines, start=1))


def encode_points(points: Iterable[DecisionPoint]) -> list[JsonValue]:
    """Return points as plain values."""
    return [{"number": one.number, "target": one.target, "text": one.text} for one in points]


def decode_points(raw: object) -> Iterator[DecisionPoint]:
    """Read points back from the facts of an event."""
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, Mapping):
            yield DecisionPoint(int(one["number"]), str(one["target"]), str(one["text"]))


def _parse_point(number: int, line: str) -> DecisionPoint:
    found = _LINE_PATTERN.match(line)
    target = found["target"].strip().upper() if found else ""
    if found and (_RULE_PATTERN.match(target) or _NUMBER_PATTERN.match(target)):
        return DecisionPoint(number, target, found["text"])
    if found and _CELL_PATTERN.match(found["target"].strip()):
        return DecisionPoint(number, found["target"].strip(), found["text"])
    return DecisionPoint(number, "", line.strip())
