"""Violated sums whose cause is a formula: it leaves out or adds a cell, is not calculated anew, or skips hidden rows.

The figures that it adds up are right as far as that sum shows, so none of them is proposed for change.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from checks.diagnosis.evaluation import compute_gap, filter_evaluable, is_satisfied, iter_cells
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.formulas.recalculation import LinearFormula, Recalculation, is_same_amount
from checks.diagnosis.formulas.shown_values import ShownValues
from checks.diagnosis.formulas.text_figures import add_to_formula, explain_by_text
from checks.formulas.formula_evaluation import FormulaEvaluator
from checks.model.cell_ref import CellRef, format_range
from checks.model.raw_workbook import RawWorkbook
from checks.model.violation import Phrase, Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.column_names import ROW
from checks.rules.sum_rules import AmountsByCell, SumConstraint
from checks.rules.violation_builder import format_value, join_names, list_column_cells

RANGE_VARIANT, STALE_VARIANT, OTHER_VARIANT = "formula_range", "formula_stale", "formula_other"
FILTERED_VARIANT = "formula_filtered"
DETAIL_TOTAL_CHECK = "detail_total"
_MAX_CELLS_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaDiagnosis:
    """The faults of formulas, the violated sums that follow from them, and the workbook without these faults.

    *values* are the figures after the formulas are corrected and calculated anew.
    """

    root_causes: tuple[Violation, ...]
    merged_sums: tuple[SumConstraint, ...]
    values: AmountsByCell
    recalculation: Recalculation


@dataclass(frozen=True, slots=True, kw_only=True)
class _FormulaFault:
    """One formula that is at fault: the cells that it leaves out, and those that it should not add up."""

    variant: str
    sum_constraint: SumConstraint
    cell: CellRef
    expected: Decimal
    omitted_cells: tuple[CellRef, ...] = ()
    added_cells: tuple[CellRef, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for formulas that were copied from each other: the same fault, seen from their cells."""
        row, column = self.cell.position
        cells = (*self.omitted_cells, *self.added_cells)
        offsets = [(cell.row - row, cell.column - column) for cell in cells]
        rule, shape = self.sum_constraint.rule.id, len(self.omitted_cells)
        if self.variant == FILTERED_VARIANT:
            return self.variant, self.cell.sheet
        return self.variant, self.cell.sheet, rule, shape, *offsets


def find_faulty_formulas(
    book: RawWorkbook, sum_constraints: Sequence[SumConstraint], shown: ShownValues
) -> FormulaDiagnosis:
    """Return the formulas that explain violated sums."""
    values, recalculation = shown.values, Recalculation(book, shown.decimals)
    evaluable = filter_evaluable(sum_constraints, values)
    violated = [constraint for constraint in evaluable if not is_satisfied(constraint, values)]
    if not violated or not book.has_formulas:
        return FormulaDiagnosis(root_causes=(), merged_sums=(), values=values, recalculation=recalculation)
    formula_cells = list(filter(recalculation.is_computed, dict.fromkeys(iter_cells(evaluable))))
    new_values = recalculation.recalculate(values, formula_cells)
    faults = list(_find_stale_formulas(book, violated, values, new_values=new_values))
    text_causes: list[Violation] = []
    for fault in _find_wrong_formulas(evaluable, new_values, recalculation):
        text_cause = explain_by_text(book, fault.sum_constraint, new_values, recalculation)
        formula = _state_formula(fault.sum_constraint)
        if text_cause is None:
            faults.append(fault)
        else:
            text_causes.append(text_cause)
            formula = add_to_formula(formula, Decimal(text_cause.expected or 0))
        recalculation.correct_formula(fault.cell, formula)
    new_values = recalculation.recalculate(values, formula_cells)
    merged_sums = [constraint for constraint in violated if is_satisfied(constraint, new_values)]
    root_causes = [*text_causes, *_build_violations(book, faults, values)]
    if root_causes:
        root_causes = _attach_sums(root_causes, merged_sums)
    return FormulaDiagnosis(
        root_causes=tuple(root_causes),
        merged_sums=tuple(merged_sums),
        values=new_values,
        recalculation=recalculation,
    )


