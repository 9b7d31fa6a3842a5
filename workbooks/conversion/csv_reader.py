"""Read a text file that holds one table (.csv): its values are texts, and only what can be no code is a number."""

import csv
import re
from io import StringIO
from typing import Final

from workbooks.conversion.converted_workbook import ConvertedCell, ConvertedSheet, ConvertedWorkbook
from workbooks.gate.delimited_text import decode_text, find_delimiter, split_named_delimiter
from workbooks.gate.intake_fault import intake_error

SHEET_NAME: Final = "CSV"
# Codes have leading zeros or twelve digits and more: they stay texts, so that no digit is lost.
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,10})(?:\.[0-9]{1,15})?")
# Web systems write a code so, to keep Excel from making it a number.
_TEXT_FORMULA: Final = re.compile(r'="([^"]*)"')


def read_csv(data: bytes) -> ConvertedWorkbook:
    """Return the table as the only sheet; raise IntakeError if it is in no known encoding or has no delimiter."""
    text = decode_text(data)
    delimiter = None if text is None else find_delimiter(text)
    if text is None or delimiter is None:
        raise intake_error("not_workbook", kind="text")
    sheet = ConvertedSheet(SHEET_NAME)
    _, rows = split_named_delimiter(text)
    try:
        for row, values in enumerate(csv.reader(StringIO(rows, newline=""), delimiter=delimiter)):
            for column, value in enumerate(values):
                if value.strip():
                    sheet.add_cell(row, column, ConvertedCell(_convert_value(value.strip())))
    except csv.Error as error:
        raise intake_error("not_convertible", kind="csv") from error
    return ConvertedWorkbook(sheets=[sheet])


def _convert_value(text: str) -> float | str:
    if _NUMBER.fullmatch(text):
        return float(text)
    wrapped = _TEXT_FORMULA.fullmatch(text)
    return wrapped[1] if wrapped else text
