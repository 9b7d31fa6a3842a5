"""What a review workbook is made from."""

from dataclasses import dataclass

from checks.model.report import Report
from contracts.procedures import Level, Procedure
from review.county_state import Standing, Version
from review.roster import Due, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One county of a review: its reports as sent and as reviewed, last year's, and the version seen last."""

    due: Due
    standing: Standing
    report: Report | None = None
    reviewed: Report | None = None
    last_year: Report | None = None
    seen: tuple[Version, Report] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewScene:
    """All that a review workbook is made from; *as_of* is when the newest of it was recorded."""

    level: Level
    area: str
    name: str
    roster: Roster
    procedure: Procedure
    counties: tuple[Reviewed, ...]
    sealed: bool
    as_of: str
