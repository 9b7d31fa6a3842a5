"""The data that a review workbook (复核表) is built from."""

from dataclasses import dataclass

from checks.model.report import ValidationReport
from contracts.procedures import Level, Procedure
from review.county_state import CountyState, SubmissionVersion
from review.roster import DueCounty, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedCounty:
    """One county of a review.

    *report* is that of the newest version as sent, *reviewed_report* the same after the city's reductions and
    *last_year_report* the one filed for the year before. *last_seen* is the version that the reviewer saw last.
    """

    due_county: DueCounty
    county_state: CountyState
    report: ValidationReport | None = None
    reviewed_report: ValidationReport | None = None
    last_year_report: ValidationReport | None = None
    last_seen: tuple[SubmissionVersion, ValidationReport] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewContext:
    """Everything that a review workbook is built from; *as_of* is when the newest part was recorded (UTC, ISO 8601)."""

    level: Level
    area_code: str
    area_name: str
    roster: Roster
    procedure: Procedure
    counties: tuple[ReviewedCounty, ...]
    is_sealed: bool
    as_of: str
