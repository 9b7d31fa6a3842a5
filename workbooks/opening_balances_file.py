"""Reading the workbook of opening balances: its sign-off and one figure a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import format_address
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawSheet
from checks.model.refusal import create_refusal
from checks.parsing.message_names import index_names
from checks.parsing.text_normalisation import normalise_text, parse_number_expr
from contracts.messages import Messages
from workbooks.reader.read_workbook import read_workbook

HEADING_PREFIX = "opening_book.heading"
LABEL_PREFIX = "opening_book.label"

Row = tuple[str | None, ...]
"""The texts of one row, None for a blank cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance:
    """One figure at the end of the year before, with the names as written in the file.

    *form* is the name of a sheet and *column* a heading of the county's workbook; *amount* is None if it is not a
    number; *cell* is the address of the amount.
    """

    county: str
    form: str
    project: str
    township: str
    column: str
    amount: Decimal | None
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBalances:
    """The content of a file of opening balances.

    *sign_off* holds the texts of year, number, by and on by these names, empty if they are not filled in.
    """

    sheet: str
    sign_off: Mapping[str, str]
    balances: tuple[OpeningBalance, ...]


def read_balances(data: bytes, messages: Messages) -> SignedBalances | Refusal:
    """Return the balances of the workbook *data* in the order of its rows, or the refusal."""
    book = read_workbook(data, messages)
    if isinstance(book, Refusal):
        return book
    names_by_heading = index_names(messages, HEADING_PREFIX)
    for sheet in book.sheets:
        for row_index, row in enumerate(sheet.text.iter_rows()):
            columns = _find_columns(row, names_by_heading)
            if len(columns) == len(set(names_by_heading.values())):
                sign_off = dict(_find_sign_off(sheet, row_index, messages))
                balances = tuple(_iter_balances(sheet, row_index + 1, columns))
                return SignedBalances(sheet=sheet.name, sign_off=sign_off, balances=balances)
    return create_refusal(messages, "no_balances", headings="、".join(messages.get_group(HEADING_PREFIX).values()))


def _find_columns(row: Row, names_by_heading: Mapping[str, str]) -> dict[str, int]:
    """Return the indexes of the cells of *row* that are headings, by the name of the column."""
    columns = {}
    for index, text in _iter_compact_texts(row):
        if text in names_by_heading:
            columns[names_by_heading[text]] = index
    return columns


def _iter_compact_texts(row: Row) -> Iterator[tuple[int, str]]:
    """Yield the index and the normalised text of each cell that is not blank."""
    for index, text in enumerate(row):
        if text:
            yield index, normalise_text(text)


def _find_sign_off(sheet: RawSheet, header_index: int, messages: Messages) -> Iterator[tuple[str, str]]:
    """Yield each label above the header row with the text of the next filled cell to its right."""
    names_by_label = index_names(messages, LABEL_PREFIX)
    for row in sheet.text.head(header_index).iter_rows():
        for index, text in _iter_compact_texts(row):
            name = names_by_label.get(text.rstrip(":"))
            if name:
                yield name, _find_first_text(row[index + 1 :])


def _find_first_text(row: Row) -> str:
    """Return the first text of *row* that is not blank, stripped, or an empty text if all are blank."""
    for text in row:
        if text and text.strip():
            return text.strip()
    return ""


def _iter_balances(sheet: RawSheet, start: int, columns: Mapping[str, int]) -> Iterator[OpeningBalance]:
    """Yield the balances from row *start* (from 0) on; a row without any text is skipped."""
    expressions = dict(zip(columns, map(pl.nth, columns.values()), strict=True))
    expressions["amount"] = parse_number_expr(expressions["amount"])
    rows = sheet.text.slice(start).select(**expressions)
    for row_number, row in enumerate(rows.iter_rows(named=True), start=start + 1):
        amount = row.pop("amount")
        texts = {name: normalise_text(text or "") for name, text in row.items()}
        if any(texts.values()):
            if amount is not None:
                amount = Decimal(amount)
            yield OpeningBalance(**texts, amount=amount, cell=format_address(row_number, columns["amount"] + 1))
