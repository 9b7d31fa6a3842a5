"""Writing long plain sheets row by row without holding them in memory: for samples of up to a million plots."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

_WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# A fixed date instead of the clock, so that the same rows give the same bytes.
CREATION_DATE = datetime(2025, 1, 10, tzinfo=UTC)

ValueRows = Iterable[Sequence[str | int | Decimal | None]]


def write_rows(target: Path | BinaryIO, sheets: Iterable[tuple[str, ValueRows]]) -> None:
    """Write sheets of plain values to *target*, each given as its name and its rows; no value becomes a formula.

    The folder of a path is created if it is missing.
    """
    if isinstance(target, Path):
        _write_file(target, sheets)
        return
    with Workbook(target, _WORKBOOK_OPTIONS) as book:
        book.set_properties({"created": CREATION_DATE.replace(tzinfo=None)})
        for name, rows in sheets:
            _fill_page(book.add_worksheet(name), rows)


def _write_file(path: Path, sheets: Iterable[tuple[str, ValueRows]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Packed in memory first: on a full disk the library's archive would fail a second time when it is cleared away.
    packed = BytesIO()
    write_rows(packed, sheets)
    try:
        path.write_bytes(packed.getbuffer())
    except OSError as error:
        # The system names the file only if it cannot be opened.
        error.filename = str(path)
        raise


def _fill_page(page: Worksheet, rows: ValueRows) -> None:
    for row_index, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(row_index, column, value)
            elif value is not None:
                page.write_number(row_index, column, value)
