"""Broken sums into offences: sums that share cells are one set, one set is one cause, one cause is one offence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from checks.diagnosis.error_in_row_and_total import merge_total_row_violations
from checks.localisation.ranking import CellEvidence
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.rules.pandera_validation import find_unbalanced_sums
from checks.rules.row_rules import COLUMN_VARIANT

if TYPE_CHECKING:
    from checks.localisation.linear_constraint import LinearConstraint
    from checks.localisation.minimal_repairs import RankedRepairs
    from checks.model.finding import RepairStep
    from checks.rules.sum_rules import SumConstraint

AmountsByCell = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True)
class BrokenSumGroup:
    """One set of broken sums that share cells, the gravest rule first."""

    sum_constraints: tuple[SumConstraint, ...]

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """Every cell that takes part, in reading order."""
        found = {term.cell for one in self.sum_constraints for term in one.linear_constraint.terms}
        found |= {cell for one in self.sum_constraints for cell in one.plot_cells}
        return tuple(sorted(found, key=lambda cell: cell.reading_order))


def localise_broken_sums(
    sum_constraints: Sequence[SumConstraint], values: AmountsByCell, formula_cells: Iterable[CellRef]
) -> list[Violation]:
    """Return one offence for each set of broken sums, each with the repairs of the whole workbook.

    Sums over a cell that holds no number are silent: the cell has its own finding.
    """
    heard = _filter_evaluable(sum_constraints, values)
    wrong = find_violated_sums(heard, values)
    if not wrong:
        return []
    from checks.localisation.minimal_repairs import find_smallest_repairs  # noqa: PLC0415 - most submissions hold and need no solver

    evidence = _collect_evidence(heard, values, formula_cells)
    repairs = find_smallest_repairs(values, [one.linear_constraint for one in heard], evidence=evidence)
    return merge_total_row_violations(
        [(one.sum_constraints, _build_violation(one, values, repairs)) for one in _group_connected_sums(wrong)], values
    )


def find_violated_sums(sum_constraints: Sequence[SumConstraint], values: AmountsByCell) -> list[SumConstraint]:
    """Return the sums that do not hold; those over a cell that holds no number are silent."""
    heard = _filter_evaluable(sum_constraints, values)
    return [
        heard[at]
        for at in find_unbalanced_sums(
            [(one.linear_constraint, _sum_terms(one.linear_constraint, values)) for one in heard]
        )
    ]


def drop_rounding_noise(
    sum_constraints: Sequence[SumConstraint], violations: Iterable[Violation], values: AmountsByCell
) -> list[SumConstraint]:
    """Return the sums but those of a column with too many decimals that are off by no more than those decimals."""
    columns = {_get_column(one.cell) for one in violations if one.variant == COLUMN_VARIANT and one.cell}
    if not columns:
        return list(sum_constraints)
    return [
        one for one in sum_constraints if _get_column(one.anchor) not in columns or not _is_rounding_noise(one, values)
    ]


def _get_column(cell: CellRef) -> tuple[str, int]:
    return cell.sheet, cell.column


def _is_rounding_noise(sum_constraint: SumConstraint, values: AmountsByCell) -> bool:
    terms = sum_constraint.linear_constraint.terms
    least = Decimal(1).scaleb(-sum_constraint.field.decimals) * (len(terms) + 1) / 2
    known = all(term.cell in values for term in terms)
    return (
        known
        and abs(_sum_terms(sum_constraint.linear_constraint, values) - sum_constraint.linear_constraint.constant)
        <= least
    )


def _filter_evaluable(sum_constraints: Sequence[SumConstraint], values: AmountsByCell) -> list[SumConstraint]:
    return [one for one in sum_constraints if all(term.cell in values for term in one.linear_constraint.terms)]


def _collect_evidence(
    sum_constraints: Sequence[SumConstraint], values: AmountsByCell, formula_cells: Iterable[CellRef]
) -> dict[CellRef, CellEvidence]:
    """Collect what speaks for cells: formulas, and the plan's own targets as witnesses."""
    computed = {cell for cell in formula_cells if cell in values}
    targets: dict[CellRef, tuple[Decimal, ...]] = {}
    for one in sum_constraints:
        if len(one.linear_constraint.terms) == 1:
            term = one.linear_constraint.terms[0]
            targets[term.cell] = (*targets.get(term.cell, ()), term.sign * one.linear_constraint.constant)
    return {cell: CellEvidence(cell in computed, targets.get(cell, ())) for cell in (*targets, *computed)}


