"""Is a judged workbook so small and plain that reading it cannot end the process it is read in?

A reader ends its process by asking for too much memory or by recursing too deep. What has passed the gate holds no
cell outside the used range, no reference that is none, and one form of markup. Here the rest is ruled out: the used
range, the text and every number that a reader might take for a size are small, and no part is deep.
"""

import re
from typing import Final

from workbooks.gate.intake_fault import FaultFound
from workbooks.gate.xml_events import elements
from workbooks.gate.zip_container import Container, xml_names
from workbooks.reader.inspection import Passed

MOST_BYTES: Final = 1024 * 1024  # all parts together, unpacked
MOST_CELLS: Final = 200_000  # of all used ranges together
_SIZE: Final = re.compile(
    rb"""\b(?:count|uniqueCount|ref|sqref|ptCount|r|min|max|ht|width)\s*=\s*["'][^"']{0,40}?[0-9]{7,}"""
)
_WIDE: Final = re.compile(rb"<dimension[^<>]*[A-Z]{3}[0-9]")


def is_small(container: Container, passed: Passed) -> bool:
    """Tell whether a file may be read without a process of its own."""
    if container.unpacked > MOST_BYTES or sum(sheet.cells for sheet in passed.sheets) > MOST_CELLS:
        return False
    try:
        return all(_is_plain(name, container.read(name)) for name in xml_names(container))
    except FaultFound:
        return False


def _is_plain(name: str, content: bytes) -> bool:
    if name.endswith(".vml"):
        return False
    for _ in elements(name, content, most=20_000, wanted=frozenset()):
        pass  # deep or malformed parts raise
    return _SIZE.search(content) is None and _WIDE.search(content) is None
