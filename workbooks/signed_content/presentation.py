"""What a finished workbook tells besides its values: where links lead, what is hidden, drawn, noted, how it looks.

Read back from the parts of the file, by whatever program it was saved; what programs write each in their own way is
brought to one form.
"""

import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from filing.book.canonical_values import WorkbookPresentation, normalise_formula
from workbooks.gate.intake_fault import IntakeError
from workbooks.gate.zip_container import Container
from workbooks.signed_content.cell_values import UnreadableWorkbookError
from workbooks.signed_content.drawings import RelatedParts
from workbooks.signed_content.sheet_presentation import PresentationEntry, collect_sheet_presentation
from workbooks.signed_content.style_presentation import MAIN_NAMESPACE, describe_font, describe_styles

_RELATIONSHIP_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK_PART: Final = "xl/workbook.xml"
_BUILT_IN_PREFIX: Final = "_xlnm."
_PRINT_NAMES: Final = frozenset({"_xlnm.Print_Area", "_xlnm.Print_Titles"})
_CORE_PROPERTIES: Final = frozenset(
    {"title", "subject", "creator", "description", "keywords", "category", "contentStatus", "created"}
)
_APP_PROPERTIES: Final = frozenset({"Company", "Manager"})
# what another program may have put in: macros, objects, other books, tables that fetch their figures
_FOREIGN_PART: Final = re.compile(
    r"(?i)(vbaProject|macrosheets/|externalLinks/|embeddings/|activeX/|ctrlProps/|pivotTables/|queryTables/"
    r"|connections\.xml|slicers/|webextensions/|customUI/|threadedComments/|dialogsheets/|chartsheets/|ink/)"
)


def read_presentation(data: bytes) -> WorkbookPresentation:
    """Return it by sheet, kind and place; what belongs to no sheet stands under the empty name.

    Raise `NotReadable` where the file is no sound workbook.
    """
    try:
        return _extract_presentation(Container.open_zip(data))
    except (IntakeError, ParseError, KeyError, IndexError, ValueError) as error:
        raise UnreadableWorkbookError(type(error).__name__) from error


def _extract_presentation(container: Container) -> WorkbookPresentation:
    book = fromstring(container.unpack_part(_WORKBOOK_PART))  # noqa: S314 - the container refuses doctypes
    parts = RelatedParts.load_for_part(container, _WORKBOOK_PART)
    looks, runs = describe_styles(_parse_part(container, "xl/styles.xml")), tuple(_describe_runs(container))
    found: dict[str, dict[str, dict[str, str]]] = {"": {}}
    sheets = list(book.iter(f"{MAIN_NAMESPACE}sheet"))
    for sheet in sheets:
        target, _ = parts.targets[sheet.attrib[_RELATIONSHIP_ID]]
        page = fromstring(container.unpack_part(target))  # noqa: S314 - as above
        inner = RelatedParts.load_for_part(container, target)
        found[sheet.attrib["name"]] = _group_by_kind(
            collect_sheet_presentation(page, inner, looks, runs), sheet.attrib.get("state", "")
        )
    for name, kind, place, said in _collect_workbook_entries(container, book, [one.attrib["name"] for one in sheets]):
        found[name].setdefault(kind, {})[place] = said
    return found


def _group_by_kind(entries: Iterator[PresentationEntry], state: str) -> dict[str, dict[str, str]]:
    kinds: dict[str, dict[str, str]] = {}
    for kind, place, said in entries:
        kinds.setdefault(kind, {})[place] = said
    if state not in {"", "visible"}:
        kinds.setdefault("hidden", {})[""] = state
    return kinds


def _parse_part(container: Container, name: str) -> Element | None:
    return fromstring(container.unpack_part(name)) if name in container.names else None  # noqa: S314 - as above


def _describe_runs(container: Container) -> Iterator[str]:
    """Yield for each shared text what the fonts of its parts do to what is shown."""
    strings = _parse_part(container, "xl/sharedStrings.xml")
    for one in strings.findall(f"{MAIN_NAMESPACE}si") if strings is not None else ():
        looks = dict.fromkeys(describe_font(run) for run in one.findall(f"{MAIN_NAMESPACE}r/{MAIN_NAMESPACE}rPr"))
        yield "; ".join(f"part {look}" for look in looks if look)


def _collect_workbook_entries(
    container: Container, book: Element, sheet_names: list[str]
) -> Iterator[tuple[str, str, str, str]]:
    yield "", "order", "", "\n".join(sheet_names)
    for one in book.iter(f"{MAIN_NAMESPACE}definedName"):
        name, said = one.attrib["name"], normalise_formula(one.text or "").replace("$", "")
        at = one.attrib.get("localSheetId")
        if name in _PRINT_NAMES and at is not None:
            yield sheet_names[int(at)], "print", name.removeprefix(_BUILT_IN_PREFIX), said
        elif not name.startswith(_BUILT_IN_PREFIX):
            yield "", "name", name, said
    for part, wanted in (("docProps/core.xml", _CORE_PROPERTIES), ("docProps/app.xml", _APP_PROPERTIES)):
        properties = _parse_part(container, part)
        for one in properties if properties is not None else ():
            name = str(one.tag).rsplit("}", 1)[-1]
            if name in wanted and one.text:
                yield "", "property", name, one.text
    for name in sorted(container.names):
        if _FOREIGN_PART.search(name):
            yield "", "part", name, "+"
