"""Totals that are typed where the other totals of the row are formulas: the formula was overwritten."""

from collections.abc import Iterable, Iterator
from typing import Final

from checks.diagnosis.table_columns import get_row_cells, list_figure_columns
from checks.formulas.formula_parser import find_references
from checks.model.cell_ref import CellRef, column_letters
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.column_names import ROW
from checks.recognition.table import Table

# One formula beside many typed totals was added by somebody.
_MIN_FORMULA_SHARE: Final = 0.5


def find_overwritten_totals(book: RawWorkbook, tables: Iterable[Table]) -> dict[CellRef, str]:
    """Return the formula, such as =SUM(C4:C12), that each total has lost, drawn across from the nearest one."""
    formulas_by_sheet = {sheet.name: sheet.formulas for sheet in book.sheets}
    overwritten: dict[CellRef, str] = {}
    for table in tables:
        formulas = formulas_by_sheet[table.sheet]
        for row in table.totals[ROW].to_list():
            cells = get_row_cells(table, list_figure_columns(table), row)
            computed: dict[CellRef, str] = {}
            for cell in cells:
                if cell.address in formulas:
                    computed[cell] = formulas[cell.address]
            if len(computed) >= max(1, _MIN_FORMULA_SHARE * len(cells)):
                overwritten.update(_restore_formulas(cells, computed))
    return overwritten


def _restore_formulas(cells: Iterable[CellRef], formulas: dict[CellRef, str]) -> Iterator[tuple[CellRef, str]]:
    for cell in cells:
        if cell not in formulas:
            nearest = min(formulas, key=lambda other: abs(other.column - cell.column))
            formula = draw_across(formulas[nearest], nearest.column, cell.column)
            if formula:
                yield cell, formula


def draw_across(formula: str, column: int, other_column: int) -> str:
    """Return a formula over one column as it reads in another, empty if it refers to anything else."""
    letters, other_letters = column_letters(column), column_letters(other_column)
    drawn = formula.removeprefix("=")
    references = find_references(formula)
    for match in reversed(references):
        reference = match["ref"]
        if "!" in reference or {part.strip("$0123456789") for part in reference.split(":")} != {letters}:
            return ""
        drawn = drawn[: match.start("ref")] + reference.replace(letters, other_letters) + drawn[match.end("ref") :]
    return f"={drawn}" if references else ""
