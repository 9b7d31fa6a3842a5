"""The hidden sheet that records the original styles of the cells we marked, so that marks can be removed again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from checks.model.cell_ref import Position, format_address, parse_address
from workbooks.ooxml.relationships import find_related_part
from workbooks.ooxml.text_rows import RowWriter
from workbooks.ooxml.xml_parts import LxmlElement, add_child, make_sibling_tag, parse_index, parse_xml
from workbooks.ooxml.zip_package import ZipPackage

_NEW_CELL = "new"


@dataclass(frozen=True, slots=True)
class OriginalCellStyle:
    """The style and comment of one cell before we marked it.

    *style* is the number of its style: empty if the cell had none, None if there was no cell. *fill_markup* is the
    markup of its fill, empty if it had none. *comment_length* is the length of the comment it had, None if we did not
    comment on it.
    """

    sheet: str
    cell: Position
    painted: bool = False
    style: str | None = None
    fill_markup: str = ""
    comment_length: int | None = None


def build_original_styles_sheet(original_styles: Iterable[OriginalCellStyle], *, xml_namespace: str) -> bytes:
    """Return the sheet as a part of the workbook, whose sheets are in *xml_namespace*."""
    root = etree.Element(f"{{{xml_namespace}}}worksheet", nsmap={None: xml_namespace})
    add_child(root, "sheetData")
    rows = RowWriter()
    for number, original_style in enumerate(original_styles, 1):
        rows.begin_row(number)
        for letters, text in zip("ABCDE", _encode_style(original_style), strict=True):
            if text:
                rows.write_text(f"{letters}{number}", text)
    return rows.insert_into(root)


def load_original_styles(package: ZipPackage, workbook_part: str, part: str) -> list[OriginalCellStyle]:
    """Read the sheet *part*, whatever program has saved it since; rows that do not name a cell are left out."""
    return list(filter(None, map(_decode_style, _iter_row_texts(package, workbook_part, part))))


def _encode_style(original_style: OriginalCellStyle) -> tuple[str, str, str, str, str]:
    style = comment = ""
    if original_style.painted:
        style = _encode_style_number(original_style.style)
    if original_style.comment_length is not None:
        comment = f"c{original_style.comment_length}"
    address = format_address(*original_style.cell)
    return original_style.sheet, address, style, original_style.fill_markup, comment


def _encode_style_number(style: str | None) -> str:
    if style is None:
        return _NEW_CELL
    return f"s{style}"


def _decode_style(texts: dict[int, str]) -> OriginalCellStyle | None:
    """Return the entry in a row, given as its texts by column, or None if the row does not name a cell."""
    cell = parse_address(texts.get(2, ""))
    if cell is None or not texts.get(1):
        return None
    style_text, comment = texts.get(3, ""), texts.get(5, "").removeprefix("c")
    style, comment_length = None, None
    if style_text != _NEW_CELL:
        style = style_text.removeprefix("s")
    if comment:
        comment_length = parse_index(comment)
    return OriginalCellStyle(
        texts[1],
        cell,
        painted=bool(style_text),
        style=style,
        fill_markup=texts.get(4, ""),
        comment_length=comment_length,
    )


def _iter_row_texts(package: ZipPackage, workbook_part: str, part: str) -> Iterator[dict[int, str]]:
    """Yield the texts of each row by column number."""
    root = parse_xml(package.get_part(part))
    shared_strings = _load_shared_strings(package, workbook_part)
    for row in root.iterfind(f"{make_sibling_tag(root, 'sheetData')}/{make_sibling_tag(root, 'row')}"):
        texts = {}
        for cell in row.iterchildren(make_sibling_tag(root, "c")):
            if position := parse_address(cell.get("r", "")):
                texts[position[1]] = _read_cell_text(cell, shared_strings)
        yield texts


def _read_cell_text(cell: LxmlElement, shared_strings: Sequence[str]) -> str:
    text = "".join(cell.itertext())
    if cell.get("t") != "s":
        return text
    index = parse_index(text, len(shared_strings))
    if index < len(shared_strings):
        return shared_strings[index]
    return ""


def _load_shared_strings(package: ZipPackage, workbook_part: str) -> list[str]:
    part = find_related_part(package, workbook_part, "sharedStrings")
    if part is None:
        return []
    root = parse_xml(package.get_part(part))
    text_tag = make_sibling_tag(root, "t")
    items = root.iterchildren(make_sibling_tag(root, "si"))
    return ["".join(item.itertext(text_tag, with_tail=False)) for item in items]
