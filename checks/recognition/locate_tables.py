"""Find each table of the contract on the sheets of a workbook, by title and headings rather than by position."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.model.raw_workbook import RawBook, RawSheet
from checks.parsing.text_normalisation import compact
from checks.recognition.header_rows import ANY_UNIT, BRACKETED_UNIT, Names, Top, header_row, top_of
from checks.recognition.table_regions import Stretch, side_by_side, stretches
from contracts.form_model import Field, Form

_UNIT: Final = re.compile(rf"单位[:]?\(?({ANY_UNIT}(?:[、,;/和或及]{ANY_UNIT})*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a form lies: 1-based *header_row*, and the column of each field found once.

    *sheet* holds nothing but this table, its cells where they stand in the file. *doubled* holds every column of a
    heading that stands there more than once; *spare* the columns under a heading that the contract does not know;
    *units* the area units stated above or in the header.
    """

    form: Form
    sheet: RawSheet
    header_row: int
    columns: Mapping[str, int]
    doubled: Mapping[str, tuple[int, ...]]
    spare: Mapping[int, str]
    units: tuple[str, ...]

    @property
    def missing(self) -> tuple[Field, ...]:
        """The required fields without a column."""
        known = self.columns.keys() | self.doubled.keys()
        return tuple(one for one in self.form.fields if one.required and one.name not in known)


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for one form: the best place, and other sheets that look just as much like it."""

    located: Located | None
    rivals: tuple[str, ...]
    named_sheet: str | None  # a sheet that bears the form's name but holds no such header


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a stretch of a sheet fits a form: it bears its title, its name, all its headings, so many of them."""

    form: Form
    stretch: Stretch
    score: tuple[int, int, int, int]
    located: Located

    @property
    def rank(self) -> tuple[bool, tuple[int, int, int, int]]:
        """The better the higher; a hidden sheet serves only where no shown one holds the form."""
        return self.located.sheet.visible, self.score

    @property
    def whole(self) -> bool:
        """Tell whether every heading of the form is there, once."""
        return not self.located.missing and not self.located.doubled


def locate(forms: Iterable[Form], book: RawBook) -> dict[str, Search]:
    """Return where each form lies; one table a stretch of a sheet, each used by one form, best matches first."""
    wanted = tuple(forms)
    fits = [fit for sheet in book.sheets for fit in _fits(sheet, wanted)]
    fits.sort(key=lambda one: one.rank, reverse=True)
    taken: dict[str, _Fit] = {}
    for one in fits:
        if one.form.name not in taken and not any(other.stretch is one.stretch for other in taken.values()):
            taken[one.form.name] = one
    return {form.name: _search(form, taken, fits, book) for form in wanted}


def _fits(sheet: RawSheet, forms: Sequence[Form]) -> list[_Fit]:
    """Return how the tables of a sheet fit; those side by side are told apart where each is another form's, whole."""
    apart = [_fits_below(one, forms) for one in side_by_side(sheet, forms)]
    best = [max(fits, key=lambda one: one.rank, default=None) for fits in apart]
    own = {one.form.name for one in best if one is not None and one.whole}
    return [fit for fits in apart for fit in fits] if apart and len(own) == len(apart) else _fits_below(sheet, forms)


def _fits_below(sheet: RawSheet, forms: Sequence[Form]) -> list[_Fit]:
    parts = [(one, top_of(one.sheet, one.start)) for one in stretches(sheet, forms)]
    return [fit for form in forms for stretch, top in parts if (fit := _fit(form, stretch, top))]


def _search(form: Form, taken: Mapping[str, _Fit], fits: Sequence[_Fit], book: RawBook) -> Search:
    located = taken[form.name].located if form.name in taken else None
    used = {one.located.sheet.name for one in taken.values()}
    marked = [
        one.located.sheet.name
        for one in fits
        if one.form is form and one.score[0] and one.score[2] and one.located.sheet.visible
    ]
    rivals = tuple(name for name in marked if name not in used) if located else ()
    named = next((sheet.name for sheet in book.sheets if sheet.visible and _bears_name(form, sheet)), None)
    return Search(located, rivals, named if located is None and named not in used else None)


def _fit(form: Form, stretch: Stretch, top: Top) -> _Fit | None:
    names = Names.of(form)
    known = [names.known(one) for one in top.headings]
    header = header_row([len(one) for one in known])
    if header is None:
        return None
    title = "".join("".join(row) for row in top.rows[:header]) + compact(stretch.sheet.name)
    marked = bool(form.title_marks) and all(compact(mark) in title for mark in form.title_marks)
    named = _bears_name(form, stretch.sheet)
    if not (marked or named) and (form.title_marks or form.sheet_names):
        return None
    found = _located(form, stretch.sheet, top, header, known[header])
    complete = not found.missing and not found.doubled
    return _Fit(form, stretch, (int(marked), int(named), int(complete), len(found.columns)), found)


def _located(form: Form, sheet: RawSheet, top: Top, header: int, known: Mapping[int, str]) -> Located:
    by_field: dict[str, tuple[int, ...]] = {}
    for column, name in known.items():
        by_field[name] = (*by_field.get(name, ()), column)
    headings = {at: text for at, text in enumerate(top.rows[header], start=1) if text}
    lines = [line for row in top.rows[:header] for text in row for line in _UNIT.findall(text)]
    stated = [unit for line in lines for unit in re.findall(ANY_UNIT, line)]
    stated += [unit for heading in headings.values() for unit in BRACKETED_UNIT.findall(heading)]
    return Located(
        form=form,
        sheet=sheet,
        header_row=top.start + header + 1,
        columns={name: columns[0] for name, columns in by_field.items() if len(columns) == 1},
        doubled={name: columns for name, columns in by_field.items() if len(columns) > 1},
        spare={at: text for at, text in headings.items() if at not in known},
        units=tuple(dict.fromkeys(stated)),
    )


def _bears_name(form: Form, sheet: RawSheet) -> bool:
    return any(compact(sheet.name).startswith(compact(name)) for name in form.sheet_names)
