"""The boxes in which a sheet shows its comments, drawn in the markup that Excel reads them from."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Self

from lxml import etree

from checks.model.cell_ref import LAST_COLUMN, LAST_ROW, Position
from workbooks.ooxml.cell_edits import SHEET_ORDER, numbered_rows
from workbooks.ooxml.relationships import office_namespace, relate, relationships, unrelated
from workbooks.ooxml.text_extent import lines_needed
from workbooks.ooxml.xml_parts import Element, child, insert_in_order, is_on, parse, sibling_tag
from workbooks.ooxml.zip_package import Package

VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_V = "urn:schemas-microsoft-com:vml"
_O = "urn:schemas-microsoft-com:office:office"
_X = "urn:schemas-microsoft-com:office:excel"
_SPACES = f'xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}"'
_NEW = f"""<xml {_SPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>"""
_KIND = f"""<v:shapetype {_SPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" \
path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>\
<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>"""
_BOX = """<v:shape {spaces} id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;\
margin-top:2pt;width:{width}pt;height:{height}pt;z-index:{depth};visibility:hidden" fillcolor="#ffffe1" \
o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>\
<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">\
<div style="text-align:left"/></v:textbox>\
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>\
<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""
_BLOCK = 1024  # shapes are numbered in blocks of this many, and a block belongs to one sheet
_BLOCKS_USED = re.compile(rb"""idmap\b[^>]*?\bdata\s*=\s*["']([\d,\s]*)["']""")
_UNCLOSED_BREAK = re.compile(rb"<br\s*>", re.IGNORECASE)  # Excel writes these into boxes of form controls
_CHARACTER, _LINE, _MARGIN = 6, 16, 14  # pixels of a 9 point text
_WIDTH, _GREATER_WIDTH, _GREATEST_HEIGHT = 300, 480, 640
_FARTHEST = 400  # rows or columns that a box may span, so that long hidden stretches cost nothing


@dataclass(frozen=True, slots=True)
class _Grid:
    """How wide the columns and how high the rows of a sheet are, in pixels; numbers from 0."""

    columns: list[tuple[range, int]]
    rows: dict[int, int]
    column: int
    row: int

    @classmethod
    def read(cls, sheet: Element) -> Self:
        usual = child(sheet, "sheetFormatPr")
        sizes = {} if usual is None else dict(usual.attrib)
        columns, data = child(sheet, "cols"), child(sheet, "sheetData")
        return cls(
            columns=[] if columns is None else [_column(item) for item in columns.iterchildren("{*}col")],
            rows={} if data is None else dict(_odd_rows(data)),
            column=_pixels(sizes.get("defaultColWidth", "9.14"), 7),
            row=_pixels(sizes.get("defaultRowHeight", "15"), 4 / 3),
        )

    def width(self, column: int) -> int:
        return next((width for columns, width in self.columns if column in columns), self.column)

    def height(self, row: int) -> int:
        return self.rows.get(row, self.row)


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a box begins and how large it is: column, pixels into it, row, pixels into it; width, height."""

    column: int
    right: int
    row: int
    down: int
    width: int
    height: int

    def anchor(self, grid: _Grid) -> str:
        last_column, into_column = _end(self.column, self.right + self.width, grid.width, LAST_COLUMN)
        last_row, into_row = _end(self.row, self.down + self.height, grid.height, LAST_ROW)
        ends = (self.column, self.right, self.row, self.down, last_column, into_column, last_row, into_row)
        return ", ".join(str(number) for number in ends)


def draw_boxes(package: Package, part: str, sheet: Element, texts: Mapping[Position, str]) -> None:
    """Draw a box for each comment, large enough for its text; a box that is there grows where it must."""
    drawing_part = _drawing_of(package, part, sheet)
    drawing = _tree(package.content(drawing_part))
    grid, present = _Grid.read(sheet), dict(_boxes(drawing))
    absent = {place: text for place, text in texts.items() if place not in present}
    for place in texts.keys() - absent.keys():
        _grow(present[place], _size(texts[place]), grid)
    numbers = _shape_numbers(package, drawing, len(absent))
    if absent and drawing.find(f".//{{{_V}}}shapetype[@id='_x0000_t202']") is None:
        drawing.append(etree.fromstring(_KIND))
    for (place, text), number in zip(absent.items(), numbers, strict=True):
        drawing.append(_drawn(place, _size(text), number=number, grid=grid))
    package.put(drawing_part, etree.tostring(drawing))


def erase_boxes(package: Package, part: str, sheet: Element, places: Iterable[Position]) -> None:
    """Take the boxes of comments that are gone off a sheet, and the drawing with them where it holds nothing else."""
    link, gone = child(sheet, "legacyDrawing"), set(places)
    wanted = "" if link is None else next((v for key, v in link.attrib.items() if key.endswith("}id")), "")
    item = next((one for one in relationships(package, part) if one.id == wanted and one.target in package), None)
    if item is None or not gone:
        return
    drawing = _tree(package.content(item.target))
    for place, client in list(_boxes(drawing)):
        shape = client.getparent()
        if place in gone and shape is not None and (holder := shape.getparent()) is not None:
            holder.remove(shape)
    if drawing.find(f".//{{{_V}}}shape") is None and link is not None:
        sheet.remove(link)
        unrelated(package, part, item.target)
    else:
        package.put(item.target, etree.tostring(drawing))


def _drawing_of(package: Package, part: str, sheet: Element) -> str:
    """Return the part with the boxes of a sheet, begun where there is none."""
    link = child(sheet, "legacyDrawing")
    wanted = "" if link is None else next((v for key, v in link.attrib.items() if key.endswith("}id")), "")
    for item in relationships(package, part):
        if item.id == wanted and item.target in package:
            return item.target
    drawing = package.free_name("xl/drawings/vmlDrawing{}.vml")
    package.put(drawing, _NEW.encode())
    package.declare_default("vml", VML_TYPE)
    space = office_namespace(package)
    if link is None:
        link = sheet.makeelement(sibling_tag(sheet, "legacyDrawing"), nsmap={"r": space})
        insert_in_order(sheet, link, SHEET_ORDER)
    link.set(f"{{{space}}}id", relate(package, part, "vmlDrawing", drawing))
    return drawing


def _tree(content: bytes) -> Element:
    """Read a drawing; Excel takes some that are no sound XML, so what can be mended is."""
    mended = _UNCLOSED_BREAK.sub(b"<br/>", content)
    try:
        return parse(mended)
    except etree.XMLSyntaxError:
        return etree.fromstring(mended, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))


def _boxes(drawing: Element) -> Iterator[tuple[Position, Element]]:
    for client in drawing.iterfind(f".//{{{_X}}}ClientData[@ObjectType='Note']"):
        row, column = (client.findtext(f"{{{_X}}}{name}", "").strip() for name in ("Row", "Column"))
        if row.isdecimal() and column.isdecimal():
            yield (int(row) + 1, int(column) + 1), client


def _grow(client: Element, size: tuple[int, int], grid: _Grid) -> None:
    """Enlarge a box that would hide part of its text."""
    anchor = client.find(f"{{{_X}}}Anchor")
    numbers = [int(number) for number in re.findall(r"\d+", "" if anchor is None else anchor.text or "")]
    if len(numbers) != 8:  # noqa: PLR2004 - column, pixels, row, pixels, of both corners
        return
    column, right, row, down, last_column, into_column, last_row, into_row = numbers
    wide = sum(grid.width(number) for number in range(column, min(last_column, column + _FARTHEST)))
    high = sum(grid.height(number) for number in range(row, min(last_row, row + _FARTHEST)))
    width = max(size[0], wide - right + into_column)
    height = max(size[1], high - down + into_row)
    anchor.text = _Box(column, right, row, down, width, height).anchor(grid)


def _shape_numbers(package: Package, drawing: Element, needed: int) -> list[int]:
    """Take blocks of numbers that no other drawing uses and enter them in this one."""
    used = [
        int(block)
        for name in package.names()
        if name.lower().endswith(".vml")
        for data in _BLOCKS_USED.findall(package.content(name))
        for block in data.replace(b",", b" ").split()
    ]
    first = max(used, default=0) + 1
    blocks = range(first, first + -(-needed // (_BLOCK - 1)))
    listing = drawing.find(f".//{{{_O}}}idmap")
    if listing is None:
        layout = etree.fromstring(_NEW)[0]
        drawing.insert(0, layout)
        listing = layout[0]
    listing.set("data", ",".join([*filter(None, [listing.get("data")]), *map(str, blocks)]))
    return [block * _BLOCK + number for block in blocks for number in range(1, _BLOCK)][:needed]


def _drawn(place: Position, size: tuple[int, int], *, number: int, grid: _Grid) -> Element:
    row, column = place[0] - 1, place[1] - 1
    box = _Box(min(column + 1, LAST_COLUMN - 1), 15, max(row - 1, 0), 10, *size)
    text = _BOX.format(
        spaces=_SPACES,
        id=number,
        width=f"{box.width * 0.75:g}",
        height=f"{box.height * 0.75:g}",
        depth=number % _BLOCK,
        anchor=box.anchor(grid),
        row=row,
        column=column,
    )
    return etree.fromstring(text)


def _size(text: str) -> tuple[int, int]:
    """Return width and height in pixels that show the whole text, wider where it would grow too high."""
    for width in (_WIDTH, _GREATER_WIDTH):
        height = lines_needed(text, (width - _MARGIN) // _CHARACTER) * _LINE + _MARGIN
        if height <= _GREATEST_HEIGHT:
            return width, height
    return _GREATER_WIDTH, _GREATEST_HEIGHT


def _end(start: int, length: int, size_of: Callable[[int], int], limit: int) -> tuple[int, int]:
    """Return the row or column in which a stretch of pixels ends, and how far into it."""
    for number in islice(count(start), min(_FARTHEST, limit - 1 - start)):
        if length <= size_of(number):
            return number, length
        length -= size_of(number)
    return min(start + _FARTHEST, limit - 1), 0


def _column(item: Element) -> tuple[range, int]:
    width = 0 if is_on(item.get("hidden")) else _pixels(item.get("width", "9.14"), 7)
    return range(int(item.get("min", "1")) - 1, int(item.get("max", "1"))), width


def _odd_rows(data: Element) -> Iterator[tuple[int, int]]:
    """Yield the rows that are hidden or have a height of their own."""
    for number, row in numbered_rows(data):
        if is_on(row.get("hidden")):
            yield number - 1, 0
        elif row.get("ht"):
            yield number - 1, _pixels(row.get("ht"), 4 / 3)


def _pixels(size: str, scale: float) -> int:
    return round(float(size) * scale)
