"""Find rows inside a table that hold no data of their own: column numbers, headings, notes, subtotals, empty rows."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Final

import polars as pl

from checks.parsing.text_normalisation import normalise_text
from checks.recognition.column_names import list_field_names, list_label_names, list_naming_columns
from checks.recognition.locate_tables import TableLocation
from checks.recognition.note_rows import find_empty_rows, is_note_row, is_numbering_row
from contracts.form_model import Form, Role
from contracts.recognition_words import compile_pattern, get_pattern

# A total under any common name; the contract holds further names that counties use.
TOTAL_NAME_PATTERN: Final = get_pattern("total_name")
_TOTAL_NAME: Final = re.compile(TOTAL_NAME_PATTERN)
_SUBTOTAL_NAME: Final = compile_pattern("subtotal_name")
_CLOSING_LABEL: Final = compile_pattern("closing_label")
_SUBTOTAL_WORDS: Final = get_pattern("subtotal_words")
_ADDING_SUBTOTAL: Final = compile_pattern("adding_subtotal")
# A subtotal with a name of its own, such as 城区小计, may add up rows that stand apart.
_NAMELESS_SUBTOTAL: Final = compile_pattern("nameless_subtotal")
# A name in another column than those of the labels.
_PLAIN_SUBTOTAL: Final = compile_pattern("plain_subtotal")
# Cells of a row that repeat the heading of their column.
_MIN_REPEATED_HEADINGS: Final = 2
_MAX_ROWS_ABOVE_HEADER: Final = 5
# With fewer labels, a row cannot be judged by them.
_MIN_LABELS: Final = 2

RowTexts = Mapping[str, str | None]


def find_non_data_rows(rows: pl.DataFrame, location: TableLocation) -> list[int]:
    """Return the sorted row numbers of the rows without data of their own.

    *rows* has the raw text of each field under its name, and Excel's row number as ``row``.
    """
    form = location.form
    suspects = rows.filter(_build_suspect_filter(form, rows))
    names = [name for name in form.field_names if name in rows.columns]
    row_numbers = [int(row["row"]) for row in suspects.iter_rows(named=True) if _is_non_data_row(row, form, names)]
    page_titles = _find_page_titles(rows, form, names, row_numbers)
    return sorted({*row_numbers, *page_titles, *find_empty_rows(rows, location)})


def find_subtotals(rows: pl.DataFrame, form: Form, row_numbers: Sequence[int]) -> list[int]:
    """Return those of *row_numbers* that add up the rows beside them, such as 小计; 其中 and 累计 do not."""
    subtotals: list[int] = []
    for row in _select_rows(rows, row_numbers).iter_rows(named=True):
        labels = [normalise_text(row[name] or "") for name in list_naming_columns(form, row)]
        if any(map(_ADDING_SUBTOTAL.search, labels)):
            subtotals.append(int(row["row"]))
    return subtotals


def is_nameless_subtotal(labels: Iterable[str | None]) -> bool:
    """Return whether a subtotal has no name of its own, so that it adds up the rows beside it."""
    return any(_NAMELESS_SUBTOTAL.search(normalise_text(label or "")) for label in labels)


def is_closing_label(text: str) -> bool:
    """Return whether a last row with this label is the total of a table that has no other total.

    Such a label, for example 小计, normally names a subtotal.
    """
    return bool(_CLOSING_LABEL.search(normalise_text(text)))


def find_closing_subtotal(rows: pl.DataFrame, form: Form, row_numbers: Sequence[int]) -> int | None:
    """Return the only subtotal among *row_numbers*, or None unless it is below all rows with a row number (序号)."""
    candidates = _select_rows(rows, row_numbers).iter_rows(named=True)
    subtotals = [int(row["row"]) for row in candidates if _is_subtotal(row, form)]
    serial = next(iter(list_field_names(form, Role.SERIAL)), None)
    if len(subtotals) != 1 or serial not in rows.columns:
        return None
    subtotal = subtotals[0]
    numbered_below = rows.filter((pl.col("row") > subtotal) & pl.col(serial).str.contains(r"^\s*[0-9]+\s*$"))
    if numbered_below.height:
        return None
    return subtotal


def _select_rows(rows: pl.DataFrame, row_numbers: Sequence[int]) -> pl.DataFrame:
    return rows.filter(pl.col("row").is_in(row_numbers))


def is_common_total_name(name: str) -> bool:
    """Return whether a normalised name is a common one for totals."""
    return bool(_TOTAL_NAME.match(name))


def is_total_name(text: str, form: Form) -> bool:
    """Return whether a row with this name is a total, by the contract or by a common name for totals."""
    name = normalise_text(text)
    return name in map(normalise_text, form.total_names) or bool(_TOTAL_NAME.match(name))


def _build_suspect_filter(form: Form, rows: pl.DataFrame) -> pl.Expr:
    """Select the few rows worth examining, so that a hundred thousand plots cost nothing.

    A row is not suspect if its first label is a number, its other labels are Chinese names, and no label has a word
    for a subtotal.
    """
    is_usual: list[pl.Expr] = []
    is_subtotal: list[pl.Expr] = []
    patterns = chain(["^[0-9]+$"], repeat(r"\p{Han}"))
    for label, pattern in zip(list_label_names(form), patterns, strict=False):
        if label in rows.columns:
            is_usual.append(pl.col(label).str.contains(pattern).fill_null(value=False))
            is_subtotal.append(pl.col(label).str.contains(_SUBTOTAL_WORDS).fill_null(value=False))
    if len(is_usual) < _MIN_LABELS and not form.is_detail:
        return pl.lit(value=True)
    return ~pl.all_horizontal(is_usual) | pl.any_horizontal(is_subtotal)


def _is_non_data_row(row: RowTexts, form: Form, names: Sequence[str]) -> bool:
    if _is_repeated_header(row, form, names) or _is_subtotal(row, form):
        return True
    texts = _normalise_cells(row, names)
    if any(is_total_name(text, form) for text in texts[: _count_labels(form, names)] if text):
        return False
    return is_numbering_row(texts) or is_note_row(texts, _count_labels(form, names))


def _count_labels(form: Form, names: Sequence[str]) -> int:
    """Return how many columns, from the first, only label a row: up to the township or the first column of text."""
    labels = [names.index(name) for name in list_naming_columns(form, names)]
    return max(labels, default=0) + 1


def _is_repeated_header(row: RowTexts, form: Form, names: Sequence[str]) -> bool:
    repeated_headings = 0
    for name in names:
        headings = map(normalise_text, form.get_field(name).all_headings)
        if normalise_text(row[name] or "") in headings:
            repeated_headings += 1
    return repeated_headings >= _MIN_REPEATED_HEADINGS


def _is_subtotal(row: RowTexts, form: Form) -> bool:
    total_names = set(map(normalise_text, form.total_names))
    for name in list_label_names(form):
        label = normalise_text(row.get(name) or "")
        if _SUBTOTAL_NAME.search(label) and not _TOTAL_NAME.match(label) and label not in total_names:
            return True
    return any(_PLAIN_SUBTOTAL.match(normalise_text(row.get(name) or "")) for name in list_naming_columns(form, row))


def _find_page_titles(
    rows: pl.DataFrame, form: Form, names: Sequence[str], row_numbers: Sequence[int]
) -> Iterator[int]:
    """Yield the rows with a single text above a repeated header: title and unit of the next page."""
    if not row_numbers:
        return
    nearby_rows = _select_rows(rows, _list_rows_above(row_numbers))
    rows_by_number = {int(row["row"]): row for row in nearby_rows.iter_rows(named=True)}
    for start in row_numbers:
        if not _is_repeated_header(rows_by_number[start], form, names):
            continue
        row_number = start - 1
        while row_number in rows_by_number and _has_single_text(rows_by_number[row_number], names):
            yield row_number
            row_number -= 1


def _has_single_text(row: RowTexts, names: Sequence[str]) -> bool:
    return sum(map(bool, _normalise_cells(row, names))) == 1


def _normalise_cells(row: RowTexts, names: Sequence[str]) -> list[str]:
    return [normalise_text(row[name] or "") for name in names]


def _list_rows_above(row_numbers: Sequence[int]) -> list[int]:
    """Return the rows themselves and those up to _MAX_ROWS_ABOVE_HEADER above them, sorted."""
    nearby_numbers: set[int] = set()
    for row_number in row_numbers:
        nearby_numbers.update(range(row_number - _MAX_ROWS_ABOVE_HEADER, row_number + 1))
    return sorted(nearby_numbers)