def _find_stale_formulas(
    book: RawWorkbook, violated: Iterable[SumConstraint], values: AmountsByCell, *, new_values: AmountsByCell
) -> Iterator[_FormulaFault]:
    """Yield the formulas of sums that hold after recalculation, each once."""
    visible_rows_only, reported = FormulaEvaluator(book, counts_hidden=False), set[CellRef]()
    for sum_constraint in violated:
        if not is_satisfied(sum_constraint, new_values):
            continue
        for cell in iter_cells([sum_constraint]):
            if cell not in reported and new_values[cell] != values[cell]:
                reported.add(cell)
                variant, skipped_cells = _explain_stale_result(visible_rows_only, cell, values[cell])
                yield _FormulaFault(
                    variant=variant,
                    sum_constraint=sum_constraint,
                    cell=cell,
                    expected=new_values[cell],
                    omitted_cells=skipped_cells,
                )


def _explain_stale_result(
    visible_rows_only: FormulaEvaluator, cell: CellRef, stored: Decimal
) -> tuple[str, tuple[CellRef, ...]]:
    """Return whether a subtotal skips hidden rows, with the cells in them, or the result is stale."""
    value = visible_rows_only.evaluate(visible_rows_only.get_formula(cell) or "", cell.sheet)
    if value is None or not value.skipped_cells or not is_same_amount(value.amount, stored):
        return STALE_VARIANT, ()
    return FILTERED_VARIANT, tuple(sorted(value.skipped_cells, key=lambda skipped: skipped.reading_order))


def _find_wrong_formulas(
    sum_constraints: Sequence[SumConstraint], values: AmountsByCell, recalculation: Recalculation
) -> list[_FormulaFault]:
    """Return the formulas that do not add up what their sum requires."""
    constraints_by_cell: dict[CellRef, list[SumConstraint]] = defaultdict(list)
    for sum_constraint in sum_constraints:
        if _state_formula(sum_constraint).coefficients:
            constraints_by_cell[sum_constraint.anchor].append(sum_constraint)
    faults: list[_FormulaFault] = []
    for cell, constraints in constraints_by_cell.items():
        violated = [constraint for constraint in constraints if not is_satisfied(constraint, values)]
        if violated and recalculation.is_computed(cell):
            stated = [constraint for constraint in constraints if _is_stated_by(constraint, recalculation)]
            for sum_constraint in violated:
                if sum_constraint in stated or not stated:
                    faults.append(_compare_formula(sum_constraint, values, recalculation))
                    break
    return faults


def _is_stated_by(sum_constraint: SumConstraint, recalculation: Recalculation) -> bool:
    """Return whether the formula in the cell of a sum adds up any of its parts."""
    parts = _state_formula(sum_constraint).coefficients
    formula = recalculation.expand(sum_constraint.anchor, parts)
    return formula is not None and not parts.keys().isdisjoint(formula.coefficients)


def _state_formula(sum_constraint: SumConstraint) -> LinearFormula:
    """Return what a sum requires its cell to add up: cells of other figures, or the plots above a total."""
    constraint, anchor = sum_constraint.linear_constraint, sum_constraint.anchor
    if sum_constraint.rule.check == DETAIL_TOTAL_CHECK:
        rows = sum_constraint.table.body[ROW]
        plot_cells = list_column_cells(sum_constraint.table, sum_constraint.field.name, rows)
        return LinearFormula(dict.fromkeys(plot_cells, Decimal(1)), Decimal(0))
    own_sign = next(term.sign for term in constraint.terms if term.cell == anchor)
    coefficients = {term.cell: Decimal(-term.sign * own_sign) for term in constraint.terms if term.cell != anchor}
    return LinearFormula(coefficients, own_sign * constraint.constant)


def _compare_formula(
    sum_constraint: SumConstraint, values: AmountsByCell, recalculation: Recalculation
) -> _FormulaFault:
    """Return in what the formula of a cell differs from the sum that it should be."""
    cell, required = sum_constraint.anchor, _state_formula(sum_constraint).coefficients
    formula = recalculation.expand(cell, required)
    omitted: list[CellRef] = []
    added: list[CellRef] = []
    if formula is not None:
        for part in sorted({*required, *formula.coefficients}, key=lambda part: part.reading_order):
            excess = formula.coefficients.get(part, Decimal(0)) - required.get(part, Decimal(0))
            if not recalculation.calculate(part) or not excess:
                continue
            if excess * required.get(part, Decimal(-1)) < 0 and part in required:
                omitted.append(part)
            else:
                added.append(part)
    variant = RANGE_VARIANT if omitted or added else OTHER_VARIANT
    return _FormulaFault(
        variant=variant,
        sum_constraint=sum_constraint,
        cell=cell,
        expected=values[cell] - compute_gap(sum_constraint, values),
        omitted_cells=tuple(omitted),
        added_cells=tuple(added),
    )


