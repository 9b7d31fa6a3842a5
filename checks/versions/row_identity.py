"""Name every cell of a submission by form, row and column, independent of its layout."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from checks.model.cell_ref import CellRef, column_letters, format_address
from checks.model.finding import Finding, LogicalLocation, Refusal, RowPlace
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.column_names import ROW, list_field_names
from checks.recognition.continued_sheets import join_continued_sheets
from checks.recognition.cover import Cover, identify_submission, read_cover
from checks.recognition.locate_tables import locate_tables
from checks.recognition.row_names import name_rows
from checks.recognition.table import PROJECT, Table, build_table
from checks.versions.explained_cells import add_explained_cells
from checks.versions.returned_sheets import remove_returned_sheets
from checks.versions.version_diff import FormSnapshot, RowSnapshot
from contracts.contract_library import ContractLibrary
from contracts.form_model import Form, Role
from contracts.messages import Messages

_MAX_PLACE_CHARACTERS: Final = 40


@dataclass(frozen=True, slots=True)
class _NamedTable:
    """A table with the names of its rows, by Excel's row number, and of its columns, by column number from 1."""

    table: Table
    row_names: Mapping[int, str]
    column_names: Mapping[int, str]


def build_form_snapshots(book: RawWorkbook, library: ContractLibrary, messages: Messages) -> dict[str, FormSnapshot]:
    """Return a snapshot of every recognised form by its name, cover first.

    The result is empty if the workbook cannot be attributed to a county and year with a contract.
    """
    book, cover_form = remove_returned_sheets(book, messages), library.compile_cover()
    cover = read_cover(book, cover_form)
    identity = identify_submission(cover, cover_form, messages)
    if cover is None or isinstance(identity, Refusal):
        return {}
    package = library.find_package(identity.county, identity.year)
    if package is None:
        return {}
    submission = library.compile_submission(package, identity.year)
    county = submission.register.counties.get(package.county)
    table_forms = submission.table_forms
    snapshots = {cover_form.name: _build_cover_snapshot(cover, cover_form)}
    joined_book = join_continued_sheets(book, table_forms, county)
    for search in locate_tables(table_forms, joined_book.book).values():
        location = search.location
        if location and not location.missing_fields and not location.duplicate_columns:
            snapshot = build_form_snapshot(build_table(location, county))
            joined = joined_book.joined.get(location.sheet.name, ())
            snapshots[location.form.name] = replace(snapshot, joined=joined)
    return snapshots


def _build_cover_snapshot(cover: Cover, form: Form) -> FormSnapshot:
    """Return the cover as one row per filled-in field, named by its heading."""
    rows: list[RowSnapshot] = []
    columns: dict[str, str] = {}
    for field in form.fields:
        for entry in cover.entries.get(field.name, ())[:1]:
            row, column = entry.cell.position
            rows.append(RowSnapshot(field.heading, row, {field.name: entry.text}))
            columns[field.name] = column_letters(column)
    return FormSnapshot(form, cover.sheet, columns, tuple(rows))


def build_form_snapshot(table: Table) -> FormSnapshot:
    """Return the rows of a table, each under its own name, in the order of the sheet."""
    field_names = [field.name for field in table.form.fields if field.name in table.columns]
    row_names = name_rows(table)
    rows: list[RowSnapshot] = []
    for row, *texts in table.raw.select(ROW, *field_names).rows():
        if row in row_names:
            stripped_texts = [(text or "").strip() for text in texts]
            rows.append(RowSnapshot(row_names[row], row, dict(zip(field_names, stripped_texts, strict=True))))
    columns = dict(zip(table.columns, map(column_letters, table.columns.values()), strict=True))
    return FormSnapshot(table.form, table.sheet, columns, tuple(rows))


