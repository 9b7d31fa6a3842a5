"""The canonical values of a book before it is written, for the record; `filing.book.canonical_values` formats them."""

from collections.abc import Iterator

from checks.model.cell_ref import column_letters
from filing.book.canonical_values import encode_formula, encode_value
from filing.book.workbook_model import Cell, FilingBook


def collect_canonical_values(book: FilingBook) -> dict[str, dict[str, str]]:
    """Return the canonical values of a book by sheet and address; empty cells are left out."""
    return {sheet.name: dict(_collect_cells(sheet.rows)) for sheet in book.sheets}


def _collect_cells(rows: tuple[tuple[Cell, ...], ...]) -> Iterator[tuple[str, str]]:
    for row_number, row in enumerate(rows, start=1):
        column = 1
        for cell in row:
            value = encode_value(cell.value)
            if cell.formula is not None:
                yield f"{column_letters(column)}{row_number}", encode_formula(cell.formula, value)
            elif value:
                yield f"{column_letters(column)}{row_number}", value
            column += cell.span