def find_rounding_differences(sum_constraints: Iterable[SumConstraint], values: AmountsByCell) -> Iterator[Violation]:
    """Return a remark on each sum of rounded figures that is off by no more than rounding explains."""
    for one in sum_constraints:
        if one.linear_constraint.tolerance and all(term.cell in values for term in one.linear_constraint.terms):
            off = abs(_sum_terms(one.linear_constraint, values) - one.linear_constraint.constant)
            if 0 < off <= one.linear_constraint.tolerance:
                rule = replace(one.rule, severity="report", severities={})
                facts = {**_build_facts(one, values), "cell": one.anchor.address}
                cells = tuple(term.cell for term in one.linear_constraint.terms)
                yield Violation(
                    rule=rule, sheet=one.anchor.sheet, cell=one.anchor, cells=cells, variant="rounding", facts=facts
                )


def _sum_terms(constraint: LinearConstraint, values: AmountsByCell) -> Decimal:
    return sum((term.sign * values[term.cell] for term in constraint.terms), Decimal(0))


def _group_connected_sums(violated_sums: Sequence[SumConstraint]) -> list[BrokenSumGroup]:
    from checks.localisation.minimal_repairs import group_connected_constraints  # noqa: PLC0415 - as above

    by_relation = {one.linear_constraint: one for one in violated_sums}
    order = [
        sorted((by_relation[each] for each in one), key=_get_priority)
        for one in group_connected_constraints(by_relation)
    ]
    return [BrokenSumGroup(tuple(one)) for one in order]


def _get_priority(sum_constraint: SumConstraint) -> tuple[int, str, tuple[str, int, int, str]]:
    return (sum_constraint.rule.phase.rank, sum_constraint.rule.id, sum_constraint.anchor.reading_order)


def _build_violation(group: BrokenSumGroup, values: AmountsByCell, repairs: RankedRepairs) -> Violation:
    first = group.sum_constraints[0]
    own = _select_repair_parts(group, repairs)
    single = own[0][0] if own and len(own[0]) == 1 and (len(own) == 1 or repairs.is_unambiguous) else None
    cell = single.cell if single else first.anchor
    due = Decimal(single.after) if single else _compute_expected(first, values)
    return Violation(
        rule=first.rule,
        sheet=cell.sheet,
        cell=cell,
        cells=group.cells,
        variant=_choose_variant(single, own),
        remedy_key="" if repairs.is_complete else "bounded_none" if not own else "bounded",
        facts={**_build_facts(first, values), **_build_repair_facts(cell, single, own)},
        value=format_plain_number(values[cell]),
        expected=format_plain_number(due),
        difference=format_plain_number(values[cell] - due),
        related_rules=tuple(sorted({one.rule.id for one in group.sum_constraints} - {first.rule.id})),
        repairs=repairs.repairs,
    )


def _select_repair_parts(group: BrokenSumGroup, repairs: RankedRepairs) -> list[tuple[RepairStep, ...]]:
    """Return the distinct parts of the repairs that touch this set's cells, best first."""
    cells = set(group.cells)
    parts = [tuple(change for change in repair if change.cell in cells) for repair in repairs.repairs]
    return list(dict.fromkeys(part for part in parts if part))


def _choose_variant(single_step: RepairStep | None, repair_parts: Sequence[tuple[RepairStep, ...]]) -> str:
    if single_step:
        return "one"
    return "several" if len(repair_parts) > 1 else "together" if repair_parts else "open"


def _compute_expected(sum_constraint: SumConstraint, values: AmountsByCell) -> Decimal:
    """Return what the anchor cell would have to be for its own sum to hold."""
    sign = next(term.sign for term in sum_constraint.linear_constraint.terms if term.cell == sum_constraint.anchor)
    return values[sum_constraint.anchor] - sign * (
        _sum_terms(sum_constraint.linear_constraint, values) - sum_constraint.linear_constraint.constant
    )


def _build_facts(sum_constraint: SumConstraint, values: AmountsByCell) -> dict[str, str]:
    seen, due = values[sum_constraint.anchor], _compute_expected(sum_constraint, values)
    return {
        **sum_constraint.facts,
        "seen": format_plain_number(seen),
        "due": format_plain_number(due),
        "difference": format_plain_number(abs(seen - due)),
    }


def _build_repair_facts(
    cell: CellRef, single_step: RepairStep | None, repair_parts: Sequence[tuple[RepairStep, ...]]
) -> dict[str, str]:
    first = (
        "，".join(f"{change.cell.address}：{change.before}→{change.after}" for change in repair_parts[0])
        if repair_parts
        else ""
    )
    return {
        "cell": cell.address,
        "after": single_step.after if single_step else "",
        "first": first,
        "count": str(len(repair_parts)),
    }
