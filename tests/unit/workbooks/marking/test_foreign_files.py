"""Marking leaves alone what a county's file holds besides its figures, whatever program wrote it."""

import re
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import xlsxwriter
from lxml import etree
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from tests.builders.foreign_workbooks import BARE, MAIN, OFFICE, PACKAGE, full_workbook, marked_full, zipped
from tests.builders.marked_workbooks import HARD, LISTED, WORDS, fill, finding, opened, parts, sheet_of
from workbooks.marking.mark_workbook import mark_workbook
from workbooks.ooxml.cell_edits import WORKSHEET_ORDER


def order_kept(content: bytes) -> bool:
    """Tell whether the elements of a sheet stand in the order of the schema."""
    places = [WORKSHEET_ORDER.split().index(etree.QName(element).localname) for element in etree.fromstring(content)]
    return places == sorted(places)


def test_pictures_charts_rules_and_names_survive() -> None:
    """What the county put into its file besides figures is still there."""
    before, after = parts(full_workbook()), parts(marked_full())
    for name in before:
        if name.startswith(("xl/charts", "xl/drawings/drawing", "xl/media", "xl/theme", "docProps")):
            assert after[name] == before[name]
    assert order_kept(after["xl/worksheets/sheet2.xml"])
    sheet = sheet_of(opened(marked_full()), "任务表")
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["A2:A4"]
    assert [str(rule.sqref) for rule in sheet.data_validations.dataValidation] == ["B2:B4"]


def test_names_of_a_sheet_follow_it_to_its_new_place() -> None:
    """Names that belong to one sheet still do when a sheet was put before it, once or twice."""
    again = mark_workbook(marked_full(), [finding("任务表", "A2")], WORDS)
    for data in (marked_full(), again):
        book = opened(data)
        assert book.sheetnames == [LISTED, "封面", "任务表", WORDS["memory_name"]]
        assert sheet_of(book, "任务表").print_title_rows == "$1:$1"
        assert sheet_of(book, LISTED).print_title_rows == "$3:$3"
        assert list(book.defined_names) == ["面积"]
        root = etree.fromstring(parts(data)["xl/workbook.xml"])
        local = [(name.get("name"), name.get("localSheetId")) for name in root.findall(f".//{{{MAIN}}}definedName")]
        assert sorted(filter(lambda pair: pair[1], local)) == [
            ("_xlnm.Print_Titles", "0"),
            ("_xlnm.Print_Titles", "2"),
            ("_xlnm._FilterDatabase", "0"),
        ]


def test_comments_of_the_county_stay_and_ours_join_them() -> None:
    """Old comments keep text and author; ours stand below or in cells of their own."""
    sheet = sheet_of(opened(marked_full()), "任务表")
    joined, other, new = (sheet[cell].comment for cell in ("A2", "A3", "B9"))
    assert joined is not None
    assert other is not None
    assert new is not None
    assert (joined.author, other.author, new.author) == ("某人", "某人", "核算")
    assert joined.text.startswith("原有批注\n\n【强制】R0102\n")
    assert other.text == "另一批注"


def test_every_comment_has_one_box_and_every_box_its_own_number() -> None:
    """A comment without a box is not shown, two boxes of one number are a damaged file."""
    drawing = parts(marked_full())["xl/drawings/vmlDrawing1.vml"].decode()
    numbers = re.findall(r'id="_x0000_s(\d+)"', drawing)
    places = re.findall(r"<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)</x:Column>", drawing)
    assert sorted(places) == [("1", "0"), ("2", "0"), ("8", "1")]
    assert len(set(numbers)) == 3
    assert 'data="1,2"' in drawing


def test_box_of_an_older_comment_grows_with_its_text() -> None:
    """A box that was large enough for the old text is made large enough for both."""

    def bottom(data: bytes) -> int:
        drawing = parts(data)["xl/drawings/vmlDrawing1.vml"].decode()
        anchor = re.findall(r"<x:Anchor>([^<]*)</x:Anchor>", drawing)[0]
        return int(anchor.split(",")[6])

    long = finding("任务表", "A2", message="长" * 300)
    assert bottom(mark_workbook(full_workbook(), [long], WORDS)) > bottom(full_workbook()) + 5


def test_folders_and_stored_parts_in_the_archive_do_no_harm() -> None:
    """An archive may name its folders and hold parts uncompressed; both stay so."""
    after = mark_workbook(zipped({"xl/": ""} | BARE), [finding("表", "A1")], WORDS)
    with ZipFile(BytesIO(after)) as archive:
        assert archive.namelist()[0] == "xl/"
        assert archive.getinfo("_rels/.rels").compress_type == 0
    assert fill(sheet_of(opened(after), "表"), "A1") == HARD


