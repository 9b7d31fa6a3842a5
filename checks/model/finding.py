"""What a check has to say: findings, refusals and repairs, as values."""

from dataclasses import dataclass
from enum import StrEnum

from checks.model.cell_ref import CellRef


class Severity(StrEnum):
    """How much a finding weighs: 强制 blocks, 核实 needs an explanation, 提示 informs."""

    HARD = "hard"
    SOFT = "soft"
    REPORT = "report"

    @property
    def rank(self) -> int:
        """0 for the gravest, so that sorting puts the most important first."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class RepairStep:
    """One step of a repair: this cell, from the value seen to the value that would hold."""

    cell: CellRef
    before: str
    after: str


@dataclass(frozen=True, slots=True, order=True)
class LogicalLocation:
    """What a cell is, wherever it stands: the form, the row's own name (township, plot, total) and the column."""

    form: str
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the county wrote about a finding; *fault* is the sentence that says why it does not count."""

    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One cause, one finding.

    Amounts (*value*, *expected*, *difference*) are strings with the decimals as written, ``None`` where the rule
    has none. *cells* holds every cell involved, *cell* among them; each of *repairs* is complete by itself and
    mends the workbook's whole broken set, best first. *also* lists the other rules that the same cause broke.
    *spot* and *rule* and *value* are the finding's identity, to which an *explanation* belongs.
    """

    rule: str
    severity: Severity
    sheet: str
    cell: str | None
    cells: tuple[CellRef, ...] = ()
    value: str | None = None
    expected: str | None = None
    difference: str | None = None
    message: str
    remedy: str
    basis: str
    related_rules: tuple[str, ...] = ()
    repairs: tuple[tuple[RepairStep, ...], ...] = ()
    trial: bool = False
    logical_location: LogicalLocation | None = None
    explanation: Explanation | None = None

    @property
    def is_explained(self) -> bool:
        """Tell whether the finding only asked for an explanation and has one that counts."""
        given = self.explanation
        return self.severity is Severity.SOFT and given is not None and bool(given.text) and not given.fault

    @property
    def get_full_remedy(self) -> str:
        """What to do, and what the explanation given still lacks."""
        lacking = self.explanation.fault if self.explanation and self.severity is Severity.SOFT else ""
        return self.remedy + lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file was not taken: a stable *code*, where (*part* of the archive, *sheet*, *cell*), and the cure."""

    code: str
    message: str
    remedy: str
    part: str | None = None
    sheet: str | None = None
    cell: str | None = None
