"""Reading the review workbook: one decision a row, entered by people at county, city and province."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from checks.parsing.message_names import index_names
from checks.parsing.text_normalisation import normalise_text, read_integer
from contracts.messages import Messages
from review.proposal import Proposal
from workbooks.reader.read_workbook import read_workbook

# The columns version, sha256, number and points may be missing.
_REQUIRED_COLUMNS = {"county", "level", "action", "opinion", "by", "on"}

Row = tuple[str | None, ...]
"""The texts of one row, None for a blank cell."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One row of a review workbook: its sheet, its number (from 1) and the decision that it proposes."""

    sheet: str
    row: int
    proposal: Proposal


def read_decisions(data: bytes, messages: Messages) -> list[DecisionRow] | Refusal:
    """Return the decisions of the review workbook *data* in the order of its rows, or the refusal."""
    book = read_workbook(data, messages)
    if isinstance(book, Refusal):
        return book
    heading_texts = messages.get_group("review_book.heading")
    names_by_heading = index_names(messages, "review_book.heading")
    for sheet in book.sheets:
        rows = sheet.text.rows()
        for row_index, row in enumerate(rows):
            columns = _find_columns(row, names_by_heading)
            if columns.keys() >= _REQUIRED_COLUMNS:
                return list(_iter_decisions(sheet.name, rows, row_index + 1, columns))
    return create_refusal(messages, "no_decisions", headings="、".join(heading_texts.values()))


def _find_columns(row: Row, names_by_heading: Mapping[str, str]) -> dict[str, int]:
    """Return the indexes of the cells of *row* that are headings, by the name of the column."""
    columns = {}
    for index, text in enumerate(row):
        heading = normalise_text(text or "")
        if heading in names_by_heading:
            columns[names_by_heading[heading]] = index
    return columns


def _iter_decisions(
    sheet_name: str, rows: Sequence[Row], start: int, columns: Mapping[str, int]
) -> Iterator[DecisionRow]:
    for row_number, row in enumerate(rows[start:], start=start + 1):
        texts = {name: (row[index] or "").strip() for name, index in columns.items()}
        if texts["county"] and texts["action"]:
            version = read_integer(texts.pop("version", "")) or 0
            yield DecisionRow(sheet_name, row_number, Proposal(**texts, version=version))
