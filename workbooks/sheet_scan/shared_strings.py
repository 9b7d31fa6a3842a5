"""The texts that cells point at by number: each must be written so that no two programs count or read them apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from workbooks.gate.intake_fault import FaultFound, found, shown_part
from workbooks.gate.workbook_parts import SPACES
from workbooks.gate.xml_events import refuse_malformed, walk
from workbooks.sheet_scan.sheet_grammar import TEXT_ITEM

_MARK: Final = b"\xef\xbb\xbf"
_HEAD: Final = rb'\s*(?:<\?xml[^<>]*\?>)?\s*<sst xmlns="([^"<>]*)"(?: [A-Za-z]+="[0-9]*")*+>'
_PLAIN: Final = re.compile(_HEAD + rb"(?:<si>" + TEXT_ITEM + rb"</si>|<si/>)*+</sst>\s*")
_OWN: Final = frozenset({"sst", "si", "t", "r", "rPh"})
_ABOVE: Final = {"sst": ("",), "si": ("sst",), "t": ("si", "r", "rPh"), "r": ("si",), "rPh": ("si",)}


def count_strings(part: str, content: bytes) -> int:
    """Return how many texts there are; raise the fault of a list that programs take in different ways."""
    refuse_malformed(part, content)
    plain = _PLAIN.fullmatch(content.removeprefix(_MARK))
    if plain and plain[1].decode("ascii", "replace") in SPACES:
        return content.count(b"<si>") + content.count(b"<si/>")
    listed = _Listed(part)
    walk(part, content, listed.begin, listed.end, spaced=True)
    return listed.count


@dataclass(slots=True)
class _Listed:
    """A list that is written in another way, followed element by element."""

    part: str
    count: int = 0
    path: list[str] = field(default_factory=lambda: [""])
    texts: int = 0  # of the item that is open, its own and its runs'
    runs: int = 0

    def begin(self, spaced: str, _: Mapping[str, str]) -> None:
        space, name = spaced.rpartition(" ")[::2]
        foreign = space not in SPACES and name != "sst"  # a list without a text says nothing in any language
        if name in _OWN and (foreign or self.path[-1] not in _ABOVE[name]):
            raise self._odd()
        if name == "si":
            self.count, self.texts, self.runs = self.count + 1, 0, 0
        self.texts += name == "t" and self.path[-1] == "si"
        self.runs += name == "r"
        if self.texts > 1 or (self.texts and self.runs):
            raise self._odd()
        self.path.append(name)

    def end(self) -> None:
        self.path.pop()

    def _odd(self) -> FaultFound:
        return found("text_markup", part=shown_part(self.part))
