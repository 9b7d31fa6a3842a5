"""What a check returns: a cell, row or sheet at which a rule fails, before any sentence is written about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from contracts.form_model import Rule


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence that may occur several times: the *key* of its message, and the *facts* to fill in.

    *note* is the key of a message that fills the placeholder of that name; the placeholder stays empty without it.
    """

    key: str
    facts: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One place at which *rule* fails; *variant* selects the sentence and the severity.

    *facts* and *phrases* fill the placeholders of the sentence; each phrase is formatted first. A violation of a whole
    sheet has no *cell*. *remedy_key* selects the remedy if one variant may have several. *similar_rows* is the number
    of further rows that this violation stands for, 0 if it stands for its own row only. *members* are the violations
    that it stands for one by one, itself among them, and *member_count* is their number, listed or not. *slips* are the
    kinds of slip that would explain each of the *repairs*, in their order; a kind is empty if nothing explains it.
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
    slips: tuple[str, ...] = ()
    remedy_key: str = ""
    similar_rows: int = 0
    members: "tuple[Violation, ...]" = ()
    member_count: int = 0


@dataclass(frozen=True, slots=True)
class SkippedRule:
    """A rule (by id) that could not be evaluated on a form (by title), and the reason.

    A skipped rule is always reported, never counted as passed.
    """

    rule: str
    form: str
    reason: str
