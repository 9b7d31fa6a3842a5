"""An .xlsx file into cells with their addresses, values as the file holds them."""

import warnings
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import polars as pl
from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_ERROR
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from checks.findings import Refusal
from checks.rawbook import CellKind, RawBook, RawSheet, address, column_letters
from checks.refusing import refuse
from contracts.messages import Wording

MOST_SHEETS = 64
MOST_CELLS = 8_000_000  # the used range of one sheet; a lone cell in the last corner would be seventeen billion

Read = tuple[str | None, CellKind]


def read_book(data: bytes, words: Wording) -> RawBook | Refusal:
    """Return every worksheet of a workbook that has passed the gate, or why it cannot be read."""
    try:
        values = _load(data, values=True)
        formulas = _load(data, values=False) if _has_formulas(data) else None
    except Exception:  # noqa: BLE001 - a parser may fail in any way on bytes from outside; the file is refused
        return refuse(words, "not_readable_book")
    sheets = values.worksheets
    if len(sheets) > MOST_SHEETS:
        return refuse(words, "too_many_sheets", count=str(len(sheets)), most=str(MOST_SHEETS))
    for sheet in sheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            far = address(sheet.max_row, sheet.max_column)
            return refuse(words, "sheet_too_large", sheet=sheet.title, cell=far)
    return RawBook(tuple(_sheet(sheet, formulas[sheet.title] if formulas else None) for sheet in sheets))


def _load(data: bytes, *, values: bool) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl warns of is kept in the file, which we do not write
        return load_workbook(BytesIO(data), data_only=values, keep_links=False)


def _has_formulas(data: bytes) -> bool:
    """A second parse is paid only where a sheet holds a formula."""
    with ZipFile(BytesIO(data)) as archive:
        sheets = (name for name in archive.namelist() if name.startswith("xl/worksheets/"))
        return any(b"<f" in archive.read(name) or b":f" in archive.read(name) for name in sheets)


def _sheet(values: Worksheet, formulas: Worksheet | None) -> RawSheet:
    written = _formulas(formulas) if formulas is not None else {}
    rows = [
        [_cell(cell.value, cell.data_type, formula=cell.coordinate in written) for cell in row]
        for row in values.iter_rows()
    ]
    names = [column_letters(number) for number in range(1, (values.max_column or 1) + 1)]
    texts = [[text for text, _ in row] for row in rows]
    kinds = [[int(kind) for _, kind in row] for row in rows]
    return RawSheet(
        name=values.title,
        visible=values.sheet_state == "visible",
        text=pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String), orient="row"),
        kinds=pl.DataFrame(kinds, schema=dict.fromkeys(names, pl.UInt8), orient="row"),
        formulas=written,
    )


def _formulas(sheet: Worksheet) -> dict[str, str]:
    found = ((cell.coordinate, cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type == "f")
    return {at: str(getattr(value, "text", value)) for at, value in found}


def _cell(value: Any, data_type: str, *, formula: bool) -> Read:  # noqa: ANN401 - whatever openpyxl returns
    if value is None:
        return (None, CellKind.UNCALCULATED if formula else CellKind.EMPTY)
    if data_type == TYPE_ERROR:
        return (str(value), CellKind.ERROR)
    if isinstance(value, bool):
        return (str(value).upper(), CellKind.BOOLEAN)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime | date | time):
        return (value.isoformat(), CellKind.DATE)
    return (str(value), CellKind.TEXT)


def _number(value: float) -> Read:
    """Keep 15 significant digits, as Excel does: 0.1 + 0.2 is written 0.30000000000000004 and means 0.3."""
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if not exact.is_finite():
        return (str(value), CellKind.ERROR)
    return (format(exact, "f"), CellKind.NUMBER)
