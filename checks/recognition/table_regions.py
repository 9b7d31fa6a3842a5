"""Split a sheet with several tables, one below or beside the other; every cell keeps its address."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import polars as pl

from checks.model.raw_workbook import RawSheet
from checks.parsing.text_normalisation import normalise_text
from contracts.form_model import Form, Role

# A row with a title has at most this many filled cells.
_MAX_TITLE_CELLS: Final = 3
# The header of a table beside another one is above this row.
_MAX_ROWS_SEARCHED: Final = 500


@dataclass(frozen=True, slots=True)
class SheetRegion:
    """The rows of a sheet from *start*, counted from 0, up to the next title; all other rows are blank."""

    sheet: RawSheet
    start: int


def split_regions(sheet: RawSheet, forms: Sequence[Form]) -> list[SheetRegion]:
    """Return the regions of a sheet, one per title of another form; a sheet with one table is a single region."""
    titles = list(_find_titles(sheet, forms))
    starts = [row for (_, previous_form), (row, form) in pairwise(titles) if previous_form != form]
    if not starts:
        return [SheetRegion(sheet, 0)]
    bounds = [0, *starts, sheet.text.height]
    return [SheetRegion(_keep_rows(sheet, start, end), start) for start, end in pairwise(bounds)]


def split_columns(sheet: RawSheet, forms: Sequence[Form]) -> list[RawSheet]:
    """Return a sheet split before each column of row numbers (序号), or an empty list if it has at most one.

    Every cell keeps its address. The caller decides whether the split makes sense.
    """
    top = sheet.text.head(_MAX_ROWS_SEARCHED)
    if not top.width:
        return []
    has_serial_heading = top.select(pl.all().str.contains(_build_serial_pattern(forms)).any()).row(0)
    serial_columns = [index for index, has_heading in enumerate(has_serial_heading) if has_heading]
    if len(serial_columns) <= 1:
        return []
    bounds = [0, *serial_columns[1:], sheet.text.width]
    return [_keep_columns(sheet, start, end) for start, end in pairwise(bounds)]


def _build_serial_pattern(forms: Iterable[Form]) -> str:
    """Return a pattern for the headings of all serial fields, with any spaces; one that never matches without any."""
    headings: set[str] = set()
    for form in forms:
        for field in form.get_fields_by_role(Role.SERIAL):
            headings.update(map(normalise_text, field.all_headings))
    alternatives = [r"\s*".join(map(re.escape, heading)) for heading in sorted(headings)]
    return rf"^\s*(?:{'|'.join(alternatives) or '$^'})\s*$"


def _keep_columns(sheet: RawSheet, start: int, end: int) -> RawSheet:
    """Return a sheet with all columns blank except those from *start*, counted from 0, up to and without *end*."""
    blank_columns = [*sheet.text.columns[:start], *sheet.text.columns[end:]]
    text = sheet.text.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in blank_columns)
    kinds = sheet.kinds.with_columns(pl.lit(0, dtype=sheet.kinds[name].dtype).alias(name) for name in blank_columns)
    merges = tuple(merge for merge in sheet.merges if start < merge[0][1] <= end)
    return replace(sheet, text=text, kinds=kinds, merges=merges)


def _find_titles(sheet: RawSheet, forms: Sequence[Form]) -> Iterator[tuple[int, str]]:
    """Yield each row with a form's title, counted from 0, and the name of the form."""
    if not sheet.text.width or not sheet.text.height:
        return
    filled_counts = sheet.text.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    candidates = ((filled_counts > 0) & (filled_counts <= _MAX_TITLE_CELLS)).arg_true()
    for row_index, row in zip(candidates, sheet.text[candidates].rows(), strict=True):
        text = normalise_text("".join(filter(None, row)))
        for form in forms:
            if form.title_marks and has_title_marks(text, form):
                yield row_index, form.name
                break


def has_title_marks(text: str, form: Form) -> bool:
    """Return whether a normalised text contains all marks of a form's title."""
    return all(normalise_text(mark) in text for mark in form.title_marks)


def _keep_rows(sheet: RawSheet, start: int, end: int) -> RawSheet:
    """Return a sheet cut off at row *end*, with all rows before *start* blank; both are counted from 0."""
    text = pl.concat([sheet.text.clear(start), sheet.text.slice(start, end - start)])
    kinds = pl.concat([sheet.kinds.clear(start), sheet.kinds.slice(start, end - start)]).fill_null(0)
    merges = tuple(merge for merge in sheet.merges if start < merge[0][0] <= end)
    return replace(sheet, text=text, kinds=kinds, merges=merges)
