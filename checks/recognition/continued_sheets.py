"""A table that goes on on further sheets is read as one table: their rows below those of the first sheet.

A sheet continues a form if it has the same headings in the same columns, the same unit, and only rows of other names.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Final

import polars as pl

from checks.model.cell_ref import CellRef, Position, column_letters, format_address, parse_known_address
from checks.model.raw_workbook import HiddenCells, RawSheet, RawWorkbook
from checks.recognition.column_names import ROW, list_field_names, list_figure_names, list_naming_columns
from checks.recognition.locate_tables import SheetCandidates, TableLocation, locate_tables
from checks.recognition.row_names import list_row_names
from checks.recognition.table import Table, build_table
from contracts.form_model import Form, Role
from contracts.recognition_words import get_recognition_words
from contracts.registers import County

# A subtotal of the rows above it; the reader of rows that hold no data knows it by this name.
_PAGE_TOTAL: Final = get_recognition_words().words["page_total"]
_REFERENCE = re.compile(r"(\$?[A-Za-z]{1,3}\$?)([1-9]\d{0,6})(?![\w(])")
# References to cells of the same sheet only.
_MOVABLE_FORMULA = re.compile(r"[^!'\"\[]*")
# No formula that is evaluated; its cell stays one with a formula.
_OPAQUE_FORMULA = "NA()"


@dataclass(frozen=True, slots=True)
class JoinedSheet:
    """The rows of *sheet* below *header_row*, which stand in the joined sheet from *start*, counted from 1, on."""

    sheet: str
    header_row: int
    start: int
    height: int

    def find_row(self, row: int) -> int:
        """Return the row in the file, or 0 if a row of the joined sheet does not come from this one."""
        if self.start <= row < self.start + self.height:
            return row - self.start + self.header_row + 1
        return 0


@dataclass(frozen=True, slots=True)
class JoinedWorkbook:
    """A workbook with the continued tables joined, and where the rows came from, by the name of the first sheet."""

    book: RawWorkbook
    joined: Mapping[str, tuple[JoinedSheet, ...]] = field(default_factory=dict)


def restore_cell(cell: CellRef, joined: Iterable[JoinedSheet]) -> CellRef:
    """Return the cell of the file that a cell of a joined sheet is."""
    for place in joined:
        row = place.find_row(cell.row)
        if row:
            return CellRef.from_position(place.sheet, row, cell.column)
    return cell


def join_continued_sheets(
    book: RawWorkbook,
    forms: Iterable[Form],
    county: County | None,
    sheet_candidates: SheetCandidates | None = None,
) -> JoinedWorkbook:
    """Return the workbook with each table on one sheet."""
    sheets = dict(zip(map(attrgetter("name"), book.sheets), book.sheets, strict=True))
    joined: dict[str, tuple[JoinedSheet, ...]] = {}
    for search in locate_tables(forms, book, sheet_candidates).values():
        if search.location is None or not search.rival_sheets or not _is_complete(search.location):
            continue
        locations = [search.location, *_list_continuations(book, search.location, search.rival_sheets)]
        rivals = set(search.rival_sheets)
        tables = list(map(partial(build_table, county=county), locations))
        if len(tables) != len(rivals) + 1 or not _are_continued(tables):
            continue
        first = search.location.sheet.name
        sheets[first], joined[first] = _join(locations, tables)
        for rival in rivals:
            del sheets[rival]
    if not joined:
        return JoinedWorkbook(book)
    return JoinedWorkbook(replace(book, sheets=tuple(sheets.values())), joined)


def _is_complete(location: TableLocation) -> bool:
    return not location.missing_fields and not location.duplicate_columns


def _list_continuations(book: RawWorkbook, first: TableLocation, names: Container[str]) -> Iterator[TableLocation]:
    """Yield the tables on other sheets that have the columns and the unit of the first one."""
    for sheet in book.sheets:
        if sheet.name not in names:
            continue
        location = locate_tables([first.form], replace(book, sheets=(sheet,)))[first.form.name].location
        if location is None or not _is_complete(location):
            continue
        if location.columns == first.columns and location.units == first.units:
            yield location


def _are_continued(tables: Sequence[Table]) -> bool:
    """Return whether no two sheets have a row of one name, and their totals are those of pages and of the whole."""
    names: list[str] = []
    for table in tables:
        if table.body.is_empty() or table.totals.height > 1:
            return False
        names += list_row_names(table)
    totalled = list(filter(_has_total, tables))
    if len(set(names)) != len(names):
        return False
    if len(totalled) <= 1:
        return True
    return all(map(_has_own_total, totalled[:-1])) and _has_total_of(tables, totalled[-1])


def _has_total(table: Table) -> bool:
    return table.total_row is not None


def _has_own_total(table: Table) -> bool:
    return _has_total_of([table], table)


def _has_total_of(tables: Iterable[Table], last: Table) -> bool:
    """Return whether the total row of a table adds up the rows of some tables, in all its figures."""
    names = [name for name in list_figure_names(last.form, last.numbers.columns) if last.totals[name][0] is not None]
    sums = dict.fromkeys(names, Decimal(0))
    for table in tables:
        for name in names:
            sums[name] += Decimal(table.body[name].sum() or 0)
    return bool(names) and all(sums[name] == last.totals[name][0] for name in names)


def _join(locations: Sequence[TableLocation], tables: Sequence[Table]) -> tuple[RawSheet, tuple[JoinedSheet, ...]]:
    """Return one sheet with the rows of all tables, and where those of the further ones came from."""
    page_totals = set(map(id, list(filter(_has_total, tables))[:-1]))
    joined: RawSheet | None = None
    places: list[JoinedSheet] = []
    row_count = 0
    for location, table in zip(locations, tables, strict=True):
        sheet = location.sheet
        if id(table) in page_totals:
            sheet = _name_page_total(sheet, table)
        sheet = _continue_numbers(sheet, table, row_count)
        row_count += table.body.height
        if joined is None:
            joined = sheet
            continue
        place = JoinedSheet(
            sheet=sheet.name,
            header_row=location.header_row,
            start=joined.text.height + 1,
            height=max(sheet.text.height - location.header_row, 0),
        )
        places.append(place)
        joined = _append_rows(joined, sheet, place)
    return joined or locations[0].sheet, tuple(places)


def _name_page_total(sheet: RawSheet, table: Table) -> RawSheet:
    """Return the sheet with the total of its own rows named as that of a page: it is verified, but not added up."""
    row = table.total_row or 0
    for name in list_naming_columns(table.form, table.columns):
        if table.get_stripped_text(name, row):
            return _set_texts(sheet, table.columns[name], {row: _PAGE_TOTAL})
    return sheet


def _continue_numbers(sheet: RawSheet, table: Table, row_count: int) -> RawSheet:
    """Return the sheet with row numbers that begin again from 1 counted on after *row_count* rows."""
    name = next(iter(list_field_names(table.form, Role.SERIAL)), None)
    if name is None or name not in table.columns or not row_count:
        return sheet
    numbers = dict(table.body.select(ROW, name).rows())
    if list(numbers.values()) != list(range(1, len(numbers) + 1)):
        return sheet
    texts = {row: str(number + row_count) for row, number in numbers.items()}
    return _set_texts(sheet, table.columns[name], texts)


def _set_texts(sheet: RawSheet, column: int, texts: Mapping[int, str]) -> RawSheet:
    name = column_letters(column)
    positions = pl.Series(list(texts)) - 1
    values = sheet.text[name].scatter(positions, pl.Series(list(texts.values()), dtype=pl.String))
    return replace(sheet, text=sheet.text.with_columns(values.alias(name)))


def _append_rows(first: RawSheet, sheet: RawSheet, place: JoinedSheet) -> RawSheet:
    """Return a sheet with the rows of another one below the header at its end."""
    shift = place.start - place.header_row - 1
    merges = [merge for merge in sheet.merges if merge[0][0] > place.header_row]
    return replace(
        first,
        text=pl.concat([first.text, sheet.text.slice(place.header_row)], how="diagonal"),
        kinds=pl.concat([first.kinds, sheet.kinds.slice(place.header_row)], how="diagonal").fill_null(0),
        formulas=dict(chain(first.formulas.items(), _move_formulas(sheet, place.header_row, shift))),
        merges=(*first.merges, *map(partial(_move_range, shift=shift), merges)),
        hidden_rows=(*first.hidden_rows, *(row + shift for row in sheet.hidden_rows if row > place.header_row)),
        hidden_columns=tuple(sorted({*first.hidden_columns, *sheet.hidden_columns})),
        hidden_cells=(*first.hidden_cells, *_move_hidden_cells(sheet, place.header_row, shift)),
    )


def _move_range(merge: tuple[Position, Position], shift: int) -> tuple[Position, Position]:
    (first_row, first_column), (last_row, last_column) = merge
    return (first_row + shift, first_column), (last_row + shift, last_column)


def _move_formulas(sheet: RawSheet, header_row: int, shift: int) -> Iterator[tuple[str, str]]:
    """Yield the formulas by their addresses in the joined sheet; one that names a sheet is kept as not evaluable."""
    for address, formula in sheet.formulas.items():
        row, column = parse_known_address(address)
        if row > header_row:
            yield format_address(row + shift, column), _move_references(formula, shift)


def _move_references(formula: str, shift: int) -> str:
    if not _MOVABLE_FORMULA.fullmatch(formula):
        return _OPAQUE_FORMULA
    return _REFERENCE.sub(lambda match: f"{match[1]}{int(match[2]) + shift}", formula)


def _move_hidden_cells(sheet: RawSheet, header_row: int, shift: int) -> Iterator[HiddenCells]:
    for hidden in sheet.hidden_cells:
        runs = tuple((first + shift, last + shift) for first, last in hidden.rows if first > header_row)
        if runs:
            yield replace(hidden, rows=runs)
