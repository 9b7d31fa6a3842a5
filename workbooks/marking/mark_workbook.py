"""The workbook that goes back to a county: its own file, with every finding marked where it stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from sys import maxsize
from types import MappingProxyType

from checks.model.cell_ref import CellRef, Position, parse_address
from checks.model.finding import Finding, Severity
from filing.book.plain_list import Listing
from workbooks.marking.findings_sheet import COLOURS, REPEATED_ROWS, FindingsSheet
from workbooks.marking.findings_text import Words, own_sheets, rules, severity_word, weight
from workbooks.marking.list_sheet import listing_part
from workbooks.marking.original_styles import Trace, memory_part
from workbooks.marking.unmark_workbook import take_marks_off
from workbooks.ooxml.cell_edits import cells_at, paint_cells, shown_at
from workbooks.ooxml.comments import Note, Pen, Sheet, add_comments, lengths
from workbooks.ooxml.row_excerpts import Excerpt
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.style_table import Styles
from workbooks.ooxml.xml_parts import namespace
from workbooks.ooxml.zip_package import Package

NO_CAPS: Mapping[str, int] = MappingProxyType({})
_ALL = maxsize


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is to be marked on one sheet."""

    severities: dict[Position, Severity] = field(default_factory=dict)
    notes: dict[Position, list[Note]] = field(default_factory=dict)

    def colour(self, cell: Position, severity: Severity) -> None:
        """Note the severity of a cell; the gravest wins."""
        self.severities[cell] = min(severity, self.severities.get(cell, severity), key=lambda each: each.rank)


def marked_workbook(
    data: bytes,
    findings: Sequence[Finding],
    words: Words,
    *,
    listings: Sequence[Listing] = (),
    caps: Mapping[str, int] = NO_CAPS,
) -> bytes:
    """Return the workbook as received, cells coloured, comments added, the list of findings in front.

    Marks of an earlier round are taken off first. *listings* follow the list of findings; *caps* bound the lines of
    the list and the cells coloured for one finding.
    """
    package = Package.read(data)
    take_marks_off(package, words)
    sheets = SheetList.read(package)
    styles = Styles.read(sheets)
    ordered = sorted(findings, key=lambda finding: weight(finding).rank)
    parts = {name: part for name, part in sheets.worksheets().items() if name not in own_sheets(words)}
    traces: list[Trace] = []
    for name, marks in _marks_by_sheet(ordered, words, caps.get("painted", _ALL)).items():
        if name in parts:
            traces += _mark(package, name, parts[name], marks, styles=styles, words=words)
    listing = FindingsSheet(ordered, words, frozenset(parts), caps.get("listed", _ALL))
    _put_lists(sheets, listing, listings, styles=styles)
    if traces:
        sheets.put(words["memory_name"], memory_part(traces, main=namespace(sheets.root)), unseen=True)
    styles.save()
    sheets.save()
    return package.to_bytes()


def _put_lists(sheets: SheetList, found: FindingsSheet, others: Sequence[Listing], *, styles: Styles) -> None:
    """Put our lists in front, that of the findings before the others."""
    main, words = namespace(sheets.root), found.words
    for listing in reversed(others):
        content = listing_part(listing, styles, words, main=main, sheets=found.sheets)
        sheets.put(listing.name, content, first=True)
        sheets.define(listing.name, {"_xlnm.Print_Titles": REPEATED_ROWS})
    sheets.put_first(words["sheet_name"], found.content(styles, main=main))
    sheets.define(
        words["sheet_name"],
        {"_xlnm.Print_Titles": REPEATED_ROWS, "_xlnm._FilterDatabase": found.used_columns},
    )


def _marks_by_sheet(findings: Sequence[Finding], words: Words, most: int) -> dict[str, _Marks]:
    marks: dict[str, _Marks] = {}
    for finding in findings:
        for sheet, cell in islice(_cells(finding), most):
            marks.setdefault(sheet, _Marks()).colour(cell, weight(finding))
        if anchor := parse_address(finding.cell or ""):
            marks[finding.sheet].notes.setdefault(anchor, []).append(_note(finding, words))
    return marks


def _cells(finding: Finding) -> Iterator[tuple[str, Position]]:
    if anchor := parse_address(finding.cell or ""):
        yield finding.sheet, anchor
    for cell in _suspects(finding):
        if place := parse_address(cell.address):
            yield cell.sheet, place


def _suspects(finding: Finding) -> Sequence[CellRef]:
    """Of the cells of a broken sum, return those that a repair would change: the others are only its witnesses."""
    changed = {change.cell for repair in finding.repairs for change in repair}
    suspected = [cell for cell in finding.cells if cell in changed]
    return suspected if suspected and finding.difference is not None else finding.cells


def _note(finding: Finding, words: Words) -> Note:
    heading = words["comment_heading"].format(severity=severity_word(finding, words), rule=rules(finding, words))
    return Note(heading, f"{finding.message}\n{finding.advice}")


def _mark(package: Package, name: str, part: str, marks: _Marks, *, styles: Styles, words: Words) -> Iterable[Trace]:
    """Mark one sheet and return what its cells were before."""
    content = package.content(part)
    excerpt = Excerpt.of(content, {cell[0] for cell in marks.severities})
    on_view = _on_view(marks, shown_at(excerpt.root, marks.severities))
    if moved := {cell[0] for cell in on_view.severities} - excerpt.wanted:
        excerpt = Excerpt.of(content, excerpt.wanted | moved)
    sheet = Sheet(package, part, excerpt.root)
    traces = _traces(name, sheet, on_view, styles)
    colours = {cell: COLOURS[severity] for cell, severity in on_view.severities.items()}
    paint_cells(sheet.root, colours, styles.painted)
    add_comments(sheet, on_view.notes, Pen(words["comment_author"], words["font_body"]))
    package.put(part, excerpt.whole())
    return traces


def _traces(name: str, sheet: Sheet, marks: _Marks, styles: Styles) -> list[Trace]:
    cells, spoken = cells_at(sheet.root), lengths(sheet)
    return [
        Trace(
            name,
            place,
            painted=True,
            style=cells[place].get("s", "") if place in cells else None,
            fill=styles.fill_text(int(cells[place].get("s", "0"))) if place in cells else "",
            comment=spoken.get(place, 0) if place in marks.notes else None,
        )
        for place in sorted(marks.severities)
    ]


def _on_view(marks: _Marks, shown: dict[Position, Position]) -> _Marks:
    """Move marks within merged cells to the first of them, the only one that a reader sees."""
    moved = _Marks()
    for cell, severity in marks.severities.items():
        moved.colour(shown[cell], severity)
    for cell, notes in marks.notes.items():
        moved.notes.setdefault(shown[cell], []).extend(notes)
    return moved
