"""Long plain sheets written fast, row by row, without holding them: for samples of up to a million plots."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from xlsxwriter import Workbook

_WORKBOOK_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
CREATION_DATE = datetime(2025, 1, 10, tzinfo=UTC)  # no clock: the same rows give the same bytes

ValueRows = Iterable[Sequence[str | int | Decimal | None]]


def write_rows(target: Path | BinaryIO, sheets: Iterable[tuple[str, ValueRows]]) -> None:
    """Write sheets of plain values, each a name and its rows; nothing is a formula."""
    if isinstance(target, Path):
        target.parent.mkdir(parents=True, exist_ok=True)
    with Workbook(str(target) if isinstance(target, Path) else target, _WORKBOOK_OPTIONS) as book:
        book.set_properties({"created": CREATION_DATE.replace(tzinfo=None)})
        for name, rows in sheets:
            _fill_page(book.add_worksheet(name), rows)


def _fill_page(page: Any, rows: ValueRows) -> None:  # noqa: ANN401 - the writing library ships no types
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(at, column, value)
            elif value is not None:
                page.write_number(at, column, value)
