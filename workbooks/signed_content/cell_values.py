"""The values of a finished workbook, read back from its parts by whatever program they were saved."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from filing.book.canonical_values import live, number
from workbooks.gate.intake_fault import FaultFound
from workbooks.gate.zip_container import Container

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK: Final = "xl/workbook.xml"
_WORDS: Final = {"b": "b:", "e": "e:"}


class NotReadable(Exception):  # noqa: N818 - it says what the file is
    """The file is no workbook that can be read."""


def read_values(data: bytes) -> dict[str, dict[str, str]]:
    """Return the canonical values by sheet and address; raise `NotReadable` where the file is no sound workbook."""
    try:
        container = Container.opened(data)
        strings = tuple(_strings(container))
        return {name: dict(_cells(container, part, strings)) for name, part in _sheets(container)}
    except (FaultFound, ParseError, KeyError, IndexError, ValueError) as error:
        raise NotReadable(type(error).__name__) from error


def _sheets(container: Container) -> Iterator[tuple[str, str]]:
    relations = fromstring(container.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - the container refuses doctypes
    targets = {one.attrib["Id"]: one.attrib["Target"] for one in relations}
    for sheet in fromstring(container.read(_WORKBOOK)).iter(f"{_MAIN}sheet"):  # noqa: S314 - as above
        target = targets[sheet.attrib[_RELATION]]
        yield sheet.attrib["name"], target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _strings(container: Container) -> Iterator[str]:
    part = "xl/sharedStrings.xml"
    if part in container.names:
        for one in fromstring(container.read(part)).iter(f"{_MAIN}si"):  # noqa: S314 - as above
            yield _text(one)


def _text(holder: Element) -> str:
    """Join the runs of a text; how it is to be pronounced is no part of it."""
    direct = [one.text or "" for one in holder.findall(f"{_MAIN}t")]
    runs = [one.text or "" for run in holder.findall(f"{_MAIN}r") for one in run.findall(f"{_MAIN}t")]
    return "".join([*direct, *runs])


def _cells(container: Container, part: str, strings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    shared: dict[str, tuple[str, str]] = {}
    for cell in fromstring(container.read(part)).iter(f"{_MAIN}c"):  # noqa: S314 - as above
        address = cell.attrib["r"]
        shown = _shown(cell, strings)
        formula = cell.find(f"{_MAIN}f")
        if formula is not None:
            yield address, live(_formula(formula, address, shared), shown)
        elif shown:
            yield address, shown


def _shown(cell: Element, strings: tuple[str, ...]) -> str:
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{_MAIN}is")
        said = _text(inline) if inline is not None else ""
        return f"t:{said}" if said else ""
    found = cell.find(f"{_MAIN}v")
    raw = found.text if found is not None else None
    if not raw:
        return ""
    if kind in {"s", "str"}:
        said = strings[int(raw)] if kind == "s" else raw
        return f"t:{said}" if said else ""
    return f"{_WORDS[kind]}{raw}" if kind in _WORDS else number(raw)


def _formula(formula: Element, address: str, shared: dict[str, tuple[str, str]]) -> str:
    """A formula shared by several cells stands in the first of them; the others are moved copies."""
    text = formula.text or ""
    if formula.attrib.get("t") != "shared":
        return text
    index = formula.attrib["si"]
    if text:
        shared[index] = (text, address)
        return text
    from openpyxl.formula.translate import Translator  # noqa: PLC0415 - only Excel shares formulas

    origin, first = shared[index]
    return str(Translator(f"={origin}", origin=first).translate_formula(address))
