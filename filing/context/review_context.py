"""The data that a review workbook (复核表) is built from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from checks.model.report import ValidationReport
from checks.versions.version_diff import VersionChanges
from contracts.procedures import Level, Procedure
from contracts.return_policy import SamplingPolicy
from review.county_state import CountyState, SubmissionVersion
from review.events import Event
from review.roster import DueCounty, Roster
from review.submissions.return_points import CountyReturn


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedCounty:
    """One county of a review.

    *report* is that of the newest version as sent, *reviewed_report* the same after the city's reductions and
    *last_year_report* the one filed for the year before. *last_seen* is the version that the reviewer saw last,
    and *changes* everything that has changed since. *returns* are the county's returns with its answers,
    *planned_amounts* what the plan asks for the year, by measure. *page_link*
    and *file_link* lead from the review workbook to the county's page and to its file; empty if there is none.
    """

    due_county: DueCounty
    county_state: CountyState
    report: ValidationReport | None = None
    reviewed_report: ValidationReport | None = None
    last_year_report: ValidationReport | None = None
    last_seen: tuple[SubmissionVersion, ValidationReport] | None = None
    changes: VersionChanges | None = None
    returns: tuple[CountyReturn, ...] = ()
    planned_amounts: Mapping[str, Decimal] = field(default_factory=dict)
    page_link: str = ""
    file_link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewContext:
    """Everything that a review workbook is built from; *as_of* is when the newest part was recorded (UTC, ISO 8601).

    *roll_ups* are the decisions that sealed and unsealed the area's roll-up, *sampling* what to propose for inspection.
    """

    level: Level
    area_code: str
    area_name: str
    roster: Roster
    procedure: Procedure
    counties: tuple[ReviewedCounty, ...]
    is_sealed: bool
    as_of: str
    roll_ups: tuple[Event, ...] = ()
    sampling: SamplingPolicy = field(default_factory=SamplingPolicy)
