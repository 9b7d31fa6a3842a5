"""Find each table of the contract on the sheets of a workbook, by title and headings rather than by position."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.model.raw_workbook import RawSheet, RawWorkbook
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.header_rows import (
    ANY_UNIT,
    BRACKETED_UNIT,
    HeaderBlock,
    KnownHeadings,
    find_header_row,
    read_header_block,
)
from checks.recognition.table_regions import SheetRegion, split_columns, split_regions
from contracts.form_model import Field, Form

_UNIT_STATEMENT: Final = re.compile(rf"单位[:]?\(?({ANY_UNIT}(?:[、,;/和或及]{ANY_UNIT})*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLocation:
    """Where a form lies: 1-based *header_row*, and the column of each field found once.

    *sheet* holds nothing but this table, its cells where they stand in the file. *doubled* holds every column of a
    heading that stands there more than once; *spare* the columns under a heading that the contract does not know;
    *units* the area units stated above or in the header.
    """

    form: Form
    sheet: RawSheet
    header_row: int
    columns: Mapping[str, int]
    duplicate_columns: Mapping[str, tuple[int, ...]]
    unknown_headings: Mapping[int, str]
    units: tuple[str, ...]

    @property
    def missing_fields(self) -> tuple[Field, ...]:
        """The required fields without a column."""
        known = self.columns.keys() | self.duplicate_columns.keys()
        return tuple(one for one in self.form.fields if one.required and one.name not in known)


@dataclass(frozen=True, slots=True)
class TableSearchResult:
    """What was found for one form: the best place, and other sheets that look just as much like it."""

    location: TableLocation | None
    rival_sheets: tuple[str, ...]
    sheet_without_header: str | None  # a sheet that bears the form's name but holds no such header


@dataclass(frozen=True, slots=True)
class _TableCandidate:
    """How well a stretch of a sheet fits a form: it bears its title, its name, all its headings, so many of them."""

    form: Form
    region: SheetRegion
    score: tuple[int, int, int, int]
    location: TableLocation

    @property
    def rank(self) -> tuple[bool, tuple[int, int, int, int]]:
        """The better the higher; a hidden sheet serves only where no shown one holds the form."""
        return self.location.sheet.visible, self.score

    @property
    def is_complete(self) -> bool:
        """Tell whether every heading of the form is there, once."""
        return not self.location.missing_fields and not self.location.duplicate_columns


def locate_tables(forms: Iterable[Form], book: RawWorkbook) -> dict[str, TableSearchResult]:
    """Return where each form lies; one table a stretch of a sheet, each used by one form, best matches first."""
    wanted = tuple(forms)
    fits = [fit for sheet in book.sheets for fit in _find_candidates(sheet, wanted)]
    fits.sort(key=lambda one: one.rank, reverse=True)
    taken: dict[str, _TableCandidate] = {}
    for one in fits:
        if one.form.name not in taken and not any(other.region is one.region for other in taken.values()):
            taken[one.form.name] = one
    return {form.name: _build_search_result(form, taken, fits, book) for form in wanted}


def _find_candidates(sheet: RawSheet, forms: Sequence[Form]) -> list[_TableCandidate]:
    """Return how the tables of a sheet fit; those side by side are told apart where each is another form's, whole."""
    apart = [_find_stacked_candidates(one, forms) for one in split_columns(sheet, forms)]
    best = [max(fits, key=lambda one: one.rank, default=None) for fits in apart]
    own = {one.form.name for one in best if one is not None and one.is_complete}
    return (
        [fit for fits in apart for fit in fits]
        if apart and len(own) == len(apart)
        else _find_stacked_candidates(sheet, forms)
    )


def _find_stacked_candidates(sheet: RawSheet, forms: Sequence[Form]) -> list[_TableCandidate]:
    parts = [(one, read_header_block(one.sheet, one.start)) for one in split_regions(sheet, forms)]
    return [fit for form in forms for stretch, top in parts if (fit := _build_candidate(form, stretch, top))]


def _build_search_result(
    form: Form, chosen: Mapping[str, _TableCandidate], candidates: Sequence[_TableCandidate], book: RawWorkbook
) -> TableSearchResult:
    located = chosen[form.name].location if form.name in chosen else None
    used = {one.location.sheet.name for one in chosen.values()}
    marked = [
        one.location.sheet.name
        for one in candidates
        if one.form is form and one.score[0] and one.score[2] and one.location.sheet.visible
    ]
    rivals = tuple(name for name in marked if name not in used) if located else ()
    named = next((sheet.name for sheet in book.sheets if sheet.visible and _has_form_name(form, sheet)), None)
    return TableSearchResult(located, rivals, named if located is None and named not in used else None)


def _build_candidate(form: Form, region: SheetRegion, header_block: HeaderBlock) -> _TableCandidate | None:
    names = KnownHeadings.from_form(form)
    known = [names.match_columns(one) for one in header_block.headings]
    header = find_header_row([len(one) for one in known])
    if header is None:
        return None
    title = "".join("".join(row) for row in header_block.rows[:header]) + normalise_text(region.sheet.name)
    marked = bool(form.title_marks) and all(normalise_text(mark) in title for mark in form.title_marks)
    named = _has_form_name(form, region.sheet)
    if not (marked or named) and (form.title_marks or form.sheet_names):
        return None
    found = _build_location(form, region.sheet, header_block, header, known[header])
    complete = not found.missing_fields and not found.duplicate_columns
    return _TableCandidate(form, region, (int(marked), int(named), int(complete), len(found.columns)), found)


def _build_location(
    form: Form, sheet: RawSheet, header_block: HeaderBlock, header_index: int, field_by_column: Mapping[int, str]
) -> TableLocation:
    by_field: dict[str, tuple[int, ...]] = {}
    for column, name in field_by_column.items():
        by_field[name] = (*by_field.get(name, ()), column)
    headings = {at: text for at, text in enumerate(header_block.rows[header_index], start=1) if text}
    lines = [line for row in header_block.rows[:header_index] for text in row for line in _UNIT_STATEMENT.findall(text)]
    stated = [unit for line in lines for unit in re.findall(ANY_UNIT, line)]
    stated += [unit for heading in headings.values() for unit in BRACKETED_UNIT.findall(heading)]
    return TableLocation(
        form=form,
        sheet=sheet,
        header_row=header_block.start + header_index + 1,
        columns={name: columns[0] for name, columns in by_field.items() if len(columns) == 1},
        duplicate_columns={name: columns for name, columns in by_field.items() if len(columns) > 1},
        unknown_headings={at: text for at, text in headings.items() if at not in field_by_column},
        units=tuple(dict.fromkeys(stated)),
    )


def _has_form_name(form: Form, sheet: RawSheet) -> bool:
    return any(normalise_text(sheet.name).startswith(normalise_text(name)) for name in form.sheet_names)
