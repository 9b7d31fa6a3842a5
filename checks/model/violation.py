"""What a check returns: the place where a rule does not hold, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from contracts.form_model import Rule


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence that may stand there several times; *key* is that of its words, *facts* fill them."""

    key: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One place where *rule* does not hold; *case* picks the sentence and the severity.

    *facts* fill the sentence, and so do *phrases*, each put into words first. *sheet* stands alone where there is no
    *cell* to point at. *cure* names the remedy where the same case may call for several. *alike* counts the rows that
    a single offence speaks for, 0 for its own.
    """

    rule: Rule
    sheet: str
    cell: CellRef | None = None
    cells: tuple[CellRef, ...] = ()
    variant: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)
    value: str | None = None
    expected: str | None = None
    difference: str | None = None
    related_rules: tuple[str, ...] = ()
    repairs: tuple[tuple[RepairStep, ...], ...] = ()
    remedy_key: str = ""
    similar_rows: int = 0


@dataclass(frozen=True, slots=True)
class SkippedRule:
    """A rule that could not be tried, and on which form; never a silent pass."""

    rule: str
    form: str
    reason: str
