"""The list of sheets of a workbook, and what counts sheets by their place in it."""

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from workbooks.ooxml.relationships import (
    forget_references,
    office_namespace,
    relate,
    related,
    relationships,
    unrelate,
)
from workbooks.ooxml.xml_parts import Element, add, child, ensure, parse, serialised, sibling_tag
from workbooks.ooxml.zip_package import Package

WORKSHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_ORDER = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
    "externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
    "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
)
_SELECTED = re.compile(rb"""(<(?:[\w.-]+:)?sheetView\s[^>]*?)\s*tabSelected\s*=\s*(?:"[^"]*"|'[^']*')""")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class SheetList:
    """The sheets of a workbook, to be changed and then saved."""

    package: Package
    part: str
    root: Element

    @classmethod
    def read(cls, package: Package) -> Self:
        """Find the list in the archive."""
        part = related(package, "", "officeDocument")
        if part is None:
            raise ValueError("expected a workbook part, got none: check the file before marking it")
        return cls(package, part, parse(package.content(part)))

    def save(self) -> None:
        """Put the changed list back into the archive."""
        self.package.put(self.part, serialised(self.root))

    def worksheets(self) -> dict[str, str]:
        """Return the part of every sheet with cells, by the sheet's name in the order of the workbook."""
        known = {item.id: item for item in relationships(self.package, self.part)}
        pairs = ((sheet.get("name", ""), known.get(_reference(sheet))) for sheet in self._elements())
        return {
            name: item.target
            for name, item in pairs
            if item and item.kind == "worksheet" and item.target in self.package
        }

    def put_first(self, name: str, content: bytes) -> None:
        """Make *content* the first sheet and the one shown; an older sheet of that name gives way."""
        self._deselect_all()
        self.put(name, content, first=True)
        for view in self.root.iterfind(".//" + sibling_tag(self.root, "workbookView")):
            view.set("activeTab", "0")
            view.set("firstSheet", "0")

    def put(self, name: str, content: bytes, *, first: bool = False, unseen: bool = False) -> None:
        """Add a sheet before or after all others; an older sheet of that name gives way."""
        before = self._elements()
        part = self._vacated(name)
        self.package.put(part, content)
        sheets = ensure(self.root, "sheets", _ORDER)
        new = self._new_element(sheets, name, part)
        if unseen:
            new.set("state", "veryHidden")
        if first:
            sheets.insert(0, new)
        self._renumber_from(before)

    def drop(self, names: Collection[str]) -> None:
        """Take sheets out, with what belongs to them."""
        before = self._elements()
        shown = self._shown()
        for sheet in before:
            if sheet.get("name", "") in names:
                self._remove(sheet)
        self._renumber_from(before)
        after = self._elements()
        for view in self.root.iterfind(".//" + sibling_tag(self.root, "workbookView")):
            view.set("activeTab", str(after.index(shown) if shown in after else 0))
            view.set("firstSheet", "0")
        if (defined := child(self.root, "definedNames")) is not None and not len(defined):
            self.root.remove(defined)

    def define(self, sheet: str, names: Mapping[str, str]) -> None:
        """Add names that belong to the first sheet, such as its repeated rows."""
        defined = ensure(self.root, "definedNames", _ORDER)
        for name, target in names.items():
            new = add(defined, "definedName", name=name, localSheetId="0")
            new.text = link_target(sheet, target)
            if name.startswith("_xlnm._"):
                new.set("hidden", "1")

    def _shown(self) -> Element | None:
        view = self.root.find(".//" + sibling_tag(self.root, "workbookView"))
        number, sheets = int("0" if view is None else view.get("activeTab", "0")), self._elements()
        return sheets[number] if number < len(sheets) else None

    def _renumber_from(self, before: list[Element]) -> None:
        after = self._elements()
        self._renumber({before.index(sheet): after.index(sheet) for sheet in before if sheet in after})

    def _elements(self) -> list[Element]:
        sheets = child(self.root, "sheets")
        return [] if sheets is None else list(sheets.iterchildren("*"))

    def _vacated(self, name: str) -> str:
        """Free the place of an older sheet of that name and return a part for the new one."""
        for sheet in self._elements():
            if sheet.get("name", "").lower() == name.lower():
                self._remove(sheet)
        folder = posixpath.dirname(self.part)
        return self.package.free_name(posixpath.join(folder, "worksheets", "sheet{}.xml"))

    def _remove(self, sheet: Element) -> None:
        known = {item.id: item for item in relationships(self.package, self.part)}
        sheet.getparent().remove(sheet)
        if (item := known.get(_reference(sheet))) is None:
            return
        forget_references(self.package, item.target)
        self.package.drop(item.target)
        unrelate(self.package, self.part, item.id)

    def _new_element(self, sheets: Element, name: str, part: str) -> Element:
        self.package.declare(part, WORKSHEET_TYPE)
        used = [int(sheet.get("sheetId", "0")) for sheet in self._elements()]
        reference = relate(self.package, self.part, "worksheet", part)
        new = add(sheets, "sheet", name=name, sheetId=str(max(used, default=0) + 1))
        new.set(f"{{{office_namespace(self.package)}}}id", reference)
        return new

    def _renumber(self, places: Mapping[int, int]) -> None:
        """Let names that belong to a sheet follow it to its new place, or go with it."""
        defined = child(self.root, "definedNames")
        for name in [] if defined is None else defined.findall(sibling_tag(defined, "definedName")):
            if (old := name.get("localSheetId")) is None:
                continue
            if int(old) in places:
                name.set("localSheetId", str(places[int(old)]))
            else:
                name.getparent().remove(name)

    def _deselect_all(self) -> None:
        """Select no sheet: with two selected, what is typed into one would land in the other as well."""
        for item in relationships(self.package, self.part):
            if item.kind.endswith("sheet") and item.target in self.package:
                content = self.package.content(item.target)
                if (deselected := _deselected(content)) != content:
                    self.package.put(item.target, deselected)


def _reference(sheet: Element) -> str:
    return next((str(value) for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def _deselected(content: bytes) -> bytes:
    """Take the selection off a sheet without reading all of it, which may be long."""
    if content.startswith(_UTF16):
        content = serialised(parse(content))
    end = content.find(b"sheetData")
    head = content if end < 0 else content[:end]
    return _SELECTED.sub(rb"\1", head) + content[len(head) :]


def link_target(sheet: str, cell: str) -> str:
    """Return the target of a link inside a workbook, with the sheet's name in quotes."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"
