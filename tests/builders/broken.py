"""A valid submission broken the way an example of the rule catalogue says."""

from functools import cache
from io import BytesIO

from openpyxl import load_workbook

from contracts.examples import Example
from tests.builders import dongchuan, gansu


@cache
def valid_workbook(base: str = "dongchuan") -> bytes:
    """Return a sample in which nothing is wrong: the second version of Dongchuan's, or a made-up county of Gansu."""
    return gansu.gansu_workbook() if base == "gansu" else dongchuan.submission(2).bytes()


def broken_workbook(example: Example) -> bytes:
    """Return the valid sample after what the example does to it: cells set, rows and sheets dropped.

    A value that begins with ``=`` becomes a formula without a result, an error name such as ``#REF!`` an error.
    """
    book = load_workbook(BytesIO(valid_workbook(example.base)))
    for name in example.without_sheets:
        del book[name]
    for name, cells in example.cells.items():
        for address, value in cells.items():
            book[name][address].value = value
    for name, rows in example.without_rows.items():
        for row in sorted(rows, reverse=True):
            book[name].delete_rows(row)
    for name, rows in example.hidden_rows.items():
        for row in rows:
            book[name].row_dimensions[row].hidden = True
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
