"""Workbooks with what people and programs put around their tables: views, comments, pictures, slicers, protection."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import xlsxwriter

from tests.builders.foreign_workbooks import MAIN, OFFICE, PACKAGE, dot, edited_package, full_workbook, zipped

SHEET, TASKS, NAMED = "xl/worksheets/sheet1.xml", "任务表", "任务 (乡镇) 表"
GUID = "{5A1B2C3D-0000-4000-8000-000000000001}"
_MICROSOFT = "http://schemas.microsoft.com/office"
_X14 = f'xmlns:x14="{_MICROSOFT}/spreadsheetml/2009/9/main" xmlns:xm="{_MICROSOFT}/excel/2006/main"'
_THREADS = f"{_MICROSOFT}/spreadsheetml/2018/threadedcomments"
_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def build_table(furnish: Callable[[Any, Any], object], name: str = TASKS) -> bytes:
    """Return a workbook of one small table to which *furnish*, given book and sheet, has added something."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2024, 11, 20, tzinfo=UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet(name)
        sheet.write_column("A1", ["面积", 1, 2, 3])
        sheet.write_column("B1", ["备注", "甲", "乙", "丙"])
        furnish(book, sheet)
    return target.getvalue()


def plain_table() -> bytes:
    """Return the small table alone."""
    return build_table(lambda *_: None)


def before(markup: str, mark: str) -> Callable[[str], str]:
    """Return an edit of a part that puts *markup* in front of the first *mark*."""

    def edit(text: str) -> str:
        assert mark in text, f"nothing to put {markup} in front of"
        return text.replace(mark, markup + mark, 1)

    return edit


def with_parts(data: bytes, parts: Mapping[str, str]) -> bytes:
    """Return a workbook with further parts."""
    with ZipFile(BytesIO(data)) as archive:
        content: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**content, **parts})


def custom_views() -> bytes:
    """Two people's views of the workbook, each with its own filter and panes."""
    view = f'<customWorkbookView name="某人" guid="{GUID}" windowWidth="900" windowHeight="600" activeSheetId="1"/>'
    sheet_view = f'<customSheetView guid="{GUID}" scale="90"><selection activeCell="A2" sqref="A2"/></customSheetView>'
    edits = {
        "xl/workbook.xml": before(f"<customWorkbookViews>{view}</customWorkbookViews>", "</workbook>"),
        SHEET: before(f"<customSheetViews>{sheet_view}</customSheetViews>", "<pageMargins"),
    }
    return edited_package(plain_table(), edits)


def threaded_comments() -> bytes:
    """A conversation at a cell, with the note that older programs show beside another note."""
    thread = (
        f'<ThreadedComments xmlns="{_THREADS}"><threadedComment ref="A2" dT="2024-11-20T08:00:00.00" '
        f'personId="{GUID}" id="{GUID}"><text>请核对</text></threadedComment></ThreadedComments>'
    )
    person = f'<person displayName="某人" id="{GUID}" userId="a" providerId="None"/>'
    persons = f'<personList xmlns="{_THREADS}">{person}</personList>'
    types = (
        '<Override PartName="/xl/threadedComments/threadedComment1.xml" '
        'ContentType="application/vnd.ms-excel.threadedcomments+xml"/>'
        '<Override PartName="/xl/persons/person.xml" ContentType="application/vnd.ms-excel.person+xml"/>'
    )
    relation = f"{_MICROSOFT}/2017/10/relationships"
    to_thread = (
        f'<Relationship Id="rId77" Type="{relation}/threadedComment" '
        'Target="../threadedComments/threadedComment1.xml"/>'
    )
    to_persons = f'<Relationship Id="rId77" Type="{relation}/person" Target="persons/person.xml"/>'
    edits = {
        "[Content_Types].xml": before(types, "</Types>"),
        "xl/worksheets/_rels/sheet2.xml.rels": before(to_thread, "</Relationships>"),
        "xl/_rels/workbook.xml.rels": before(to_persons, "</Relationships>"),
        "xl/comments1.xml": lambda text: text.replace("<author>某人</author>", f"<author>tc={GUID}</author>"),
    }
    parts = {"xl/threadedComments/threadedComment1.xml": thread, "xl/persons/person.xml": persons}
    return with_parts(edited_package(full_workbook(), edits), parts)