def add_locations(
    findings: Sequence[Finding], tables: Iterable[Table], cover: Cover, cover_form: str, book: RawWorkbook
) -> tuple[Finding, ...]:
    """Return the findings with their logical location; a finding without a cell is located at its whole sheet.

    *cover_form* is the name of the cover's form. Findings that may be explained get the digests of their cells in
    *book*.
    """
    if not findings:
        return ()
    tables_by_sheet: dict[str, list[_NamedTable]] = {}
    for table in tables:
        named_table = _NamedTable(table, name_rows(table), table.names_by_column)
        tables_by_sheet.setdefault(table.sheet, []).append(named_table)
    cover_fields: dict[CellRef, str] = {}
    for name, entries in cover.entries.items():
        for entry in entries:
            cover_fields[entry.cell] = name
    locator = _Locator(tables_by_sheet, cover_fields, cover_form)
    located = map(locator.locate_finding, findings)
    return add_explained_cells(located, book, locator)


@dataclass(frozen=True, slots=True)
class _Locator:
    """Locates cells: tables by sheet, the names of the cover's fields by cell, and the name of the cover's form."""

    tables: Mapping[str, Sequence[_NamedTable]]
    cover_fields: Mapping[CellRef, str]
    cover_form: str

    def locate_finding(self, finding: Finding) -> Finding:
        """Return the finding with its logical location and its row's place, and so its members."""
        cell = CellRef(finding.sheet, finding.cell or "")
        members = [
            replace(member, logical_location=self.locate(member.cell), place=self._find_place(member.cell))
            for member in finding.members
        ]
        return replace(
            finding, logical_location=self.locate(cell), place=self._find_place(cell), members=tuple(members)
        )

    def list_row_cells(self, cell: CellRef, columns: Iterable[str]) -> Iterator[CellRef]:
        """Yield the cells of these columns, as far as the table has them, in the row of a cell."""
        if cell.sheet in self.tables and cell.address:
            row, column = cell.position
            positions = _find_table_at(self.tables[cell.sheet], row, column).table.columns
            for name in columns:
                if name in positions:
                    yield CellRef(cell.sheet, format_address(row, positions[name]))

    def locate(self, cell: CellRef) -> LogicalLocation:
        """Return what a cell means; a cell outside all tables stands for itself."""
        if cell in self.cover_fields:
            return LogicalLocation(self.cover_form, "", self.cover_fields[cell])
        if cell.sheet not in self.tables:
            return LogicalLocation(cell.sheet, "", cell.address)
        row, column = cell.position
        named_table = _find_table_at(self.tables[cell.sheet], row, column)
        row_name = named_table.row_names.get(row, "")
        default_column = cell.address
        if row in named_table.row_names:
            default_column = ""
        column_name = named_table.column_names.get(column, default_column)
        return LogicalLocation(named_table.table.form.name, row_name, column_name)

    def _find_place(self, cell: CellRef) -> RowPlace:
        """Return what the row of a cell is about, as the row itself says; the row of a total has no place."""
        if cell.sheet not in self.tables:
            return RowPlace()
        row, column = cell.position
        named_table = _find_table_at(self.tables[cell.sheet], row, column)
        if row not in named_table.row_names:
            return RowPlace()
        return _read_place(named_table.table, row)


def _read_place(table: Table, row: int) -> RowPlace:
    texts: list[str] = []
    for names in (list_field_names(table.form, Role.TOWNSHIP), [PROJECT], list_field_names(table.form, Role.PLOT)):
        name = next(filter(table.columns.__contains__, names), None)
        text = ""
        if name is not None:
            text = table.get_stripped_text(name, row)
        texts.append(text[:_MAX_PLACE_CHARACTERS])
    return RowPlace(*texts)


def _find_table_at(tables: Sequence[_NamedTable], row: int, column: int) -> _NamedTable:
    """Return the table of one sheet that a cell belongs to: a table with its column, and the nearest header above."""
    candidates = [table for table in tables if column in table.column_names] or tables
    above = [candidate for candidate in candidates if _get_header_row(candidate) <= row]
    return max(above, key=_get_header_row, default=candidates[0])


def _get_header_row(named_table: _NamedTable) -> int:
    return named_table.table.header_row
