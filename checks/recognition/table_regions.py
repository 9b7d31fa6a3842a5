"""A sheet that holds several tables, one below or beside the other, taken apart; every cell keeps its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import polars as pl

from checks.model.raw_workbook import RawSheet
from checks.parsing.text_normalisation import normalise_text
from contracts.form_model import Form, Role

_MAX_TITLE_CELLS: Final = 3  # cells with text in a row that holds a title
_MAX_ROWS_SEARCHED: Final = 500  # rows: the header of a table beside another stands higher


@dataclass(frozen=True, slots=True)
class SheetRegion:
    """The rows of a sheet from *start* on, counted from 0, up to the next title: what is above and below is blank."""

    sheet: RawSheet
    start: int


def split_regions(sheet: RawSheet, forms: Sequence[Form]) -> list[SheetRegion]:
    """Return the stretches of a sheet; most hold one table, and are left whole."""
    titles = list(_find_titles(sheet, forms))
    changes = [row for (_, before), (row, after) in pairwise(titles) if before != after]
    if not changes:
        return [SheetRegion(sheet, 0)]
    bounds = [0, *changes, sheet.text.height]
    return [SheetRegion(_keep_rows(sheet, start, end), start) for start, end in pairwise(bounds)]


def split_columns(sheet: RawSheet, forms: Sequence[Form]) -> list[RawSheet]:
    """Return a sheet cut at each column that begins with row numbers, nothing where there is one such column at most.

    Every cell keeps its place; whether the cut makes sense is for the caller to judge.
    """
    words = {
        normalise_text(heading)
        for form in forms
        for field in form.get_fields_by_role(Role.SERIAL)
        for heading in field.all_headings
    }
    headed = re.compile("|".join(r"\s*".join(map(re.escape, word)) for word in sorted(words)) or "$^")
    top = sheet.text.head(_MAX_ROWS_SEARCHED)
    bears = top.select(pl.all().str.contains(rf"^\s*(?:{headed.pattern})\s*$").any()).row(0) if top.width else ()
    counted = [at for at, heading in enumerate(bears) if heading]
    bounds = [0, *counted[1:], sheet.text.width]
    return [_keep_columns(sheet, start, end) for start, end in pairwise(bounds)] if len(counted) > 1 else []


def _keep_columns(sheet: RawSheet, start: int, end: int) -> RawSheet:
    """Return a sheet with all columns blank but those from *start*, counted from 0, up to *end*."""
    beyond = [name for at, name in enumerate(sheet.text.columns) if not start <= at < end]
    text = sheet.text.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in beyond)
    kinds = sheet.kinds.with_columns(pl.lit(0, dtype=sheet.kinds[name].dtype).alias(name) for name in beyond)
    merges = tuple(one for one in sheet.merges if start < one[0][1] <= end)
    return replace(sheet, text=text, kinds=kinds, merges=merges)


def _find_titles(sheet: RawSheet, forms: Sequence[Form]) -> Iterator[tuple[int, str]]:
    """Yield the rows that bear a form's title, from 0, and whose it is."""
    if not sheet.text.width or not sheet.text.height:
        return
    filled = sheet.text.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    few = ((filled > 0) & (filled <= _MAX_TITLE_CELLS)).arg_true()
    for at, row in zip(few, sheet.text[few].rows(), strict=True):
        text = normalise_text("".join(one for one in row if one))
        name = next((form.name for form in forms if form.title_marks and _has_title_marks(text, form)), None)
        if name:
            yield at, name


def _has_title_marks(text: str, form: Form) -> bool:
    return all(normalise_text(mark) in text for mark in form.title_marks)


def _keep_rows(sheet: RawSheet, start: int, end: int) -> RawSheet:
    text = pl.concat([sheet.text.clear(start), sheet.text.slice(start, end - start)])
    kinds = pl.concat([sheet.kinds.clear(start), sheet.kinds.slice(start, end - start)]).fill_null(0)
    merges = tuple(one for one in sheet.merges if start < one[0][0] <= end)
    return replace(sheet, text=text, kinds=kinds, merges=merges)
