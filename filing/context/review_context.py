"""What a review workbook is made from."""

from dataclasses import dataclass

from checks.model.report import ValidationReport
from contracts.procedures import Level, Procedure
from review.county_state import CountyState, SubmissionVersion
from review.roster import DueCounty, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedCounty:
    """One county of a review: its reports as sent and as reviewed, last year's, and the version seen last."""

    due_county: DueCounty
    county_state: CountyState
    report: ValidationReport | None = None
    reviewed_report: ValidationReport | None = None
    last_year_report: ValidationReport | None = None
    last_seen: tuple[SubmissionVersion, ValidationReport] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewContext:
    """All that a review workbook is made from; *as_of* is when the newest of it was recorded."""

    level: Level
    area_code: str
    area_name: str
    roster: Roster
    procedure: Procedure
    counties: tuple[ReviewedCounty, ...]
    is_sealed: bool
    as_of: str
