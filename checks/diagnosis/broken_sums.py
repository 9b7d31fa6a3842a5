"""Localisation of errors in violated sums.

Sums that share cells form one group, and each group is one violation with the smallest repairs of the whole workbook.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from checks.diagnosis.error_in_row_and_total import merge_total_row_violations
from checks.diagnosis.evaluation import (
    compute_gap,
    compute_residual,
    filter_evaluable,
    has_all_amounts,
    iter_cells,
    sum_terms,
)
from checks.diagnosis.likelihood.cell_evidence import collect_evidence
from checks.diagnosis.likelihood.moved_figures import propose_moved_figures
from checks.diagnosis.likelihood.rank_readings import RankedReadings, rank_readings
from checks.diagnosis.likelihood.repair_likelihood import list_exchanged
from checks.diagnosis.repairs.readings import describe_readings
from checks.diagnosis.serial_numbers import format_steps
from checks.localisation.repair_problem import SolvedProblems
from checks.model.violation import Phrase, Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.rules.row_rules import COLUMN_VARIANT
from checks.schemas.pandera_validation import find_unbalanced_sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from checks.diagnosis.formulas.faulty_formulas import FormulaDiagnosis
    from checks.diagnosis.likelihood.repair_likelihood import RepairLikelihoods
    from checks.localisation.linear_constraint import LinearConstraint
    from checks.localisation.minimal_repairs import RankedRepairs
    from checks.localisation.ranking import CellEvidence
    from checks.model.cell_ref import CellRef
    from checks.model.finding import RepairStep
    from checks.rules.sum_rules import AmountsByCell, SumConstraint

    RepairParts = Sequence[tuple[RepairStep, ...]]


@dataclass(frozen=True, slots=True)
class BrokenSumGroup:
    """A group of violated sums that share cells, sorted by the phase of their rules.

    *input_cells* are the typed figures that formulas in these sums add up.
    """

    sum_constraints: tuple[SumConstraint, ...]
    input_cells: frozenset[CellRef] = frozenset()

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """Every cell of the sums, in reading order."""
        cells = {*iter_cells(self.sum_constraints), *self.input_cells}
        for sum_constraint in self.sum_constraints:
            cells.update(sum_constraint.plot_cells)
        return tuple(sorted(cells, key=attrgetter("reading_order")))


def localise_broken_sums(
    sum_constraints: Sequence[SumConstraint],
    formulas: FormulaDiagnosis,
    formula_cells: Iterable[CellRef],
    likelihoods: RepairLikelihoods,
    solved_problems: SolvedProblems | None = None,
) -> list[Violation]:
    """Return one violation for each group of violated sums, each with the repairs of its group, the likeliest first.

    A sum over a cell without an amount is not evaluated: the cell has its own finding. A formula is never repaired,
    only the figures that it adds up.
    """
    values = formulas.values
    evaluable = filter_evaluable(sum_constraints, values)
    violated = find_violated_sums(evaluable, values)
    if not violated:
        return []
    constraints = {id(constraint): _substitute_formulas(constraint, formulas) for constraint in evaluable}
    evidence = collect_evidence(evaluable, values, formula_cells=formula_cells)
    repairs = (solved_problems or SolvedProblems()).solve(values, constraints.values(), evidence)
    groups = _group_connected_sums(violated, constraints)
    exchanged = frozenset(chain.from_iterable(map(list_exchanged, repairs.repairs)))
    violations: list[tuple[tuple[SumConstraint, ...], Violation]] = []
    for group in groups:
        parts = _select_repair_parts(group, repairs)
        parts = [*parts, *_propose_moves(group, values, evidence)]
        ranked = rank_readings(parts, evidence, likelihoods, exchanged)
        violations.append((group.sum_constraints, _build_violation(group, values, repairs=repairs, ranked=ranked)))
    return merge_total_row_violations(violations, values)


def _propose_moves(
    group: BrokenSumGroup, values: AmountsByCell, evidence: Mapping[CellRef, CellEvidence]
) -> Iterator[tuple[RepairStep, ...]]:
    """Yield the repairs of a group of one sum by which a figure moves to the next row."""
    if len(group.sum_constraints) == 1:
        yield from propose_moved_figures(group.sum_constraints[0], values, evidence)


def _substitute_formulas(sum_constraint: SumConstraint, formulas: FormulaDiagnosis) -> LinearConstraint:
    return formulas.recalculation.substitute(sum_constraint.linear_constraint, formulas.values)


def find_violated_sums(sum_constraints: Sequence[SumConstraint], values: AmountsByCell) -> list[SumConstraint]:
    """Return the sums that do not hold; a sum over a cell without an amount is not evaluated."""
    evaluable = filter_evaluable(sum_constraints, values)
    sums = [(sum_constraint.linear_constraint, sum_terms(sum_constraint, values)) for sum_constraint in evaluable]
    return list(map(evaluable.__getitem__, find_unbalanced_sums(sums)))


def drop_rounding_noise(
    sum_constraints: Sequence[SumConstraint], violations: Iterable[Violation], values: AmountsByCell
) -> list[SumConstraint]:
    """Return the sums without those that are off only because a column has too many decimals."""
    columns: set[tuple[str, int]] = set()
    for violation in violations:
        if violation.variant == COLUMN_VARIANT and violation.cell:
            columns.add(_get_column(violation.cell))
    if not columns:
        return list(sum_constraints)
    return [
        sum_constraint
        for sum_constraint in sum_constraints
        if _get_column(sum_constraint.anchor) not in columns or not _is_rounding_noise(sum_constraint, values)
    ]


def _get_column(cell: CellRef) -> tuple[str, int]:
    return cell.sheet, cell.column


def _is_rounding_noise(sum_constraint: SumConstraint, values: AmountsByCell) -> bool:
    if not has_all_amounts(sum_constraint, values):
        return False
    term_count = len(sum_constraint.linear_constraint.terms)
    max_noise = Decimal(1).scaleb(-sum_constraint.field.decimals) * (term_count + 1) / 2
    return abs(compute_residual(sum_constraint, values)) <= max_noise


def find_rounding_differences(sum_constraints: Iterable[SumConstraint], values: AmountsByCell) -> Iterator[Violation]:
    """Yield a remark on each sum of rounded figures that is off, but by no more than rounding explains."""
    for sum_constraint in sum_constraints:
        tolerance = sum_constraint.linear_constraint.tolerance
        if tolerance and has_all_amounts(sum_constraint, values):
            difference = abs(compute_residual(sum_constraint, values))
            if 0 < difference <= tolerance:
                yield _build_rounding_remark(sum_constraint, values)


def _build_rounding_remark(sum_constraint: SumConstraint, values: AmountsByCell) -> Violation:
    anchor = sum_constraint.anchor
    return Violation(
        rule=replace(sum_constraint.rule, severity="report", severities={}),
        sheet=anchor.sheet,
        cell=anchor,
        cells=tuple(iter_cells([sum_constraint])),
        variant="rounding",
        facts={**_build_facts(sum_constraint, values), "cell": anchor.address},
    )


def _group_connected_sums(
    violated_sums: Iterable[SumConstraint], constraints_by_id: Mapping[int, LinearConstraint]
) -> list[BrokenSumGroup]:
    from checks.localisation.minimal_repairs import group_connected_constraints  # noqa: PLC0415 - as above

    sums_by_constraint: dict[LinearConstraint, list[SumConstraint]] = defaultdict(list)
    for violated_sum in violated_sums:
        sums_by_constraint[constraints_by_id[id(violated_sum)]].append(violated_sum)
    groups: list[BrokenSumGroup] = []
    for constraints in group_connected_constraints(sums_by_constraint):
        members = chain.from_iterable(map(sums_by_constraint.__getitem__, constraints))
        input_cells = frozenset(term.cell for constraint in constraints for term in constraint.terms)
        groups.append(BrokenSumGroup(tuple(sorted(members, key=_get_priority)), input_cells))
    return groups


def _get_priority(sum_constraint: SumConstraint) -> tuple[int, str, tuple[str, int, int, str]]:
    return sum_constraint.rule.phase.rank, sum_constraint.rule.id, sum_constraint.anchor.reading_order


def _build_violation(
    group: BrokenSumGroup, values: AmountsByCell, *, repairs: RankedRepairs, ranked: RankedReadings
) -> Violation:
    first, repair_parts = group.sum_constraints[0], ranked.readings
    if len(group.sum_constraints) == 1 and first.rule.check == "column_total" and ranked.is_unexplained:
        # Nothing else repairs the sum by itself; two wrong figures are as likely as one that looks like no slip.
        repair_parts = ()
    own_repairs = repairs.get_system_of(frozenset(group.cells))
    is_unambiguous = own_repairs.is_complete and (own_repairs.is_unambiguous or ranked.is_certain)
    if is_unambiguous and ranked.is_several_steps:
        repair_parts = repair_parts[:1]
    single_step = _find_single_step(repair_parts, is_unambiguous=is_unambiguous)
    if single_step:
        cell, expected = single_step.cell, Decimal(single_step.after)
    else:
        cell, expected = first.anchor, _compute_expected(first, values)
    rule_ids = {sum_constraint.rule.id for sum_constraint in group.sum_constraints}
    return Violation(
        rule=first.rule,
        sheet=cell.sheet,
        cell=cell,
        cells=group.cells,
        variant=_choose_variant(single_step, repair_parts),
        remedy_key=_choose_remedy_key(repair_parts, is_complete=own_repairs.is_complete),
        facts={**_build_facts(first, values), **_build_repair_facts(cell, single_step, repair_parts=repair_parts)},
        phrases={**describe_readings(repair_parts, ranked.slips), "formula": _name_lost_formula(cell, ranked.formula)},
        value=format_plain_number(values[cell]),
        expected=format_plain_number(expected),
        difference=format_plain_number(values[cell] - expected),
        related_rules=tuple(sorted(rule_ids - {first.rule.id})),
        repairs=tuple(repair_parts),
        slips=ranked.slips[: len(repair_parts)],
    )


def _name_lost_formula(cell: CellRef, formula: str) -> tuple[Phrase, ...]:
    """Return the phrase for a total that was typed over its formula."""
    if not formula:
        return ()
    return (Phrase("lost_formula", {"cell": cell.address, "formula": formula}),)


def _select_repair_parts(group: BrokenSumGroup, repairs: RankedRepairs) -> RepairParts:
    """Return the distinct parts of the repairs that change cells of this group, best first.

    Repairs of all groups together come first: only they show figures that are swapped between two groups.
    """
    cells = frozenset(group.cells)
    parts: dict[tuple[RepairStep, ...], None] = {}
    for repair in (*repairs.repairs, *repairs.get_system_of(cells).repairs):
        parts[tuple(step for step in repair if step.cell in cells)] = None
    return list(filter(None, parts))


def _find_single_step(repair_parts: RepairParts, *, is_unambiguous: bool) -> RepairStep | None:
    """Return the only step of the best repair, or None if it has more steps or rivals that are as likely."""
    if not repair_parts or len(repair_parts[0]) != 1:
        return None
    if len(repair_parts) > 1 and not is_unambiguous:
        return None
    return repair_parts[0][0]


def _choose_variant(single_step: RepairStep | None, repair_parts: RepairParts) -> str:
    if single_step:
        return "one"
    if len(repair_parts) > 1:
        return "several"
    if repair_parts:
        return "together"
    return "open"


def _choose_remedy_key(repair_parts: RepairParts, *, is_complete: bool) -> str:
    if is_complete:
        return ""
    if repair_parts:
        return "bounded"
    return "bounded_none"


def _compute_expected(sum_constraint: SumConstraint, values: AmountsByCell) -> Decimal:
    """Return the amount of the anchor cell with which its own sum holds."""
    return values[sum_constraint.anchor] - compute_gap(sum_constraint, values)


def _build_facts(sum_constraint: SumConstraint, values: AmountsByCell) -> dict[str, str]:
    actual, expected = values[sum_constraint.anchor], _compute_expected(sum_constraint, values)
    return {
        **sum_constraint.facts,
        "seen": format_plain_number(actual),
        "due": format_plain_number(expected),
        "difference": format_plain_number(abs(actual - expected)),
    }


def _build_repair_facts(cell: CellRef, single_step: RepairStep | None, *, repair_parts: RepairParts) -> dict[str, str]:
    first_part: Iterable[RepairStep] = next(iter(repair_parts), ())
    return {
        "cell": cell.address,
        "after": single_step.after if single_step else "",
        "first": format_steps(first_part),
        "count": str(len(repair_parts)),
    }
