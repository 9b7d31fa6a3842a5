"""What a finished workbook shows besides its values: links, hidden and drawn content, notes, styles, properties.

It is read from the parts of the file, whichever program saved it. What programs write in different ways is brought to
one form.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from filing.book.canonical_values import WorkbookPresentation, normalise_formula
from workbooks.gate.zip_container import Container
from workbooks.ooxml.xml_parts import LxmlElement
from workbooks.signed_content.cell_values import UnreadableWorkbookError
from workbooks.signed_content.related_parts import (
    MAIN_NAMESPACE,
    READING_ERRORS,
    RELATIONSHIPS_NAMESPACE,
    WORKBOOK_PART,
    RelatedParts,
    get_local_name,
    parse_optional_part,
    parse_part,
    parse_workbook,
    parse_workbook_part,
)
from workbooks.signed_content.sheet_presentation import PresentationEntry, collect_sheet_presentation
from workbooks.signed_content.style_presentation import describe_font, describe_styles, join_descriptions

_BUILT_IN_PREFIX: Final = "_xlnm."
_PRINT_NAMES: Final = frozenset({"_xlnm.Print_Area", "_xlnm.Print_Titles"})
_PROPERTIES: Final = {
    "docProps/core.xml": frozenset(
        {"title", "subject", "creator", "description", "keywords", "category", "contentStatus", "created"}
    ),
    "docProps/app.xml": frozenset({"Company", "Manager"}),
}
# Parts that another program may have added: macros, objects, other workbooks, tables that fetch their figures.
_FOREIGN_PART: Final = re.compile(
    r"(?i)(vbaProject|macrosheets/|externalLinks/|embeddings/|activeX/|ctrlProps/|pivotTables/|queryTables/"
    r"|connections\.xml|slicers/|webextensions/|customUI/|threadedComments/|dialogsheets/|chartsheets/|ink/)"
)


def read_presentation(data: bytes) -> WorkbookPresentation:
    """Return the presentation by sheet, kind and location; what belongs to no sheet is under the empty name.

    Raise UnreadableWorkbookError if the file is not a sound workbook.
    """
    try:
        return _extract_presentation(Container.open_zip(data))
    except READING_ERRORS as error:
        raise UnreadableWorkbookError(type(error).__name__) from error


def _extract_presentation(container: Container) -> WorkbookPresentation:
    workbook = parse_workbook(container)
    parts = RelatedParts.load_for_part(container, WORKBOOK_PART)
    style_descriptions = describe_styles(parse_workbook_part(container, "styles"))
    run_descriptions = list(_describe_runs(container))
    presentation: dict[str, dict[str, dict[str, str]]] = {"": {}}
    for sheet in workbook.iter(f"{MAIN_NAMESPACE}sheet"):
        target, _ = parts.targets[sheet.attrib[f"{RELATIONSHIPS_NAMESPACE}id"]]
        root, sheet_parts = parse_part(container, target), RelatedParts.load_for_part(container, target)
        entries = collect_sheet_presentation(root, sheet_parts, style_descriptions, run_descriptions)
        presentation[sheet.attrib["name"]] = _group_by_kind(entries, sheet.get("state", ""))
    for name, kind, location, content in _collect_workbook_entries(container, workbook):
        presentation[name].setdefault(kind, {})[location] = content
    return presentation


def _group_by_kind(entries: Iterable[PresentationEntry], state: str) -> dict[str, dict[str, str]]:
    """Group the entries of a sheet by kind; *state* says whether the sheet itself is hidden."""
    contents_by_kind: dict[str, dict[str, str]] = {}
    for kind, location, content in entries:
        contents_by_kind.setdefault(kind, {})[location] = content
    if state not in {"", "visible"}:
        contents_by_kind.setdefault("hidden", {})[""] = state
    return contents_by_kind


def _describe_runs(container: Container) -> Iterator[str]:
    """Yield for each shared string what the fonts of its runs do to what is shown."""
    table = parse_workbook_part(container, "sharedStrings")
    if table is None:
        return
    for item in table.findall(f"{MAIN_NAMESPACE}si"):
        fonts = item.findall(f"{MAIN_NAMESPACE}r/{MAIN_NAMESPACE}rPr")
        descriptions = filter(None, dict.fromkeys(map(describe_font, fonts)))
        yield join_descriptions(f"part {description}" for description in descriptions)


def _collect_workbook_entries(container: Container, workbook: LxmlElement) -> Iterator[tuple[str, str, str, str]]:
    """Yield sheet, kind, location and content of everything that is not stored with a sheet."""
    sheet_names = [sheet.attrib["name"] for sheet in workbook.iter(f"{MAIN_NAMESPACE}sheet")]
    yield "", "order", "", "\n".join(sheet_names)
    yield from _collect_defined_names(workbook, sheet_names)
    for part, names in _PROPERTIES.items():
        yield from _collect_properties(parse_optional_part(container, part), names)
    for name in sorted(filter(_FOREIGN_PART.search, container.names)):
        yield "", "part", name, "+"


def _collect_defined_names(workbook: LxmlElement, sheet_names: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    for element in workbook.iter(f"{MAIN_NAMESPACE}definedName"):
        name, content = element.attrib["name"], normalise_formula(element.text or "").replace("$", "")
        sheet_index = element.get("localSheetId")
        if name in _PRINT_NAMES and sheet_index is not None:
            yield sheet_names[int(sheet_index)], "print", name.removeprefix(_BUILT_IN_PREFIX), content
        elif not name.startswith(_BUILT_IN_PREFIX):
            yield "", "name", name, content


def _collect_properties(properties: LxmlElement | None, names: frozenset[str]) -> Iterator[tuple[str, str, str, str]]:
    if properties is None:
        return
    for element in properties:
        name = get_local_name(element)
        if name in names and element.text:
            yield "", "property", name, element.text
