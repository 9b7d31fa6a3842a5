"""Which cell of a sheet is written as no cell may be, and what is wrong with it."""

import re
from typing import Final

from workbooks.gate.intake_fault import FaultFound, found, shown_part
from workbooks.gate.workbook_parts import SheetPart
from workbooks.sheet_scan.sheet_grammar import ROW_HEAD, cell_in

_TAG: Final = re.compile(rb"<c\b[^<>]*>?")
_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']([^"'<]{0,40})""")


def explained(sheet: SheetPart, rows: bytes, stop: int) -> FaultFound:
    """Name the cell at which the grammar stopped, and what is wrong there."""
    head = ROW_HEAD.match(rows, stop)
    if head is None:
        return _bad_row(sheet, rows, stop)
    at = head.end()
    cell = cell_in(head[1])
    while match := cell.match(rows, at):
        at = match.end()
    tag = _TAG.match(rows, at)
    reference = _REFERENCE.search(tag[0]) if tag else None
    written = reference[1].decode("utf-8", "replace") if reference else f"A{head[1].decode()}"
    part = shown_part(sheet.part)
    if reference and not re.fullmatch(rb"[A-Z]{1,3}" + head[1], reference[1]):
        return found("bad_reference", sheet=sheet.name, cell=written, part=part)
    return found(_what(rows[at : rows.find(b"</c>", at) + 4]), sheet=sheet.name, cell=written, part=part)


def _what(cell: bytes) -> str:
    if cell.count(b"<v") > 1:
        return "value_twice"
    return "string_index" if b't="s"' in cell else "sheet_markup"


def _bad_row(sheet: SheetPart, rows: bytes, stop: int) -> FaultFound:
    reference = _REFERENCE.search(rows, stop, stop + 200) if rows.startswith(b"<row", stop) else None
    code = "bad_reference" if reference else "sheet_markup"
    written = shown_part(reference[1].decode("utf-8", "replace")) if reference else None
    return found(code, sheet=sheet.name, cell=f"A{written}" if written else None, part=shown_part(sheet.part))
