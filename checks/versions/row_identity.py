"""What a submission says, cell by cell, under names that outlive its layout: form, row and column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from checks.model.cell_ref import CellRef, column_letters
from checks.model.finding import Finding, Refusal, Spot
from checks.model.raw_workbook import RawBook
from checks.recognition.cover import Cover, identify, read_cover
from checks.recognition.locate_tables import locate
from checks.recognition.table import ROW, Table, build_table, row_names
from checks.versions.returned_sheets import submitted
from checks.versions.version_diff import Content, Line
from contracts.contract_library import Library
from contracts.form_model import Form, Layout
from contracts.messages import Wording

_Names: TypeAlias = tuple[Table, Mapping[int, str], Mapping[int, str]]  # a table, its rows' names, its columns' names


def contents_of(book: RawBook, library: Library, words: Wording) -> dict[str, Content]:
    """Return every form of a submission that can be told, cover first; nothing where it cannot be attributed."""
    book, form = submitted(book, words), library.cover()
    cover = read_cover(book, form)
    identity = identify(cover, form, words)
    if cover is None or isinstance(identity, Refusal):
        return {}
    package = library.package(identity.county, identity.year)
    if package is None:
        return {}
    submission = library.submission(package, identity.year)
    county = submission.register.counties.get(package.county)
    tables = [one for one in submission.forms if one.layout is Layout.TABLE]
    found = (one.located for one in locate(tables, book).values())
    sound = (one for one in found if one and not one.missing and not one.doubled)
    return {
        form.name: _cover_content(cover, form),
        **{one.form.name: content_of(build_table(one, county)) for one in sound},
    }


def _cover_content(cover: Cover, form: Form) -> Content:
    """Return the cover as rows of one value each, named by their labels."""
    lines, columns = [], {}
    for field in form.fields:
        for entry in cover.entries.get(field.name, ())[:1]:
            row, column = entry.cell.position
            lines.append(Line(field.heading, row, {field.name: entry.text}))
            columns[field.name] = column_letters(column)
    return Content(form, cover.sheet, columns, tuple(lines))


def content_of(table: Table) -> Content:
    """Return a table by the names of its rows."""
    names = [one.name for one in table.form.fields if one.name in table.columns]
    keys = row_names(table)
    lines = (
        Line(keys[row], row, {name: (text or "").strip() for name, text in zip(names, texts, strict=True)})
        for row, *texts in table.raw.select(ROW, *names).rows()
        if row in keys
    )
    letters = {name: column_letters(at) for name, at in table.columns.items()}
    return Content(table.form, table.sheet, letters, tuple(lines))


def spotted(findings: Sequence[Finding], tables: Iterable[Table], cover: Cover, cover_form: str) -> tuple[Finding, ...]:
    """Return the findings, each with the spot that it is about; one without a cell is about its whole sheet."""
    if not findings:
        return ()
    by_sheet: dict[str, list[_Names]] = {}
    for one in tables:
        named = (one, row_names(one), {at: name for name, at in one.columns.items()})
        by_sheet.setdefault(one.sheet, []).append(named)
    entries = {entry.cell: name for name, several in cover.entries.items() for entry in several}
    return tuple(replace(one, spot=_spot(one, by_sheet, entries, cover_form)) for one in findings)


def _spot(
    finding: Finding, tables: Mapping[str, Sequence[_Names]], entries: Mapping[CellRef, str], cover_form: str
) -> Spot:
    cell = CellRef(finding.sheet, finding.cell or "")
    if cell in entries:
        return Spot(cover_form, "", entries[cell])
    if finding.sheet not in tables:
        return Spot(finding.sheet, "", finding.cell or "")
    row, column = cell.position
    # of several tables on one sheet, one that has the column, and that whose header is the nearest above
    here = [one for one in tables[finding.sheet] if column in one[2]] or tables[finding.sheet]
    table, rows, columns = max((one for one in here if one[0].header_row <= row), key=_header, default=here[0])
    return Spot(table.form.name, rows.get(row, ""), columns.get(column, cell.address if row not in rows else ""))


def _header(named: _Names) -> int:
    return named[0].header_row
