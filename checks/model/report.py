"""The result of validating one submission."""

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
    """One amount of a submission that is passed on to the levels above, with its cell.

    *township* is the full name, empty for the table's total row. *amount* keeps the decimals as written; *unit* is
    the form's. *column* is the field's English name; *measure* and *year* are what it counts. *project* is the project
    number in forms that distinguish rows by it, else empty.
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
    """A county's explanation of a finding; it belongs to rule, spot and value, and lapses if one of them changes.

    *members* are the digests of all cells and values that the text explains, if the finding stands for several.
    *cell_digests* are those of every cell of the finding when it was explained, and *rule_digest* that of its rules;
    they are empty if they are not known. *is_from_form* says that a row of the county's own form gives the text.
    """

    rule: str
    spot: LogicalLocation
    value: str
    text: str
    members: tuple[str, ...] = ()
    cell_digests: tuple[str, ...] = ()
    rule_digest: str = ""
    is_from_form: bool = False

    @property
    def key(self) -> tuple[str, LogicalLocation, str, tuple[str, ...]]:
        """Rule, spot, value and members: the identity of the finding that is explained."""
        return self.rule, self.spot, self.value, self.members


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverField:
    """One field of the cover as filled in: its name, its text (empty if left blank), and the cell of its value."""

    name: str
    text: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """The result of validating one submission under one version of the contracts.

    *explanations* are all that the county has given so far, even if the finding is gone. *plots* maps a form to the
    plots that it claims; they may be many and are stored beside the report, not in it. *cover* are the fields of the
    cover.
    """

    identity: SubmissionIdentity
    contracts_version: str
    findings: tuple[Finding, ...]
    not_run: tuple[SkippedRule, ...] = ()
    figures: tuple[ReportedFigure, ...] = ()
    explanations: tuple[CountyExplanation, ...] = ()
    plots: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    cover: tuple[CoverField, ...] = ()

    def get_cover_text(self, name: str) -> str:
        """Return the text of a field of the cover, empty if it is not filled in."""
        return next((field.text for field in self.cover if field.name == name), "")

    @property
    def outcome(self) -> str:
        """``accepted`` if no finding blocks and every soft finding is explained, else ``flagged``."""
        unexplained_count = self.count_findings(Severity.SOFT) - self.explanation_count
        if self.count_findings(Severity.HARD) or unexplained_count:
            return FLAGGED
        return ACCEPTED

    @property
    def explanation_count(self) -> int:
        """The number of findings with a valid explanation; findings of trial rules are not counted."""
        return sum(finding.is_explained and not finding.trial for finding in self.findings)

    def count_findings(self, severity: Severity) -> int:
        """Return the number of findings of one severity; findings of trial rules are not counted."""
        return sum(finding.severity is severity and not finding.trial for finding in self.findings)


def find_gravest_severity(severities: Iterable[Severity]) -> Severity:
    """Return the gravest of several severities."""
    return min(severities, key=lambda severity: severity.rank)
