"""The points of a decision, one a line; each refers to a cell, to a rule or to the number of the point it answers.

A line reads ``sheet!A1：text``, ``F11：text`` or ``1：text``. A line without a target is about the whole submission.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap

from review.events import JsonValue

_QUOTE = "'"
_CELL_WRITING = str.maketrans({"！": "!", "$": None})
_LINE_PATTERN = re.compile(r"^\s*(?P<target>[^：:\n]{1,80}?)\s*[：:]\s*(?P<text>.*\S)\s*$")
_CELL_PATTERN = re.compile(r"^(?:(?P<sheet>.+)!)?(?P<cell>[A-Z]{1,3}[1-9]\d{0,6})$")
_BAD_CELL_PATTERN = re.compile(r"^\s*(?P<target>[^：:!！]{1,60}[!！]\s*\$?(?:[A-Za-z]+\$?\d*|\d+))\s*[：:]")
_RULE_PATTERN = re.compile(r"^[A-Z]{1,3}\d{2,3}$")
_NUMBER_PATTERN = re.compile(r"^\d{1,3}$")
_FIRST_WORD_PATTERN = re.compile(r"^\s*(?P<first>[^，,；;\s]+)\s*[，,；;\s]\s*(?P<rest>.*\S)\s*$")


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """One point: its number (from 1), its target (empty for the whole submission) and its text."""

    number: int
    target: str
    text: str

    @property
    def rule(self) -> str:
        """The id of the rule that the point is about, or an empty string."""
        return self.target if _RULE_PATTERN.match(self.target) and not self.target.isdigit() else ""

    @property
    def cell_address(self) -> tuple[str, str] | None:
        """The sheet (empty if not named) and the cell that the point is about, or None."""
        match = _CELL_PATTERN.match(self.target)
        if match is None:
            return None
        return match["sheet"] or "", match["cell"]

    @property
    def unreadable_cell(self) -> str:
        """The beginning of a point without a target that was meant as a cell, such as 附件3!A0, or an empty string."""
        match = _BAD_CELL_PATTERN.match(self.text)
        if self.target or match is None:
            return ""
        return match["target"]

    @property
    def target_number(self) -> int:
        """The number of the point that this one answers, or 0."""
        return int(self.target) if _NUMBER_PATTERN.match(self.target) else 0

    def split_first_word(self) -> tuple[str, str]:
        """Return the text's first word (an amount or a day) and the rest (the reason), which may be empty."""
        match = _FIRST_WORD_PATTERN.match(self.text)
        if match is None:
            return self.text.strip(), ""
        return match["first"], match["rest"]


def parse_points(text: str) -> tuple[DecisionPoint, ...]:
    """Parse points, one a line, as people write them; blank lines are not counted."""
    lines = filter(str.strip, text.splitlines())
    return tuple(starmap(_parse_point, enumerate(lines, start=1)))


def normalise_cell_target(target: str) -> str:
    """Return a target with its cell as on the sheet: A8 for a8 and $A$8; quotes around the sheet are removed."""
    sheet, mark, cell = target.translate(_CELL_WRITING).rpartition("!")
    return f"{sheet.strip().strip(_QUOTE)}{mark}{cell.strip().upper()}"


def encode_points(points: Iterable[DecisionPoint]) -> list[JsonValue]:
    """Return points as plain JSON values; `decode_points` reads them back."""
    return [{"number": point.number, "target": point.target, "text": point.text} for point in points]


def decode_points(raw: object) -> Iterator[DecisionPoint]:
    """Yield the points recorded in the facts of an event."""
    if not isinstance(raw, list):
        return
    for point in raw:
        if isinstance(point, Mapping):
            yield DecisionPoint(int(point["number"]), str(point["target"]), str(point["text"]))


def _parse_point(number: int, line: str) -> DecisionPoint:
    match = _LINE_PATTERN.match(line)
    if match is None:
        return DecisionPoint(number, "", line.strip())
    target, text = match["target"].strip(), match["text"]
    if _RULE_PATTERN.match(target.upper()) or _NUMBER_PATTERN.match(target.upper()):
        return DecisionPoint(number, target.upper(), text)
    cell_target = normalise_cell_target(target)
    if _CELL_PATTERN.match(cell_target):
        return DecisionPoint(number, cell_target, text)
    return DecisionPoint(number, "", line.strip())
