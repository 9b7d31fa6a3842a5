"""The list of sheets of a workbook, and what counts sheets by their place in it."""

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from workbooks.ooxml.relationships import (
    add_relationship,
    drop_references,
    find_office_namespace,
    find_related_part,
    list_relationships,
    remove_relationship,
)
from workbooks.ooxml.xml_parts import (
    LxmlElement,
    add_child,
    ensure_child,
    find_child,
    make_sibling_tag,
    parse_xml,
    write_xml,
)
from workbooks.ooxml.zip_package import ZipPackage

WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WORKBOOK_ORDER = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
    "externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
    "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
)
_SELECTED_VIEW = re.compile(rb"""(<(?:[\w.-]+:)?sheetView\s[^>]*?)\s*tabSelected\s*=\s*(?:"[^"]*"|'[^']*')""")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class SheetList:
    """The sheets of a workbook, to be changed and then saved."""

    package: ZipPackage
    part: str
    root: LxmlElement

    @classmethod
    def load(cls, package: ZipPackage) -> Self:
        """Find the list in the archive."""
        part = find_related_part(package, "", "officeDocument")
        if part is None:
            raise ValueError("expected a workbook part, got none: check the file before marking it")
        return cls(package, part, parse_xml(package.get_part(part)))

    def save(self) -> None:
        """Put the changed list back into the archive."""
        self.package.store_part(self.part, write_xml(self.root))

    def list_worksheets(self) -> dict[str, str]:
        """Return the part of every sheet with cells, by the sheet's name in the order of the workbook."""
        known = {item.id: item for item in list_relationships(self.package, self.part)}
        pairs = ((sheet.get("name", ""), known.get(_get_relationship_id(sheet))) for sheet in self._list_elements())
        return {
            name: item.target
            for name, item in pairs
            if item and item.kind == "worksheet" and item.target in self.package
        }

    def add_first_sheet(self, name: str, content: bytes) -> None:
        """Make *content* the first sheet and the one shown; an older sheet of that name gives way."""
        self._clear_selections()
        self.add_sheet(name, content, first=True)
        for view in self.root.iterfind(".//" + make_sibling_tag(self.root, "workbookView")):
            view.set("activeTab", "0")
            view.set("firstSheet", "0")

    def add_sheet(self, name: str, content: bytes, *, first: bool = False, hidden: bool = False) -> None:
        """Add a sheet before or after all others; an older sheet of that name gives way."""
        before = self._list_elements()
        part = self._reserve_part_name(name)
        self.package.store_part(part, content)
        sheets = ensure_child(self.root, "sheets", _WORKBOOK_ORDER)
        new = self._add_element(sheets, name, part)
        if hidden:
            new.set("state", "veryHidden")
        if first:
            sheets.insert(0, new)
        self._renumber_from(before)

    def drop_sheets(self, names: Collection[str]) -> None:
        """Take sheets out, with what belongs to them."""
        before = self._list_elements()
        shown = self._find_active_sheet()
        for sheet in before:
            if sheet.get("name", "") in names:
                self._remove_sheet(sheet)
        self._renumber_from(before)
        after = self._list_elements()
        for view in self.root.iterfind(".//" + make_sibling_tag(self.root, "workbookView")):
            view.set("activeTab", str(after.index(shown) if shown in after else 0))
            view.set("firstSheet", "0")
        if (defined := find_child(self.root, "definedNames")) is not None and not len(defined):
            self.root.remove(defined)

    def define_names(self, sheet: str, names: Mapping[str, str]) -> None:
        """Add names that belong to the first sheet, such as its repeated rows."""
        defined = ensure_child(self.root, "definedNames", _WORKBOOK_ORDER)
        for name, target in names.items():
            new = add_child(defined, "definedName", name=name, localSheetId="0")
            new.text = link_target(sheet, target)
            if name.startswith("_xlnm._"):
                new.set("hidden", "1")

    def _find_active_sheet(self) -> LxmlElement | None:
        view = self.root.find(".//" + make_sibling_tag(self.root, "workbookView"))
        number, sheets = int("0" if view is None else view.get("activeTab", "0")), self._list_elements()
        return sheets[number] if number < len(sheets) else None

    def _renumber_from(self, old_elements: list[LxmlElement]) -> None:
        after = self._list_elements()
        self._renumber_names(
            {old_elements.index(sheet): after.index(sheet) for sheet in old_elements if sheet in after}
        )

    def _list_elements(self) -> list[LxmlElement]:
        sheets = find_child(self.root, "sheets")
        return [] if sheets is None else list(sheets.iterchildren("*"))

    def _reserve_part_name(self, name: str) -> str:
        """Free the place of an older sheet of that name and return a part for the new one."""
        for sheet in self._list_elements():
            if sheet.get("name", "").lower() == name.lower():
                self._remove_sheet(sheet)
        folder = posixpath.dirname(self.part)
        return self.package.find_free_name(posixpath.join(folder, "worksheets", "sheet{}.xml"))

    def _remove_sheet(self, sheet: LxmlElement) -> None:
        known = {item.id: item for item in list_relationships(self.package, self.part)}
        sheet.getparent().remove(sheet)
        if (item := known.get(_get_relationship_id(sheet))) is None:
            return
        drop_references(self.package, item.target)
        self.package.drop_part(item.target)
        remove_relationship(self.package, self.part, item.id)

    def _add_element(self, sheets: LxmlElement, name: str, part: str) -> LxmlElement:
        self.package.declare_type(part, WORKSHEET_TYPE)
        used = [int(sheet.get("sheetId", "0")) for sheet in self._list_elements()]
        reference = add_relationship(self.package, self.part, "worksheet", part)
        new = add_child(sheets, "sheet", name=name, sheetId=str(max(used, default=0) + 1))
        new.set(f"{{{find_office_namespace(self.package)}}}id", reference)
        return new

    def _renumber_names(self, new_indexes: Mapping[int, int]) -> None:
        """Let names that belong to a sheet follow it to its new place, or go with it."""
        defined = find_child(self.root, "definedNames")
        for name in [] if defined is None else defined.findall(make_sibling_tag(defined, "definedName")):
            if (old := name.get("localSheetId")) is None:
                continue
            if int(old) in new_indexes:
                name.set("localSheetId", str(new_indexes[int(old)]))
            else:
                name.getparent().remove(name)

    def _clear_selections(self) -> None:
        """Select no sheet: with two selected, what is typed into one would land in the other as well."""
        for item in list_relationships(self.package, self.part):
            if item.kind.endswith("sheet") and item.target in self.package:
                content = self.package.get_part(item.target)
                if (deselected := _remove_selection(content)) != content:
                    self.package.store_part(item.target, deselected)


def _get_relationship_id(sheet: LxmlElement) -> str:
    return next((str(value) for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def _remove_selection(content: bytes) -> bytes:
    """Take the selection off a sheet without reading all of it, which may be long."""
    if content.startswith(_UTF16_BOMS):
        content = write_xml(parse_xml(content))
    end = content.find(b"sheetData")
    head = content if end < 0 else content[:end]
    return _SELECTED_VIEW.sub(rb"\1", head) + content[len(head) :]


def link_target(sheet: str, cell: str) -> str:
    """Return the target of a link inside a workbook, with the sheet's name in quotes."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"
