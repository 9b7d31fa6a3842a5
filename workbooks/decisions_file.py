"""The review workbook: decisions as rows, filled in by people at county, city and province."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from checks.parsing.text_normalisation import normalise_text, read_integer
from contracts.messages import Messages
from review.proposal import Proposal
from workbooks.reader.read_workbook import read_workbook

_DECISION_COLUMNS = ("county", "version", "sha256", "level", "action", "number", "opinion", "points", "by", "on")
_OPTIONAL_COLUMNS = ("version", "sha256", "number", "points")


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One row of a review workbook with its place."""

    sheet: str
    row: int
    proposal: Proposal


def read_decisions(data: bytes, messages: Messages) -> list[DecisionRow] | Refusal:
    """Return the decisions of a review workbook in the order of its rows, or why it cannot be read."""
    book = read_workbook(data, messages)
    if isinstance(book, Refusal):
        return book
    headings = {normalise_text(text): name for name, text in messages.get_group("review_book.heading").items()}
    for sheet in book.sheets:
        rows = sheet.text.rows()
        for at, row in enumerate(rows):
            columns = {headings[key]: number for number, key in _iter_compact_texts(row) if key in headings}
            if set(_DECISION_COLUMNS) - set(_OPTIONAL_COLUMNS) <= columns.keys():
                return list(_iter_decisions(sheet.name, rows, at + 1, columns))
    return create_refusal(
        messages, "no_decisions", headings="、".join(messages.get_group("review_book.heading").values())
    )


def _iter_compact_texts(row: tuple[str | None, ...]) -> Iterator[tuple[int, str]]:
    return ((number, normalise_text(text)) for number, text in enumerate(row) if text)


def _iter_decisions(
    sheet_name: str, rows: list[tuple[str | None, ...]], start: int, columns: Mapping[str, int]
) -> Iterator[DecisionRow]:
    for number, row in enumerate(rows[start:], start=start + 1):
        given = {name: (row[at] or "").strip() for name, at in columns.items()}
        if given["county"] and given["action"]:
            version = read_integer(given.pop("version", "")) or 0
            yield DecisionRow(sheet_name, number, Proposal(**given, version=version))
