"""The result of checking one submission."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from checks.model.finding import Finding, LogicalLocation, Severity
from checks.model.submission_identity import SubmissionIdentity
from checks.model.violation import SkippedRule

ACCEPTED = "accepted"
FLAGGED = "flagged"
REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFigure:
    """One amount of a submission that is carried up the chain, with the cell that it stands in.

    *township* is the full name, empty for the table's total row. *amount* keeps the decimals as written; *unit* is
    the form's. *column* is the field's English name, *measure* and *year* what it counts, *project* the number of the
    project where rows are told apart by it.
    """

    form: str
    township: str
    column: str
    measure: str
    year: int | None
    amount: str
    unit: str
    sheet: str
    cell: str
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyExplanation:
    """What a county said of a finding: it belongs to rule, spot and value, and lapses with any of them."""

    rule: str
    spot: LogicalLocation
    value: str
    text: str

    @property
    def key(self) -> tuple[str, LogicalLocation, str]:
        """Return what the saying belongs to."""
        return self.rule, self.spot, self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """What checking one submission under one contract version found.

    *said* is every explanation that the county has given so far, whether or not its finding still stands. *plots*
    are the plots claimed, by form; they may be many and are kept beside the report, not in it.
    """

    identity: SubmissionIdentity
    contracts_version: str
    findings: tuple[Finding, ...]
    not_run: tuple[SkippedRule, ...] = ()
    figures: tuple[ReportedFigure, ...] = ()
    explanations: tuple[CountyExplanation, ...] = ()
    plots: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @property
    def outcome(self) -> str:
        """``accepted`` where nothing blocks and nothing waits for an explanation, else ``flagged``."""
        open_ones = self.count_findings(Severity.SOFT) - self.explanation_count
        return FLAGGED if self.count_findings(Severity.HARD) or open_ones else ACCEPTED

    @property
    def explanation_count(self) -> int:
        """How many of the findings that count have an explanation that counts."""
        return sum(1 for one in self.findings if one.is_explained and not one.trial)

    def count_findings(self, severity: Severity) -> int:
        """Return how many findings of one severity count; those of rules on trial never do."""
        return sum(1 for one in self.findings if one.severity is severity and not one.trial)


def find_gravest_severity(severities: Iterable[Severity]) -> Severity:
    """Return the severity that weighs most."""
    return min(severities, key=lambda one: one.rank)
