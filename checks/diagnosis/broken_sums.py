"""Broken sums into offences: sums that share cells are one set, one set is one cause, one cause is one offence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from checks.diagnosis.error_in_row_and_total import with_totals
from checks.localisation.ranking import Evidence
from checks.model.cell_ref import CellRef
from checks.model.violation import Offence
from checks.parsing.text_normalisation import plain
from checks.rules.pandera_validation import unbalanced
from checks.rules.row_rules import COLUMN

if TYPE_CHECKING:
    from checks.localisation.linear_constraint import Relation
    from checks.localisation.minimal_repairs import Repairs
    from checks.model.finding import Change
    from checks.rules.sum_rules import Stated

Values = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True)
class Broken:
    """One set of broken sums that share cells, the gravest rule first."""

    stated: tuple[Stated, ...]

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """Every cell that takes part, in reading order."""
        found = {term.cell for one in self.stated for term in one.relation.terms}
        found |= {cell for one in self.stated for cell in one.plots}
        return tuple(sorted(found, key=lambda cell: cell.reading_order))


def broken_sums(stated: Sequence[Stated], values: Values, formulas: Iterable[CellRef]) -> list[Offence]:
    """Return one offence for each set of broken sums, each with the repairs of the whole workbook.

    Sums over a cell that holds no number are silent: the cell has its own finding.
    """
    heard = _heard(stated, values)
    wrong = unheld(heard, values)
    if not wrong:
        return []
    from checks.localisation.minimal_repairs import smallest_repairs  # noqa: PLC0415 - most submissions hold and need no solver

    evidence = _evidence(heard, values, formulas)
    repairs = smallest_repairs(values, [one.relation for one in heard], evidence=evidence)
    return with_totals([(one.stated, _offence(one, values, repairs)) for one in _sets(wrong)], values)


def unheld(stated: Sequence[Stated], values: Values) -> list[Stated]:
    """Return the sums that do not hold; those over a cell that holds no number are silent."""
    heard = _heard(stated, values)
    return [heard[at] for at in unbalanced([(one.relation, _sum(one.relation, values)) for one in heard])]


def not_blurred(stated: Sequence[Stated], offences: Iterable[Offence], values: Values) -> list[Stated]:
    """Return the sums but those of a column with too many decimals that are off by no more than those decimals."""
    columns = {_column_of(one.cell) for one in offences if one.case == COLUMN and one.cell}
    if not columns:
        return list(stated)
    return [one for one in stated if _column_of(one.anchor) not in columns or not _in_last_places(one, values)]


def _column_of(cell: CellRef) -> tuple[str, int]:
    return cell.sheet, cell.column


def _in_last_places(stated: Stated, values: Values) -> bool:
    terms = stated.relation.terms
    least = Decimal(1).scaleb(-stated.field.decimals) * (len(terms) + 1) / 2
    known = all(term.cell in values for term in terms)
    return known and abs(_sum(stated.relation, values) - stated.relation.constant) <= least


def _heard(stated: Sequence[Stated], values: Values) -> list[Stated]:
    return [one for one in stated if all(term.cell in values for term in one.relation.terms)]


def _evidence(stated: Sequence[Stated], values: Values, formulas: Iterable[CellRef]) -> dict[CellRef, Evidence]:
    """Collect what speaks for cells: formulas, and the plan's own targets as witnesses."""
    computed = {cell for cell in formulas if cell in values}
    targets: dict[CellRef, tuple[Decimal, ...]] = {}
    for one in stated:
        if len(one.relation.terms) == 1:
            term = one.relation.terms[0]
            targets[term.cell] = (*targets.get(term.cell, ()), term.sign * one.relation.constant)
    return {cell: Evidence(cell in computed, targets.get(cell, ())) for cell in (*targets, *computed)}


def rounding_remarks(stated: Iterable[Stated], values: Values) -> Iterator[Offence]:
    """Return a remark on each sum of rounded figures that is off by no more than rounding explains."""
    for one in stated:
        if one.relation.tolerance and all(term.cell in values for term in one.relation.terms):
            off = abs(_sum(one.relation, values) - one.relation.constant)
            if 0 < off <= one.relation.tolerance:
                rule = replace(one.rule, severity="report", severities={})
                facts = {**_facts(one, values), "cell": one.anchor.address}
                cells = tuple(term.cell for term in one.relation.terms)
                yield Offence(
                    rule=rule, sheet=one.anchor.sheet, cell=one.anchor, cells=cells, case="rounding", facts=facts
                )


def _sum(relation: Relation, values: Values) -> Decimal:
    return sum((term.sign * values[term.cell] for term in relation.terms), Decimal(0))


def _sets(broken: Sequence[Stated]) -> list[Broken]:
    from checks.localisation.minimal_repairs import connected_sets  # noqa: PLC0415 - as above

    by_relation = {one.relation: one for one in broken}
    order = [sorted((by_relation[each] for each in one), key=_weight) for one in connected_sets(by_relation)]
    return [Broken(tuple(one)) for one in order]


def _weight(stated: Stated) -> tuple[int, str, tuple[str, int, int, str]]:
    return (stated.rule.phase.rank, stated.rule.id, stated.anchor.reading_order)


def _offence(broken: Broken, values: Values, repairs: Repairs) -> Offence:
    first = broken.stated[0]
    own = _own_repairs(broken, repairs)
    single = own[0][0] if own and len(own[0]) == 1 and (len(own) == 1 or repairs.alone) else None
    cell = single.cell if single else first.anchor
    due = Decimal(single.after) if single else _due(first, values)
    return Offence(
        rule=first.rule,
        sheet=cell.sheet,
        cell=cell,
        cells=broken.cells,
        case=_case(single, own),
        cure="" if repairs.complete else "bounded_none" if not own else "bounded",
        facts={**_facts(first, values), **_mending(cell, single, own)},
        value=plain(values[cell]),
        expected=plain(due),
        difference=plain(values[cell] - due),
        also=tuple(sorted({one.rule.id for one in broken.stated} - {first.rule.id})),
        repairs=repairs.found,
    )


def _own_repairs(broken: Broken, repairs: Repairs) -> list[tuple[Change, ...]]:
    """Return the distinct parts of the repairs that touch this set's cells, best first."""
    cells = set(broken.cells)
    parts = [tuple(change for change in repair if change.cell in cells) for repair in repairs.found]
    return list(dict.fromkeys(part for part in parts if part))


def _case(single: Change | None, own: Sequence[tuple[Change, ...]]) -> str:
    if single:
        return "one"
    return "several" if len(own) > 1 else "together" if own else "open"


def _due(stated: Stated, values: Values) -> Decimal:
    """Return what the anchor cell would have to be for its own sum to hold."""
    sign = next(term.sign for term in stated.relation.terms if term.cell == stated.anchor)
    return values[stated.anchor] - sign * (_sum(stated.relation, values) - stated.relation.constant)


def _facts(stated: Stated, values: Values) -> dict[str, str]:
    seen, due = values[stated.anchor], _due(stated, values)
    return {**stated.facts, "seen": plain(seen), "due": plain(due), "difference": plain(abs(seen - due))}


def _mending(cell: CellRef, single: Change | None, own: Sequence[tuple[Change, ...]]) -> dict[str, str]:
    first = "，".join(f"{change.cell.address}：{change.before}→{change.after}" for change in own[0]) if own else ""
    return {
        "cell": cell.address,
        "after": single.after if single else "",
        "first": first,
        "count": str(len(own)),
    }
