"""Locate and classify the cell of a sheet that violates the grammar."""

import re
from typing import Final

from workbooks.gate.intake_fault import IntakeError, format_part_name, intake_error
from workbooks.gate.workbook_parts import SheetPart
from workbooks.sheet_scan.sheet_grammar import ROW_HEAD, compile_cell_pattern

_CELL_TAG: Final = re.compile(rb"<c\b[^<>]*>?")
_REFERENCE_ATTRIBUTE: Final = re.compile(rb"""\br\s*=\s*["']([^"'<]{0,40})""")


def locate_fault(sheet: SheetPart, rows: bytes, stop_offset: int) -> IntakeError:
    """Return the error for the cell at which the grammar stopped; *stop_offset* is the start of its row."""
    row_head = ROW_HEAD.match(rows, stop_offset)
    if row_head is None:
        return _locate_row_fault(sheet, rows, stop_offset)
    row = row_head[1]
    cell_start = _skip_valid_cells(rows, row_head.end(), row)
    reference = _find_reference(rows, cell_start)
    part = format_part_name(sheet.part)
    if reference is None:
        cell = f"A{row.decode()}"
    else:
        cell = reference.decode("utf-8", "replace")
        if not re.fullmatch(rb"[A-Z]{1,3}" + row, reference):
            return intake_error("bad_reference", sheet=sheet.name, cell=cell, part=part)
    code = _classify_fault(rows[cell_start : rows.find(b"</c>", cell_start) + 4])
    return intake_error(code, sheet=sheet.name, cell=cell, part=part)


def _skip_valid_cells(rows: bytes, start: int, row: bytes) -> int:
    """Return the offset of the first cell of a row that violates the grammar."""
    cell_pattern = compile_cell_pattern(row)
    while cell := cell_pattern.match(rows, start):
        start = cell.end()
    return start


def _find_reference(rows: bytes, cell_start: int) -> bytes | None:
    """Return the reference of the cell that starts at an offset, or None if it has none."""
    tag = _CELL_TAG.match(rows, cell_start)
    if tag is None:
        return None
    reference = _REFERENCE_ATTRIBUTE.search(tag[0])
    return reference and reference[1]


def _classify_fault(cell: bytes) -> str:
    if cell.count(b"<v") > 1:
        return "value_twice"
    if b't="s"' in cell:
        return "string_index"
    return "sheet_markup"


def _locate_row_fault(sheet: SheetPart, rows: bytes, stop_offset: int) -> IntakeError:
    part = format_part_name(sheet.part)
    reference = None
    if rows.startswith(b"<row", stop_offset):
        reference = _REFERENCE_ATTRIBUTE.search(rows, stop_offset, stop_offset + 200)
    if reference is None:
        return intake_error("sheet_markup", sheet=sheet.name, part=part)
    row = format_part_name(reference[1].decode("utf-8", "replace"))
    cell = f"A{row}" if row else None
    return intake_error("bad_reference", sheet=sheet.name, cell=cell, part=part)
