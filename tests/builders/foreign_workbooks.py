"""Workbooks as other programs write them: with pictures, charts, comments and names, or with the barest markup."""

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import xlsxwriter

from tests.builders.marked_workbooks import WORDS, finding
from workbooks.marking.mark_workbook import mark_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
BARE = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
    'PartName="/xl/sheet.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="a" '
    f'Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="sheet.xml"/></Relationships>',
    "xl/workbook.xml": f'<x:workbook xmlns:x="{MAIN}" xmlns:rel="{OFFICE}"><x:sheets>'
    '<x:sheet name="表" sheetId="7" rel:id="rId1"/></x:sheets></x:workbook>',
    "xl/sheet.xml": f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1:B2"/><x:sheetData>'
    "<x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>"
    '<x:row><x:c><x:v>3</x:v></x:c><x:c r="D2"><x:v>4</x:v></x:c><x:c><x:v>5</x:v></x:c></x:row>'
    "</x:sheetData></x:worksheet>",
}


def zipped(content: Mapping[str, str | bytes]) -> bytes:
    """Put parts into an archive."""
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return target.getvalue()


def dot() -> BytesIO:
    """Draw a picture of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def full_workbook() -> bytes:
    """Make a workbook with about everything that a county may have put into it."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 11, 20, tzinfo=UTC).replace(tzinfo=None)})
        first, second = book.add_worksheet("封面"), book.add_worksheet("任务表")
        first.write("A1", "某县")
        first.insert_image("C3", "dot.png", {"image_data": dot()})
        second.write_column("A1", ["面积", 1, 2, 3])
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=任务表!$A$2:$A$4"})
        second.insert_chart("F2", chart)
        second.conditional_format(
            "A2:A4", {"type": "cell", "criteria": ">", "value": 2, "format": book.add_format({"bold": True})}
        )
        second.data_validation("B2:B4", {"validate": "list", "source": ["甲", "乙"]})
        second.repeat_rows(0)
        second.write_comment("A2", "原有批注", {"author": "某人"})
        second.write_comment("A3", "另一批注", {"author": "某人"})
        second.activate()
        book.define_name("面积", "=任务表!$A$2:$A$4")
    return target.getvalue()


def modern_workbook() -> bytes:
    """Make a workbook with what newer programs add, from tables and sparklines to arrays and print settings."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 11, 20, tzinfo=UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("任务表")
        sheet.write_column("A2", [1, 2, 3])
        sheet.add_table("A1:B4", {"columns": [{"header": "面积"}, {"header": "备注"}]})
        sheet.add_sparkline("D2", {"range": "任务表!A2:A4"})
        sheet.conditional_format("A2:A4", {"type": "icon_set", "icon_style": "3_arrows"})
        sheet.conditional_format("A2:A4", {"type": "data_bar", "data_bar_2010": True})
        sheet.write_dynamic_array_formula("F2", "=_xlfn.UNIQUE(A2:A4)")
        sheet.write_url("E2", "internal:任务表!A1")
        sheet.protect("", {"format_cells": True})
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_header("&C核算")
        sheet.set_h_pagebreaks([3])
        sheet.freeze_panes(1, 0)
        sheet.insert_textbox("H2", "说明")
        sheet.insert_checkbox("G2", boolean=True)
    return target.getvalue()


def with_single_quotes(data: bytes) -> bytes:
    """Return a workbook whose workbook.xml, first sheet and lists of relationships have single quotes."""
    names = ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")
    return edited_package(data, dict.fromkeys(names, _quote_singly))


def _quote_singly(text: str) -> str:
    return re.sub(r"""="([^"'<>]*)"(?=[^<>]*>)""", r"='\1'", text)


# What Excel and WPS put into workbook.xml beside the list of sheets.
ABSOLUTE_PATH = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    '<mc:Choice Requires="x15"><x15ac:absPath url="核算/" '
    'xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"/></mc:Choice></mc:AlternateContent>'
)
REVISION = (
    '<xr:revisionPtr xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" '
    'revIDLastSave="0" documentId="8_{0}" xr6:coauthVersionLast="36" '
    'xmlns:xr6="http://schemas.microsoft.com/office/spreadsheetml/2016/revision6"/>'
)


def edited_package(data: bytes, edits: Mapping[str, Callable[[str], str]]) -> bytes:
    """Return a workbook with some of its parts changed as text."""
    with ZipFile(BytesIO(data)) as archive:
        old_parts = {name: archive.read(name) for name in archive.namelist()}
    new_parts: dict[str, str | bytes] = dict(old_parts)
    for name, edit in edits.items():
        new_parts[name] = edit(old_parts[name].decode())
    return zipped(new_parts)


def with_workbook_markup(data: bytes, before: str, markup: str) -> bytes:
    """Return a workbook with *markup* in workbook.xml in front of *before*."""
    return edited_package(data, {"xl/workbook.xml": lambda text: text.replace(before, markup + before, 1)})


def without_rels_default(data: bytes) -> bytes:
    """Declare the type of each list of relationships by itself, as LibreOffice does."""
    with ZipFile(BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".rels")]
    rels_type = 'ContentType="application/vnd.openxmlformats-package.relationships+xml"'
    overrides = "".join(f'<Override PartName="/{name}" {rels_type}/>' for name in names)

    def edit(text: str) -> str:
        return text.replace(f'<Default Extension="rels" {rels_type}/>', "").replace("</Types>", f"{overrides}</Types>")

    return edited_package(data, {"[Content_Types].xml": edit})


def marked_full() -> bytes:
    """Mark the full workbook."""
    return mark_workbook(full_workbook(), [finding("任务表", "A2"), finding("任务表", "B9")], WORDS)
