"""A notice on how a cell was read joins the finding that asks to change the cell."""

from collections.abc import Sequence
from itertools import filterfalse
from operator import attrgetter

from checks.diagnosis.finding_grouping import merge_into
from checks.model.finding import Severity
from checks.model.violation import Violation

_READING_CHECK = "numbers_as_text"


def merge_reading_notices(violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with a notice on how one cell was read merged into what else is wrong at the cell."""
    others = list(filterfalse(_is_notice, reversed(violations)))
    first_by_cell = dict(zip(map(attrgetter("cell"), others), others, strict=True))
    notices: dict[int, list[Violation]] = {}
    remaining: list[Violation] = []
    for violation in violations:
        first = first_by_cell.get(violation.cell) if _is_notice(violation) else None
        if violation.cell is None or first is None or first.members:
            remaining.append(violation)
        else:
            notices.setdefault(id(first), []).append(violation)
    return [merge_into(violation, notices.get(id(violation), ())) for violation in remaining]


def _is_notice(violation: Violation) -> bool:
    """Return whether a violation only says how one cell was read."""
    severity = violation.rule.get_severity(violation.variant)
    is_single = not violation.members and len(violation.cells) <= 1
    return violation.rule.check == _READING_CHECK and severity == Severity.REPORT and is_single
