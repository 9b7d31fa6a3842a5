"""The canonical values of a book that is to be written, for the record; `filing.canonical` says how they look."""

from collections.abc import Iterator

from checks.model.cell_ref import column_letters
from filing.book.canonical_values import encode_formula, encode_value
from filing.book.workbook_model import Cell, FilingBook


def collect_canonical_values(book: FilingBook) -> dict[str, dict[str, str]]:
    """Return the canonical values of a book that is to be written; cells that show nothing are left out."""
    return {sheet.name: dict(_collect_cells(sheet.rows)) for sheet in book.sheets}


def _collect_cells(rows: tuple[tuple[Cell, ...], ...]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows, start=1):
        column = 1
        for cell in row:
            shown = encode_value(cell.value)
            if cell.formula is not None:
                yield f"{column_letters(column)}{number}", encode_formula(cell.formula, shown)
            elif shown:
                yield f"{column_letters(column)}{number}", shown
            column += cell.span
