"""The findings of one sheet, marked in its cells by colours and comments."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from checks.model.cell_ref import CellRef, Position, parse_address
from checks.model.finding import Finding, Severity
from workbooks.marking.findings_sheet import SEVERITY_COLOURS
from workbooks.marking.findings_text import MarkMessages, format_rules, format_severity, get_shown_severity
from workbooks.marking.original_styles import OriginalCellStyle
from workbooks.ooxml.cell_edits import find_visible_cells, index_cells, paint_cells
from workbooks.ooxml.comments import CommentAuthor, Note, WorksheetTree, add_comments, measure_comments
from workbooks.ooxml.row_excerpts import RowExcerpt
from workbooks.ooxml.style_table import StyleTable
from workbooks.ooxml.xml_parts import parse_index
from workbooks.ooxml.zip_package import ZipPackage


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """The severities and notes to mark on one sheet, by cell."""

    severities: dict[Position, Severity] = field(default_factory=dict)
    notes: dict[Position, list[Note]] = field(default_factory=dict)

    def add_severity(self, cell: Position, severity: Severity) -> None:
        """Set the severity of a cell, unless the cell has a graver one already."""
        current = self.severities.get(cell)
        if current is None or severity.rank <= current.rank:
            self.severities[cell] = severity


def group_marks_by_sheet(findings: Sequence[Finding], messages: MarkMessages, max_cells: int) -> dict[str, SheetMarks]:
    """Return what is to be marked on each sheet; at most *max_cells* cells are coloured for one finding."""
    marks: dict[str, SheetMarks] = {}
    for finding in findings:
        for sheet, cell in islice(_iter_cells(finding), max_cells):
            marks.setdefault(sheet, SheetMarks()).add_severity(cell, get_shown_severity(finding))
        if anchor := parse_address(finding.cell or ""):
            marks[finding.sheet].notes.setdefault(anchor, []).append(_build_note(finding, messages))
    return marks


def _iter_cells(finding: Finding) -> Iterator[tuple[str, Position]]:
    if anchor := parse_address(finding.cell or ""):
        yield finding.sheet, anchor
    for cell in _select_cells_to_mark(finding):
        if position := parse_address(cell.address):
            yield cell.sheet, position


def _select_cells_to_mark(finding: Finding) -> Sequence[CellRef]:
    """Return the cells involved; for a violated sum only those that a repair would change, if it changes any."""
    if finding.difference is None:
        return finding.cells
    repaired_cells = {step.cell for step in chain.from_iterable(finding.repairs)}
    return list(filter(repaired_cells.__contains__, finding.cells)) or finding.cells


def _build_note(finding: Finding, messages: MarkMessages) -> Note:
    heading = messages["comment_heading"].format(
        severity=format_severity(finding, messages), rule=format_rules(finding, messages)
    )
    return Note(heading, f"{finding.message}\n{finding.full_remedy}")


def mark_sheet(
    package: ZipPackage, name: str, part: str, marks: SheetMarks, *, styles: StyleTable, messages: MarkMessages
) -> list[OriginalCellStyle]:
    """Mark one sheet and return the original styles of its marked cells."""
    content = package.get_part(part)
    excerpt = RowExcerpt.extract(content, _collect_rows(marks.severities))
    visible_marks = _move_to_visible_cells(marks, find_visible_cells(excerpt.root, marks.severities))
    missing_rows = _collect_rows(visible_marks.severities) - excerpt.row_numbers
    if missing_rows:
        excerpt = RowExcerpt.extract(content, excerpt.row_numbers | missing_rows)
    sheet = WorksheetTree(package, part, excerpt.root)
    original_styles = _collect_original_styles(name, sheet, visible_marks, styles)
    colours = {cell: SEVERITY_COLOURS[severity] for cell, severity in visible_marks.severities.items()}
    paint_cells(sheet.root, colours, styles.paint_style)
    add_comments(sheet, visible_marks.notes, CommentAuthor(messages["comment_author"], messages["font_body"]))
    package.store_part(part, excerpt.write_sheet())
    return original_styles


def _collect_rows(cells: Iterable[Position]) -> set[int]:
    return {row for row, _ in cells}


def _collect_original_styles(
    name: str, sheet: WorksheetTree, marks: SheetMarks, styles: StyleTable
) -> list[OriginalCellStyle]:
    elements, comment_lengths = index_cells(sheet.root), measure_comments(sheet)
    original_styles = []
    for cell in sorted(marks.severities):
        style, fill_markup, comment_length = None, "", None
        if cell in elements:
            style = elements[cell].get("s", "")
            fill_markup = styles.get_fill_markup(parse_index(style))
        if cell in marks.notes:
            comment_length = comment_lengths.get(cell, 0)
        original_styles.append(
            OriginalCellStyle(
                name, cell, painted=True, style=style, fill_markup=fill_markup, comment_length=comment_length
            )
        )
    return original_styles


def _move_to_visible_cells(marks: SheetMarks, visible_cells: dict[Position, Position]) -> SheetMarks:
    """Move marks within merged cells to the first of these cells, the only one that a reader sees."""
    moved = SheetMarks()
    for cell, severity in marks.severities.items():
        moved.add_severity(visible_cells[cell], severity)
    for cell, notes in marks.notes.items():
        moved.notes.setdefault(visible_cells[cell], []).extend(notes)
    return moved
