"""Turn a workbook with macros, or a template, into a plain workbook, as which it is returned."""

from typing import Final

from workbooks.ooxml.relationships import drop_references, drop_relationships, get_relationship_id, list_relationships
from workbooks.ooxml.sheet_list import SheetList
from workbooks.ooxml.xml_parts import iter_grandchildren, parse_xml
from workbooks.ooxml.zip_package import CONTENT_TYPES

WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_KIND: Final = "vbaProject"
_MACRO_SHEET_KINDS: Final = frozenset({"xlMacrosheet", "xlIntlMacrosheet"})


def make_plain_workbook(sheets: SheetList) -> None:
    """Remove the macros of a workbook and give it the type of a file named .xlsx: Excel opens no other under it."""
    macro_sheets = _list_macro_sheets(sheets)
    if macro_sheets:
        sheets.drop_sheets(macro_sheets)
    for relationship in list_relationships(sheets.package, sheets.part):
        if relationship.kind == _MACRO_KIND and relationship.target in sheets.package:
            drop_references(sheets.package, relationship.target)
    drop_relationships(sheets.package, sheets.part, _MACRO_KIND)
    if _find_declared_type(sheets) != WORKBOOK_TYPE:
        sheets.package.declare_type(sheets.part, WORKBOOK_TYPE)


def _list_macro_sheets(sheets: SheetList) -> list[str]:
    """Return the names of the sheets that hold macros of Excel 4."""
    kinds = {item.id: item.kind for item in list_relationships(sheets.package, sheets.part)}
    elements = iter_grandchildren(sheets.root, "sheets")
    macro_sheets = [sheet for sheet in elements if kinds.get(get_relationship_id(sheet)) in _MACRO_SHEET_KINDS]
    return [sheet.get("name", "") for sheet in macro_sheets]


def _find_declared_type(sheets: SheetList) -> str:
    for override in parse_xml(sheets.package.get_part(CONTENT_TYPES)).iterfind("{*}Override"):
        if override.get("PartName", "").lstrip("/").lower() == sheets.part.lower():
            return str(override.get("ContentType", ""))
    return ""
