"""Only the rows that are wanted are cut out of a sheet; all others keep their bytes."""

from io import BytesIO

import pytest
import xlsxwriter

from tests.builders.marked_workbooks import WORDS, finding, opened, parts, sheet_of
from workbooks.marking.mark_workbook import mark_workbook
from workbooks.ooxml.row_excerpts import RowExcerpt

COLUMNS = 12


def ledger(rows: int) -> bytes:
    """Make a ledger of many plots."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "constant_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        look = book.add_format({"border": 1, "num_format": "0.00"})
        for row in range(rows):
            sheet.write_row(row, 0, [row, f"530113-{row:06d}", *range(COLUMNS - 2)], look)
    return target.getvalue()


def test_rows_without_findings_keep_their_bytes() -> None:
    """A sheet is cut, not written anew: every other row stands there as it was received."""
    before = ledger(50)
    after = mark_workbook(before, [finding("台账", "F7"), finding("台账", "B60")], WORDS)
    old, new = (parts(data)["xl/worksheets/sheet1.xml"] for data in (before, after))
    kept = [row for row in old.split(b"</row>")[:-1] if b'r="7"' not in row]
    assert all(row + b"</row>" in new for row in kept[1:])
    sheet = sheet_of(opened(after), "台账")
    assert (sheet.max_row, sheet["F7"].value, sheet["A50"].value) == (60, 3, 49)


@pytest.mark.parametrize(
    "content",
    [
        b'<worksheet xmlns="m"><sheetData><row><c/></row></sheetData></worksheet>',
        b'<worksheet xmlns="m"><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>',
        b'<worksheet xmlns="m"><!-- <row r="1"> --><sheetData><row r="1"><c/></row></sheetData></worksheet>',
        b'<worksheet xmlns="m"><sheetData/></worksheet>',
    ],
)
def test_sheet_that_cannot_be_cut_is_read_whole(content: bytes) -> None:
    """Rows without numbers, out of order, or beside a remark are left to the parser."""
    excerpt = RowExcerpt.extract(content, [1])
    assert excerpt.pieces is None
    assert b"sheetData" in excerpt.write_sheet()


def test_excerpt_holds_wanted_rows_and_heights_of_the_others() -> None:
    """Empty rows that close themselves, prefixes and heights are kept."""
    content = (
        b'<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1" ht="30"><x:c r="A1"/></x:row><x:row r="2"/>'
        b'<x:row r="3"><x:c r="A3"/></x:row><x:row r="4"><x:c r="A4"/></x:row></x:sheetData></x:worksheet>'
    )
    excerpt = RowExcerpt.extract(content, [3])
    assert [row.get("r") for row in excerpt.root.iter("{*}row")] == ["1", "3"]
    assert excerpt.write_sheet().endswith(content[content.index(b"<x:sheetData") :])
