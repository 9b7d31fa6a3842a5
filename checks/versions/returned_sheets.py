"""The sheets that the program adds to a returned workbook or a template: recognise, remove, read explanations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from checks.model.raw_workbook import RawSheet, RawWorkbook
from checks.model.report import CountyExplanation
from checks.parsing.message_names import index_spellings
from checks.parsing.text_normalisation import normalise_text
from checks.versions.finding_key import parse_finding_key
from contracts.messages import Messages

FINDINGS_SHEET, CHANGES_SHEET, NORMALISATION_SHEET, MEMORY_SHEET = (
    "marks.sheet_name",
    "marks.changes_name",
    "marks.normalised_name",
    "marks.memory_name",
)
_TEMPLATE_SHEETS = ("self_check.sheet_name", "template.guide_name", "template.lists")
# The header is normally the first row, but a clerk may have inserted lines above it.
_MAX_HEADER_ROW = 12


def list_returned_sheet_names(messages: Messages) -> frozenset[str]:
    """Return the names, in every language, of all sheets that the program adds to a returned workbook."""
    keys = (FINDINGS_SHEET, CHANGES_SHEET, NORMALISATION_SHEET, MEMORY_SHEET)
    return frozenset(chain.from_iterable(map(messages.list_spellings, keys)))


def remove_returned_sheets(book: RawWorkbook, messages: Messages) -> RawWorkbook:
    """Return the workbook without the sheets that the program added to it or to its template.

    They are no part of the submission.
    """
    names = set(map(normalise_text, (*list_returned_sheet_names(messages), *map(messages, _TEMPLATE_SHEETS))))
    sheets = tuple(sheet for sheet in book.sheets if normalise_text(sheet.name) not in names)
    return replace(book, sheets=sheets)


def read_explanations(book: RawWorkbook, messages: Messages) -> tuple[CountyExplanation, ...]:
    """Read the explanations from returned lists of findings; a row left blank gives an empty text."""
    names = set(map(normalise_text, messages.list_spellings(FINDINGS_SHEET)))
    explanations: list[CountyExplanation] = []
    for sheet in book.sheets:
        if normalise_text(sheet.name) in names:
            explanations.extend(_parse_sheet_explanations(sheet, messages))
    return tuple(explanations)


def _parse_sheet_explanations(sheet: RawSheet, messages: Messages) -> Iterator[CountyExplanation]:
    """Yield the explanations below the first row that has the headings of both columns."""
    names_by_key = {"marks.column_key": "key", "marks.column_explanation": "text"}
    names_by_heading = index_spellings(messages, names_by_key)
    rows = sheet.text.rows()
    for row_index, row in enumerate(rows[:_MAX_HEADER_ROW]):
        positions = _find_column_positions(row, names_by_heading)
        if positions.keys() == {"key", "text"}:
            yield from _parse_explanation_rows(rows[row_index + 1 :], positions)
            return


def _find_column_positions(row: Sequence[str | None], names_by_heading: Mapping[str, str]) -> dict[str, int]:
    positions: dict[str, int] = {}
    for position, text in enumerate(row):
        heading = normalise_text(text or "")
        if heading in names_by_heading:
            positions[names_by_heading[heading]] = position
    return positions


def _parse_explanation_rows(
    rows: Sequence[Sequence[str | None]], positions: Mapping[str, int]
) -> Iterator[CountyExplanation]:
    for row in rows:
        key = parse_finding_key(row[positions["key"]])
        if key is not None:
            text = (row[positions["text"]] or "").strip()
            yield key.explain(text)
