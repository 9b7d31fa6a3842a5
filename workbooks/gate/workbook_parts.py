"""What a workbook is made of: its sheets, each with its part, and the parts that every reader needs."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.xml_events import XmlElement, parse_elements
from workbooks.gate.zip_container import ARCHIVE_LIMITS, Container

WORKBOOK_PART: Final = "xl/workbook.xml"
_WORKBOOK_RELATIONSHIPS: Final = "xl/_rels/workbook.xml.rels"
_ROOT_RELATIONSHIPS: Final = "_rels/.rels"
_REQUIRED_PARTS: Final = ("[Content_Types].xml", _ROOT_RELATIONSHIPS, WORKBOOK_PART, _WORKBOOK_RELATIONSHIPS)
_KIND_BY_PART: Final = {
    "xl/workbook.bin": "xlsb",
    "word/document.xml": "word",
    "ppt/presentation.xml": "slides",
    "content.xml": "ods",
}
SHEET_NAMESPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_SHEET_STATES: Final = ("visible", "hidden", "veryHidden")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet of the book: its name, whether it is shown, and the part that holds its cells."""

    name: str
    state: str
    part: str


@dataclass(frozen=True, slots=True)
class WorkbookOutline:
    """The worksheets in the order of the book; chart sheets hold no cells and are left out."""

    sheets: tuple[SheetPart, ...]
    shared_strings_part: str | None
    styles_part: str | None
    since_1904: bool


def refuse_wrong_kind(container: Container) -> None:
    """Raise the fault of a zip that is something else, or lacks a part without which it is no workbook."""
    kind = next((kind for name, kind in _KIND_BY_PART.items() if name in container.names), None)
    if kind or not any(name.startswith("xl/") for name in container.names):
        raise intake_error("not_workbook", kind=kind or "zip")
    for name in _REQUIRED_PARTS:
        if name not in container.names:
            raise intake_error("part_missing", part=name)


def parse_workbook_outline(container: Container) -> WorkbookOutline:
    """Return the list of sheets; too many, two on one part, or two of one name are refused."""
    content = container.unpack_part(WORKBOOK_PART)
    if content.count(b"<sheet ") + content.count(b":sheet ") > ARCHIVE_LIMITS.max_entries:
        raise intake_error("too_many_sheets", count=str(content.count(b"<sheet ")), most=str(ARCHIVE_LIMITS.max_sheets))
    outline = list(parse_elements(WORKBOOK_PART, content))
    if outline[0].name != "workbook" or outline[0].namespace not in SHEET_NAMESPACES:
        raise intake_error("namespace", part=WORKBOOK_PART)
    _refuse_other_main_part(container)
    related = _parse_workbook_relationships(container)
    named = [one for one in outline if one.name == "sheet"]
    if any(one.namespace not in SHEET_NAMESPACES for one in named):
        raise intake_error("namespace", part=WORKBOOK_PART)
    if len(named) > ARCHIVE_LIMITS.max_sheets:
        raise intake_error("too_many_sheets", count=str(len(named)), most=str(ARCHIVE_LIMITS.max_sheets))
    sheets = tuple(_build_sheet_parts(named, related, container))
    _refuse_duplicate_sheets(sheets)
    properties = next((one.attributes for one in outline if one.name == "workbookPr"), {})
    return WorkbookOutline(
        sheets,
        next((target for kind, target in related.values() if kind == "sharedStrings"), None),
        next((target for kind, target in related.values() if kind == "styles"), None),
        since_1904=properties.get("date1904") in ("1", "true"),
    )


def _refuse_other_main_part(container: Container) -> None:
    """The package names the part that a program opens: were it another one, people would see another workbook."""
    for kind, target in _parse_relationships(container, _ROOT_RELATIONSHIPS, "").values():
        if kind == "officeDocument" and target != WORKBOOK_PART:
            raise intake_error("part_missing", part=format_part_name(target))


def _parse_workbook_relationships(container: Container) -> Mapping[str, tuple[str, str]]:
    """Return kind and target of each relationship of the workbook by its id; texts and styles are one part each."""
    related = _parse_relationships(container, _WORKBOOK_RELATIONSHIPS, "xl")
    for kind in ("sharedStrings", "styles"):
        targets = [target for one, target in related.values() if one == kind]
        # the library takes the part of the usual name, whatever part the workbook names
        usual = next((name for name in container.names if name.lower() == f"xl/{kind}.xml".lower()), None)
        if len(targets) > 1 or (usual and targets != [usual]):
            raise intake_error("part_twice", part=format_part_name(usual or targets[1]))
    return related


def _parse_relationships(container: Container, part: str, base_folder: str) -> Mapping[str, tuple[str, str]]:
    inside = [one.attributes for one in parse_elements(part, container.unpack_part(part)) if one.name == "Relationship"]
    named = [one.get("Id", "") for one in inside]
    if len(set(named)) < len(named):
        raise intake_error("part_twice", part=format_part_name(part))
    return {
        one.get("Id", ""): (one.get("Type", "").rpartition("/")[2], _resolve_target(one.get("Target", ""), base_folder))
        for one in inside
        if one.get("TargetMode") != "External"
    }


def _resolve_target(target: str, base_folder: str) -> str:
    return posixpath.normpath(target[1:] if target.startswith("/") else posixpath.join(base_folder, target))


def _build_sheet_parts(
    sheet_elements: list[XmlElement], relationships: Mapping[str, tuple[str, str]], container: Container
) -> Iterator[SheetPart]:
    for one in sheet_elements:
        name, state = one.attributes.get("name", ""), one.attributes.get("state", "visible")
        kind, part = relationships.get(one.attributes.get("id", ""), ("", ""))
        if kind in ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"):
            continue
        if kind != "worksheet" or part not in container.names or state not in _SHEET_STATES or not name:
            raise intake_error("part_missing", part=format_part_name(part or WORKBOOK_PART), sheet=name or None)
        yield SheetPart(name, state, part)


def _refuse_duplicate_sheets(sheets: tuple[SheetPart, ...]) -> None:
    if not sheets:
        raise intake_error("no_sheet")
    parts: set[str] = set()
    names: set[str] = set()
    for sheet in sheets:
        if sheet.part in parts:
            raise intake_error("sheets_share_part", part=format_part_name(sheet.part), sheet=sheet.name)
        if sheet.name.casefold() in names:
            raise intake_error("sheet_twice", sheet=sheet.name)
        parts.add(sheet.part)
        names.add(sheet.name.casefold())
