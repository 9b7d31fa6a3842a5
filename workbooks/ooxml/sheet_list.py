"""The list of sheets of a workbook, and whatever refers to a sheet by its position in the list."""

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from workbooks.ooxml.relationships import (
    Relationship,
    add_relationship,
    drop_references,
    find_office_namespace,
    find_related_part,
    get_relationship_id,
    list_relationships,
    remove_relationship,
)
from workbooks.ooxml.xml_parts import (
    LxmlElement,
    add_child,
    ensure_child,
    find_child,
    iter_grandchildren,
    make_sibling_tag,
    parse_index,
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
_LAST_SHEET_ID = 65_534


@dataclass(frozen=True, slots=True)
class SheetList:
    """The sheets of a workbook, to be changed and then saved."""

    package: ZipPackage
    part: str
    root: LxmlElement

    @classmethod
    def load(cls, package: ZipPackage) -> Self:
        """Read the list from the archive; raise ValueError if the archive is not that of a workbook."""
        part = find_related_part(package, "", "officeDocument")
        if part is None:
            raise ValueError("expected a workbook part, got none: check the file before marking it")
        return cls(package, part, parse_xml(package.get_part(part)))

    def save(self) -> None:
        """Store the changed list in the archive."""
        self.package.store_part(self.part, write_xml(self.root))

    def list_worksheets(self) -> dict[str, str]:
        """Return the parts of all sheets that have cells by sheet name, in the order of the workbook."""
        relationships = self._index_relationships()
        parts = {}
        for sheet in self._list_elements():
            item = relationships.get(get_relationship_id(sheet))
            if item and item.kind == "worksheet" and item.target in self.package:
                parts[sheet.get("name", "")] = item.target
        return parts

    def add_first_sheet(self, name: str, content: bytes) -> None:
        """Add *content* as the first sheet and show it; it replaces an older sheet of that name."""
        self._clear_selections()
        self.add_sheet(name, content, first=True)
        self._show_sheet(0)

    def add_sheet(self, name: str, content: bytes, *, first: bool = False, hidden: bool = False) -> None:
        """Add a sheet before or after all others; it replaces an older sheet of that name."""
        old_elements = self._list_elements()
        part = self._reserve_part_name(name)
        self.package.store_part(part, content)
        sheets = ensure_child(self.root, "sheets", _WORKBOOK_ORDER)
        new = self._add_element(sheets, name, part)
        if hidden:
            new.set("state", "veryHidden")
        if first:
            sheets.insert(0, new)
        self._renumber_from(old_elements)

    def drop_sheets(self, names: Collection[str]) -> None:
        """Remove sheets and the parts that only they refer to."""
        old_elements = self._list_elements()
        active_sheet = self._find_active_sheet()
        for sheet in old_elements:
            if sheet.get("name", "") in names:
                self._remove_sheet(sheet)
        self._renumber_from(old_elements)
        new_elements = self._list_elements()
        if active_sheet in new_elements:
            self._show_sheet(new_elements.index(active_sheet))
        else:
            self._show_sheet(0)
        defined_names = find_child(self.root, "definedNames")
        if defined_names is not None and not len(defined_names):
            self.root.remove(defined_names)

    def define_names(self, sheet: str, names: Mapping[str, str]) -> None:
        """Define names that belong to the first sheet, such as its repeated rows; *names* maps each to its range."""
        defined_names = ensure_child(self.root, "definedNames", _WORKBOOK_ORDER)
        for name, target in names.items():
            new = add_child(defined_names, "definedName", name=name, localSheetId="0")
            new.text = link_target(sheet, target)
            if name.startswith("_xlnm._"):
                new.set("hidden", "1")

    def _index_relationships(self) -> dict[str, Relationship]:
        return {item.id: item for item in list_relationships(self.package, self.part)}

    def _show_sheet(self, index: int) -> None:
        """Make the sheet with this index (from 0) the one that a program shows first."""
        for view in self.root.iterfind(".//" + make_sibling_tag(self.root, "workbookView")):
            view.set("activeTab", str(index))
            view.set("firstSheet", "0")

    def _find_active_sheet(self) -> LxmlElement | None:
        index, sheets = 0, self._list_elements()
        view = self.root.find(".//" + make_sibling_tag(self.root, "workbookView"))
        if view is not None:
            index = parse_index(view.get("activeTab"))
        if index >= len(sheets):
            return None
        return sheets[index]

    def _renumber_from(self, old_elements: list[LxmlElement]) -> None:
        """Adapt what refers to sheets by index after the list has changed from *old_elements*."""
        new_elements = self._list_elements()
        new_indexes = {}
        for old_index, sheet in enumerate(old_elements):
            if sheet in new_elements:
                new_indexes[old_index] = new_elements.index(sheet)
        self._renumber_names(new_indexes)

    def _list_elements(self) -> list[LxmlElement]:
        return list(iter_grandchildren(self.root, "sheets"))

    def _reserve_part_name(self, name: str) -> str:
        """Remove an older sheet called *name* and return the name of a part for the new one."""
        for sheet in self._list_elements():
            if sheet.get("name", "").lower() == name.lower():
                self._remove_sheet(sheet)
        folder = posixpath.dirname(self.part)
        return self.package.find_free_name(posixpath.join(folder, "worksheets", "sheet{}.xml"))

    def _remove_sheet(self, sheet: LxmlElement) -> None:
        item = self._index_relationships().get(get_relationship_id(sheet))
        sheet.getparent().remove(sheet)
        if item is not None:
            drop_references(self.package, item.target)
            self.package.drop_part(item.target)
            remove_relationship(self.package, self.part, item.id)

    def _add_element(self, sheets: LxmlElement, name: str, part: str) -> LxmlElement:
        self.package.declare_type(part, WORKSHEET_TYPE)
        sheet_ids = [parse_index(sheet.get("sheetId")) for sheet in self._list_elements()]
        # A number beyond the last that Excel knows is a mistake of the file: ours must not follow it.
        used_ids = filter(_LAST_SHEET_ID.__gt__, sheet_ids)
        relationship_id = add_relationship(self.package, self.part, "worksheet", part)
        new = add_child(sheets, "sheet", name=name, sheetId=str(max(used_ids, default=0) + 1))
        new.set(f"{{{find_office_namespace(self.package)}}}id", relationship_id)
        return new

    def _renumber_names(self, new_indexes: Mapping[int, int]) -> None:
        """Let the names that belong to a sheet follow it to its new index, or remove them if the sheet is gone."""
        tag = make_sibling_tag(self.root, "definedName")
        for name in list(iter_grandchildren(self.root, "definedNames", tag)):
            old_index = name.get("localSheetId")
            if old_index is None:
                continue
            new_index = new_indexes.get(parse_index(old_index, -1))
            if new_index is not None:
                name.set("localSheetId", str(new_index))
            else:
                name.getparent().remove(name)

    def _clear_selections(self) -> None:
        """Deselect all sheets: if two are selected, what is typed into one goes into the other as well."""
        for item in list_relationships(self.package, self.part):
            if item.kind.endswith("sheet") and item.target in self.package:
                content = self.package.get_part(item.target)
                deselected = _remove_selection(content)
                if deselected != content:
                    self.package.store_part(item.target, deselected)


def _remove_selection(content: bytes) -> bytes:
    """Deselect a sheet by changing only the markup before its rows, since the sheet may be long."""
    if content.startswith(_UTF16_BOMS):
        content = write_xml(parse_xml(content))
    head, rows_tag, rows = content.partition(b"sheetData")
    return _SELECTED_VIEW.sub(rb"\1", head) + rows_tag + rows


def link_target(sheet: str, cell: str) -> str:
    """Return the target of a link inside a workbook, with the name of the sheet in quotes."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"
