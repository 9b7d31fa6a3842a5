"""The boxes in which a sheet shows its comments, drawn in the markup that Excel reads them from."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Self

from lxml import etree

from checks.model.cell_ref import LAST_COLUMN, LAST_ROW, Position
from workbooks.ooxml.cell_edits import WORKSHEET_ORDER, iter_numbered_rows
from workbooks.ooxml.relationships import (
    add_relationship,
    find_office_namespace,
    list_relationships,
    remove_references_to,
)
from workbooks.ooxml.text_extent import estimate_lines
from workbooks.ooxml.xml_parts import LxmlElement, find_child, insert_in_order, is_on, make_sibling_tag, parse_xml
from workbooks.ooxml.zip_package import ZipPackage

VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VML_NAMESPACE = "urn:schemas-microsoft-com:vml"
_OFFICE_NAMESPACE = "urn:schemas-microsoft-com:office:office"
_EXCEL_NAMESPACE = "urn:schemas-microsoft-com:office:excel"
_NAMESPACE_DECLARATIONS = f'xmlns:v="{_VML_NAMESPACE}" xmlns:o="{_OFFICE_NAMESPACE}" xmlns:x="{_EXCEL_NAMESPACE}"'
_EMPTY_DRAWING = f"""<xml {_NAMESPACE_DECLARATIONS}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>"""
_SHAPE_TYPE = f"""<v:shapetype {_NAMESPACE_DECLARATIONS} id="_x0000_t202" coordsize="21600,21600" o:spt="202" \
path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_SHAPE_TEMPLATE = """<v:shape {spaces} id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;\
margin-top:2pt;width:{width}pt;height:{height}pt;z-index:{depth};visibility:hidden" fillcolor="#ffffe1" \
o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>\
<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">\
<div style="text-align:left"/></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""
_SHAPE_IDS_PER_BLOCK = 1024  # shapes are numbered in blocks of this many, and a block belongs to one sheet
_ID_BLOCKS = re.compile(rb"""idmap\b[^>]*?\bdata\s*=\s*["']([\d,\s]*)["']""")
_UNCLOSED_BREAK = re.compile(rb"<br\s*>", re.IGNORECASE)  # Excel writes these into boxes of form controls
_CHARACTER_WIDTH, _LINE_HEIGHT, _BOX_MARGIN = 6, 16, 14  # pixels of a 9 point text
_BOX_WIDTH, _MAX_BOX_WIDTH, _MAX_BOX_HEIGHT = 300, 480, 640
_MAX_SPAN = 400  # rows or columns that a box may span, so that long hidden stretches cost nothing


@dataclass(frozen=True, slots=True)
class _SheetGrid:
    """How wide the columns and how high the rows of a sheet are, in pixels; numbers from 0."""

    column_widths: list[tuple[range, int]]
    row_heights: dict[int, int]
    default_width: int
    default_height: int

    @classmethod
    def measure(cls, sheet: LxmlElement) -> Self:
        usual = find_child(sheet, "sheetFormatPr")
        sizes = {} if usual is None else dict(usual.attrib)
        columns, data = find_child(sheet, "cols"), find_child(sheet, "sheetData")
        return cls(
            column_widths=[]
            if columns is None
            else [_parse_column_width(item) for item in columns.iterchildren("{*}col")],
            row_heights={} if data is None else dict(_iter_custom_heights(data)),
            default_width=_convert_to_pixels(sizes.get("defaultColWidth", "9.14"), 7),
            default_height=_convert_to_pixels(sizes.get("defaultRowHeight", "15"), 4 / 3),
        )

    def get_width(self, column: int) -> int:
        return next((width for columns, width in self.column_widths if column in columns), self.default_width)

    def get_height(self, row: int) -> int:
        return self.row_heights.get(row, self.default_height)


@dataclass(frozen=True, slots=True)
class _CommentBox:
    """Where a box begins and how large it is: column, pixels into it, row, pixels into it; width, height."""

    column: int
    column_offset: int
    row: int
    row_offset: int
    width: int
    height: int

    def format_anchor(self, grid: _SheetGrid) -> str:
        last_column, into_column = _find_end(self.column, self.column_offset + self.width, grid.get_width, LAST_COLUMN)
        last_row, into_row = _find_end(self.row, self.row_offset + self.height, grid.get_height, LAST_ROW)
        ends = (
            self.column,
            self.column_offset,
            self.row,
            self.row_offset,
            last_column,
            into_column,
            last_row,
            into_row,
        )
        return ", ".join(str(number) for number in ends)


def draw_comment_boxes(package: ZipPackage, part: str, sheet: LxmlElement, texts: Mapping[Position, str]) -> None:
    """Draw a box for each comment, large enough for its text; a box that is there grows where it must."""
    drawing_part = _ensure_drawing(package, part, sheet)
    drawing = _parse_drawing(package.get_part(drawing_part))
    grid, present = _SheetGrid.measure(sheet), dict(_iter_boxes(drawing))
    absent = {place: text for place, text in texts.items() if place not in present}
    for place in texts.keys() - absent.keys():
        _grow_box(present[place], _estimate_box_size(texts[place]), grid)
    numbers = _reserve_shape_ids(package, drawing, len(absent))
    if absent and drawing.find(f".//{{{_VML_NAMESPACE}}}shapetype[@id='_x0000_t202']") is None:
        drawing.append(etree.fromstring(_SHAPE_TYPE))
    for (place, text), number in zip(absent.items(), numbers, strict=True):
        drawing.append(_build_shape(place, _estimate_box_size(text), shape_id=number, grid=grid))
    package.store_part(drawing_part, etree.tostring(drawing))


def erase_comment_boxes(package: ZipPackage, part: str, sheet: LxmlElement, cells: Iterable[Position]) -> None:
    """Take the boxes of comments that are gone off a sheet, and the drawing with them where it holds nothing else."""
    link, gone = find_child(sheet, "legacyDrawing"), set(cells)
    wanted = "" if link is None else next((v for key, v in link.attrib.items() if key.endswith("}id")), "")
    item = next((one for one in list_relationships(package, part) if one.id == wanted and one.target in package), None)
    if item is None or not gone:
        return
    drawing = _parse_drawing(package.get_part(item.target))
    for place, client in list(_iter_boxes(drawing)):
        shape = client.getparent()
        if place in gone and shape is not None and (holder := shape.getparent()) is not None:
            holder.remove(shape)
    if drawing.find(f".//{{{_VML_NAMESPACE}}}shape") is None and link is not None:
        sheet.remove(link)
        remove_references_to(package, part, item.target)
    else:
        package.store_part(item.target, etree.tostring(drawing))


def _ensure_drawing(package: ZipPackage, part: str, sheet: LxmlElement) -> str:
    """Return the part with the boxes of a sheet, begun where there is none."""
    link = find_child(sheet, "legacyDrawing")
    wanted = "" if link is None else next((v for key, v in link.attrib.items() if key.endswith("}id")), "")
    for item in list_relationships(package, part):
        if item.id == wanted and item.target in package:
            return item.target
    drawing = package.find_free_name("xl/drawings/vmlDrawing{}.vml")
    package.store_part(drawing, _EMPTY_DRAWING.encode())
    package.declare_default_type("vml", VML_TYPE)
    space = find_office_namespace(package)
    if link is None:
        link = sheet.makeelement(make_sibling_tag(sheet, "legacyDrawing"), nsmap={"r": space})
        insert_in_order(sheet, link, WORKSHEET_ORDER)
    link.set(f"{{{space}}}id", add_relationship(package, part, "vmlDrawing", drawing))
    return drawing


def _parse_drawing(content: bytes) -> LxmlElement:
    """Read a drawing; Excel takes some that are no sound XML, so what can be mended is."""
    mended = _UNCLOSED_BREAK.sub(b"<br/>", content)
    try:
        return parse_xml(mended)
    except etree.XMLSyntaxError:
        return etree.fromstring(mended, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))


