"""What a finished workbook tells besides its values: where links lead, what is hidden, drawn, noted, how it looks.

Read back from the parts of the file, by whatever program it was saved; what programs write each in their own way is
brought to one form.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from filing.book.canonical_values import Around, plain_formula
from workbooks.gate.intake_fault import FaultFound
from workbooks.gate.zip_container import Container
from workbooks.signed_content.cell_values import NotReadable
from workbooks.signed_content.drawings import Parts
from workbooks.signed_content.sheet_presentation import Said, said_of_sheet
from workbooks.signed_content.style_presentation import MAIN, font_look, looks_of

_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK: Final = "xl/workbook.xml"
_BUILT_IN: Final = "_xlnm."
_PRINTED: Final = frozenset({"_xlnm.Print_Area", "_xlnm.Print_Titles"})
_PROPERTIES: Final = frozenset(
    {"title", "subject", "creator", "description", "keywords", "category", "contentStatus", "created"}
)
_COMPANY: Final = frozenset({"Company", "Manager"})
# what another program may have put in: macros, objects, other books, tables that fetch their figures
_FOREIGN: Final = re.compile(
    r"(?i)(vbaProject|macrosheets/|externalLinks/|embeddings/|activeX/|ctrlProps/|pivotTables/|queryTables/"
    r"|connections\.xml|slicers/|webextensions/|customUI/|threadedComments/|dialogsheets/|chartsheets/|ink/)"
)


def read_around(data: bytes) -> Around:
    """Return it by sheet, kind and place; what belongs to no sheet stands under the empty name.

    Raise `NotReadable` where the file is no sound workbook.
    """
    try:
        return _read(Container.opened(data))
    except (FaultFound, ParseError, KeyError, IndexError, ValueError) as error:
        raise NotReadable(type(error).__name__) from error


def _read(container: Container) -> Around:
    book = fromstring(container.read(_WORKBOOK))  # noqa: S314 - the container refuses doctypes
    parts = Parts.of(container, _WORKBOOK)
    looks, runs = looks_of(_part(container, "xl/styles.xml")), tuple(_runs(container))
    found: dict[str, dict[str, dict[str, str]]] = {"": {}}
    sheets = list(book.iter(f"{MAIN}sheet"))
    for sheet in sheets:
        target, _ = parts.targets[sheet.attrib[_REL]]
        page = fromstring(container.read(target))  # noqa: S314 - as above
        inner = Parts.of(container, target)
        found[sheet.attrib["name"]] = _sorted(said_of_sheet(page, inner, looks, runs), sheet.attrib.get("state", ""))
    for name, kind, place, said in _of_book(container, book, [one.attrib["name"] for one in sheets]):
        found[name].setdefault(kind, {})[place] = said
    return found


def _sorted(listed: Iterator[Said], state: str) -> dict[str, dict[str, str]]:
    kinds: dict[str, dict[str, str]] = {}
    for kind, place, said in listed:
        kinds.setdefault(kind, {})[place] = said
    if state not in {"", "visible"}:
        kinds.setdefault("hidden", {})[""] = state
    return kinds


def _part(container: Container, name: str) -> Element | None:
    return fromstring(container.read(name)) if name in container.names else None  # noqa: S314 - as above


def _runs(container: Container) -> Iterator[str]:
    """Yield for each shared text what the fonts of its parts do to what is shown."""
    strings = _part(container, "xl/sharedStrings.xml")
    for one in strings.findall(f"{MAIN}si") if strings is not None else ():
        looks = dict.fromkeys(font_look(run) for run in one.findall(f"{MAIN}r/{MAIN}rPr"))
        yield "; ".join(f"part {look}" for look in looks if look)


def _of_book(container: Container, book: Element, names: list[str]) -> Iterator[tuple[str, str, str, str]]:
    yield "", "order", "", "\n".join(names)
    for one in book.iter(f"{MAIN}definedName"):
        name, said = one.attrib["name"], plain_formula(one.text or "").replace("$", "")
        at = one.attrib.get("localSheetId")
        if name in _PRINTED and at is not None:
            yield names[int(at)], "print", name.removeprefix(_BUILT_IN), said
        elif not name.startswith(_BUILT_IN):
            yield "", "name", name, said
    for part, wanted in (("docProps/core.xml", _PROPERTIES), ("docProps/app.xml", _COMPANY)):
        properties = _part(container, part)
        for one in properties if properties is not None else ():
            name = str(one.tag).rsplit("}", 1)[-1]
            if name in wanted and one.text:
                yield "", "property", name, one.text
    for name in sorted(container.names):
        if _FOREIGN.search(name):
            yield "", "part", name, "+"
