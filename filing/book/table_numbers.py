"""The numbers of a book's tables: one after the other as they stand, so that none seems to be missing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts.messages import Wording
from filing.book.workbook_model import Look, Sheet


def numbered(sheets: Mapping[str, Sheet], words: Wording) -> dict[str, Sheet]:
    """Return the sheets, each table that has no number of its own with that of its place among such tables."""
    return dict(_numbered(sheets, words))


def _numbered(sheets: Mapping[str, Sheet], words: Wording) -> Iterator[tuple[str, Sheet]]:
    count = 0
    for name, sheet in sheets.items():
        if number_of(sheet) == "":
            count += 1
            yield name, _with_number(sheet, words("filing.number.annex", number=count))
        else:
            yield name, sheet


def number_of(sheet: Sheet) -> str | None:
    """Return what stands at a table's top left; None for a sheet that is no table."""
    first = sheet.rows[0][0] if sheet.rows and sheet.rows[0] else None
    return str(first.value) if first is not None and first.look is Look.FORM_NUMBER else None


def _with_number(sheet: Sheet, number: str) -> Sheet:
    (first, *rest), *rows = sheet.rows
    return replace(sheet, rows=((replace(first, value=number), *rest), *rows))
