"""Workbooks of Excel 97 to 2003 and of WPS (.xls, .et): every figure, date, format and formula that can be had."""

import struct
from io import BytesIO

import openpyxl
import pytest

from tests.builders.old_formats import (
    DATE_XF,
    STRUCK_XF,
    TWO_DECIMALS_XF,
    Rows,
    Styled,
    Sum,
    compound,
    needs_xlrd,
    record,
    xls_file,
)
from workbooks.conversion.convert_file import convert_file
from workbooks.conversion.converted_workbook import ConvertedWorkbook
from workbooks.gate.intake_fault import IntakeError

pytestmark = needs_xlrd


def read_xls(data: bytes) -> ConvertedWorkbook:
    """Read a file; the reader is imported only where its library is installed."""
    from workbooks.conversion import xls_reader  # noqa: PLC0415 - as said

    return xls_reader.read_xls(data)


def converted(data: bytes) -> openpyxl.Workbook:
    """Return the .xlsx made of a file, with its formulas."""
    return openpyxl.load_workbook(BytesIO(convert_file(data, "xls").data))


def test_values_keep_their_type_and_all_their_digits() -> None:
    """A number keeps fifteen digits, a code typed as text all nineteen; a date is a date."""
    row = [
        281.7495,
        0.1 + 0.2,
        123456789012345,
        "6201022024000000001",
        "0102",
        True,
        Styled(45565, DATE_XF),
        None,
        "甲",
    ]
    (values,) = converted(xls_file({"表": [row]}))["表"].iter_rows(values_only=True)
    assert values[:6] == (281.7495, 0.3, 123456789012345, "6201022024000000001", "0102", True)
    assert str(values[6]).startswith("2024-09-30")
    assert values[7:] == (None, "甲")


def test_what_hides_a_value_stays() -> None:
    """Hidden rows and sheets, struck text and number formats are seen by the rules on them."""
    rows: Rows = [[1], [Styled("作废", STRUCK_XF)], [Styled(281.7495, TWO_DECIMALS_XF)]]
    book = converted(xls_file({"表": rows, "藏": [[1]]}, hidden_rows={"表": [1]}, hidden_sheets=["藏"]))
    sheet = book["表"]
    assert [row for row in (1, 2, 3) if sheet.row_dimensions[row].hidden] == [2]
    assert book["藏"].sheet_state == "hidden"
    assert sheet["A2"].font.strike
    assert sheet["A3"].number_format == "0.00"


def test_merges_stay_and_hide_nothing() -> None:
    """A merged range is one again; a value below it is written where it was, so that the reader finds it."""
    sheet = converted(xls_file({"表": [["甲", None], [None, "乙"]]}, merges={"表": [(0, 0, 1, 1), (5, 0, 5, 0)]}))["表"]
    assert [str(item) for item in sheet.merged_cells.ranges] == ["A1:B2"]
    book = read_xls(xls_file({"表": [["甲", None], [None, "乙"]]}, merges={"表": [(0, 0, 1, 1)]}))
    assert book.sheets[0].cells[1, 1].value == "乙"


def test_formula_and_its_stored_result_stay() -> None:
    """The range of a sum is judged, so it is kept; the stored result is what counts."""
    book = read_xls(xls_file({"表": [[1], [2], [Sum(1, 2, 99)]]}))
    cell = book.sheets[0].cells[2, 0]
    assert (cell.formula, cell.value) == ("SUM(A1:A2)", 99)
    assert book.lost_formulas == []


