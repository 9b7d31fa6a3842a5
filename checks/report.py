"""The result of checking one submission."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.findings import Finding, Severity
from checks.identity import Identity
from checks.offence import NotRun

ACCEPTED = "accepted"
FLAGGED = "flagged"
REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
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
class Report:
    """What checking one submission under one contract version found.

    *cover* names the places that identify the submission: ``sheet``, and the cells of ``county`` and ``year``.
    """

    identity: Identity
    cover: Mapping[str, str]
    contracts: str
    findings: tuple[Finding, ...]
    not_run: tuple[NotRun, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def outcome(self) -> str:
        """``accepted`` where nothing blocks and nothing waits for an explanation, else ``flagged``."""
        return FLAGGED if self.count(Severity.HARD) or self.count(Severity.SOFT) else ACCEPTED

    def count(self, severity: Severity) -> int:
        """Return how many findings of one severity count; those of rules on trial never do."""
        return sum(1 for one in self.findings if one.severity is severity and not one.trial)


def gravest(severities: Iterable[Severity]) -> Severity:
    """Return the severity that weighs most."""
    return min(severities, key=lambda one: one.rank)
