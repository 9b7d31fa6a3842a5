"""Put the sample's sheets into a workbook that somebody else made, by its markup alone: all that it holds stays."""

import posixpath
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONSHIPS = {
    True: "http://purl.oclc.org/ooxml/officeDocument/relationships",
    False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}

Rows = Sequence[Sequence[Any]]


def inject_sheets(data: bytes, sheets: Mapping[str, Rows]) -> bytes:
    """Return a workbook with these sheets behind its own; raise KeyError or LxmlError if it is no sound workbook."""
    with ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    workbook_part = _find_workbook_part(parts)
    workbook = etree.fromstring(parts[workbook_part])
    namespace = etree.QName(workbook).namespace
    office = _RELATIONSHIPS[namespace == _STRICT]
    listing = posixpath.join(posixpath.dirname(workbook_part), "_rels", posixpath.basename(workbook_part) + ".rels")
    relationships, types = etree.fromstring(parts[listing]), etree.fromstring(parts["[Content_Types].xml"])
    sheet_list = workbook.find(f"{{{namespace}}}sheets")
    highest = max((int(sheet.get("sheetId", "0")) for sheet in sheet_list), default=0)
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        part, key = f"xl/worksheets/injected{number}.xml", f"rIdInjected{number}"
        parts[part] = _write_sheet(rows, namespace)
        sheet = etree.SubElement(sheet_list, f"{{{namespace}}}sheet", name=name, sheetId=str(highest + number))
        sheet.set(f"{{{office}}}id", key)
        relationship = {"Id": key, "Type": f"{office}/worksheet", "Target": f"/{part}"}
        etree.SubElement(relationships, f"{{{_PACKAGE}/relationships}}Relationship", relationship)
        override = {"PartName": f"/{part}", "ContentType": _SHEET_TYPE}
        etree.SubElement(types, f"{{{_PACKAGE}/content-types}}Override", override)
    for part, root in ((workbook_part, workbook), (listing, relationships), ("[Content_Types].xml", types)):
        parts[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return _pack(parts)


def _find_workbook_part(parts: Mapping[str, bytes]) -> str:
    for relationship in etree.fromstring(parts["_rels/.rels"]):
        if relationship.get("Type", "").endswith("/officeDocument"):
            return str(relationship.get("Target")).lstrip("/")
    raise KeyError("officeDocument")


def _write_sheet(rows: Rows, namespace: str) -> bytes:
    written = []
    for number, values in enumerate(rows, start=1):
        cells = "".join(
            _write_cell(f"{chr(64 + column)}{number}", value) for column, value in enumerate(values, start=1)
        )
        written.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{namespace}"><sheetData>{"".join(written)}</sheetData></worksheet>'.encode()


def _write_cell(address: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f'<c r="{address}"><v>{value}</v></c>'
    return f'<c r="{address}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _pack(parts: Mapping[str, bytes]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()
