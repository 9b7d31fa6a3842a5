"""The sheets that we put into a county's workbook: told from its own, read for explanations, left aside."""

from collections.abc import Iterator, Mapping, Sequence

from checks.model.finding import LogicalLocation
from checks.model.raw_workbook import RawSheet, RawWorkbook
from checks.model.report import CountyExplanation
from checks.parsing.text_normalisation import normalise_text
from checks.versions.finding_key import parse_finding_key
from contracts.messages import Messages

FINDINGS_SHEET, CHANGES_SHEET, NORMALISATION_SHEET, MEMORY_SHEET = (
    "marks.sheet_name",
    "marks.changes_name",
    "marks.normalised_name",
    "marks.memory_name",
)
_MAX_HEADER_ROW = 12  # rows; a clerk may have put a line above


def list_returned_sheet_names(messages: Messages) -> frozenset[str]:
    """Return the names of our sheets."""
    return frozenset(messages(key) for key in (FINDINGS_SHEET, CHANGES_SHEET, NORMALISATION_SHEET, MEMORY_SHEET))


def remove_returned_sheets(book: RawWorkbook, messages: Messages) -> RawWorkbook:
    """Return the workbook without our sheets: none of them is a table of the submission."""
    ours = {normalise_text(name) for name in list_returned_sheet_names(messages)}
    return RawWorkbook(tuple(one for one in book.sheets if normalise_text(one.name) not in ours))


def read_explanations(book: RawWorkbook, messages: Messages) -> tuple[CountyExplanation, ...]:
    """Read the explanations off a returned list of findings; a line left blank says the empty text."""
    name = normalise_text(messages(FINDINGS_SHEET))
    return tuple(
        said
        for sheet in book.sheets
        if normalise_text(sheet.name) == name
        for said in _parse_sheet_explanations(sheet, messages)
    )


def _parse_sheet_explanations(sheet: RawSheet, messages: Messages) -> Iterator[CountyExplanation]:
    columns = {
        normalise_text(messages("marks.column_key")): "key",
        normalise_text(messages("marks.column_explanation")): "text",
    }
    rows = sheet.text.rows()
    for at, row in enumerate(rows[:_MAX_HEADER_ROW]):
        places = {
            columns[normalise_text(text)]: place
            for place, text in enumerate(row)
            if text and normalise_text(text) in columns
        }
        if places.keys() == {"key", "text"}:
            yield from _parse_explanation_rows(rows[at + 1 :], places)
            return


def _parse_explanation_rows(
    rows: Sequence[Sequence[str | None]], positions: Mapping[str, int]
) -> Iterator[CountyExplanation]:
    for row in rows:
        identity = parse_finding_key(row[positions["key"]])
        if identity is not None:
            rule, form, line, column, value = identity
            text = (row[positions["text"]] or "").strip()
            yield CountyExplanation(rule=rule, spot=LogicalLocation(form, line, column), value=value, text=text)
