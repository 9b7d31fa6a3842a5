"""Find each table of the contract on the sheets of a workbook, by title and headings rather than by position."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checks.cleaning import compact
from checks.rawbook import RawBook, RawSheet
from contracts.model import Field, Form

_ROWS = 60  # titles, notes and headers stand above this row
_LEAST_HEADINGS = 2  # one matching word in a row is chance, two are a header
_UNIT = re.compile(r"单位[:]?\(?(万亩|亩|公顷|平方米|平方公里)")
_BRACKETED_UNIT = re.compile(r"\((万亩|亩|公顷|平方米|平方公里)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a form lies: 1-based *header_row*, and the column of each field found once.

    *doubled* holds every column of a heading that stands there more than once; *spare* the columns under a heading
    that the contract does not know; *units* the area units stated above or in the header.
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


def locate(forms: Iterable[Form], book: RawBook) -> dict[str, Search]:
    """Return where each form lies; one table a sheet, each sheet used by one form, best matches first."""
    wanted = tuple(forms)
    scored = [
        (score, form, found)
        for form in wanted
        for sheet in book.sheets
        if sheet.visible
        for score, found in [_fit(form, sheet)]
        if found is not None
    ]
    scored.sort(key=lambda one: one[0], reverse=True)
    taken: dict[str, Located] = {}
    for _, form, found in scored:
        if form.name not in taken and found.sheet.name not in {one.sheet.name for one in taken.values()}:
            taken[form.name] = found
    return {form.name: _search(form, taken, scored, book) for form in wanted}


def _search(
    form: Form,
    taken: Mapping[str, Located],
    scored: list[tuple[tuple[int, ...], Form, Located]],
    book: RawBook,
) -> Search:
    located = taken.get(form.name)
    used = {one.sheet.name for one in taken.values()}
    marked = [one.sheet.name for score, other, one in scored if other is form and score[0] and score[2]]
    rivals = tuple(name for name in marked if name not in used) if located else ()
    named = next((sheet.name for sheet in book.sheets if sheet.visible and _bears_name(form, sheet)), None)
    return Search(located, rivals, named if located is None and named not in used else None)


def _fit(form: Form, sheet: RawSheet) -> tuple[tuple[int, ...], Located | None]:
    rows = sheet.text.head(_ROWS).rows()
    names = {compact(heading): one.name for one in form.fields for heading in one.headings}
    header = max(range(len(rows)), key=lambda at: len(_matches(rows[at], names)), default=None)
    if header is None or len(_matches(rows[header], names)) < _LEAST_HEADINGS:
        return (), None
    title = compact("".join(text for row in rows[:header] for text in row if text) + sheet.name)
    marked = bool(form.title_marks) and all(compact(mark) in title for mark in form.title_marks)
    named = _bears_name(form, sheet)
    if not (marked or named) and (form.title_marks or form.sheet_names):
        return (), None
    found = _located(form, sheet, header, _matches(rows[header], names))
    complete = not found.missing and not found.doubled
    return (int(marked), int(named), int(complete), len(found.columns)), found


def _located(form: Form, sheet: RawSheet, header: int, matches: Mapping[int, str]) -> Located:
    rows = sheet.text.head(header + 1).rows()
    by_field: dict[str, tuple[int, ...]] = {}
    for column, name in matches.items():
        by_field[name] = (*by_field.get(name, ()), column)
    headings = {at: compact(text) for at, text in enumerate(rows[header], start=1) if compact(text or "")}
    stated = [unit for row in rows[:header] for text in row if text for unit in _UNIT.findall(compact(text))]
    stated += [unit for text in headings.values() for unit in _BRACKETED_UNIT.findall(text)]
    return Located(
        form=form,
        sheet=sheet,
        header_row=header + 1,
        columns={name: columns[0] for name, columns in by_field.items() if len(columns) == 1},
        doubled={name: columns for name, columns in by_field.items() if len(columns) > 1},
        spare={at: text for at, text in headings.items() if at not in matches},
        units=tuple(dict.fromkeys(stated)),
    )


def _matches(row: tuple[str | None, ...], names: Mapping[str, str]) -> dict[int, str]:
    """Return the columns whose heading is known; a unit in brackets after the heading does not hide it."""
    keys = ((at, compact(text or "")) for at, text in enumerate(row, start=1))
    plain = ((at, names.get(key) or names.get(_BRACKETED_UNIT.sub("", key))) for at, key in keys)
    return {at: name for at, name in plain if name}


def _bears_name(form: Form, sheet: RawSheet) -> bool:
    return any(compact(sheet.name).startswith(compact(name)) for name in form.sheet_names)