def test_shared_formula_is_written_out() -> None:
    """Excel stores a formula that was filled down once; each cell gets its own."""
    tokens = struct.pack("<BHH", 0x4C, 0, 0xC000 | 0xFF) + b"\x1e\x02\x00\x05"  # the cell on the left, times 2
    shared = record(0x04BC, struct.pack("<HHBBBBH", 0, 1, 1, 1, 0, 2, len(tokens)) + tokens)
    first, second = (
        record(0x0006, struct.pack("<HHHdHLHBHH", row, 1, 0, 2.0 * (row + 1), 8, 0, 5, 1, 0, 1)) for row in (0, 1)
    )
    book = read_xls(xls_file({"表": [[1], [2]]}, extra=first + shared + second))
    cells = book.sheets[0].cells
    assert [(cells[row, 1].formula, cells[row, 1].value) for row in (0, 1)] == [("A1*2", 2), ("A2*2", 4)]


def test_formula_that_cannot_be_told_is_counted() -> None:
    """Its result stays, and its cell is named."""
    tokens = b"\x18\x00\x00\x00\x00"  # a token that no program documents
    formula = record(0x0006, struct.pack("<HHHdHLH", 3, 1, 0, 7.0, 0, 0, len(tokens)) + tokens)
    book = read_xls(xls_file({"表": [[1]]}, extra=formula))
    assert book.lost_formulas == ["表!B4"]
    assert (book.sheets[0].cells[3, 1].value, book.sheets[0].cells[3, 1].formula) == (7, "")


def test_names_that_no_xlsx_may_have_are_shortened() -> None:
    """Other programs write names that are too long, or with characters that a reference needs."""
    names = ["301. exposures by county and agreement", "a/b", "A_B", "''"]
    assert converted(xls_file({name: [[1]] for name in names})).sheetnames == [names[0][:31], "a_b", "A_B~3", "Sheet4"]


def test_same_file_gives_the_same_bytes() -> None:
    """What is marked for the county does not depend on the moment."""
    data = xls_file({"表": [[1, "甲", Sum(1, 1, 1)]]})
    assert convert_file(data, "xls").data == convert_file(data, "xls").data


def test_macro_and_embedded_document_are_named() -> None:
    """They are not carried over, but told."""
    assert convert_file(xls_file({"表": [[1]]}), "xls").foreign_content == {}
    stream = xls_file({"表": [[1]]})[1024:]
    with_macros = compound(stream, storage="_VBA_PROJECT_CUR")
    assert convert_file(with_macros, "xls").foreign_content == {"macro": ["_VBA_PROJECT_CUR"]}
    with_document = compound(stream, storage="MBD0001A2B3")
    assert convert_file(with_document, "xls").foreign_content == {"embedded": ["MBD0001A2B3"]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (xls_file({"表": [[1]]}, extra=record(0x0203, struct.pack("<HHHd", 0, 0, 0, 2.0))), "cell_twice"),
        (xls_file({"表": [[float("nan")]]}), "bad_number"),
        (xls_file({"表": [[1]]})[:700], "not_convertible"),
        (compound(b""), "not_convertible"),
        (xls_file({f"表{number}": [[1]] for number in range(70)}), "too_many_sheets"),
        (
            xls_file({"表": [[1]], "表 ": [[1]], "表  ": []}, merges={"表": [(0, 0, 1, 1), (1, 1, 2, 2)]}),
            "not_convertible",
        ),
    ],
    ids=["cell twice", "no number", "cut", "nothing in it", "70 sheets", "merges that overlap"],
)
def test_bad_file_is_refused(data: bytes, code: str) -> None:
    """A file that two programs would read differently, or that cannot be read, is no workbook."""
    with pytest.raises(IntakeError) as caught:
        convert_file(data, "xls")
    assert caught.value.fault.code == code


def test_password_is_told_as_that() -> None:
    """A file that was encrypted holds no figures that could be read; it is said how to take the password off."""
    data = xls_file({"表": [[1]]})
    bof_end = data.index(struct.pack("<HH", 0x0809, 16)) + 20
    encrypted = record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    stream = data[1024:]
    start = bof_end - 1024
    with pytest.raises(IntakeError) as caught:
        convert_file(compound(stream[:start] + encrypted + stream[start:]), "xls")
    assert caught.value.fault.code == "encrypted_xls"
