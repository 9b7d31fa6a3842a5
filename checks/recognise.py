"""Find each table of the contract on the sheets of a workbook, by title and headings rather than by position."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks.cleaning import compact
from checks.rawbook import RawBook, RawSheet
from contracts.model import Field, Form

_ROWS = 60  # titles, notes and headers stand above this row
_LEAST_HEADINGS = 2  # one matching word in a row is chance, two are a header
_ANY_UNIT = "(?:万亩|亩|公顷|平方米|平方公里)"
_UNIT = re.compile(rf"单位[:]?\(?({_ANY_UNIT}(?:[、,;/和或及]{_ANY_UNIT})*)")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_DEEPEST_HEADER = 4  # rows of one header
_BRACKETED_UNIT = re.compile(rf"\(({_ANY_UNIT})\)$")


Row = tuple[str | None, ...]


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
        for score, found in [_fit(form, sheet)]
        if found is not None
    ]
    # a hidden sheet serves only where no shown one holds the form
    scored.sort(key=lambda one: (one[2].sheet.visible, one[0]), reverse=True)
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
    marked = [
        one.sheet.name for score, other, one in scored if other is form and score[0] and score[2] and one.sheet.visible
    ]
    rivals = tuple(name for name in marked if name not in used) if located else ()
    named = next((sheet.name for sheet in book.sheets if sheet.visible and _bears_name(form, sheet)), None)
    return Search(located, rivals, named if located is None and named not in used else None)


def _fit(form: Form, sheet: RawSheet) -> tuple[tuple[int, ...], Located | None]:
    rows = _unmerged(sheet)
    names = {compact(heading): one.name for one in form.fields for heading in one.headings}
    header = _header_row([len(_matches(_header(rows, at), names)) for at in range(len(rows))])
    if header is None:
        return (), None
    title = compact("".join(text for row in rows[:header] for text in row if text) + sheet.name)
    marked = bool(form.title_marks) and all(compact(mark) in title for mark in form.title_marks)
    named = _bears_name(form, sheet)
    if not (marked or named) and (form.title_marks or form.sheet_names):
        return (), None
    found = _located(form, sheet, rows[: header + 1], _matches(_header(rows, header), names))
    complete = not found.missing and not found.doubled
    return (int(marked), int(named), int(complete), len(found.columns)), found


def _unmerged(sheet: RawSheet) -> list[Row]:
    """Return the top of a sheet with each heading that is merged downwards standing in every row of its range."""
    rows = [list(row) for row in sheet.text.head(_ROWS).rows()]
    for (top, left), (bottom, _) in sheet.merges:
        if top <= len(rows) and bottom - top < _DEEPEST_HEADER and left <= len(rows[top - 1]):
            for row in rows[top : min(bottom, len(rows))]:
                row[left - 1] = row[left - 1] or rows[top - 1][left - 1]
    return [tuple(row) for row in rows]


def _header_row(known: Sequence[int]) -> int | None:
    """Return the row with the most known headings; of several that follow each other, the lowest bears the table."""
    most = max(known, default=0)
    if most < _LEAST_HEADINGS:
        return None
    at = known.index(most)
    while at + 1 < len(known) and known[at + 1] == most:
        at += 1
    return at


def _header(rows: Sequence[Row], at: int) -> Row:
    """Return the headings that end in a row: its own, and above a blank the nearest one of a lone header cell.

    A row with figures is no header, whatever stands above it.
    """
    if not any(compact(text or "") for text in rows[at]) or _is_data(rows[at]):
        return ()
    above = [row for row in rows[max(0, at - _DEEPEST_HEADER + 1) : at] if _filled(row) >= _LEAST_HEADINGS]
    if any(_is_data(row) for row in above):
        above = []
    return tuple(
        next((text for text in (own, *(row[column] for row in reversed(above))) if compact(text or "")), None)
        for column, own in enumerate(rows[at])
    )


def _filled(row: Row) -> int:
    return sum(1 for text in row if compact(text or ""))


def _is_data(row: Row) -> bool:
    """Tell whether a row holds bare numbers; years in a heading carry their 年."""
    return any(_NUMBER.fullmatch(compact(text or "")) for text in row)


def _located(form: Form, sheet: RawSheet, rows: Sequence[Row], matches: Mapping[int, str]) -> Located:
    header = len(rows) - 1
    by_field: dict[str, tuple[int, ...]] = {}
    for column, name in matches.items():
        by_field[name] = (*by_field.get(name, ()), column)
    headings = {at: compact(text or "") for at, text in enumerate(rows[header], start=1) if compact(text or "")}
    lines = [line for row in rows[:header] for cell in row if cell for line in _UNIT.findall(compact(cell))]
    stated = [unit for line in lines for unit in re.findall(_ANY_UNIT, line)]
    stated += [unit for heading in headings.values() for unit in _BRACKETED_UNIT.findall(heading)]
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
