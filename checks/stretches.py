"""A sheet that holds several tables, one below the other, taken apart at their titles; every cell keeps its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import polars as pl

from checks.cleaning import compact
from checks.rawbook import RawSheet
from contracts.model import Form

_MOST_IN_TITLE: Final = 3  # cells with text in a row that holds a title


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of a sheet from *start* on, counted from 0, up to the next title: what is above and below is blank."""

    sheet: RawSheet
    start: int


def stretches(sheet: RawSheet, forms: Sequence[Form]) -> list[Stretch]:
    """Return the stretches of a sheet; most hold one table, and are left whole."""
    titles = list(_titles(sheet, forms))
    changes = [row for (_, before), (row, after) in pairwise(titles) if before != after]
    if not changes:
        return [Stretch(sheet, 0)]
    bounds = [0, *changes, sheet.text.height]
    return [Stretch(_only(sheet, start, end), start) for start, end in pairwise(bounds)]


def _titles(sheet: RawSheet, forms: Sequence[Form]) -> Iterator[tuple[int, str]]:
    """Yield the rows that bear a form's title, from 0, and whose it is."""
    if not sheet.text.width or not sheet.text.height:
        return
    filled = sheet.text.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    few = ((filled > 0) & (filled <= _MOST_IN_TITLE)).arg_true()
    for at, row in zip(few, sheet.text[few].rows(), strict=True):
        text = compact("".join(one for one in row if one))
        name = next((form.name for form in forms if form.title_marks and _bears(text, form)), None)
        if name:
            yield at, name


def _bears(text: str, form: Form) -> bool:
    return all(compact(mark) in text for mark in form.title_marks)


def _only(sheet: RawSheet, start: int, end: int) -> RawSheet:
    text = pl.concat([sheet.text.clear(start), sheet.text.slice(start, end - start)])
    kinds = pl.concat([sheet.kinds.clear(start), sheet.kinds.slice(start, end - start)]).fill_null(0)
    merges = tuple(one for one in sheet.merges if start < one[0][0] <= end)
    return replace(sheet, text=text, kinds=kinds, merges=merges)