def _iter_boxes(drawing: LxmlElement) -> Iterator[tuple[Position, LxmlElement]]:
    for client in drawing.iterfind(f".//{{{_EXCEL_NAMESPACE}}}ClientData[@ObjectType='Note']"):
        row, column = (client.findtext(f"{{{_EXCEL_NAMESPACE}}}{name}", "").strip() for name in ("Row", "Column"))
        if row.isdecimal() and column.isdecimal():
            yield (int(row) + 1, int(column) + 1), client


def _grow_box(client: LxmlElement, size: tuple[int, int], grid: _SheetGrid) -> None:
    """Enlarge a box that would hide part of its text."""
    anchor = client.find(f"{{{_EXCEL_NAMESPACE}}}Anchor")
    numbers = [int(number) for number in re.findall(r"\d+", "" if anchor is None else anchor.text or "")]
    if len(numbers) != 8:  # noqa: PLR2004 - column, pixels, row, pixels, of both corners
        return
    column, right, row, down, last_column, into_column, last_row, into_row = numbers
    wide = sum(grid.get_width(number) for number in range(column, min(last_column, column + _MAX_SPAN)))
    high = sum(grid.get_height(number) for number in range(row, min(last_row, row + _MAX_SPAN)))
    width = max(size[0], wide - right + into_column)
    height = max(size[1], high - down + into_row)
    anchor.text = _CommentBox(column, right, row, down, width, height).format_anchor(grid)


