"""The VML drawing of a sheet, from which Excel reads the boxes that show the comments."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from lxml import etree

from checks.model.cell_ref import Position
from workbooks.ooxml.cell_edits import WORKSHEET_ORDER
from workbooks.ooxml.comment_boxes import CommentBox, SheetGrid, estimate_box_size
from workbooks.ooxml.relationships import (
    add_relationship,
    drop_relationships,
    find_office_namespace,
    get_relationship_id,
    list_relationships,
    remove_references_to,
)
from workbooks.ooxml.xml_parts import (
    LxmlElement,
    find_child,
    insert_in_order,
    make_sibling_tag,
    parse_index,
    try_parse_xml,
)
from workbooks.ooxml.zip_package import ZipPackage

VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_RELATIONSHIP_KIND = "vmlDrawing"
_VML_NAMESPACE = "urn:schemas-microsoft-com:vml"
_OFFICE_NAMESPACE = "urn:schemas-microsoft-com:office:office"
_EXCEL_NAMESPACE = "urn:schemas-microsoft-com:office:excel"
_NAMESPACE_DECLARATIONS = f'xmlns:v="{_VML_NAMESPACE}" xmlns:o="{_OFFICE_NAMESPACE}" xmlns:x="{_EXCEL_NAMESPACE}"'
_EMPTY_DRAWING = f"""<xml {_NAMESPACE_DECLARATIONS}><o:shapelayout v:ext="edit">\
<o:idmap v:ext="edit" data=""/></o:shapelayout></xml>"""
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
# Shapes are numbered in blocks of this many, and a block belongs to one sheet.
_SHAPE_IDS_PER_BLOCK = 1024
# Beyond it the numbers of shapes would not fit into the 32 bits that Excel has for them.
_LAST_BLOCK = 1_000_000
_ID_BLOCKS = re.compile(rb"""idmap\b[^>]*?\bdata\s*=\s*["']([\d,\s]*)["']""")
# Excel writes these into the boxes of form controls.
_UNCLOSED_BREAK = re.compile(rb"<br\s*>", re.IGNORECASE)


def draw_comment_boxes(package: ZipPackage, part: str, sheet: LxmlElement, texts: Mapping[Position, str]) -> None:
    """Draw a box for each comment, large enough for its text; a box that exists already is enlarged if need be.

    *part* is the name of the sheet's part and *sheet* its tree; *texts* are the comments by cell.
    """
    drawing_part, drawing = _load_drawing(package, part, sheet) or _create_drawing(package, part, sheet)
    grid, boxes = SheetGrid.measure(sheet), dict(_iter_boxes(drawing))
    new_texts = {}
    for cell, text in texts.items():
        if cell in boxes:
            _enlarge_box(boxes[cell], cell, estimate_box_size(text), grid)
        else:
            new_texts[cell] = text
    shape_ids = _reserve_shape_ids(package, drawing, len(new_texts))
    if new_texts and drawing.find(f".//{{{_VML_NAMESPACE}}}shapetype[@id='_x0000_t202']") is None:
        drawing.append(etree.fromstring(_SHAPE_TYPE))
    for (cell, text), shape_id in zip(new_texts.items(), shape_ids, strict=True):
        drawing.append(_build_shape(cell, estimate_box_size(text), shape_id=shape_id, grid=grid))
    package.store_part(drawing_part, etree.tostring(drawing))


def erase_comment_boxes(package: ZipPackage, part: str, sheet: LxmlElement, cells: Iterable[Position]) -> None:
    """Remove the boxes of the comments on *cells*, and the whole drawing if it holds no other shape."""
    loaded, erased_cells = _load_drawing(package, part, sheet), set(cells)
    if loaded is None or not erased_cells:
        return
    drawing_part, drawing = loaded
    for cell, client_data in list(_iter_boxes(drawing)):
        if cell in erased_cells:
            _remove_shape(client_data)
    link = find_child(sheet, "legacyDrawing")
    if drawing.find(f".//{{{_VML_NAMESPACE}}}shape") is None and link is not None:
        sheet.remove(link)
        remove_references_to(package, part, drawing_part)
    else:
        package.store_part(drawing_part, etree.tostring(drawing))


def _load_drawing(package: ZipPackage, part: str, sheet: LxmlElement) -> tuple[str, LxmlElement] | None:
    """Return the part with the boxes of a sheet and its tree, or None if the sheet has none that can be edited."""
    link = find_child(sheet, "legacyDrawing")
    if link is None:
        return None
    relationship_id = get_relationship_id(link)
    for relationship in list_relationships(package, part):
        is_linked = relationship.id == relationship_id and relationship.kind == _RELATIONSHIP_KIND
        if is_linked and relationship.target in package:
            drawing = _parse_drawing(package.get_part(relationship.target))
            return drawing if drawing is None else (relationship.target, drawing)
    return None


def _create_drawing(package: ZipPackage, part: str, sheet: LxmlElement) -> tuple[str, LxmlElement]:
    """Add an empty drawing to a sheet, in place of one that cannot be edited; return the part and its tree."""
    link = find_child(sheet, "legacyDrawing")
    drop_relationships(package, part, _RELATIONSHIP_KIND)
    drawing_part = package.find_free_name("xl/drawings/vmlDrawing{}.vml")
    package.store_part(drawing_part, _EMPTY_DRAWING.encode())
    package.declare_default_type("vml", VML_TYPE)
    namespace = find_office_namespace(package)
    if link is None:
        link = sheet.makeelement(make_sibling_tag(sheet, "legacyDrawing"), nsmap={"r": namespace})
        insert_in_order(sheet, link, WORKSHEET_ORDER)
    link.set(f"{{{namespace}}}id", add_relationship(package, part, _RELATIONSHIP_KIND, drawing_part))
    return drawing_part, etree.fromstring(_EMPTY_DRAWING)


def _parse_drawing(content: bytes) -> LxmlElement | None:
    """Parse a drawing, or return None if it is no drawing; recover from markup that Excel accepts."""
    closed = _UNCLOSED_BREAK.sub(b"<br/>", content)
    drawing = try_parse_xml(closed)
    if drawing is None:
        drawing = _recover_drawing(closed)
    if drawing is None or drawing.tag != "xml":
        return None
    return drawing


def _recover_drawing(content: bytes) -> LxmlElement | None:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(content, parser)
    except (etree.LxmlError, ValueError):
        # Nothing in it is an element.
        return None


def _iter_boxes(drawing: LxmlElement) -> Iterator[tuple[Position, LxmlElement]]:
    """Yield the cell of each comment with the ClientData element of its box."""
    for client_data in drawing.iterfind(f".//{{{_EXCEL_NAMESPACE}}}ClientData[@ObjectType='Note']"):
        row = parse_index(client_data.findtext(f"{{{_EXCEL_NAMESPACE}}}Row"), -1)
        column = parse_index(client_data.findtext(f"{{{_EXCEL_NAMESPACE}}}Column"), -1)
        if min(row, column) >= 0:
            yield (row + 1, column + 1), client_data


def _remove_shape(client_data: LxmlElement) -> None:
    shape = client_data.getparent()
    if shape is not None and shape.getparent() is not None:
        shape.getparent().remove(shape)


def _enlarge_box(client_data: LxmlElement, cell: Position, size: tuple[int, int], grid: SheetGrid) -> None:
    """Enlarge a box to at least *size*, so that it shows its whole text; a box at no place goes beside its *cell*."""
    anchor = client_data.find(f"{{{_EXCEL_NAMESPACE}}}Anchor")
    if anchor is None:
        return
    box = CommentBox.parse_anchor(anchor.text or "", grid) or CommentBox.place_beside(cell, size)
    anchor.text = box.enlarge(size).format_anchor(grid)


def _reserve_shape_ids(package: ZipPackage, drawing: LxmlElement, needed: int) -> list[int]:
    """Reserve blocks of numbers that no other drawing uses, enter them in *drawing*, return *needed* numbers."""
    first_block = max(_iter_used_blocks(package), default=0) + 1
    blocks = range(first_block, first_block + -(-needed // (_SHAPE_IDS_PER_BLOCK - 1)))
    id_map = drawing.find(f".//{{{_OFFICE_NAMESPACE}}}idmap")
    if id_map is None:
        layout = etree.fromstring(_EMPTY_DRAWING)[0]
        drawing.insert(0, layout)
        id_map = layout[0]
    entered_blocks = _parse_blocks(id_map.get("data", "").encode())
    id_map.set("data", ",".join(map(str, [*entered_blocks, *blocks])))
    return list(islice(_iter_shape_ids(blocks), needed))


def _iter_used_blocks(package: ZipPackage) -> Iterator[int]:
    for name in package.list_names():
        if name.lower().endswith(".vml"):
            for blocks in _ID_BLOCKS.findall(package.get_part(name)):
                yield from _parse_blocks(blocks)


def _parse_blocks(numbers: bytes) -> list[int]:
    """Return the numbers of blocks in a list; what is not one is left out."""
    blocks = [parse_index(number, _LAST_BLOCK) for number in numbers.decode(errors="replace").split(",")]
    return list(filter(_LAST_BLOCK.__gt__, blocks))


def _iter_shape_ids(blocks: Iterable[int]) -> Iterator[int]:
    for block in blocks:
        first_id = block * _SHAPE_IDS_PER_BLOCK
        yield from range(first_id + 1, first_id + _SHAPE_IDS_PER_BLOCK)


def _build_shape(cell: Position, size: tuple[int, int], *, shape_id: int, grid: SheetGrid) -> LxmlElement:
    box = CommentBox.place_beside(cell, size)
    markup = _SHAPE_TEMPLATE.format(
        spaces=_NAMESPACE_DECLARATIONS,
        id=shape_id,
        width=f"{box.width * 0.75:g}",
        height=f"{box.height * 0.75:g}",
        depth=shape_id % _SHAPE_IDS_PER_BLOCK,
        anchor=box.format_anchor(grid),
        row=cell[0] - 1,
        column=cell[1] - 1,
    )
    return etree.fromstring(markup)
