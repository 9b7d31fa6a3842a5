"""Which cell of a sheet is written as no cell may be, and what is wrong with it."""

import re
from typing import Final

from workbooks.gate.intake_fault import IntakeError, format_part_name, intake_error
from workbooks.gate.workbook_parts import SheetPart
from workbooks.sheet_scan.sheet_grammar import ROW_HEAD, compile_cell_pattern

_CELL_TAG: Final = re.compile(rb"<c\b[^<>]*>?")
_REFERENCE_ATTRIBUTE: Final = re.compile(rb"""\br\s*=\s*["']([^"'<]{0,40})""")


def locate_fault(sheet: SheetPart, rows: bytes, stop_offset: int) -> IntakeError:
    """Name the cell at which the grammar stopped, and what is wrong there."""
    head = ROW_HEAD.match(rows, stop_offset)
    if head is None:
        return _locate_row_fault(sheet, rows, stop_offset)
    at = head.end()
    cell = compile_cell_pattern(head[1])
    while match := cell.match(rows, at):
        at = match.end()
    tag = _CELL_TAG.match(rows, at)
    reference = _REFERENCE_ATTRIBUTE.search(tag[0]) if tag else None
    written = reference[1].decode("utf-8", "replace") if reference else f"A{head[1].decode()}"
    part = format_part_name(sheet.part)
    if reference and not re.fullmatch(rb"[A-Z]{1,3}" + head[1], reference[1]):
        return intake_error("bad_reference", sheet=sheet.name, cell=written, part=part)
    return intake_error(
        _classify_fault(rows[at : rows.find(b"</c>", at) + 4]), sheet=sheet.name, cell=written, part=part
    )


def _classify_fault(cell: bytes) -> str:
    if cell.count(b"<v") > 1:
        return "value_twice"
    return "string_index" if b't="s"' in cell else "sheet_markup"


def _locate_row_fault(sheet: SheetPart, rows: bytes, stop_offset: int) -> IntakeError:
    reference = (
        _REFERENCE_ATTRIBUTE.search(rows, stop_offset, stop_offset + 200)
        if rows.startswith(b"<row", stop_offset)
        else None
    )
    code = "bad_reference" if reference else "sheet_markup"
    written = format_part_name(reference[1].decode("utf-8", "replace")) if reference else None
    return intake_error(
        code, sheet=sheet.name, cell=f"A{written}" if written else None, part=format_part_name(sheet.part)
    )
