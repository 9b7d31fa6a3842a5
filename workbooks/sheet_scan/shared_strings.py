"""Check the shared strings: each must be written so that all programs count and read it the same way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from workbooks.gate.intake_fault import IntakeError, format_part_name, intake_error
from workbooks.gate.workbook_parts import SHEET_NAMESPACES
from workbooks.gate.xml_events import refuse_malformed, split_qualified_name, walk_elements
from workbooks.sheet_scan.sheet_grammar import TEXT_ITEM

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LIST_HEAD: Final = rb'\s*(?:<\?xml[^<>]*\?>)?\s*<sst xmlns="([^"<>]*)"(?: [A-Za-z]+="[0-9]*")*+>'
_PLAIN_LIST: Final = re.compile(_LIST_HEAD + rb"(?:<si>" + TEXT_ITEM + rb"</si>|<si/>)*+</sst>\s*")
_KNOWN_ELEMENTS: Final = frozenset({"sst", "si", "t", "r", "rPh"})
_ALLOWED_PARENTS: Final = {"sst": ("",), "si": ("sst",), "t": ("si", "r", "rPh"), "r": ("si",), "rPh": ("si",)}


def count_shared_strings(part: str, content: bytes) -> int:
    """Return the number of shared strings; raise IntakeError for a list that programs read in different ways."""
    refuse_malformed(part, content)
    plain = _PLAIN_LIST.fullmatch(content.removeprefix(_BYTE_ORDER_MARK))
    if plain and plain[1].decode("ascii", "replace") in SHEET_NAMESPACES:
        return content.count(b"<si>") + content.count(b"<si/>")
    counter = _SharedStringCounter(part)
    walk_elements(part, content, counter.start_element, counter.end_element, keep_namespace=True)
    return counter.count


@dataclass(slots=True)
class _SharedStringCounter:
    """Counts the strings of a list in another notation, element by element.

    *text_count* and *run_count* are the texts of the string itself and its runs.
    """

    part: str
    count: int = 0
    path: list[str] = field(default_factory=lambda: [""])
    text_count: int = 0
    run_count: int = 0

    def start_element(self, qualified_name: str, _: Mapping[str, str]) -> None:
        namespace, name = split_qualified_name(qualified_name)
        # An empty list is harmless in any namespace.
        is_foreign = namespace not in SHEET_NAMESPACES and name != "sst"
        if name in _KNOWN_ELEMENTS and (is_foreign or self.path[-1] not in _ALLOWED_PARENTS[name]):
            raise self._build_markup_error()
        if name == "si":
            self.count, self.text_count, self.run_count = self.count + 1, 0, 0
        self.text_count += name == "t" and self.path[-1] == "si"
        self.run_count += name == "r"
        if self.text_count > 1 or (self.text_count and self.run_count):
            raise self._build_markup_error()
        self.path.append(name)

    def end_element(self) -> None:
        self.path.pop()

    def _build_markup_error(self) -> IntakeError:
        return intake_error("text_markup", part=format_part_name(self.part))
