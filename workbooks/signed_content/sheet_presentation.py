"""What stands round the values of one sheet: links, looks, what is hidden, merged, offered, noted, printed."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from checks.model.cell_ref import column_letters, column_number, column_part
from filing.book.canonical_values import normalise_formula
from workbooks.signed_content.drawings import RelatedParts, read_drawings
from workbooks.signed_content.style_presentation import MAIN_NAMESPACE

PresentationEntry = tuple[str, str, str]  # kind, place, content

_RELATIONSHIPS_NAMESPACE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FONT_CODES: Final = re.compile(r'&"[^"]*"|&\d+|&K[0-9A-Fa-f]{6}|\s+')
_OBJECT_ELEMENTS: Final = frozenset(
    {"picture", "legacyDrawingHF", "oleObjects", "controls", "tableParts", "scenarios", "sparklineGroups"}
)
_TRUE_VALUES: Final = frozenset({"1", "true"})
_MIN_VISIBLE_ROW_HEIGHT, _MIN_VISIBLE_COLUMN_WIDTH = 1.0, 0.1  # smaller is not seen


def collect_sheet_presentation(
    page: Element, parts: RelatedParts, style_descriptions: tuple[str, ...], run_descriptions: tuple[str, ...]
) -> Iterator[PresentationEntry]:
    """Yield all of it; *runs* are the looks of parts of a text, by its number."""
    yield from _describe_cells(page, style_descriptions, run_descriptions)
    yield from _find_hidden_rows_and_columns(page)
    yield from _collect_view(page)
    yield from _collect_links(page, parts)
    yield from _collect_ranges(page)
    yield from _collect_headers_and_footers(page)
    noted = list(_collect_notes(parts))
    yield from noted
    yield from read_drawings(parts)
    # shapes of the old kind: the boxes of notes are such, and told with their words
    odd = _OBJECT_ELEMENTS if noted else _OBJECT_ELEMENTS | {"legacyDrawing"}
    for one in page.iter():
        if _get_local_name(one) in odd:
            yield "object", _get_local_name(one), "+"


def _collect_notes(parts: RelatedParts) -> Iterator[PresentationEntry]:
    for _, notes in parts.iter_parts("comments"):
        for note in notes.iter(f"{MAIN_NAMESPACE}comment"):
            yield "note", note.attrib["ref"], "".join(one.text or "" for one in note.iter(f"{MAIN_NAMESPACE}t"))


def _describe_cells(
    page: Element, style_descriptions: tuple[str, ...], run_descriptions: tuple[str, ...]
) -> Iterator[PresentationEntry]:
    """Yield the look of every cell that shows something."""
    for cell in page.iter(f"{MAIN_NAMESPACE}c"):
        value = cell.find(f"{MAIN_NAMESPACE}v")
        if value is None and cell.find(f"{MAIN_NAMESPACE}f") is None and cell.find(f"{MAIN_NAMESPACE}is") is None:
            continue
        style = int(cell.attrib.get("s", "0"))
        look = style_descriptions[style] if style < len(style_descriptions) else ""
        if cell.attrib.get("t") == "s" and value is not None and value.text:
            look = "; ".join(one for one in (look, run_descriptions[int(value.text)]) if one)
        if look:
            yield "look", cell.attrib["r"], look


def _find_hidden_rows_and_columns(page: Element) -> Iterator[PresentationEntry]:
    for row in page.iter(f"{MAIN_NAMESPACE}row"):
        shown = any(
            one.find(f"{MAIN_NAMESPACE}v") is not None or one.find(f"{MAIN_NAMESPACE}is") is not None for one in row
        )
        if shown and (
            row.attrib.get("hidden") in _TRUE_VALUES or float(row.attrib.get("ht", "9")) < _MIN_VISIBLE_ROW_HEIGHT
        ):
            yield "hidden", f"{row.attrib['r']}:{row.attrib['r']}", "+"
    last = max((column_number(column_part(one.attrib["r"])) for one in page.iter(f"{MAIN_NAMESPACE}c")), default=0)
    for column in page.iter(f"{MAIN_NAMESPACE}col"):
        if (
            column.attrib.get("hidden") in _TRUE_VALUES
            or float(column.attrib.get("width", "9")) < _MIN_VISIBLE_COLUMN_WIDTH
        ):
            for at in range(int(column.attrib["min"]), min(int(column.attrib["max"]), last) + 1):
                yield "hidden", f"{column_letters(at)}:{column_letters(at)}", "+"


def _collect_view(page: Element) -> Iterator[PresentationEntry]:
    for view in page.iter(f"{MAIN_NAMESPACE}sheetView"):
        zeros = view.attrib.get("showZeros") in {"0", "false"}
        odd = [one for one in ("showFormulas", "rightToLeft") if view.attrib.get(one) in _TRUE_VALUES]
        if zeros or odd:
            yield "view", "", " ".join([*(["showZeros=0"] if zeros else []), *odd])


def _collect_links(page: Element, parts: RelatedParts) -> Iterator[PresentationEntry]:
    for link in page.iter(f"{MAIN_NAMESPACE}hyperlink"):
        target, _ = parts.targets.get(link.attrib.get(f"{_RELATIONSHIPS_NAMESPACE}id", ""), ("", ""))
        file, _, place = unquote(target).partition("#")
        place = link.attrib.get("location") or place
        tip = link.attrib.get("tooltip", "")
        inside = normalise_formula(unquote(place).lstrip("#"))
        leads = f"{file.replace(chr(92), '/')}#{inside}" if file else inside
        yield "link", link.attrib["ref"].split(":")[0], leads + (f"（{tip}）" if tip else "")


def _collect_ranges(page: Element) -> Iterator[PresentationEntry]:
    for one in page.iter():
        name = _get_local_name(one)
        if name == "mergeCell":
            yield "merge", one.attrib["ref"], "+"
        elif name in {"dataValidation", "conditionalFormatting"}:
            place = one.attrib.get("sqref") or "".join(
                part.text or "" for part in one.iter() if _get_local_name(part) == "sqref"
            )
            yield "choice" if name == "dataValidation" else "rule", place, _format_range_content(one)


def _format_range_content(element: Element) -> str:
    """Join what a drop-down offers, or what a rule of format says."""
    kept = ("type", "operator", "prompt", "promptTitle", "error", "errorTitle", "dxfId")
    said = []
    for one in element.iter():
        said += [f"{name}={one.attrib[name]}" for name in kept if one.attrib.get(name)]
        if _get_local_name(one) in {"formula", "formula1", "formula2", "f"} and (one.text or "").strip():
            said.append(normalise_formula(one.text or ""))
    return " ".join(said) or "+"


def _collect_headers_and_footers(page: Element) -> Iterator[PresentationEntry]:
    """Yield heads and feet of the printed pages, without the fonts they are set in."""
    for one in page.findall(f"{MAIN_NAMESPACE}headerFooter/*"):
        if said := _FONT_CODES.sub("", one.text or ""):
            yield "paper", _get_local_name(one), said


def _get_local_name(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
