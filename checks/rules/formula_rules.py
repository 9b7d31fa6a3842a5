"""Formulas whose stored result is stale; only arithmetic, sums and subtotals are recomputed.

(phase: parsed)
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from checks.formulas.formula_evaluation import FormulaEvaluator, read_number
from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import RawSheet
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from contracts.form_model import Rule

# Spreadsheets add in binary; the error is far below the last decimal of any figure reported.
_RELATIVE_TOLERANCE: Final = Decimal("1e-9")
_MAX_CELLS_SHOWN: Final = 20


def check_formula_results(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each formula whose stored result is stale, and once how many formulas could not be recomputed."""
    location, table = subject.search.location, subject.table
    if location is None or table is None or not location.sheet.formulas:
        return
    skipped_cells: list[CellRef] = []
    evaluators = (FormulaEvaluator(subject.book), FormulaEvaluator(subject.book, counts_hidden=False))
    for cell, formula, stored in _iter_stored_results(location.sheet, table):
        expected = _compute_result(formula, stored, evaluators, location.sheet.name)
        if expected is None:
            skipped_cells.append(cell)
        elif not is_result_of(stored, expected):
            yield _build_stale_violation(rule, cell, formula=formula, stored=stored, expected=expected)
    if skipped_cells:
        yield _build_skipped_violation(subject, rule, skipped_cells)


def is_result_of(stored: Decimal, expected: Decimal) -> bool:
    """Return whether a stored number is a computed one, apart from the error of binary arithmetic."""
    return abs(expected - stored) <= _RELATIVE_TOLERANCE * max(Decimal(1), abs(expected))


def _compute_result(
    formula: str, stored: Decimal, evaluators: tuple[FormulaEvaluator, ...], sheet: str
) -> Decimal | None:
    """Return the result of a formula, or None if it cannot be computed.

    A subtotal may count hidden rows or not: what is stored decides, if it is one of the two.
    """
    results: list[Decimal] = []
    for evaluator in evaluators:
        value = evaluator.evaluate(formula, sheet)
        if value is None:
            return None
        if is_result_of(stored, value.amount):
            return value.amount
        results.append(value.amount)
    return results[0]


def _iter_stored_results(sheet: RawSheet, table: Table) -> Iterator[tuple[CellRef, str, Decimal]]:
    """Yield cell, formula and stored number of each formula in the rows and columns of a table."""
    rows, columns = set(table.raw[ROW].to_list()), set(table.columns.values())
    for address, formula in sheet.formulas.items():
        cell = CellRef(sheet.name, address)
        row, column = cell.position
        if row in rows and column in columns:
            stored = read_number(sheet, row, column)
            if stored is not None:
                yield cell, formula, stored


def _build_stale_violation(rule: Rule, cell: CellRef, *, formula: str, stored: Decimal, expected: Decimal) -> Violation:
    value, expected_value = format_plain_number(stored), format_plain_number(expected)
    return Violation(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        facts={"cell": cell.address, "value": value, "expected": expected_value, "formula": formula},
        value=value,
        expected=expected_value,
        difference=format_plain_number(stored - expected),
    )


def _build_skipped_violation(subject: FormUnderCheck, rule: Rule, cells: list[CellRef]) -> Violation:
    first_cell = cells[0]
    facts = {"title": subject.form.title, "count": str(len(cells)), "cell": first_cell.address}
    return Violation(
        rule=rule,
        sheet=first_cell.sheet,
        cell=first_cell,
        cells=tuple(cells[:_MAX_CELLS_SHOWN]),
        variant="taken",
        facts=facts,
    )
