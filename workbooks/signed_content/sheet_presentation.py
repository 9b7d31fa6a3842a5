"""What one sheet shows besides its values: links, styles, hidden rows and columns, merged cells, notes, print setup."""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from checks.model.cell_ref import column_letters, column_number, column_part
from filing.book.canonical_values import normalise_formula
from workbooks.ooxml.xml_parts import LxmlElement
from workbooks.signed_content.drawings import read_drawings
from workbooks.signed_content.related_parts import (
    MAIN_NAMESPACE,
    RELATIONSHIPS_NAMESPACE,
    RelatedParts,
    get_local_name,
    join_texts,
)
from workbooks.signed_content.style_presentation import join_descriptions

PresentationEntry = tuple[str, str, str]
"""Kind, location and content."""

_CELL: Final = f"{MAIN_NAMESPACE}c"
_VALUE: Final = f"{MAIN_NAMESPACE}v"
_FORMULA: Final = f"{MAIN_NAMESPACE}f"
_INLINE_STRING: Final = f"{MAIN_NAMESPACE}is"
# openpyxl saves the line break of a footer as the escape _x000a_, which spreadsheet programs read as a line break.
_FONT_AND_SPACE_CODES: Final = re.compile(r'&"[^"]*"|&\d+|&K[0-9A-Fa-f]{6}|(?:\s|_x000[9AaDd]_)+')
_OBJECT_ELEMENTS: Final = frozenset(
    {"picture", "legacyDrawingHF", "oleObjects", "controls", "tableParts", "scenarios", "sparklineGroups"}
)
_RANGE_ELEMENTS: Final = ("{*}mergeCell", "{*}dataValidation", "{*}conditionalFormatting")
_RANGE_KINDS: Final = {"mergeCell": "merge", "dataValidation": "choice", "conditionalFormatting": "rule"}
_RANGE_ATTRIBUTES: Final = ("type", "operator", "prompt", "promptTitle", "error", "errorTitle", "dxfId")
_RANGE_FORMULAS: Final = frozenset({"formula", "formula1", "formula2", "f"})
_TRUE_VALUES: Final = frozenset({"1", "true"})
_FALSE_VALUES: Final = frozenset({"0", "false"})
# Lower rows (in points) and narrower columns (in characters) are invisible.
_MIN_VISIBLE_ROW_HEIGHT, _MIN_VISIBLE_COLUMN_WIDTH = 1.0, 0.1


def collect_sheet_presentation(
    sheet: LxmlElement, parts: RelatedParts, style_descriptions: Sequence[str], run_descriptions: Sequence[str]
) -> Iterator[PresentationEntry]:
    """Yield every entry of a sheet.

    *style_descriptions* are the descriptions of cell styles and *run_descriptions* those of shared strings, both by
    index.
    """
    yield from _describe_cells(sheet, style_descriptions, run_descriptions)
    yield from _find_hidden_rows(sheet)
    yield from _find_hidden_columns(sheet)
    yield from _collect_view(sheet)
    yield from _collect_links(sheet, parts)
    yield from _collect_ranges(sheet)
    yield from _collect_headers_and_footers(sheet)
    notes = list(_collect_notes(parts))
    yield from notes
    yield from read_drawings(parts)
    yield from _collect_objects(sheet, has_notes=bool(notes))


def _describe_cells(
    sheet: LxmlElement, style_descriptions: Sequence[str], run_descriptions: Sequence[str]
) -> Iterator[PresentationEntry]:
    """Yield the appearance of every cell that shows something."""
    for cell in sheet.iter(_CELL):
        if next(cell.iterchildren(_VALUE, _FORMULA, _INLINE_STRING), None) is None:
            continue
        style = int(cell.get("s", "0"))
        description = ""
        if style < len(style_descriptions):
            description = style_descriptions[style]
        if cell.get("t") == "s" and (index := cell.findtext(_VALUE)):
            description = join_descriptions([description, run_descriptions[int(index)]])
        if description:
            yield "look", cell.attrib["r"], description


def _find_hidden_rows(sheet: LxmlElement) -> Iterator[PresentationEntry]:
    """Yield the rows with values that are hidden or too low to be seen."""
    for row in sheet.iter(f"{MAIN_NAMESPACE}row"):
        if ("hidden" in row.attrib or "ht" in row.attrib) and _has_values(row) and _is_hidden_row(row):
            yield "hidden", f"{row.attrib['r']}:{row.attrib['r']}", "+"


def _has_values(row: LxmlElement) -> bool:
    return row.find(f"*/{_VALUE}") is not None or row.find(f"*/{_INLINE_STRING}") is not None


def _is_hidden_row(row: LxmlElement) -> bool:
    return row.get("hidden") in _TRUE_VALUES or float(row.get("ht", "9")) < _MIN_VISIBLE_ROW_HEIGHT