def _build_violations(book: RawWorkbook, faults: Iterable[_FormulaFault], values: AmountsByCell) -> Iterator[Violation]:
    """Yield one violation for each group of formulas with the same fault."""
    faults_by_key: dict[tuple[object, ...], list[_FormulaFault]] = defaultdict(list)
    for fault in faults:
        faults_by_key[fault.key].append(fault)
    evaluator = FormulaEvaluator(book)
    for group in faults_by_key.values():
        formula = evaluator.get_formula(group[0].cell) or ""
        yield _build_violation(group, formula=formula, stored=values[group[0].cell])


def _build_violation(faults: Sequence[_FormulaFault], *, formula: str, stored: Decimal) -> Violation:
    first = faults[0]
    cells = dict.fromkeys(fault.cell for fault in faults)
    for fault in faults:
        cells.update(dict.fromkeys((*fault.omitted_cells, *fault.added_cells)))
    skipped_rows = sorted({cell.row for cell in first.omitted_cells})
    facts = {
        **first.sum_constraint.facts,
        "cell": first.cell.address,
        "formula": formula,
        "seen": format_value(stored),
        "due": format_value(first.expected),
        "difference": format_value(abs(stored - first.expected)),
        "skipped": join_names(list(map(str, skipped_rows)), _MAX_CELLS_NAMED),
    }
    return Violation(
        rule=first.sum_constraint.rule,
        sheet=first.cell.sheet,
        cell=first.cell,
        cells=tuple(cells),
        variant=first.variant,
        facts=facts,
        phrases={"parts": tuple(_describe_parts(first)), "others": tuple(_describe_others(faults))},
        value=format_plain_number(stored),
        expected=format_plain_number(first.expected),
        difference=format_plain_number(stored - first.expected),
    )


def _describe_parts(fault: _FormulaFault) -> Iterator[Phrase]:
    for key, cells in (("formula_omits", fault.omitted_cells), ("formula_adds", fault.added_cells)):
        if cells:
            names = _name_ranges(cells, fault.cell.sheet)
            yield Phrase(key, {"cells": join_names(names, _MAX_CELLS_NAMED)})


def _name_ranges(cells: Iterable[CellRef], current_sheet: str) -> list[str]:
    """Return the cells with runs below each other as ranges, with their sheet if it is another one."""
    runs: list[tuple[CellRef, CellRef]] = []
    for cell in sorted(cells, key=lambda cell: (cell.sheet, cell.column, cell.row)):
        first, last = runs[-1] if runs else (cell, cell)
        if (last.sheet, last.column, last.row + 1) == (cell.sheet, cell.column, cell.row):
            runs[-1] = (first, cell)
        else:
            runs.append((cell, cell))
    names: list[str] = []
    for first, last in runs:
        sheet = "" if first.sheet == current_sheet else f"{first.sheet}!"
        names.append(sheet + format_range(first.position, last.position))
    return names


def _describe_others(faults: Sequence[_FormulaFault]) -> Iterator[Phrase]:
    others = [fault.cell.address for fault in faults[1:]]
    if others:
        yield Phrase("formula_alike", {"cells": join_names(others, _MAX_CELLS_NAMED)})


def _attach_sums(root_causes: Sequence[Violation], merged_sums: Iterable[SumConstraint]) -> list[Violation]:
    """Add the rules of the merged sums to the root cause whose cells they share, else to the first."""
    rules_by_index: Mapping[int, set[str]] = defaultdict(set)
    for sum_constraint in merged_sums:
        cells = set(iter_cells([sum_constraint]))
        sharing = (index for index, root_cause in enumerate(root_causes) if not cells.isdisjoint(root_cause.cells))
        rules_by_index[next(sharing, 0)].add(sum_constraint.rule.id)
    attached: list[Violation] = []
    for index, root_cause in enumerate(root_causes):
        related = {*root_cause.related_rules, *rules_by_index[index]} - {root_cause.rule.id}
        attached.append(replace(root_cause, related_rules=tuple(sorted(related))))
    return attached


def merge_hidden_rows(
    root_causes: Sequence[Violation], violations: Iterable[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Merge the violation for hidden rows into a subtotal that skips them; return both kinds of violations."""
    filtered = {cause.sheet: index for index, cause in enumerate(root_causes) if cause.variant == FILTERED_VARIANT}
    merged, remaining = list(root_causes), list[Violation]()
    for violation in violations:
        index = filtered.get(violation.sheet)
        if index is not None and violation.rule.check == "nothing_hidden" and violation.variant == "rows":
            merged[index] = merge_into(merged[index], [violation])
        else:
            remaining.append(violation)
    return merged, remaining
