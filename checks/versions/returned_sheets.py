"""The sheets that we put into a county's workbook: told from its own, read for explanations, left aside."""

from collections.abc import Iterator, Mapping, Sequence

from checks.model.finding import Spot
from checks.model.raw_workbook import RawBook, RawSheet
from checks.model.report import Said
from checks.parsing.text_normalisation import compact
from checks.versions.finding_key import read_identity
from contracts.messages import Wording

LIST, CHANGES, NORMALISED, MEMORY = (
    "marks.sheet_name",
    "marks.changes_name",
    "marks.normalised_name",
    "marks.memory_name",
)
_HEADER_WITHIN = 12  # rows; a clerk may have put a line above


def own_names(words: Wording) -> frozenset[str]:
    """Return the names of our sheets."""
    return frozenset(words(key) for key in (LIST, CHANGES, NORMALISED, MEMORY))


def submitted(book: RawBook, words: Wording) -> RawBook:
    """Return the workbook without our sheets: none of them is a table of the submission."""
    ours = {compact(name) for name in own_names(words)}
    return RawBook(tuple(one for one in book.sheets if compact(one.name) not in ours))


def said_in(book: RawBook, words: Wording) -> tuple[Said, ...]:
    """Read the explanations off a returned list of findings; a line left blank says the empty text."""
    name = compact(words(LIST))
    return tuple(said for sheet in book.sheets if compact(sheet.name) == name for said in _said(sheet, words))


def _said(sheet: RawSheet, words: Wording) -> Iterator[Said]:
    columns = {compact(words("marks.column_key")): "key", compact(words("marks.column_explanation")): "text"}
    rows = sheet.text.rows()
    for at, row in enumerate(rows[:_HEADER_WITHIN]):
        places = {columns[compact(text)]: place for place, text in enumerate(row) if text and compact(text) in columns}
        if places.keys() == {"key", "text"}:
            yield from _lines(rows[at + 1 :], places)
            return


def _lines(rows: Sequence[Sequence[str | None]], places: Mapping[str, int]) -> Iterator[Said]:
    for row in rows:
        identity = read_identity(row[places["key"]])
        if identity is not None:
            rule, form, line, column, value = identity
            text = (row[places["text"]] or "").strip()
            yield Said(rule=rule, spot=Spot(form, line, column), value=value, text=text)
