"""The workbook of opening balances: who signed it off, and a row a figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import format_address
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawSheet
from checks.model.refusal import refuse
from checks.parsing.text_normalisation import compact, number_expr
from contracts.messages import Wording
from workbooks.reader.read_workbook import read_book

HEADINGS = "opening_book.heading"
LABELS = "opening_book.label"


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
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
    signed: Mapping[str, str]
    rows: tuple[Balance, ...]


def read_balances(data: bytes, words: Wording) -> SignedBalances | Refusal:
    """Return the balances in the order of the rows, or why they cannot be read."""
    book = read_book(data, words)
    if isinstance(book, Refusal):
        return book
    headings = {compact(text): name for name, text in words.under(HEADINGS).items()}
    for sheet in book.sheets:
        for at, row in enumerate(sheet.text.iter_rows()):
            columns = {headings[key]: place for place, key in _keys(row) if key in headings}
            if len(columns) == len(headings):
                signed = dict(_signed(sheet, at, words))
                return SignedBalances(sheet=sheet.name, signed=signed, rows=tuple(_balances(sheet, at + 1, columns)))
    return refuse(words, "no_balances", headings="、".join(words.under(HEADINGS).values()))


def _keys(row: tuple[str | None, ...]) -> Iterator[tuple[int, str]]:
    return ((place, compact(text)) for place, text in enumerate(row) if text)


def _signed(sheet: RawSheet, header: int, words: Wording) -> Iterator[tuple[str, str]]:
    """Read the labels above the table, each with the next filled cell to its right."""
    labels = {compact(text): name for name, text in words.under(LABELS).items()}
    for row in sheet.text.head(header).iter_rows():
        for place, key in _keys(row):
            name = labels.get(key.rstrip(":"))
            if name:
                yield name, next((text.strip() for text in row[place + 1 :] if text and text.strip()), "")


def _balances(sheet: RawSheet, start: int, columns: Mapping[str, int]) -> Iterator[Balance]:
    named = {name: pl.nth(place) for name, place in columns.items()}
    rows = sheet.text.slice(start).select(**{**named, "amount": number_expr(named["amount"])})
    for number, row in enumerate(rows.iter_rows(named=True), start=start + 1):
        amount = row.pop("amount")
        texts = {name: compact(text or "") for name, text in row.items()}
        if any(texts.values()):
            place = format_address(number, columns["amount"] + 1)
            yield Balance(**texts, amount=None if amount is None else Decimal(amount), cell=place)
