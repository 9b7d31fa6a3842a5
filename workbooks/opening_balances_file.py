"""The workbook of opening balances: who signed it off, and a row a figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import format_address
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawSheet
from checks.model.refusal import create_refusal
from checks.parsing.text_normalisation import normalise_text, parse_number_expr
from contracts.messages import Messages
from workbooks.reader.read_workbook import read_workbook

HEADING_PREFIX = "opening_book.heading"
LABEL_PREFIX = "opening_book.label"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance:
    """One figure at the end of the year before, as written: names are headings and sheet names; *cell* is its place."""

    county: str
    form: str
    project: str
    township: str
    column: str
    amount: Decimal | None
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBalances:
    """A file of opening balances; *signed* holds the text of year, number, by and on, empty where not filled in."""

    sheet: str
    sign_off: Mapping[str, str]
    balances: tuple[OpeningBalance, ...]


def read_balances(data: bytes, messages: Messages) -> SignedBalances | Refusal:
    """Return the balances in the order of the rows, or why they cannot be read."""
    book = read_workbook(data, messages)
    if isinstance(book, Refusal):
        return book
    headings = {normalise_text(text): name for name, text in messages.get_group(HEADING_PREFIX).items()}
    for sheet in book.sheets:
        for at, row in enumerate(sheet.text.iter_rows()):
            columns = {headings[key]: place for place, key in _iter_compact_texts(row) if key in headings}
            if len(columns) == len(headings):
                signed = dict(_find_sign_off(sheet, at, messages))
                return SignedBalances(
                    sheet=sheet.name, sign_off=signed, balances=tuple(_iter_balances(sheet, at + 1, columns))
                )
    return create_refusal(messages, "no_balances", headings="、".join(messages.get_group(HEADING_PREFIX).values()))


def _iter_compact_texts(row: tuple[str | None, ...]) -> Iterator[tuple[int, str]]:
    return ((place, normalise_text(text)) for place, text in enumerate(row) if text)


def _find_sign_off(sheet: RawSheet, header_index: int, messages: Messages) -> Iterator[tuple[str, str]]:
    """Read the labels above the table, each with the next filled cell to its right."""
    labels = {normalise_text(text): name for name, text in messages.get_group(LABEL_PREFIX).items()}
    for row in sheet.text.head(header_index).iter_rows():
        for place, key in _iter_compact_texts(row):
            name = labels.get(key.rstrip(":"))
            if name:
                yield name, next((text.strip() for text in row[place + 1 :] if text and text.strip()), "")


def _iter_balances(sheet: RawSheet, start: int, columns: Mapping[str, int]) -> Iterator[OpeningBalance]:
    named = {name: pl.nth(place) for name, place in columns.items()}
    rows = sheet.text.slice(start).select(**{**named, "amount": parse_number_expr(named["amount"])})
    for number, row in enumerate(rows.iter_rows(named=True), start=start + 1):
        amount = row.pop("amount")
        texts = {name: normalise_text(text or "") for name, text in row.items()}
        if any(texts.values()):
            place = format_address(number, columns["amount"] + 1)
            yield OpeningBalance(**texts, amount=None if amount is None else Decimal(amount), cell=place)