def pictures_around() -> bytes:
    """Pictures in header and footer, and one behind the cells."""

    def furnish(_: Any, sheet: Any) -> None:
        sheet.set_header("&C&G", {"image_center": "a.png", "image_data_center": dot()})
        sheet.set_footer("&L&G", {"image_left": "b.png", "image_data_left": dot()})
        sheet.set_background(dot())

    return build_table(furnish)


def tables_with_filters() -> bytes:
    """A filtered table beside a filter of the sheet's own, with rows that it hides."""

    def furnish(_: Any, sheet: Any) -> None:
        sheet.add_table("D1:E4", {"columns": [{"header": "面积"}, {"header": "备注"}], "data": [[1, "甲"]]})
        sheet.autofilter("A1:B4")
        sheet.filter_column("B", "x == 甲")
        sheet.set_row(2, options={"hidden": True})

    return build_table(furnish)


def slicer() -> bytes:
    """A button field that filters a table: its list in an extension of the sheet, its cache in one of the workbook."""
    main = f'xmlns="{_MICROSOFT}/spreadsheetml/2009/9/main"'
    x15 = f'xmlns:x15="{_MICROSOFT}/spreadsheetml/2010/11/main"'
    cache = (
        f'<slicerCacheDefinition {main} name="切片器_备注" sourceName="备注"><extLst><x:ext xmlns:x="{MAIN}" '
        f'uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}" {x15}><x15:tableSlicerCache tableId="1" column="2"/></x:ext>'
        "</extLst></slicerCacheDefinition>"
    )
    slicers = f'<slicers {main}><slicer name="备注" cache="切片器_备注" caption="备注" rowHeight="241300"/></slicers>'
    types = (
        '<Override PartName="/xl/slicers/slicer1.xml" ContentType="application/vnd.ms-excel.slicer+xml"/>'
        '<Override PartName="/xl/slicerCaches/slicerCache1.xml" '
        'ContentType="application/vnd.ms-excel.slicerCache+xml"/>'
    )
    to_slicer = (
        f'<Relationship Id="rId77" Type="{_MICROSOFT}/2007/relationships/slicer" Target="../slicers/slicer1.xml"/>'
    )
    to_cache = (
        f'<Relationship Id="rId77" Type="{_MICROSOFT}/2007/relationships/slicerCache" '
        'Target="slicerCaches/slicerCache1.xml"/>'
    )
    of_sheet = (
        f'<extLst><ext {x15} uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}"><x14:slicerList {_X14}>'
        '<x14:slicer r:id="rId77"/></x14:slicerList></ext></extLst>'
    )
    of_book = (
        f'<extLst><ext {x15} uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}"><x15:slicerCaches {_X14}>'
        f'<x14:slicerCache xmlns:r="{OFFICE}" r:id="rId77"/></x15:slicerCaches></ext></extLst>'
    )
    edits = {
        "[Content_Types].xml": before(types, "</Types>"),
        "xl/worksheets/_rels/sheet1.xml.rels": before(to_slicer, "</Relationships>"),
        "xl/_rels/workbook.xml.rels": before(to_cache, "</Relationships>"),
        SHEET: before(of_sheet, "</worksheet>"),
        "xl/workbook.xml": before(of_book, "</workbook>"),
    }
    parts = {"xl/slicers/slicer1.xml": slicers, "xl/slicerCaches/slicerCache1.xml": cache}
    return with_parts(edited_package(tables_with_filters(), edits), parts)


