"""What stands round the values of one sheet: links, looks, what is hidden, merged, offered, noted, printed."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from checks.model.cell_ref import column_letters, column_number, column_part
from filing.book.canonical_values import plain_formula
from workbooks.signed_content.drawings import Parts, drawn_on
from workbooks.signed_content.style_presentation import MAIN

Said = tuple[str, str, str]  # kind, place, content

_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FONT_CODES: Final = re.compile(r'&"[^"]*"|&\d+|&K[0-9A-Fa-f]{6}|\s+')
_OBJECTS: Final = frozenset(
    {"picture", "legacyDrawingHF", "oleObjects", "controls", "tableParts", "scenarios", "sparklineGroups"}
)
_YES: Final = frozenset({"1", "true"})
_SEEN_ROW, _SEEN_COLUMN = 1.0, 0.1  # smaller is not seen


def said_of_sheet(page: Element, parts: Parts, looks: tuple[str, ...], runs: tuple[str, ...]) -> Iterator[Said]:
    """Yield all of it; *runs* are the looks of parts of a text, by its number."""
    yield from _cells(page, looks, runs)
    yield from _hidden(page)
    yield from _view(page)
    yield from _links(page, parts)
    yield from _ranges(page)
    yield from _paper(page)
    noted = list(_notes(parts))
    yield from noted
    yield from drawn_on(parts)
    # shapes of the old kind: the boxes of notes are such, and told with their words
    odd = _OBJECTS if noted else _OBJECTS | {"legacyDrawing"}
    for one in page.iter():
        if _bare(one) in odd:
            yield "object", _bare(one), "+"


def _notes(parts: Parts) -> Iterator[Said]:
    for _, notes in parts.read("comments"):
        for note in notes.iter(f"{MAIN}comment"):
            yield "note", note.attrib["ref"], "".join(one.text or "" for one in note.iter(f"{MAIN}t"))


def _cells(page: Element, looks: tuple[str, ...], runs: tuple[str, ...]) -> Iterator[Said]:
    """Yield the look of every cell that shows something."""
    for cell in page.iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        if value is None and cell.find(f"{MAIN}f") is None and cell.find(f"{MAIN}is") is None:
            continue
        style = int(cell.attrib.get("s", "0"))
        look = looks[style] if style < len(looks) else ""
        if cell.attrib.get("t") == "s" and value is not None and value.text:
            look = "; ".join(one for one in (look, runs[int(value.text)]) if one)
        if look:
            yield "look", cell.attrib["r"], look


def _hidden(page: Element) -> Iterator[Said]:
    for row in page.iter(f"{MAIN}row"):
        shown = any(one.find(f"{MAIN}v") is not None or one.find(f"{MAIN}is") is not None for one in row)
        if shown and (row.attrib.get("hidden") in _YES or float(row.attrib.get("ht", "9")) < _SEEN_ROW):
            yield "hidden", f"{row.attrib['r']}:{row.attrib['r']}", "+"
    last = max((column_number(column_part(one.attrib["r"])) for one in page.iter(f"{MAIN}c")), default=0)
    for column in page.iter(f"{MAIN}col"):
        if column.attrib.get("hidden") in _YES or float(column.attrib.get("width", "9")) < _SEEN_COLUMN:
            for at in range(int(column.attrib["min"]), min(int(column.attrib["max"]), last) + 1):
                yield "hidden", f"{column_letters(at)}:{column_letters(at)}", "+"


def _view(page: Element) -> Iterator[Said]:
    for view in page.iter(f"{MAIN}sheetView"):
        zeros = view.attrib.get("showZeros") in {"0", "false"}
        odd = [one for one in ("showFormulas", "rightToLeft") if view.attrib.get(one) in _YES]
        if zeros or odd:
            yield "view", "", " ".join([*(["showZeros=0"] if zeros else []), *odd])


def _links(page: Element, parts: Parts) -> Iterator[Said]:
    for link in page.iter(f"{MAIN}hyperlink"):
        target, _ = parts.targets.get(link.attrib.get(f"{_REL}id", ""), ("", ""))
        file, _, place = unquote(target).partition("#")
        place = link.attrib.get("location") or place
        tip = link.attrib.get("tooltip", "")
        inside = plain_formula(unquote(place).lstrip("#"))
        leads = f"{file.replace(chr(92), '/')}#{inside}" if file else inside
        yield "link", link.attrib["ref"].split(":")[0], leads + (f"（{tip}）" if tip else "")


def _ranges(page: Element) -> Iterator[Said]:
    for one in page.iter():
        name = _bare(one)
        if name == "mergeCell":
            yield "merge", one.attrib["ref"], "+"
        elif name in {"dataValidation", "conditionalFormatting"}:
            place = one.attrib.get("sqref") or "".join(part.text or "" for part in one.iter() if _bare(part) == "sqref")
            yield "choice" if name == "dataValidation" else "rule", place, _content(one)


def _content(holder: Element) -> str:
    """Join what a drop-down offers, or what a rule of format says."""
    kept = ("type", "operator", "prompt", "promptTitle", "error", "errorTitle", "dxfId")
    said = []
    for one in holder.iter():
        said += [f"{name}={one.attrib[name]}" for name in kept if one.attrib.get(name)]
        if _bare(one) in {"formula", "formula1", "formula2", "f"} and (one.text or "").strip():
            said.append(plain_formula(one.text or ""))
    return " ".join(said) or "+"


def _paper(page: Element) -> Iterator[Said]:
    """Yield heads and feet of the printed pages, without the fonts they are set in."""
    for one in page.findall(f"{MAIN}headerFooter/*"):
        if said := _FONT_CODES.sub("", one.text or ""):
            yield "paper", _bare(one), said


def _bare(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
