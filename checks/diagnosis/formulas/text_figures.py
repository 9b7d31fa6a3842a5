"""A figure written as text, such as 30亩: the program reads it, and a formula that adds up the column does not."""

from dataclasses import replace
from decimal import Decimal

from checks.diagnosis.evaluation import compute_gap, iter_cells
from checks.diagnosis.formulas.recalculation import LinearFormula, Recalculation
from checks.diagnosis.hypothesis_testing import get_cell_content
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.model.raw_workbook import RawWorkbook
from checks.model.violation import Violation
from checks.rules.sum_rules import AmountsByCell, SumConstraint
from checks.rules.violation_builder import format_value

TEXT_VARIANT = "text_figure"


def find_text_figure(
    sum_constraint: SumConstraint, values: AmountsByCell, recalculation: Recalculation
) -> CellRef | None:
    """Return the only cell of a sum that is a text with a figure, if the sum lacks just that figure."""
    gap, text_cell = abs(compute_gap(sum_constraint, values)), None
    for cell in iter_cells([sum_constraint]):
        if cell != sum_constraint.anchor and values[cell] and recalculation.calculate(cell) is None:
            if text_cell is not None or abs(values[cell]) != gap:
                return None
            text_cell = cell
    return text_cell


def explain_by_text(
    book: RawWorkbook, sum_constraint: SumConstraint, values: AmountsByCell, recalculation: Recalculation
) -> Violation | None:
    """Return the violation of a sum whose formula skips a text, at the text, or None if it does not."""
    cell = find_text_figure(sum_constraint, values, recalculation)
    if cell is None:
        return None
    text, _ = get_cell_content(book, cell)
    return _build_text_violation(cell, sum_constraint, text or "", format_value(values[cell]))


def _build_text_violation(cell: CellRef, sum_constraint: SumConstraint, text: str, amount: str) -> Violation:
    return Violation(
        rule=sum_constraint.rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell, sum_constraint.anchor),
        variant=TEXT_VARIANT,
        facts={
            **sum_constraint.facts,
            "cell": cell.address,
            "row": str(cell.row),
            "text": text,
            "after": amount,
            "total": sum_constraint.anchor.address,
        },
        value=text,
        expected=amount,
        repairs=((RepairStep(cell, text, amount),),),
    )


def add_to_formula(formula: LinearFormula, amount: Decimal) -> LinearFormula:
    """Return a formula that also adds up the figure of a text."""
    return replace(formula, constant=formula.constant + amount)