def _reserve_shape_ids(package: ZipPackage, drawing: LxmlElement, needed: int) -> list[int]:
    """Take blocks of numbers that no other drawing uses and enter them in this one."""
    used = [
        int(block)
        for name in package.list_names()
        if name.lower().endswith(".vml")
        for data in _ID_BLOCKS.findall(package.get_part(name))
        for block in data.replace(b",", b" ").split()
    ]
    first = max(used, default=0) + 1
    blocks = range(first, first + -(-needed // (_SHAPE_IDS_PER_BLOCK - 1)))
    listing = drawing.find(f".//{{{_OFFICE_NAMESPACE}}}idmap")
    if listing is None:
        layout = etree.fromstring(_EMPTY_DRAWING)[0]
        drawing.insert(0, layout)
        listing = layout[0]
    listing.set("data", ",".join([*filter(None, [listing.get("data")]), *map(str, blocks)]))
    return [block * _SHAPE_IDS_PER_BLOCK + number for block in blocks for number in range(1, _SHAPE_IDS_PER_BLOCK)][
        :needed
    ]


def _build_shape(cell: Position, size: tuple[int, int], *, shape_id: int, grid: _SheetGrid) -> LxmlElement:
    row, column = cell[0] - 1, cell[1] - 1
    box = _CommentBox(min(column + 1, LAST_COLUMN - 1), 15, max(row - 1, 0), 10, *size)
    text = _SHAPE_TEMPLATE.format(
        spaces=_NAMESPACE_DECLARATIONS,
        id=shape_id,
        width=f"{box.width * 0.75:g}",
        height=f"{box.height * 0.75:g}",
        depth=shape_id % _SHAPE_IDS_PER_BLOCK,
        anchor=box.format_anchor(grid),
        row=row,
        column=column,
    )
    return etree.fromstring(text)


def _estimate_box_size(text: str) -> tuple[int, int]:
    """Return width and height in pixels that show the whole text, wider where it would grow too high."""
    for width in (_BOX_WIDTH, _MAX_BOX_WIDTH):
        height = estimate_lines(text, (width - _BOX_MARGIN) // _CHARACTER_WIDTH) * _LINE_HEIGHT + _BOX_MARGIN
        if height <= _MAX_BOX_HEIGHT:
            return width, height
    return _MAX_BOX_WIDTH, _MAX_BOX_HEIGHT


def _find_end(start: int, length: int, get_size: Callable[[int], int], limit: int) -> tuple[int, int]:
    """Return the row or column in which a stretch of pixels ends, and how far into it."""
    for number in islice(count(start), min(_MAX_SPAN, limit - 1 - start)):
        if length <= get_size(number):
            return number, length
        length -= get_size(number)
    return min(start + _MAX_SPAN, limit - 1), 0


def _parse_column_width(item: LxmlElement) -> tuple[range, int]:
    width = 0 if is_on(item.get("hidden")) else _convert_to_pixels(item.get("width", "9.14"), 7)
    return range(int(item.get("min", "1")) - 1, int(item.get("max", "1"))), width


def _iter_custom_heights(sheet_data: LxmlElement) -> Iterator[tuple[int, int]]:
    """Yield the rows that are hidden or have a height of their own."""
    for number, row in iter_numbered_rows(sheet_data):
        if is_on(row.get("hidden")):
            yield number - 1, 0
        elif row.get("ht"):
            yield number - 1, _convert_to_pixels(row.get("ht"), 4 / 3)


def _convert_to_pixels(size: str, scale: float) -> int:
    return round(float(size) * scale)
