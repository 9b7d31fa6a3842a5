"""Tables as text: encodings, delimiters, and codes that keep all their digits."""

import pytest

from tests.builders.old_formats import Rows, csv_file
from workbooks.conversion.csv_reader import read_csv
from workbooks.gate.file_type import detect_convertible_form

ROWS: Rows = [["序号", "乡镇（街道）", "面积"], [1, "铜都街道", "281.75"], [2, "碧谷街道", "0"]]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str) -> None:
    """The same table comes out whatever program wrote it."""
    data = csv_file(ROWS, encoding=encoding, delimiter=delimiter)
    assert detect_convertible_form(data) == "csv"
    (sheet,) = read_csv(data).sheets
    values = [cell.value for cell in sheet.cells.values()]
    assert values == ["序号", "乡镇（街道）", "面积", 1, "铜都街道", 281.75, 2, "碧谷街道", 0]


def test_codes_stay_texts() -> None:
    """Twelve digits and more, leading zeros and what a web system guards are texts; nothing is rounded."""
    codes = [
        "6201022024000000001",
        "530113102024",
        "0102",
        '="0103"',
        "1,281.75",
        "12.5%",
        "2024-09-30",
        "-3.5",
        "12345678901",
    ]
    (sheet,) = read_csv(csv_file([codes, codes])).sheets
    values = [cell.value for (row, _), cell in sheet.cells.items() if row == 0]
    assert values == [*codes[:3], "0103", *codes[4:7], -3.5, 12345678901]


def test_delimiter_that_excel_names_is_used() -> None:
    """The line is none of the table."""
    (sheet,) = read_csv(b"sep=;\r\na;b\r\n1,5;2\r\n").sheets
    assert [cell.value for cell in sheet.cells.values()] == ["a", "b", "1,5", 2]


@pytest.mark.parametrize(
    "data",
    [
        b"one line\n",
        b"no table\nin these\nlines\n",
        b"a,b\n",
        b"a,b\n\x00\x01\n1,2\n",
        b"\xff\xff,\xff\n" * 3,
        b"<html>\na,b\nc,d\n",
    ],
    ids=["line", "lines", "one row", "control", "no encoding", "web page"],
)
def test_other_text_is_no_table(data: bytes) -> None:
    """A note or a web page is named as what it is."""
    assert detect_convertible_form(data) is None
