"""Parse the outline of a workbook: its sheets with their parts, and the parts that every reader needs."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from workbooks.gate.intake_fault import IntakeError, format_part_name, intake_error
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
_MAX_STATE_LENGTH: Final = 40
_SHEET_STATES: Final = ("visible", "hidden", "veryHidden")
_SKIPPED_SHEET_KINDS: Final = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name, its visibility state, and the part that holds its cells."""

    name: str
    state: str
    part: str


@dataclass(frozen=True, slots=True)
class WorkbookOutline:
    """The worksheets in workbook order; chart sheets hold no cells and are left out."""

    sheets: tuple[SheetPart, ...]
    shared_strings_part: str | None
    styles_part: str | None
    since_1904: bool


def refuse_wrong_kind(container: Container) -> None:
    """Raise IntakeError if the zip is another kind of document or lacks a part that every workbook has."""
    kind = _detect_other_kind(container)
    if kind or not any(name.startswith("xl/") for name in container.names):
        raise intake_error("not_workbook", kind=kind or "zip")
    for name in _REQUIRED_PARTS:
        if name not in container.names:
            raise intake_error("part_missing", part=name)


def _detect_other_kind(container: Container) -> str | None:
    for name, kind in _KIND_BY_PART.items():
        if name in container.names:
            return kind
    return None


def parse_workbook_outline(container: Container) -> WorkbookOutline:
    """Return the outline; raise IntakeError for too many sheets, or two sheets with one part or one name."""
    content = container.unpack_part(WORKBOOK_PART)
    if content.count(b"<sheet ") + content.count(b":sheet ") > ARCHIVE_LIMITS.max_entries:
        raise _build_sheet_count_error(content.count(b"<sheet "))
    elements = list(parse_elements(WORKBOOK_PART, content))
    if elements[0].name != "workbook":
        raise intake_error("namespace", part=WORKBOOK_PART)
    _refuse_foreign_namespace(elements[:1])
    _refuse_other_main_part(container)
    relationships = _parse_workbook_relationships(container)
    return WorkbookOutline(
        _parse_sheets(elements, relationships, container),
        _find_target(relationships, "sharedStrings"),
        _find_target(relationships, "styles"),
        since_1904=_has_1904_dates(elements),
    )


def _build_sheet_count_error(sheet_count: int) -> IntakeError:
    return intake_error("too_many_sheets", count=str(sheet_count), most=str(ARCHIVE_LIMITS.max_sheets))


def _refuse_foreign_namespace(elements: Iterable[XmlElement]) -> None:
    for element in elements:
        if element.namespace not in SHEET_NAMESPACES:
            raise intake_error("namespace", part=WORKBOOK_PART)


def _refuse_other_main_part(container: Container) -> None:
    """Refuse a package whose main part is not the usual one: other programs would show another workbook."""
    for kind, target in _parse_relationships(container, _ROOT_RELATIONSHIPS, "").values():
        if kind != "officeDocument" or target == WORKBOOK_PART:
            continue
        if target in container.names:
            raise intake_error("part_unlinked", part=WORKBOOK_PART)
        raise intake_error("part_missing", part=format_part_name(target))


def _parse_workbook_relationships(container: Container) -> Mapping[str, tuple[str, str]]:
    """Return (kind, target) of the workbook's relationships by id; shared strings and styles have at most one part."""
    relationships = _parse_relationships(container, _WORKBOOK_RELATIONSHIPS, "xl")
    for expected_kind in ("sharedStrings", "styles"):
        targets = [target for kind, target in relationships.values() if kind == expected_kind]
        # The library reads the part of the usual name, whichever part the workbook names.
        usual_part = _find_usual_part(container, expected_kind)
        if len(targets) > 1:
            raise intake_error("part_twice", part=format_part_name(usual_part or targets[1]))
        if usual_part and targets != [usual_part]:
            raise intake_error("part_unlinked", part=format_part_name(usual_part))
    return relationships


def _find_usual_part(container: Container, kind: str) -> str | None:
    usual_name = f"xl/{kind}.xml".lower()
    for name in container.names:
        if name.lower() == usual_name:
            return name
    return None


def _parse_relationships(container: Container, part: str, base_folder: str) -> Mapping[str, tuple[str, str]]:
    """Return (kind, target part) of a part's internal relationships by id."""
    elements = parse_elements(part, container.unpack_part(part))
    relationships = [element.attributes for element in elements if element.name == "Relationship"]
    if len({relationship.get("Id", "") for relationship in relationships}) < len(relationships):
        raise intake_error("id_twice", part=format_part_name(part))
    targets: dict[str, tuple[str, str]] = {}
    for relationship in relationships:
        if relationship.get("TargetMode") != "External":
            kind = relationship.get("Type", "").rpartition("/")[2]
            targets[relationship.get("Id", "")] = kind, _resolve_target(relationship.get("Target", ""), base_folder)
    return targets


def _resolve_target(target: str, base_folder: str) -> str:
    if target.startswith("/"):
        return posixpath.normpath(target[1:])
    return posixpath.normpath(posixpath.join(base_folder, target))


def _find_target(relationships: Mapping[str, tuple[str, str]], wanted_kind: str) -> str | None:
    for kind, target in relationships.values():
        if kind == wanted_kind:
            return target
    return None


def _has_1904_dates(elements: list[XmlElement]) -> bool:
    for element in elements:
        if element.name == "workbookPr":
            return element.attributes.get("date1904") in ("1", "true")
    return False


def _parse_sheets(
    elements: list[XmlElement], relationships: Mapping[str, tuple[str, str]], container: Container
) -> tuple[SheetPart, ...]:
    sheet_elements = [element for element in elements if element.name == "sheet"]
    _refuse_foreign_namespace(sheet_elements)
    if len(sheet_elements) > ARCHIVE_LIMITS.max_sheets:
        raise _build_sheet_count_error(len(sheet_elements))
    sheets = tuple(_build_sheet_parts(sheet_elements, relationships, container))
    _refuse_duplicate_sheets(sheets)
    return sheets


def _build_sheet_parts(
    sheet_elements: list[XmlElement], relationships: Mapping[str, tuple[str, str]], container: Container
) -> Iterator[SheetPart]:
    for element in sheet_elements:
        name, state = element.attributes.get("name", ""), element.attributes.get("state", "visible")
        kind, part = relationships.get(element.attributes.get("id", ""), ("", ""))
        if kind in _SKIPPED_SHEET_KINDS:
            continue
        if not name:
            raise intake_error("sheet_unnamed", part=WORKBOOK_PART)
        if kind != "worksheet":
            raise intake_error("sheet_unlinked", part=WORKBOOK_PART, sheet=name)
        if part not in container.names:
            raise intake_error("part_missing", part=format_part_name(part), sheet=name)
        if state not in _SHEET_STATES:
            raise intake_error("sheet_state", part=WORKBOOK_PART, sheet=name, value=state[:_MAX_STATE_LENGTH])
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