def _find_hidden_columns(sheet: LxmlElement) -> Iterator[PresentationEntry]:
    """Yield the columns, up to the last one with cells, that are hidden or too narrow to be seen."""
    letters = {column_part(cell.attrib["r"]) for cell in sheet.iter(_CELL)}
    last = max(map(column_number, letters), default=0)
    for columns in sheet.iter(f"{MAIN_NAMESPACE}col"):
        if _are_hidden_columns(columns):
            for number in range(int(columns.attrib["min"]), min(int(columns.attrib["max"]), last) + 1):
                yield "hidden", f"{column_letters(number)}:{column_letters(number)}", "+"


def _are_hidden_columns(columns: LxmlElement) -> bool:
    return columns.get("hidden") in _TRUE_VALUES or float(columns.get("width", "9")) < _MIN_VISIBLE_COLUMN_WIDTH


def _collect_view(sheet: LxmlElement) -> Iterator[PresentationEntry]:
    """Yield the settings of the view that change what is shown of values."""
    for view in sheet.iter(f"{MAIN_NAMESPACE}sheetView"):
        settings = []
        if view.get("showZeros") in _FALSE_VALUES:
            settings.append("showZeros=0")
        settings.extend(name for name in ("showFormulas", "rightToLeft") if view.get(name) in _TRUE_VALUES)
        if settings:
            yield "view", "", " ".join(settings)


def _collect_links(sheet: LxmlElement, parts: RelatedParts) -> Iterator[PresentationEntry]:
    for link in sheet.iter(f"{MAIN_NAMESPACE}hyperlink"):
        target, _ = parts.targets.get(link.get(f"{RELATIONSHIPS_NAMESPACE}id", ""), ("", ""))
        content = _describe_link_target(target, link.get("location", ""))
        tooltip = link.get("tooltip", "")
        if tooltip:
            content += f"（{tooltip}）"
        yield "link", link.attrib["ref"].split(":")[0], content


def _describe_link_target(target: str, location: str) -> str:
    """Return file and cell that a link leads to; *location* takes precedence over the cell in *target*."""
    file, _, cell = unquote(target).partition("#")
    reference = normalise_formula(unquote(location or cell).lstrip("#"))
    if not file:
        return reference
    return f"{file.replace(chr(92), '/')}#{reference}"


def _collect_ranges(sheet: LxmlElement) -> Iterator[PresentationEntry]:
    """Yield merged cells, drop-downs and conditional formats."""
    for element in sheet.iter(*_RANGE_ELEMENTS):
        kind = _RANGE_KINDS[get_local_name(element)]
        if kind == "merge":
            yield kind, element.attrib["ref"], "+"
        else:
            # An extension of the format writes the range as an element instead of an attribute.
            location = element.get("sqref") or join_texts(element, "{*}sqref")
            yield kind, location, _describe_range(element)


def _describe_range(element: LxmlElement) -> str:
    """Join what a drop-down offers, or the conditions of a conditional format."""
    contents: list[str] = []
    for item in element.iter():
        contents.extend(f"{name}={item.get(name)}" for name in _RANGE_ATTRIBUTES if item.get(name))
        text = item.text or ""
        if get_local_name(item) in _RANGE_FORMULAS and text.strip():
            contents.append(normalise_formula(text))
    return " ".join(contents) or "+"


def _collect_headers_and_footers(sheet: LxmlElement) -> Iterator[PresentationEntry]:
    """Yield headers and footers of the printed pages, without their fonts, spaces and line breaks."""
    for element in sheet.findall(f"{MAIN_NAMESPACE}headerFooter/*"):
        if text := remove_paper_codes(element.text or ""):
            yield "paper", get_local_name(element), text


def remove_paper_codes(text: str) -> str:
    """Return a header or footer without its fonts, spaces and line breaks."""
    return _FONT_AND_SPACE_CODES.sub("", text)


def _collect_notes(parts: RelatedParts) -> Iterator[PresentationEntry]:
    for _, notes in parts.iter_parts("comments"):
        for note in notes.iter(f"{MAIN_NAMESPACE}comment"):
            yield "note", note.attrib["ref"], join_texts(note, f"{MAIN_NAMESPACE}t")


def _collect_objects(sheet: LxmlElement, *, has_notes: bool) -> Iterator[PresentationEntry]:
    names = _OBJECT_ELEMENTS
    if not has_notes:
        # Drawings of the old kind are the boxes of notes if there are any, and notes have their own entries.
        names |= {"legacyDrawing"}
    for element in sheet.iter(*(f"{{*}}{name}" for name in names)):
        yield "object", get_local_name(element), "+"
