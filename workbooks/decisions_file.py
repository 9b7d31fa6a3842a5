"""The review workbook: decisions as rows, filled in by people at county, city and province."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.model.refusal import refuse
from checks.parsing.text_normalisation import compact, read_integer
from contracts.messages import Wording
from review.proposal import Proposal
from workbooks.reader.read_workbook import read_book

_COLUMNS = ("county", "version", "sha256", "level", "action", "number", "opinion", "points", "by", "on")
_OPTIONAL = ("version", "sha256", "number", "points")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a review workbook with its place."""

    sheet: str
    row: int
    proposal: Proposal


def read_decisions(data: bytes, words: Wording) -> list[Row] | Refusal:
    """Return the decisions of a review workbook in the order of its rows, or why it cannot be read."""
    book = read_book(data, words)
    if isinstance(book, Refusal):
        return book
    headings = {compact(text): name for name, text in words.under("review_book.heading").items()}
    for sheet in book.sheets:
        rows = sheet.text.rows()
        for at, row in enumerate(rows):
            columns = {headings[key]: number for number, key in _keys(row) if key in headings}
            if set(_COLUMNS) - set(_OPTIONAL) <= columns.keys():
                return list(_decisions(sheet.name, rows, at + 1, columns))
    return refuse(words, "no_decisions", headings="、".join(words.under("review_book.heading").values()))


def _keys(row: tuple[str | None, ...]) -> Iterator[tuple[int, str]]:
    return ((number, compact(text)) for number, text in enumerate(row) if text)


def _decisions(sheet: str, rows: list[tuple[str | None, ...]], start: int, columns: Mapping[str, int]) -> Iterator[Row]:
    for number, row in enumerate(rows[start:], start=start + 1):
        given = {name: (row[at] or "").strip() for name, at in columns.items()}
        if given["county"] and given["action"]:
            version = read_integer(given.pop("version", "")) or 0
            yield Row(sheet, number, Proposal(**given, version=version))
