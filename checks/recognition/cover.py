"""Read the cover: labels on the left, values to the right of them.

The cover says which county reports which year in which version.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.model.cell_ref import CellRef
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawSheet, RawWorkbook
from checks.model.refusal import create_refusal
from checks.model.report import CoverField
from checks.model.submission_identity import SubmissionIdentity
from checks.parsing.dates import convert_chinese_numerals, normalise_day
from checks.parsing.text_normalisation import normalise_text, read_integer
from checks.recognition.header_rows import KnownHeadings
from contracts.form_model import Field, Form
from contracts.messages import Messages
from contracts.recognition_words import compile_pattern

# A cover is one printed page.
_MAX_COVER_ROWS = 80
# What people write around the numbers of the cover.
_NUMBER_WITH_WORDS = {
    "county_code": compile_pattern("cover_county_code"),
    "year": compile_pattern("cover_year"),
    "version": compile_pattern("cover_version"),
}
_IDENTITY_BOUNDS = {"county_code": (100000, 999999), "year": (1980, 2999), "version": (1, 9999)}


@dataclass(frozen=True, slots=True)
class CoverEntry:
    """One line of the cover: the cells of label and value, and the text of the value (empty if not filled in)."""

    label_cell: CellRef
    cell: CellRef
    text: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover as read: the entries of each field by its name, in the order of the sheet."""

    sheet: str
    entries: Mapping[str, tuple[CoverEntry, ...]]

    def list_fields(self, form: Form) -> tuple[CoverField, ...]:
        """Return every field that the cover has, with its first filled value; a date is written as 2024-03-05."""
        date_names = {field.name for field in form.fields if field.kind == "date"}
        fields = []
        for name, entries in self.entries.items():
            entry = next((entry for entry in entries if entry.text), entries[0])
            text = entry.text
            if name in date_names:
                text = normalise_day(text)
            fields.append(CoverField(name=name, text=text, sheet=self.sheet, cell=entry.cell.address))
        return tuple(fields)

    def get_text(self, field_name: str) -> str:
        """Return the first filled value of a field, or an empty text if there is none."""
        for entry in self.entries.get(field_name, ()):
            if entry.text:
                return entry.text
        return ""


def read_cover(book: RawWorkbook, form: Form) -> Cover | None:
    """Return the cover, or None if there is none.

    The cover is the visible sheet with the cover's name or, without one, a sheet with more than half of the required
    labels.
    """
    covers = [_extract_cover(sheet, form) for sheet in book.sheets if sheet.visible]
    sheet_names = set(map(normalise_text, form.sheet_names))
    named_covers = [cover for cover in covers if normalise_text(cover.sheet) in sheet_names]
    cover = max(named_covers or covers, key=lambda cover: len(cover.entries), default=None)
    if cover is None or named_covers:
        return cover
    required_count = sum(field.required for field in form.fields)
    if len(cover.entries) * 2 <= required_count:
        return None
    return cover


def identify_submission(cover: Cover | None, form: Form, messages: Messages) -> SubmissionIdentity | Refusal:
    """Return county, year and version of a submission, or a refusal if the cover does not state all three."""
    if cover is None:
        return refuse_missing_cover(form, messages)
    numbers: list[int] = []
    for name in ("county_code", "year", "version"):
        number = _parse_identity_number(cover, form.get_field(name), messages)
        if isinstance(number, Refusal):
            return number
        numbers.append(number)
    county_code, year, version = numbers
    return SubmissionIdentity(county=f"{county_code:06d}", year=year, version=version)


def refuse_missing_cover(form: Form, messages: Messages) -> Refusal:
    """Return the refusal of a workbook without a cover."""
    return create_refusal(messages, "cover_missing", sheet=form.sheet_names[0])


def _parse_identity_number(cover: Cover, field: Field, messages: Messages) -> int | Refusal:
    entries = cover.entries.get(field.name, ())
    texts = {entry.text for entry in entries if entry.text}
    if len(texts) > 1:
        return _refuse_cover("cover_field_doubled", cover, field, messages, entry=entries[-1])
    if not texts:
        return _refuse_cover("cover_field_missing", cover, field, messages, entry=next(iter(entries), None))
    number = read_integer(_remove_cover_words(texts.pop(), field.name))
    lowest, highest = _IDENTITY_BOUNDS[field.name]
    if number is None or not lowest <= number <= highest:
        return _refuse_cover("cover_field_bad", cover, field, messages, entry=entries[0])
    return number


def _remove_cover_words(text: str, field_name: str) -> str:
    """Return the number in a value such as 2024年度, 第2版 or 二〇二四年; any other text stays as it is."""
    match = _NUMBER_WITH_WORDS[field_name].fullmatch(normalise_text(text))
    if match is None:
        return text
    return convert_chinese_numerals(match["number"])


def _refuse_cover(code: str, cover: Cover, field: Field, messages: Messages, *, entry: CoverEntry | None) -> Refusal:
    cell: str | None = None
    value = ""
    if entry is not None:
        cell, value = entry.cell.address, entry.text
    return create_refusal(
        messages,
        code,
        sheet=cover.sheet,
        cell=cell,
        heading=field.heading,
        value=value,
        expected=messages(f"expected.{field.name}"),
    )


def _extract_cover(sheet: RawSheet, form: Form) -> Cover:
    names = KnownHeadings.from_form(form).exact
    entries: dict[str, tuple[CoverEntry, ...]] = {}
    for row, cells in enumerate(sheet.text.head(_MAX_COVER_ROWS).iter_rows(), start=1):
        for column, text in enumerate(cells, start=1):
            name = names.get(normalise_text(text or "").rstrip(":"))
            if name:
                entry = _extract_entry(sheet.name, row, column, cells)
                entries[name] = (*entries.get(name, ()), entry)
    return Cover(sheet.name, entries)


def _extract_entry(sheet: str, row: int, column: int, cells: tuple[str | None, ...]) -> CoverEntry:
    """Return the entry of the label in *column*; its value is the first filled cell to the right.

    A label may be merged over several columns. Without a value, the entry points at the cell beside the label.
    """
    value_column = column + 1
    for candidate, text in enumerate(cells[column:], start=column + 1):
        if normalise_text(text or ""):
            value_column = candidate
            break
    value = ((*cells, None)[value_column - 1] or "").strip()
    return CoverEntry(CellRef.from_position(sheet, row, column), CellRef.from_position(sheet, row, value_column), value)
