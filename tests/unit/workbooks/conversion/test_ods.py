"""OpenDocument tables: values as they are written, and nothing that is no value."""

from io import BytesIO

import openpyxl
import pytest

from tests.builders.old_formats import ods_file, ods_package
from workbooks.conversion.convert_file import convert_file
from workbooks.conversion.ods_formulas import translate_formula
from workbooks.conversion.ods_reader import read_ods
from workbooks.conversion.ods_styles import derive_number_format
from workbooks.gate.intake_fault import IntakeError
from workbooks.gate.zip_container import Container

CELL = "<table:table-cell {}>{}</table:table-cell>"


def number(value: str, shown: str, more: str = "") -> str:
    """Return the markup of a number and of the text that is shown."""
    return CELL.format(f'office:value-type="float" office:value="{value}" {more}', f"<text:p>{shown}</text:p>")


def converted(data: bytes) -> openpyxl.Workbook:
    """Return the .xlsx made of a file, with its formulas."""
    return openpyxl.load_workbook(BytesIO(convert_file(data, "ods").data))


def test_values_keep_their_type_and_digits() -> None:
    """A number is the stored one and is shown as before; a code that is a text keeps nineteen digits."""
    date = CELL.format('office:value-type="date" office:date-value="2024-09-30"', "<text:p>2024年9月30日</text:p>")
    truth = CELL.format('office:value-type="boolean" office:boolean-value="true"', "<text:p>是</text:p>")
    row = [number("281.7495", "281.75"), "6201022024000000001", date, truth, "甲 乙", None, 7]
    sheet = converted(ods_file({"表": [row]}))["表"]
    (values,) = sheet.iter_rows(values_only=True)
    assert (values[0], values[1], values[3:]) == (281.7495, "6201022024000000001", (True, "甲 乙", None, 7))
    assert str(values[2]).startswith("2024-09-30")
    assert sheet["A1"].number_format == "0.00"


def test_text_of_a_comment_or_drawing_is_no_value() -> None:
    """A cell's text is that of its own paragraphs, with the spaces that the format counts."""
    note = "<office:annotation><text:p>批注里的 999</text:p></office:annotation>"
    cell = CELL.format('office:value-type="string"', f'{note}<text:p>铜都<text:s text:c="2"/>街道</text:p>')
    table = '<table:table table:name="副本"><table:table-row>' + number("9", "9") + "</table:table-row></table:table>"
    book = converted(
        ods_file({"表": [[cell, number("1", "1", "").replace("</table:table-cell>", f"{note}</table:table-cell>")]]})
    )
    assert list(book["表"].iter_rows(values_only=True)) == [("铜都  街道", 1)]
    content = Container.open_zip(ods_file({"表": [[1]]})).unpack_part("content.xml").decode()
    linked = content.replace(
        "</office:spreadsheet>", f"<table:dde-links>{table}</table:dde-links></office:spreadsheet>"
    )
    assert converted(ods_package(linked)).sheetnames == ["表"]


def test_repeated_cells_and_rows_are_written_out() -> None:
    """The file stores equal cells once; a million rows without a value at the end cost nothing."""
    twice = number("5", "5", 'table:number-columns-repeated="2"')
    content = Container.open_zip(ods_file({"表": [[twice, "尾"]]})).unpack_part("content.xml").decode()
    repeated = content.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="3">', 1)
    sheet = converted(ods_package(repeated))["表"]
    assert list(sheet.iter_rows(values_only=True)) == [(5, 5, "尾")] * 3


