"""What a workbook is made of: its sheets, each with its part, and the parts that every reader needs."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from workbooks.gate.intake_fault import found, shown_part
from workbooks.gate.xml_events import Element, elements
from workbooks.gate.zip_container import CAPS, Container

WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_ROOT_RELATIONS: Final = "_rels/.rels"
_REQUIRED: Final = ("[Content_Types].xml", _ROOT_RELATIONS, WORKBOOK, _RELATIONS)
_KINDS: Final = {
    "xl/workbook.bin": "xlsb",
    "word/document.xml": "word",
    "ppt/presentation.xml": "slides",
    "content.xml": "ods",
}
SPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_STATES: Final = ("visible", "hidden", "veryHidden")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet of the book: its name, whether it is shown, and the part that holds its cells."""

    name: str
    state: str
    part: str


@dataclass(frozen=True, slots=True)
class Book:
    """The worksheets in the order of the book; chart sheets hold no cells and are left out."""

    sheets: tuple[SheetPart, ...]
    strings: str | None
    styles: str | None
    since_1904: bool


def refuse_wrong_kind(container: Container) -> None:
    """Raise the fault of a zip that is something else, or lacks a part without which it is no workbook."""
    kind = next((kind for name, kind in _KINDS.items() if name in container.names), None)
    if kind or not any(name.startswith("xl/") for name in container.names):
        raise found("not_workbook", kind=kind or "zip")
    for name in _REQUIRED:
        if name not in container.names:
            raise found("part_missing", part=name)


def read_list(container: Container) -> Book:
    """Return the list of sheets; too many, two on one part, or two of one name are refused."""
    content = container.read(WORKBOOK)
    if content.count(b"<sheet ") + content.count(b":sheet ") > CAPS.entries:
        raise found("too_many_sheets", count=str(content.count(b"<sheet ")), most=str(CAPS.sheets))
    outline = list(elements(WORKBOOK, content))
    if outline[0].name != "workbook" or outline[0].space not in SPACES:
        raise found("namespace", part=WORKBOOK)
    _refuse_other_book(container)
    related = _related(container)
    named = [one for one in outline if one.name == "sheet"]
    if any(one.space not in SPACES for one in named):
        raise found("namespace", part=WORKBOOK)
    if len(named) > CAPS.sheets:
        raise found("too_many_sheets", count=str(len(named)), most=str(CAPS.sheets))
    sheets = tuple(_sheets(named, related, container))
    _refuse_alike(sheets)
    properties = next((one.attributes for one in outline if one.name == "workbookPr"), {})
    return Book(
        sheets,
        next((target for kind, target in related.values() if kind == "sharedStrings"), None),
        next((target for kind, target in related.values() if kind == "styles"), None),
        since_1904=properties.get("date1904") in ("1", "true"),
    )


def _refuse_other_book(container: Container) -> None:
    """The package names the part that a program opens: were it another one, people would see another workbook."""
    for kind, target in _relations(container, _ROOT_RELATIONS, "").values():
        if kind == "officeDocument" and target != WORKBOOK:
            raise found("part_missing", part=shown_part(target))


def _related(container: Container) -> Mapping[str, tuple[str, str]]:
    """Return kind and target of each relationship of the workbook by its id; texts and styles are one part each."""
    related = _relations(container, _RELATIONS, "xl")
    for kind in ("sharedStrings", "styles"):
        targets = [target for one, target in related.values() if one == kind]
        # the library takes the part of the usual name, whatever part the workbook names
        usual = next((name for name in container.names if name.lower() == f"xl/{kind}.xml".lower()), None)
        if len(targets) > 1 or (usual and targets != [usual]):
            raise found("part_twice", part=shown_part(usual or targets[1]))
    return related


def _relations(container: Container, part: str, base: str) -> Mapping[str, tuple[str, str]]:
    inside = [one.attributes for one in elements(part, container.read(part)) if one.name == "Relationship"]
    named = [one.get("Id", "") for one in inside]
    if len(set(named)) < len(named):
        raise found("part_twice", part=shown_part(part))
    return {
        one.get("Id", ""): (one.get("Type", "").rpartition("/")[2], _absolute(one.get("Target", ""), base))
        for one in inside
        if one.get("TargetMode") != "External"
    }


def _absolute(target: str, base: str) -> str:
    return posixpath.normpath(target[1:] if target.startswith("/") else posixpath.join(base, target))


def _sheets(named: list[Element], related: Mapping[str, tuple[str, str]], container: Container) -> Iterator[SheetPart]:
    for one in named:
        name, state = one.attributes.get("name", ""), one.attributes.get("state", "visible")
        kind, part = related.get(one.attributes.get("id", ""), ("", ""))
        if kind in ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"):
            continue
        if kind != "worksheet" or part not in container.names or state not in _STATES or not name:
            raise found("part_missing", part=shown_part(part or WORKBOOK), sheet=name or None)
        yield SheetPart(name, state, part)


def _refuse_alike(sheets: tuple[SheetPart, ...]) -> None:
    if not sheets:
        raise found("no_sheet")
    parts: set[str] = set()
    names: set[str] = set()
    for sheet in sheets:
        if sheet.part in parts:
            raise found("sheets_share_part", part=shown_part(sheet.part), sheet=sheet.name)
        if sheet.name.casefold() in names:
            raise found("sheet_twice", sheet=sheet.name)
        parts.add(sheet.part)
        names.add(sheet.name.casefold())
