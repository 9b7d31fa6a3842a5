"""Refuse unsafe parts beside the sheets: they hold no figures, but the findings are marked in them.

Marking edits them in the main process, so what a reader never opens must be harmless as well.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.workbook_parts import SheetPart, WorkbookOutline
from workbooks.gate.xml_events import parse_elements
from workbooks.gate.zip_container import MEGABYTE, Container

# Comments of 10,000 cells take 4 MB, and their drawing in Excel's long-winded form 10 MB. A county comments on dozens.
MAX_COMMENTS: Final = 10_000
MAX_COMPANION_BYTES: Final = 16 * MEGABYTE
_MAX_COMMENT_ELEMENTS: Final = 500_000
_CONTENT_TYPES: Final = "[Content_Types].xml"
_COMPANION_KINDS: Final = frozenset({"comments", "vmlDrawing", "threadedComment"})


@dataclass(frozen=True, slots=True)
class _Companion:
    """A part that a sheet refers to: the last word of the type of the reference, and the name of the part."""

    kind: str
    part: str
    sheet: SheetPart


def refuse_unsafe_companions(container: Container, outline: WorkbookOutline) -> None:
    """Raise IntakeError for a companion that is unsafe, malformed, too large, or shared by two sheets."""
    _refuse_bad_content_types(container)
    names_by_lower_case = {name.lower(): name for name in container.names}
    for name in sorted(container.names):
        if name.lower().endswith(".rels"):
            _refuse_oversized(container, name)
            parse_elements(name, container.unpack_part(name))
    owners: dict[str, str] = {}
    for companion in _iter_companions(container, outline, names_by_lower_case):
        if owners.setdefault(companion.part, companion.sheet.part) != companion.sheet.part:
            part = format_part_name(companion.part)
            raise intake_error("sheets_share_part", part=part, sheet=companion.sheet.name)
        _refuse_unsafe_companion(container, companion)


def _refuse_bad_content_types(container: Container) -> None:
    _refuse_oversized(container, _CONTENT_TYPES)
    first_element = next(parse_elements(_CONTENT_TYPES, container.unpack_part(_CONTENT_TYPES)))
    if first_element.name != "Types":
        raise intake_error("namespace", part=_CONTENT_TYPES)


def _refuse_oversized(container: Container, name: str) -> None:
    size = container.archive.getinfo(name).file_size
    if size > MAX_COMPANION_BYTES:
        facts = {"size": str(size // MEGABYTE), "most": str(MAX_COMPANION_BYTES // MEGABYTE)}
        raise intake_error("part_too_large", part=format_part_name(name), **facts)


def _iter_companions(
    container: Container, outline: WorkbookOutline, names_by_lower_case: Mapping[str, str]
) -> Iterator[_Companion]:
    """Yield the companions of all sheets that the file has; the names of parts do not depend on case."""
    for sheet in outline.sheets:
        folder, name = posixpath.split(sheet.part)
        listing = names_by_lower_case.get(posixpath.join(folder, "_rels", f"{name}.rels").lower())
        if listing is None:
            continue
        for element in parse_elements(listing, container.unpack_part(listing)):
            kind = element.attributes.get("Type", "").rpartition("/")[2]
            target = _resolve_target(element.attributes.get("Target", ""), folder)
            part = names_by_lower_case.get(target.lower()) or names_by_lower_case.get(unquote(target).lower())
            if kind in _COMPANION_KINDS and part is not None:
                yield _Companion(kind, part, sheet)


def _resolve_target(target: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _refuse_unsafe_companion(container: Container, companion: _Companion) -> None:
    """Judge a companion by what it is for: its name may be that of a picture."""
    _refuse_oversized(container, companion.part)
    content = container.unpack_xml(companion.part)
    # Excel's own drawings are not always well-formed.
    if companion.kind == "vmlDrawing":
        return
    elements = parse_elements(
        companion.part, content, max_elements=_MAX_COMMENT_ELEMENTS, wanted_names=frozenset({"comment"})
    )
    count = sum(1 for _ in elements)
    if count > MAX_COMMENTS:
        facts = {"count": str(count), "most": str(MAX_COMMENTS)}
        raise intake_error("too_many_comments", sheet=companion.sheet.name, **facts)