def test_what_is_hidden_stays_hidden() -> None:
    """Hidden rows, hidden sheets, struck text, and values under a merged cell."""
    struck = CELL.format('office:value-type="string" table:style-name="struck"', "<text:p>作废</text:p>")
    merged = number("1", "1", 'table:number-columns-spanned="2" table:number-rows-spanned="1"')
    covered = number("2", "2").replace("table-cell", "covered-table-cell")
    content = Container.open_zip(
        ods_file({"表": [[struck], [merged, covered]], "藏": [[1]]}, hidden_rows={"表": [0]})
    ).unpack_part("content.xml")
    hidden = content.decode().replace('table:name="藏"', 'table:name="藏" table:style-name="ta2"')
    book = converted(ods_package(hidden))
    sheet = book["表"]
    assert sheet.row_dimensions[1].hidden
    assert not sheet.row_dimensions[2].hidden
    assert sheet["A1"].font.strike
    assert [str(item) for item in sheet.merged_cells.ranges] == ["A2:B2"]
    assert read_ods(Container.open_zip(ods_package(hidden))).sheets[0].cells[1, 1].value == 2
    assert book["藏"].sheet_state == "hidden"


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("of:=SUM([.C4:.C11])", "SUM(C4:C11)"),
        ('of:=IF([.A1]>1;"a;[b]";[$附件3.$B$2])', 'IF(A1>1,"a;[b]",附件3!$B$2)'),
        ("of:=[$'表 1'.A1:.B2]", "'表 1'!A1:B2"),
        ("of:=SUM([表1.A1:表2.B2])", ""),
        ("of:=['file:///x.ods'#$表.A1]", ""),
        ("of:=COM.MICROSOFT.CONCAT([.A1])", ""),
        ("of:=SUM({1;2})", ""),
        ("of:=[.#REF!]", ""),
        ("oooc:=A1", ""),
    ],
)
def test_simple_formulas_are_translated(formula: str, written: str) -> None:
    """Sums and references are written as Excel writes them; for all others the stored result counts."""
    assert translate_formula(formula) == written


def test_formula_that_is_not_translated_is_named() -> None:
    """Its result stays."""
    cell = number("3", "3", 'table:formula="of:=SUM({1;2})"')
    book = read_ods(Container.open_zip(ods_file({"表": [[cell, number("3", "3", 'table:formula="of:=[.A1]"')]]})))
    assert book.lost_formulas == ["表!A1"]
    assert [(item.value, item.formula) for item in book.sheets[0].cells.values()] == [(3, ""), (3, "A1")]


def test_error_is_an_error() -> None:
    """A formula's error is no text."""
    error = CELL.format('office:value-type="string" office:string-value=""', "<text:p>#DIV/0!</text:p>")
    sheet = converted(ods_file({"表": [[error]]}))["表"]
    assert sheet["A1"].value == "=#DIV/0!"
    assert convert_file(ods_file({"表": [[error]]}), "ods").data


@pytest.mark.parametrize(
    ("shown", "number_format"),
    [("281.75", "0.00"), ("1,281.75", "#,##0.00"), ("12.5%", "0.0%"), ("281", "0"), ("二百", "General")],
)
def test_number_is_shown_as_before(shown: str, number_format: str) -> None:
    """The decimals that the clerk saw are those that the rules compare with the stored value."""
    assert derive_number_format(shown) == number_format


CONTENT = Container.open_zip(ods_file({"表": [[number("5", "5")]]})).unpack_part("content.xml").decode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (
            ods_package(
                CONTENT, {"META-INF/manifest.xml": "<m:manifest xmlns:m='m'><m:encryption-data/></m:manifest>"}
            ),
            "encrypted",
        ),
        (ods_package(CONTENT[:900]), "damaged"),
        (ods_package(CONTENT.replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1)), "doctype"),
        (
            ods_package(
                CONTENT.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1048576">', 1)
            ),
            "sheet_too_large",
        ),
        (
            ods_package(
                CONTENT.replace("<text:p>", "<text:p>" + "<text:span>" * 70).replace(
                    "</text:p>", "</text:span>" * 70 + "</text:p>"
                )
            ),
            "suspicious",
        ),
        (ods_package(CONTENT.replace('office:value="5"', 'office:value="viel"')), "damaged"),
        (ods_package(CONTENT.replace('office:value="5"', 'office:value="nan"')), "bad_number"),
    ],
    ids=["password", "cut", "doctype", "a million rows", "deep", "no number", "nan"],
)
def test_bad_file_is_refused(data: bytes, code: str) -> None:
    """What is damaged, encrypted or made to exhaust the reader gets its own word."""
    with pytest.raises(IntakeError) as caught:
        convert_file(data, "ods")
    assert caught.value.fault.code == code