def wrapped_controls() -> bytes:
    """A control that Excel wraps for programs that do not know it, in the sheet itself."""
    control = (
        f'<mc:AlternateContent {_MC}><mc:Choice Requires="x14" {_X14}><controls><mc:AlternateContent>'
        '<mc:Choice Requires="x14"><control shapeId="1025" r:id="rId77" name="钮"/></mc:Choice>'
        "</mc:AlternateContent></controls></mc:Choice></mc:AlternateContent>"
    )
    relation = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId77" Type="{OFFICE}/ctrlProp" '
        'Target="../ctrlProps/ctrlProp1.xml"/></Relationships>'
    )
    types = (
        '<Override PartName="/xl/ctrlProps/ctrlProp1.xml" '
        'ContentType="application/vnd.ms-excel.controlproperties+xml"/>'
    )
    properties = f'<formControlPr xmlns="{_MICROSOFT}/spreadsheetml/2009/9/main" objectType="Button"/>'
    edits = {
        "[Content_Types].xml": before(types, "</Types>"),
        SHEET: before(control, "</worksheet>"),
    }
    parts = {"xl/worksheets/_rels/sheet1.xml.rels": relation, "xl/ctrlProps/ctrlProp1.xml": properties}
    return with_parts(edited_package(plain_table(), edits), parts)


def extended_rules() -> bytes:
    """Conditional formats and validations that refer to another sheet, which only the extensions can hold."""
    validation = (
        f'<ext {_X14} uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"><x14:dataValidations count="1">'
        '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>清单!$A$1:$A$3</xm:f></x14:formula1>'
        "<xm:sqref>B2:B4</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
    )

    def furnish(book: Any, sheet: Any) -> None:
        book.add_worksheet("清单").write_column("A1", ["甲", "乙", "丙"])
        sheet.conditional_format("A2:A4", {"type": "data_bar", "data_bar_2010": True})

    return edited_package(build_table(furnish), {SHEET: before(validation, "</extLst>")})


def protected_sheet() -> bytes:
    """A sheet behind a password with cells left open, some of them to named persons."""

    def furnish(_: Any, sheet: Any) -> None:
        sheet.protect("abc", {"format_cells": True, "autofilter": True})
        sheet.unprotect_range("A2:A4", "面积", "xyz")

    lock = '<workbookProtection workbookPassword="CC1A" lockStructure="1"/>'
    return edited_package(build_table(furnish), {"xl/workbook.xml": before(lock, "<bookViews>")})


def frozen_panes() -> bytes:
    """Heading and first column stay in sight, with the cursor in the last pane."""
    return build_table(lambda _, sheet: (sheet.freeze_panes(1, 1), sheet.set_selection("B3")))


def split_view() -> bytes:
    """A sheet whose window is split where somebody dragged the bars."""
    return build_table(lambda _, sheet: sheet.split_panes(15, 8.43))


def names_and_print_areas() -> bytes:
    """Names over a sheet with spaces and brackets in its name, print area, repeated rows and a hidden filter name."""

    def furnish(book: Any, sheet: Any) -> None:
        book.define_name("面积", "='任务 (乡镇) 表'!$A$2:$A$4")
        book.define_name("'任务 (乡镇) 表'!备注", "='任务 (乡镇) 表'!$B$2:$B$4")
        sheet.print_area("A1:B4")
        sheet.repeat_rows(0)
        sheet.autofilter("A1:B4")

    return build_table(furnish, NAMED)


ODD_SHAPES: Mapping[str, Callable[[], bytes]] = {
    "custom views": custom_views,
    "threaded comments": threaded_comments,
    "pictures around": pictures_around,
    "tables with filters": tables_with_filters,
    "slicer": slicer,
    "wrapped controls": wrapped_controls,
    "extended rules": extended_rules,
    "protected sheet": protected_sheet,
    "frozen panes": frozen_panes,
    "split view": split_view,
    "names and print areas": names_and_print_areas,
}
