"""Refuse formulas that are longer than Excel writes them: they cost a reader minutes and gigabytes."""

import re
from typing import Final
from xml.sax.saxutils import unescape

from workbooks.gate.intake_fault import intake_error
from workbooks.gate.workbook_parts import SheetPart

# Excel specifications and limits, "Length of formula contents".
MAX_FORMULA_CHARACTERS: Final = 8192
# In bytes, so that it never overlooks a formula with too many characters; those that match are then counted.
_LONG_FORMULA: Final = re.compile(rb"<f(?: [^<>]*+)?>([^<]{%d}[^<]*+)" % MAX_FORMULA_CHARACTERS)
_CELL_REFERENCE: Final = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"')
_QUOTES: Final = {"&quot;": '"', "&apos;": "'"}


def refuse_long_formulas(sheet: SheetPart, rows: bytes) -> None:
    """Raise IntakeError for the first formula in some rows that is too long."""
    for formula in _LONG_FORMULA.finditer(rows):
        count = len(unescape(formula[1].decode(errors="replace"), _QUOTES))
        if count > MAX_FORMULA_CHARACTERS:
            cell = _find_cell(rows, formula.start())
            raise intake_error(
                "formula_too_long", sheet=sheet.name, cell=cell, count=str(count), most=str(MAX_FORMULA_CHARACTERS)
            )


def _find_cell(rows: bytes, formula_start: int) -> str | None:
    """Return the address of the cell whose formula begins at an offset, or None if it has none."""
    reference = _CELL_REFERENCE.match(rows, rows.rfind(b"<c ", 0, formula_start))
    if reference is None:
        return None
    return reference[1].decode()
