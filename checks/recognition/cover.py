"""The cover: labels on the left, values on the right; who reports which year in which version."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.model.cell_ref import CellRef
from checks.model.finding import Refusal
from checks.model.raw_workbook import RawSheet, RawWorkbook
from checks.model.refusal import create_refusal
from checks.model.submission_identity import SubmissionIdentity
from checks.parsing.text_normalisation import normalise_text, read_integer
from contracts.form_model import Field, Form
from contracts.messages import Messages

_MAX_COVER_ROWS = 80  # a cover is one printed page


@dataclass(frozen=True, slots=True)
class CoverEntry:
    """One line of the cover: the cells of label and value, and the text of the value (empty where not filled in)."""

    label_cell: CellRef
    cell: CellRef
    text: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover as read: every entry found for each field, in the order of the sheet."""

    sheet: str
    entries: Mapping[str, tuple[CoverEntry, ...]]

    def get_text(self, field_name: str) -> str:
        """Return what the cover says of a field, empty where it says nothing."""
        return next((entry.text for entry in self.entries.get(field_name, ()) if entry.text), "")


def read_cover(book: RawWorkbook, form: Form) -> Cover | None:
    """Return the cover, found by the name of its sheet or by most of its labels; nothing where there is none."""
    covers = [_extract_cover(sheet, form) for sheet in book.sheets if sheet.visible]
    named = [one for one in covers if normalise_text(one.sheet) in {normalise_text(name) for name in form.sheet_names}]
    best = max(named or covers, key=lambda one: len(one.entries), default=None)
    identifying = [one for one in form.fields if one.required]
    return best if best and (named or len(best.entries) * 2 > len(identifying)) else None


def identify_submission(cover: Cover | None, form: Form, messages: Messages) -> SubmissionIdentity | Refusal:
    """Return whose submission it is, or why that cannot be told: such a file is nobody's and is refused."""
    if cover is None:
        return create_refusal(messages, "cover_missing", sheet=form.sheet_names[0])
    numbers = {
        name: _parse_identity_number(cover, form.get_field(name), messages)
        for name in ("county_code", "year", "version")
    }
    for value in numbers.values():
        if isinstance(value, Refusal):
            return value
    known = {name: value for name, value in numbers.items() if isinstance(value, int)}
    return SubmissionIdentity(county=f"{known['county_code']:06d}", year=known["year"], version=known["version"])


def _parse_identity_number(cover: Cover, field: Field, messages: Messages) -> int | Refusal:
    filled = cover.entries.get(field.name, ())
    meant = {entry.text for entry in filled if entry.text}
    if len(meant) > 1:
        return _refuse_cover("cover_field_doubled", cover, field, messages, entry=filled[-1])
    if not meant:
        return _refuse_cover("cover_field_missing", cover, field, messages, entry=filled[0] if filled else None)
    number = read_integer(meant.pop())
    bounds = {"county_code": (100000, 999999), "year": (1980, 2999), "version": (1, 9999)}
    lowest, highest = bounds[field.name]
    if number is None or not lowest <= number <= highest:
        return _refuse_cover("cover_field_bad", cover, field, messages, entry=filled[0])
    return number


def _refuse_cover(code: str, cover: Cover, field: Field, messages: Messages, *, entry: CoverEntry | None) -> Refusal:
    return create_refusal(
        messages,
        code,
        sheet=cover.sheet,
        cell=entry.cell.address if entry else None,
        heading=field.heading,
        value=entry.text if entry else "",
        expected=messages(f"expected.{field.name}"),
    )


def _extract_cover(sheet: RawSheet, form: Form) -> Cover:
    names = {normalise_text(heading): one.name for one in form.fields for heading in one.all_headings}
    found: dict[str, tuple[CoverEntry, ...]] = {}
    for row, cells in enumerate(sheet.text.head(_MAX_COVER_ROWS).iter_rows(), start=1):
        for column, text in enumerate(cells, start=1):
            name = names.get(normalise_text(text or "").rstrip(":"))
            if name:
                entry = _extract_entry(sheet.name, row, column, cells)
                found[name] = (*found.get(name, ()), entry)
    return Cover(sheet.name, found)


def _extract_entry(sheet: str, row: int, column: int, cells: tuple[str | None, ...]) -> CoverEntry:
    """Take the value from the first filled cell to the right; labels may be merged over several columns."""
    at = next(
        (number for number in range(column + 1, len(cells) + 1) if normalise_text(cells[number - 1] or "")),
        column + 1,
    )
    text = (cells[at - 1] or "").strip() if at <= len(cells) else ""
    return CoverEntry(CellRef.from_position(sheet, row, column), CellRef.from_position(sheet, row, at), text)
