"""What a marked workbook remembers of the cells that we marked, on a sheet that nobody sees: marks come off by it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from checks.model.cell_ref import Position, format_address, parse_address
from workbooks.ooxml.relationships import find_related_part
from workbooks.ooxml.text_rows import RowWriter
from workbooks.ooxml.xml_parts import add_child, make_sibling_tag, parse_xml
from workbooks.ooxml.zip_package import ZipPackage

_NEW_CELL = "new"


@dataclass(frozen=True, slots=True)
class OriginalCellStyle:
    """One cell before we touched it.

    *style* is its number, empty where the cell bore none and None where there was no cell; *fill* the markup of the
    fill, empty where there was none; *comment* the length of the comment that was there, None where we wrote none.
    """

    sheet: str
    cell: Position
    painted: bool = False
    style: str | None = None
    fill_markup: str = ""
    comment_length: int | None = None


def build_original_styles_sheet(original_styles: Iterable[OriginalCellStyle], *, xml_namespace: str) -> bytes:
    """Write the sheet, *main* being the namespace of the workbook's sheets."""
    root = etree.Element(f"{{{xml_namespace}}}worksheet", nsmap={None: xml_namespace})
    add_child(root, "sheetData")
    rows = RowWriter()
    for number, trace in enumerate(original_styles, 1):
        rows.begin_row(number)
        for letters, text in zip("ABCDE", _encode_style(trace), strict=True):
            if text:
                rows.write_text(f"{letters}{number}", text)
    return rows.insert_into(root)


def load_original_styles(package: ZipPackage, workbook_part: str, part: str) -> list[OriginalCellStyle]:
    """Read the sheet back, whatever program has saved it since."""
    return [
        trace for texts in _iter_row_texts(package, workbook_part, part) if (trace := _decode_style(texts)) is not None
    ]


def _encode_style(original_style: OriginalCellStyle) -> tuple[str, ...]:
    style = _NEW_CELL if original_style.style is None else f"s{original_style.style}"
    comment = "" if original_style.comment_length is None else f"c{original_style.comment_length}"
    return (
        original_style.sheet,
        format_address(*original_style.cell),
        style if original_style.painted else "",
        original_style.fill_markup,
        comment,
    )


def _decode_style(texts: dict[int, str]) -> OriginalCellStyle | None:
    cell = parse_address(texts.get(2, ""))
    if cell is None or not texts.get(1):
        return None
    style, comment = texts.get(3, ""), texts.get(5, "").removeprefix("c")
    return OriginalCellStyle(
        texts[1],
        cell,
        painted=bool(style),
        style=None if style == _NEW_CELL else style.removeprefix("s"),
        fill_markup=texts.get(4, ""),
        comment_length=int(comment) if comment.isdecimal() else None,
    )


def _iter_row_texts(package: ZipPackage, workbook_part: str, part: str) -> Iterator[dict[int, str]]:
    root = parse_xml(package.get_part(part))
    shared = _load_shared_strings(package, workbook_part)
    for row in root.iterfind(f"{make_sibling_tag(root, 'sheetData')}/{make_sibling_tag(root, 'row')}"):
        found = {}
        for cell in row.iterchildren(make_sibling_tag(root, "c")):
            place = parse_address(cell.get("r", ""))
            text = "".join(cell.itertext())
            if cell.get("t") == "s":
                text = shared[int(text)] if text.isdecimal() and int(text) < len(shared) else ""
            if place:
                found[place[1]] = text
        yield found


def _load_shared_strings(package: ZipPackage, workbook_part: str) -> list[str]:
    part = find_related_part(package, workbook_part, "sharedStrings")
    if part is None:
        return []
    root = parse_xml(package.get_part(part))
    tag = make_sibling_tag(root, "t")
    return [
        "".join(text.text or "" for text in item.iter(tag)) for item in root.iterchildren(make_sibling_tag(root, "si"))
    ]
