"""The workbook that goes back to a county: its own file, with every finding marked where it stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from sys import maxsize
from types import MappingProxyType

from checks.model.cell_ref import CellRef, Position, parse_address
from checks.model.finding import Finding, Severity
from filing.book.plain_list import PlainList
from workbooks.marking.findings_sheet import REPEATED_ROWS, SEVERITY_COLOURS, FindingsSheet
from workbooks.marking.findings_text import (
    MarkMessages,
    format_rules,
    format_severity,
    get_shown_severity,
    list_added_sheets,
)
from workbooks.marking.list_sheet import build_listing_sheet
from workbooks.marking.original_styles import OriginalCellStyle, build_original_styles_sheet
from workbooks.marking.unmark_workbook import remove_marks
from workbooks.ooxml.cell_edits import find_visible_cells, index_cells, paint_cells
from workbooks.ooxml.comments import CommentAuthor, Note, WorksheetTree, add_comments, measure_comments
from workbooks.ooxml.row_excerpts import RowExcerpt
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.style_table import StyleTable
from workbooks.ooxml.xml_parts import get_namespace
from workbooks.ooxml.zip_package import ZipPackage

NO_LIMITS: Mapping[str, int] = MappingProxyType({})
_NO_LIMIT = maxsize


@dataclass(frozen=True, slots=True)
class _SheetMarks:
    """What is to be marked on one sheet."""

    severities: dict[Position, Severity] = field(default_factory=dict)
    notes: dict[Position, list[Note]] = field(default_factory=dict)

    def add_severity(self, cell: Position, severity: Severity) -> None:
        """Note the severity of a cell; the gravest wins."""
        self.severities[cell] = min(severity, self.severities.get(cell, severity), key=lambda each: each.rank)


def mark_workbook(
    data: bytes,
    findings: Sequence[Finding],
    messages: MarkMessages,
    *,
    listings: Sequence[PlainList] = (),
    limits: Mapping[str, int] = NO_LIMITS,
) -> bytes:
    """Return the workbook as received, cells coloured, comments added, the list of findings in front.

    Marks of an earlier round are taken off first. *listings* follow the list of findings; *caps* bound the lines of
    the list and the cells coloured for one finding.
    """
    package = ZipPackage.load(data)
    remove_marks(package, messages)
    sheets = SheetList.load(package)
    styles = StyleTable.load(sheets)
    ordered = sorted(findings, key=lambda finding: get_shown_severity(finding).rank)
    parts = {name: part for name, part in sheets.list_worksheets().items() if name not in list_added_sheets(messages)}
    traces: list[OriginalCellStyle] = []
    for name, marks in _group_marks_by_sheet(ordered, messages, limits.get("painted", _NO_LIMIT)).items():
        if name in parts:
            traces += _mark_sheet(package, name, parts[name], marks, styles=styles, messages=messages)
    listing = FindingsSheet(ordered, messages, frozenset(parts), limits.get("listed", _NO_LIMIT))
    _add_lists(sheets, listing, listings, styles=styles)
    if traces:
        sheets.add_sheet(
            messages["memory_name"],
            build_original_styles_sheet(traces, xml_namespace=get_namespace(sheets.root)),
            hidden=True,
        )
    styles.save()
    sheets.save()
    return package.to_bytes()


def _add_lists(
    sheets: SheetList, findings_sheet: FindingsSheet, other_listings: Sequence[PlainList], *, styles: StyleTable
) -> None:
    """Put our lists in front, that of the findings before the others."""
    main, words = get_namespace(sheets.root), findings_sheet.messages
    for listing in reversed(other_listings):
        content = build_listing_sheet(
            listing, styles, words, xml_namespace=main, sheet_names=findings_sheet.sheet_names
        )
        sheets.add_sheet(listing.sheet_name, content, first=True)
        sheets.define_names(listing.sheet_name, {"_xlnm.Print_Titles": REPEATED_ROWS})
    sheets.add_first_sheet(words["sheet_name"], findings_sheet.build_part(styles, xml_namespace=main))
    sheets.define_names(
        words["sheet_name"],
        {"_xlnm.Print_Titles": REPEATED_ROWS, "_xlnm._FilterDatabase": findings_sheet.filter_range},
    )


def _group_marks_by_sheet(
    findings: Sequence[Finding], messages: MarkMessages, max_cells: int
) -> dict[str, _SheetMarks]:
    marks: dict[str, _SheetMarks] = {}
    for finding in findings:
        for sheet, cell in islice(_iter_cells(finding), max_cells):
            marks.setdefault(sheet, _SheetMarks()).add_severity(cell, get_shown_severity(finding))
        if anchor := parse_address(finding.cell or ""):
            marks[finding.sheet].notes.setdefault(anchor, []).append(_build_note(finding, messages))
    return marks


def _iter_cells(finding: Finding) -> Iterator[tuple[str, Position]]:
    if anchor := parse_address(finding.cell or ""):
        yield finding.sheet, anchor
    for cell in _select_cells_to_mark(finding):
        if place := parse_address(cell.address):
            yield cell.sheet, place


def _select_cells_to_mark(finding: Finding) -> Sequence[CellRef]:
    """Of the cells of a broken sum, return those that a repair would change: the others are only its witnesses."""
    changed = {change.cell for repair in finding.repairs for change in repair}
    suspected = [cell for cell in finding.cells if cell in changed]
    return suspected if suspected and finding.difference is not None else finding.cells


def _build_note(finding: Finding, messages: MarkMessages) -> Note:
    heading = messages["comment_heading"].format(
        severity=format_severity(finding, messages), rule=format_rules(finding, messages)
    )
    return Note(heading, f"{finding.message}\n{finding.get_full_remedy}")


def _mark_sheet(
    package: ZipPackage, name: str, part: str, marks: _SheetMarks, *, styles: StyleTable, messages: MarkMessages
) -> Iterable[OriginalCellStyle]:
    """Mark one sheet and return what its cells were before."""
    content = package.get_part(part)
    excerpt = RowExcerpt.extract(content, {cell[0] for cell in marks.severities})
    on_view = _move_to_visible_cells(marks, find_visible_cells(excerpt.root, marks.severities))
    if moved := {cell[0] for cell in on_view.severities} - excerpt.row_numbers:
        excerpt = RowExcerpt.extract(content, excerpt.row_numbers | moved)
    sheet = WorksheetTree(package, part, excerpt.root)
    traces = _collect_original_styles(name, sheet, on_view, styles)
    colours = {cell: SEVERITY_COLOURS[severity] for cell, severity in on_view.severities.items()}
    paint_cells(sheet.root, colours, styles.paint_style)
    add_comments(sheet, on_view.notes, CommentAuthor(messages["comment_author"], messages["font_body"]))
    package.store_part(part, excerpt.write_sheet())
    return traces


def _collect_original_styles(
    name: str, sheet: WorksheetTree, marks: _SheetMarks, styles: StyleTable
) -> list[OriginalCellStyle]:
    cells, spoken = index_cells(sheet.root), measure_comments(sheet)
    return [
        OriginalCellStyle(
            name,
            place,
            painted=True,
            style=cells[place].get("s", "") if place in cells else None,
            fill_markup=styles.get_fill_markup(int(cells[place].get("s", "0"))) if place in cells else "",
            comment_length=spoken.get(place, 0) if place in marks.notes else None,
        )
        for place in sorted(marks.severities)
    ]


def _move_to_visible_cells(marks: _SheetMarks, visible_cells: dict[Position, Position]) -> _SheetMarks:
    """Move marks within merged cells to the first of them, the only one that a reader sees."""
    moved = _SheetMarks()
    for cell, severity in marks.severities.items():
        moved.add_severity(visible_cells[cell], severity)
    for cell, notes in marks.notes.items():
        moved.notes.setdefault(visible_cells[cell], []).extend(notes)
    return moved
