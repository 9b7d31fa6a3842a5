"""The values of a finished workbook, read back from its parts by whatever program they were saved."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

from filing.book.canonical_values import encode_formula, encode_number
from workbooks.gate.intake_fault import IntakeError
from workbooks.gate.zip_container import Container

_MAIN_NAMESPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATIONSHIP_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK_PART: Final = "xl/workbook.xml"
_TYPE_PREFIXES: Final = {"b": "b:", "e": "e:"}


class UnreadableWorkbookError(Exception):
    """The file is no workbook that can be read."""


def read_values(data: bytes) -> dict[str, dict[str, str]]:
    """Return the canonical values by sheet and address; raise `NotReadable` where the file is no sound workbook."""
    try:
        container = Container.open_zip(data)
        strings = tuple(_extract_shared_strings(container))
        return {name: dict(_iter_cell_values(container, part, strings)) for name, part in _iter_sheet_parts(container)}
    except (IntakeError, ParseError, KeyError, IndexError, ValueError) as error:
        raise UnreadableWorkbookError(type(error).__name__) from error


def _iter_sheet_parts(container: Container) -> Iterator[tuple[str, str]]:
    relations = fromstring(container.unpack_part("xl/_rels/workbook.xml.rels"))  # noqa: S314 - the container refuses doctypes
    targets = {one.attrib["Id"]: one.attrib["Target"] for one in relations}
    for sheet in fromstring(container.unpack_part(_WORKBOOK_PART)).iter(f"{_MAIN_NAMESPACE}sheet"):  # noqa: S314 - as above
        target = targets[sheet.attrib[_RELATIONSHIP_ID]]
        yield sheet.attrib["name"], target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _extract_shared_strings(container: Container) -> Iterator[str]:
    part = "xl/sharedStrings.xml"
    if part in container.names:
        for one in fromstring(container.unpack_part(part)).iter(f"{_MAIN_NAMESPACE}si"):  # noqa: S314 - as above
            yield _join_text(one)


def _join_text(element: Element) -> str:
    """Join the runs of a text; how it is to be pronounced is no part of it."""
    direct = [one.text or "" for one in element.findall(f"{_MAIN_NAMESPACE}t")]
    runs = [
        one.text or "" for run in element.findall(f"{_MAIN_NAMESPACE}r") for one in run.findall(f"{_MAIN_NAMESPACE}t")
    ]
    return "".join([*direct, *runs])


def _iter_cell_values(container: Container, part: str, shared_strings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    shared: dict[str, tuple[str, str]] = {}
    for cell in fromstring(container.unpack_part(part)).iter(f"{_MAIN_NAMESPACE}c"):  # noqa: S314 - as above
        address = cell.attrib["r"]
        shown = _extract_shown_value(cell, shared_strings)
        formula = cell.find(f"{_MAIN_NAMESPACE}f")
        if formula is not None:
            yield address, encode_formula(_resolve_formula(formula, address, shared), shown)
        elif shown:
            yield address, shown


def _extract_shown_value(cell: Element, shared_strings: tuple[str, ...]) -> str:
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(f"{_MAIN_NAMESPACE}is")
        said = _join_text(inline) if inline is not None else ""
        return f"t:{said}" if said else ""
    found = cell.find(f"{_MAIN_NAMESPACE}v")
    raw = found.text if found is not None else None
    if not raw:
        return ""
    if kind in {"s", "str"}:
        said = shared_strings[int(raw)] if kind == "s" else raw
        return f"t:{said}" if said else ""
    return f"{_TYPE_PREFIXES[kind]}{raw}" if kind in _TYPE_PREFIXES else encode_number(raw)


def _resolve_formula(formula: Element, address: str, shared_formulas: dict[str, tuple[str, str]]) -> str:
    """A formula shared by several cells stands in the first of them; the others are moved copies."""
    text = formula.text or ""
    if formula.attrib.get("t") != "shared":
        return text
    index = formula.attrib["si"]
    if text:
        shared_formulas[index] = (text, address)
        return text
    from openpyxl.formula.translate import Translator  # noqa: PLC0415 - only Excel shares formulas

    origin, first = shared_formulas[index]
    return str(Translator(f"={origin}", origin=first).translate_formula(address))
