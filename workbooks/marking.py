"""The workbook that goes back to a county: its own file, with every finding marked where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from checks.findings import Finding, Severity
from workbooks.comments import Note, Pen, Sheet, add_comments
from workbooks.findings_sheet import COLOURS, REPEATED_ROWS, FindingsSheet
from workbooks.findings_text import Words, rules, severity_word, weight
from workbooks.markup import namespace, parse, serialised
from workbooks.package import Package
from workbooks.positions import Position, position
from workbooks.sheet_cells import paint_cells, shown_at
from workbooks.sheet_list import SheetList
from workbooks.styles import Styles


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is to be marked on one sheet."""

    severities: dict[Position, Severity] = field(default_factory=dict)
    notes: dict[Position, list[Note]] = field(default_factory=dict)

    def colour(self, cell: Position, severity: Severity) -> None:
        """Note the severity of a cell; the gravest wins."""
        self.severities[cell] = min(severity, self.severities.get(cell, severity), key=lambda each: each.rank)


def marked_workbook(data: bytes, findings: Sequence[Finding], words: Words) -> bytes:
    """Return the workbook as received, cells coloured, comments added, the list of findings in front."""
    package = Package.read(data)
    sheets = SheetList.read(package)
    styles = Styles.read(sheets)
    ordered = sorted(findings, key=lambda finding: weight(finding).rank)
    parts = {name: part for name, part in sheets.worksheets().items() if name != words["sheet_name"]}
    for name, marks in _marks_by_sheet(ordered, words).items():
        if name in parts:
            _mark(package, parts[name], marks, styles=styles, words=words)
    listing = FindingsSheet(ordered, words, frozenset(parts))
    content = listing.content(styles, main=namespace(sheets.root))
    styles.save()
    sheets.put_first(words["sheet_name"], content)
    sheets.define(
        words["sheet_name"],
        {"_xlnm.Print_Titles": REPEATED_ROWS, "_xlnm._FilterDatabase": listing.used_columns},
    )
    sheets.save()
    return package.to_bytes()


def _marks_by_sheet(findings: Sequence[Finding], words: Words) -> dict[str, _Marks]:
    marks: dict[str, _Marks] = {}
    for finding in findings:
        for sheet, cell in _cells(finding):
            marks.setdefault(sheet, _Marks()).colour(cell, weight(finding))
        if anchor := position(finding.cell or ""):
            marks[finding.sheet].notes.setdefault(anchor, []).append(_note(finding, words))
    return marks


def _cells(finding: Finding) -> Iterator[tuple[str, Position]]:
    for cell in finding.cells:
        if place := position(cell.address):
            yield cell.sheet, place
    if anchor := position(finding.cell or ""):
        yield finding.sheet, anchor


def _note(finding: Finding, words: Words) -> Note:
    heading = words["comment_heading"].format(severity=severity_word(finding, words), rule=rules(finding, words))
    return Note(heading, f"{finding.message}\n{finding.remedy}")


def _mark(package: Package, part: str, marks: _Marks, *, styles: Styles, words: Words) -> None:
    sheet = Sheet(package, part, parse(package.content(part)))
    on_view = _on_view(marks, shown_at(sheet.root, marks.severities))
    colours = {cell: COLOURS[severity] for cell, severity in on_view.severities.items()}
    paint_cells(sheet.root, colours, styles.painted)
    add_comments(sheet, on_view.notes, Pen(words["comment_author"], words["font_body"]))
    package.put(part, serialised(sheet.root))


def _on_view(marks: _Marks, shown: dict[Position, Position]) -> _Marks:
    """Move marks within merged cells to the first of them, the only one that a reader sees."""
    moved = _Marks()
    for cell, severity in marks.severities.items():
        moved.colour(shown[cell], severity)
    for cell, notes in marks.notes.items():
        moved.notes.setdefault(shown[cell], []).extend(notes)
    return moved