def test_strict_form_of_the_format_is_kept() -> None:
    """A file in the strict form of the format gets parts in that form."""
    strict = {
        name: part.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, part in BARE.items()
    }
    after = parts(mark_workbook(zipped(strict), [finding("表", "A1")], WORDS))
    xml = b"".join(part for name, part in after.items() if name != "[Content_Types].xml")
    assert MAIN.encode() not in xml
    assert OFFICE.encode() not in xml


def test_drawing_with_unclosed_breaks_is_read() -> None:
    """Excel itself writes line breaks into its drawings that no XML reader takes."""
    old = parts(full_workbook())
    name = "xl/drawings/vmlDrawing1.vml"
    old[name] = old[name].replace(b"</div>", b"a<br>b</div>", 1)
    after = parts(mark_workbook(zipped(old), [finding("任务表", "B9")], WORDS))
    assert after[name].count(b"ClientData ObjectType") == 3


def test_file_of_another_library_is_marked() -> None:
    """Absolute references, comments and validations as another library writes them do no harm."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "任务表"
    sheet["B2"] = 12.5
    sheet["B2"].number_format = "0.0000"
    sheet["A1"].comment = Comment("旧", "某人")
    sheet.add_data_validation(DataValidation(type="list", formula1='"甲,乙"', sqref="C1:C5"))
    target = BytesIO()
    book.save(target)
    again = opened(mark_workbook(target.getvalue(), [finding("任务表", "B2"), finding("任务表", "A1")], WORDS))
    marked = sheet_of(again, "任务表")
    assert (fill(marked, "B2"), marked["B2"].number_format) == (HARD, "0.0000")
    assert marked["A1"].comment is not None
    assert marked["A1"].comment.text.startswith("旧\n\n【强制】")


def test_bare_file_with_prefixes_and_without_addresses_or_styles_is_marked() -> None:
    """Cells without addresses are counted, styles are begun where there are none, prefixes may be any."""
    cells = ("B1", "C1", "A2", "C2", "E2", "B5", "A3")
    after = mark_workbook(zipped(BARE), [finding("表", cell) for cell in cells], WORDS)
    sheet = sheet_of(opened(after), "表")
    assert [fill(sheet, cell) for cell in cells] == [HARD] * len(cells)
    assert [fill(sheet, cell) for cell in ("A1", "D2", "B2")] == [None] * 3
    assert [sheet[cell].value for cell in ("A1", "B1", "A2", "D2", "E2")] == [1, 2, 3, 4, 5]
    root = etree.fromstring(parts(after)["xl/sheet.xml"])
    assert root.find(f"{{{MAIN}}}dimension").get("ref") == "A1:E5"
    assert [cell.get("r") for cell in root.iter(f"{{{MAIN}}}c")] == [
        *(None, None, "C1"),
        *(None, "C2", "D2", None),
        *("A3", "B5"),
    ]


def test_what_a_program_added_to_our_list_goes_with_it() -> None:
    """Printer settings of the old list are dropped with it, a part in use elsewhere is not."""
    once = parts(mark_workbook(zipped(BARE), [], WORDS))
    once["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{OFFICE}/printerSettings" Target="../p.xml"/>'
        f'<Relationship Id="b" Type="{OFFICE}/theme" Target="../t.xml"/></Relationships>'
    ).encode()
    once["xl/_rels/sheet.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="b" Type="{OFFICE}/theme" '
        'Target="t.xml"/></Relationships>'
    ).encode()
    again = parts(mark_workbook(zipped(once | {"xl/p.xml": b"<p/>", "xl/t.xml": b"<t/>"}), [], WORDS))
    assert "xl/p.xml" not in again
    assert "xl/worksheets/_rels/sheet1.xml.rels" not in again
    assert "xl/t.xml" in again


def test_long_sheet_with_thousands_of_findings_is_marked_in_one_pass() -> None:
    """The work grows with the sheet, not with sheet times findings."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表")
        for row in range(5000):
            sheet.write_number(row, 0, row)
    found = [finding("表", f"A{row}") for row in range(1, 5001, 2)]
    marked = sheet_of(opened(mark_workbook(target.getvalue(), found, WORDS)), "表")
    assert sum(fill(marked, f"A{row}") == HARD for row in range(1, 5001)) == 2500
