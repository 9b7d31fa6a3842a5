"""What a submission says, cell by cell, under names that outlive its layout: form, row and column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from checks.model.cell_ref import CellRef, column_letters
from checks.model.finding import Finding, LogicalLocation, Refusal
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.cover import Cover, identify_submission, read_cover
from checks.recognition.locate_tables import locate_tables
from checks.recognition.table import ROW, Table, build_table, name_rows
from checks.versions.returned_sheets import remove_returned_sheets
from checks.versions.version_diff import FormSnapshot, RowSnapshot
from contracts.contract_library import ContractLibrary
from contracts.form_model import Form, Layout
from contracts.messages import Messages

_NamedTable: TypeAlias = tuple[
    Table, Mapping[int, str], Mapping[int, str]
]  # a table, its rows' names, its columns' names


def build_form_snapshots(book: RawWorkbook, library: ContractLibrary, messages: Messages) -> dict[str, FormSnapshot]:
    """Return every form of a submission that can be told, cover first; nothing where it cannot be attributed."""
    book, form = remove_returned_sheets(book, messages), library.compile_cover()
    cover = read_cover(book, form)
    identity = identify_submission(cover, form, messages)
    if cover is None or isinstance(identity, Refusal):
        return {}
    package = library.find_package(identity.county, identity.year)
    if package is None:
        return {}
    submission = library.compile_submission(package, identity.year)
    county = submission.register.counties.get(package.county)
    tables = [one for one in submission.forms if one.layout is Layout.TABLE]
    found = (one.location for one in locate_tables(tables, book).values())
    sound = (one for one in found if one and not one.missing_fields and not one.duplicate_columns)
    return {
        form.name: _build_cover_snapshot(cover, form),
        **{one.form.name: build_form_snapshot(build_table(one, county)) for one in sound},
    }


def _build_cover_snapshot(cover: Cover, form: Form) -> FormSnapshot:
    """Return the cover as rows of one value each, named by their labels."""
    lines, columns = [], {}
    for field in form.fields:
        for entry in cover.entries.get(field.name, ())[:1]:
            row, column = entry.cell.position
            lines.append(RowSnapshot(field.heading, row, {field.name: entry.text}))
            columns[field.name] = column_letters(column)
    return FormSnapshot(form, cover.sheet, columns, tuple(lines))


def build_form_snapshot(table: Table) -> FormSnapshot:
    """Return a table by the names of its rows."""
    names = [one.name for one in table.form.fields if one.name in table.columns]
    keys = name_rows(table)
    lines = (
        RowSnapshot(keys[row], row, {name: (text or "").strip() for name, text in zip(names, texts, strict=True)})
        for row, *texts in table.raw.select(ROW, *names).rows()
        if row in keys
    )
    letters = {name: column_letters(at) for name, at in table.columns.items()}
    return FormSnapshot(table.form, table.sheet, letters, tuple(lines))


def add_locations(
    findings: Sequence[Finding], tables: Iterable[Table], cover: Cover, cover_form: str
) -> tuple[Finding, ...]:
    """Return the findings, each with the spot that it is about; one without a cell is about its whole sheet."""
    if not findings:
        return ()
    by_sheet: dict[str, list[_NamedTable]] = {}
    for one in tables:
        named = (one, name_rows(one), {at: name for name, at in one.columns.items()})
        by_sheet.setdefault(one.sheet, []).append(named)
    entries = {entry.cell: name for name, several in cover.entries.items() for entry in several}
    return tuple(replace(one, logical_location=_locate_finding(one, by_sheet, entries, cover_form)) for one in findings)


def _locate_finding(
    finding: Finding, tables: Mapping[str, Sequence[_NamedTable]], cover_fields: Mapping[CellRef, str], cover_form: str
) -> LogicalLocation:
    cell = CellRef(finding.sheet, finding.cell or "")
    if cell in cover_fields:
        return LogicalLocation(cover_form, "", cover_fields[cell])
    if finding.sheet not in tables:
        return LogicalLocation(finding.sheet, "", finding.cell or "")
    row, column = cell.position
    # of several tables on one sheet, one that has the column, and that whose header is the nearest above
    here = [one for one in tables[finding.sheet] if column in one[2]] or tables[finding.sheet]
    table, rows, columns = max((one for one in here if one[0].header_row <= row), key=_get_header_row, default=here[0])
    return LogicalLocation(
        table.form.name, rows.get(row, ""), columns.get(column, cell.address if row not in rows else "")
    )


def _get_header_row(named_table: _NamedTable) -> int:
    return named_table[0].header_row
