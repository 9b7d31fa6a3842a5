"""Findings, refusals and repairs, as values."""

from dataclasses import dataclass
from enum import StrEnum

from checks.model.cell_ref import CellRef


class Severity(StrEnum):
    """The severity of a finding: 强制 (hard) blocks, 核实 (soft) needs an explanation, 提示 (report) informs."""

    HARD = "hard"
    SOFT = "soft"
    REPORT = "report"

    @property
    def rank(self) -> int:
        """Sort key, 0 for the gravest severity."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class RepairStep:
    """One step of a repair: a cell, its value before and its value after the repair."""

    cell: CellRef
    before: str
    after: str


@dataclass(frozen=True, slots=True, order=True)
class LogicalLocation:
    """The meaning of a cell, independent of layout: form, name of the row (township, plot, total) and column."""

    form: str
    row: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """What the row of a cell is about, as written in it: township, project number and plot number, empty if none."""

    township: str = ""
    project: str = ""
    plot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingMember:
    """One of the cells that a finding stands for, with its value, its logical location and its row."""

    cell: CellRef
    value: str = ""
    logical_location: LogicalLocation | None = None
    place: RowPlace = RowPlace()


@dataclass(frozen=True, slots=True)
class ExplainedCell:
    """A cell that an explanation of a finding rests on, and a digest of its logical location and its content.

    *digest* reads ``location:content``. Without an address the cell stands for the figures that the rule computed.
    """

    cell: CellRef
    digest: str

    @property
    def location_digest(self) -> str:
        """The digest of the logical location alone."""
        return self.digest.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A county's explanation of a finding; *fault* is the sentence that says why it is not valid, else empty."""

    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding for one root cause.

    Amounts (*value*, *expected*, *difference*) are strings with the decimals as written, ``None`` if the rule
    has none. *cells* holds every cell involved, *cell* included. Each of *repairs* is complete by itself and
    satisfies the whole group of violated sums; the likeliest comes first. *related_rules* are the other rules that the
    same cause violates. *members* are the cells that a finding stands for, *member_count* of them, if they are alike;
    *place* is what the row of the cell is about. *rule*, *logical_location* and *value*, for a group those of its
    members, are the identity of the finding, to which an *explanation* belongs; it lapses if one of *explained_cells*
    or *rule_digest*, the digest of the rules as they are, changes. *last_year* is a sentence with the explanation of
    the same thing in last year's filing, empty if there is none. *read_columns* are names of columns that the rules
    read, until the cells are known.
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
    members: tuple[FindingMember, ...] = ()
    member_count: int = 0
    place: RowPlace = RowPlace()
    explained_cells: tuple[ExplainedCell, ...] = ()
    rule_digest: str = ""
    last_year: str = ""
    read_columns: tuple[str, ...] = ()

    @property
    def is_explained(self) -> bool:
        """Whether the finding is soft and has a valid explanation."""
        explanation = self.explanation
        if self.severity is not Severity.SOFT or explanation is None:
            return False
        return bool(explanation.text) and not explanation.fault

    @property
    def full_remedy(self) -> str:
        """The remedy, followed by what the county's explanation still lacks and what it was last year."""
        if self.explanation is None or self.severity is not Severity.SOFT:
            return self.remedy + self.last_year
        return self.remedy + self.explanation.fault + self.last_year


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file was refused: a stable *code*, the location (*part* of the archive, *sheet*, *cell*) and the remedy."""

    code: str
    message: str
    remedy: str
    part: str | None = None
    sheet: str | None = None
    cell: str | None = None
