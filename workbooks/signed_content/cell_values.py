"""The cell values and formulas of a finished workbook, in canonical form, whichever program saved it."""

from collections.abc import Iterator, Sequence
from typing import Final

from filing.book.canonical_values import encode_formula, encode_number, encode_value
from workbooks.gate.zip_container import Container
from workbooks.ooxml.xml_parts import LxmlElement
from workbooks.signed_content.related_parts import (
    MAIN_NAMESPACE,
    READING_ERRORS,
    RELATIONSHIPS_NAMESPACE,
    parse_part,
    parse_workbook,
    parse_workbook_part,
)

_VALUE: Final = f"{MAIN_NAMESPACE}v"
_FORMULA: Final = f"{MAIN_NAMESPACE}f"
_INLINE_STRING: Final = f"{MAIN_NAMESPACE}is"
_TEXT: Final = f"{MAIN_NAMESPACE}t"
_TEXT_OF_RUN: Final = f"{MAIN_NAMESPACE}r/{_TEXT}"
_TYPE_PREFIXES: Final = {"b": "b:", "e": "e:"}


class UnreadableWorkbookError(Exception):
    """The file is not a workbook that can be read."""


def read_values(data: bytes) -> dict[str, dict[str, str]]:
    """Return the canonical values by sheet name and cell address.

    Raise UnreadableWorkbookError if the file is not a sound workbook.
    """
    try:
        container = Container.open_zip(data)
        shared_strings = list(_iter_shared_strings(container))
        values = {}
        for name, part in _iter_sheet_parts(container):
            values[name] = dict(_iter_cell_values(parse_part(container, part), shared_strings))
    except READING_ERRORS as error:
        raise UnreadableWorkbookError(type(error).__name__) from error
    return values


def _iter_sheet_parts(container: Container) -> Iterator[tuple[str, str]]:
    """Yield name and part of each sheet."""
    targets = {}
    for relationship in parse_part(container, "xl/_rels/workbook.xml.rels"):
        targets[relationship.attrib["Id"]] = relationship.attrib["Target"]
    for sheet in parse_workbook(container).iter(f"{MAIN_NAMESPACE}sheet"):
        target = targets[sheet.attrib[f"{RELATIONSHIPS_NAMESPACE}id"]]
        if target.startswith("/"):
            yield sheet.attrib["name"], target.lstrip("/")
        else:
            yield sheet.attrib["name"], f"xl/{target}"


def _iter_shared_strings(container: Container) -> Iterator[str]:
    table = parse_workbook_part(container, "sharedStrings")
    if table is not None:
        for item in table.iter(f"{MAIN_NAMESPACE}si"):
            yield _join_runs(item)


def _join_runs(item: LxmlElement) -> str:
    """Join the runs of a text; phonetic guides are left out."""
    texts = [*item.findall(_TEXT), *item.findall(_TEXT_OF_RUN)]
    return "".join(text.text or "" for text in texts)


def _iter_cell_values(sheet: LxmlElement, shared_strings: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield address and canonical value of each cell that is not empty."""
    shared_formulas: dict[str, tuple[str, str]] = {}
    for cell in sheet.iter(f"{MAIN_NAMESPACE}c"):
        address = cell.attrib["r"]
        result = _read_result(cell, shared_strings)
        formula = _find_first_child(cell, _FORMULA)
        if formula is not None:
            yield address, encode_formula(_resolve_formula(formula, address, shared_formulas), result)
        elif result:
            yield address, result


def _read_result(cell: LxmlElement, shared_strings: Sequence[str]) -> str:
    """Return the canonical value of a cell; of a formula, its stored result."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _read_inline_string(cell)
    value = _find_first_child(cell, _VALUE)
    if value is None or not value.text:
        return ""
    stored = value.text
    if kind == "s":
        return encode_value(shared_strings[int(stored)])
    if kind == "str":
        return encode_value(stored)
    if kind in _TYPE_PREFIXES:
        return f"{_TYPE_PREFIXES[kind]}{stored}"
    return encode_number(stored)


def _find_first_child(cell: LxmlElement, tag: str) -> LxmlElement | None:
    """Return the first child called *tag*, or None; a call of `find` takes about twice as long, which adds up here."""
    return next(cell.iterchildren(tag), None)


def _read_inline_string(cell: LxmlElement) -> str:
    item = cell.find(_INLINE_STRING)
    if item is None:
        return ""
    return encode_value(_join_runs(item))


def _resolve_formula(formula: LxmlElement, address: str, shared_formulas: dict[str, tuple[str, str]]) -> str:
    """Return the text of a formula.

    A formula that several cells share is stored with the first of them, and is moved to the address of each other.
    """
    text = formula.text or ""
    if formula.get("t") != "shared":
        return text
    index = formula.attrib["si"]
    if text:
        shared_formulas[index] = (text, address)
        return text
    from openpyxl.formula.tokenizer import TokenizerError  # noqa: PLC0415 - as below
    from openpyxl.formula.translate import Translator, TranslatorError  # noqa: PLC0415 - only Excel shares formulas

    shared_text, first_address = shared_formulas[index]
    try:
        return str(Translator(f"={shared_text}", origin=first_address).translate_formula(address))
    except (TokenizerError, TranslatorError) as error:
        raise ValueError(f"expected a formula that can be moved to {address}, got {shared_text!r}") from error
