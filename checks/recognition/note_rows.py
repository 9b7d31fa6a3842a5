"""Tell rows of column numbers, headings, notes and untouched rows of a template from rows of data."""

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from checks.model.cell_ref import column_letters
from checks.parsing.short_columns import is_short
from checks.recognition.column_names import list_field_names
from checks.recognition.locate_tables import TableLocation
from contracts.form_model import Form, Role
from contracts.recognition_words import compile_pattern

# 甲 and 乙 mark columns of text; a formula such as 4=1+2+3 says what a column holds.
_TEXT_COLUMN_MARK: Final = compile_pattern("text_column_mark")
_COLUMN_NUMBER: Final = compile_pattern("column_number")
# A run of one or two numbers may be data.
_MIN_NUMBERED_COLUMNS: Final = 3
_BLANK_MARK: Final = compile_pattern("blank_mark")
_DASHES: Final = re.compile(r"[-—–−_/\\*~=]+")
_GROUP_HEADING: Final = compile_pattern("group_heading")
_NOTE: Final = compile_pattern("note")
_ROW_NUMBER: Final = re.compile(r"\d+(?:\.0+)?")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
# What the formulas of a template give in a row without entries.
_EMPTY_RESULT: Final = r"^\s*(?:0(?:\.0+)?|#.*)?\s*$"
_SERIAL_OR_BLANK: Final = r"^\s*[0-9]*\s*$"


def is_numbering_row(texts: Sequence[str]) -> bool:
    """Return whether a row numbers the columns: without gaps from 1, 2 or 3, or with marks such as 甲 and 栏次."""
    numbers: list[int] = []
    has_mark = False
    for text in filter(None, texts):
        match = _COLUMN_NUMBER.fullmatch(text)
        if match is not None:
            numbers.append(int(match[1] or match[2]))
            has_mark = has_mark or bool(match[3])
        elif _TEXT_COLUMN_MARK.fullmatch(text):
            has_mark = has_mark or text not in "-—/"
        else:
            return False
    if has_mark and not numbers:
        return sum(map(bool, texts)) >= _MIN_NUMBERED_COLUMNS
    return _is_column_count(numbers, has_mark=has_mark)


def _is_column_count(numbers: Sequence[int], *, has_mark: bool) -> bool:
    if has_mark:
        return len(numbers) > 1 and list(numbers) == sorted(set(numbers))
    if len(numbers) < _MIN_NUMBERED_COLUMNS or numbers[0] not in (1, 2, 3):
        return False
    return list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))


def is_note_row(texts: Sequence[str], label_count: int) -> bool:
    """Return whether a row is a heading of a group, a note or a mark that the table ends.

    *texts* are its normalised cells; the first *label_count* of them label a row of data.
    """
    filled = [text for text in texts if text]
    if not filled or _ROW_NUMBER.fullmatch(texts[0]):
        return False
    first = filled[0]
    if _NOTE.match(first) or _BLANK_MARK.fullmatch(first) or all(map(_DASHES.fullmatch, filled)):
        return True
    labels = [text for text in texts[:label_count] if text]
    is_alone = bool(texts[0]) or len(filled) == 1
    if is_alone and len(labels) == 1 and _GROUP_HEADING.match(first):
        return True
    return len(filled) == 1 and bool(texts[0]) and bool(_HAN.search(first))


def find_empty_rows(rows: pl.DataFrame, location: TableLocation) -> list[int]:
    """Return the rows with nothing but a row number and formulas without a result, as a template has them.

    The template fills in townships too; where a plan says which of them must report, a township is an entry.
    """
    serials, prefilled = list_field_names(location.form, Role.SERIAL), list_prefilled_fields(location.form)
    entries = [name for name in location.columns if name in rows.columns and name not in prefilled]
    labels = [name for name in serials if name in rows.columns]
    if entries and is_short(rows.height):
        unfilled = [row for row in rows.iter_rows(named=True) if _is_unfilled(row, labels, entries)]
        return [int(row["row"]) for row in unfilled if _is_untouched(row, entries, location)]
    has_result = [~pl.col(name).fill_null("").str.contains(_EMPTY_RESULT) for name in entries]
    candidates = rows.filter(~pl.any_horizontal(has_result))
    is_numbered = [pl.col(name).fill_null("").str.contains(_SERIAL_OR_BLANK) for name in labels]
    candidates = candidates.filter(pl.all_horizontal(pl.lit(value=True), *is_numbered))
    return [int(row["row"]) for row in candidates.iter_rows(named=True) if _is_untouched(row, entries, location)]


def _is_unfilled(row: dict[str, str | None], labels: Sequence[str], entries: Sequence[str]) -> bool:
    """Return whether a row holds nothing but a row number and results that a template's formulas have."""
    if not all(re.search(_EMPTY_RESULT, row[name] or "") for name in entries):
        return False
    return all(re.search(_SERIAL_OR_BLANK, row[name] or "") for name in labels)


def list_prefilled_fields(form: Form) -> set[str]:
    """Return the columns that a template fills in: row numbers, and townships and land classes with their codes.

    Where a plan lists the townships, each of them must report: its name is an entry.
    """
    names = set(list_field_names(form, Role.SERIAL))
    checks = {rule.check: rule for rule in form.rules}
    if "townships_as_planned" in checks:
        return names
    names.update(list_field_names(form, Role.TOWNSHIP))
    if "township_code" in checks:
        names.add(str(checks["township_code"].arguments["column"]))
    if "unique_in_table" in checks:
        field = form.get_field(checks["unique_in_table"].arguments["column"])
        if field.codes:
            names.add(field.name)
    return names


def _is_untouched(row: dict[str, str | None], entries: Sequence[str], location: TableLocation) -> bool:
    """Return whether every filled cell of a row, its row number aside, holds a formula."""
    for name in entries:
        address = f"{column_letters(location.columns[name])}{row['row']}"
        if (row[name] or "").strip() and address not in location.sheet.formulas:
            return False
    return True
