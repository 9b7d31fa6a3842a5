"""Decide whether an inspected workbook is so small and plain that reading it cannot crash this process.

A reader crashes its process by allocating too much memory or by recursing too deeply. A workbook that has passed the
gate has no cell outside the used range, no invalid reference, and one form of markup. This module rules out the rest:
the used range, the text and every number that a reader may take for a size are small, and no part is nested deeply.
"""

import re
from typing import Final

from workbooks.gate.intake_fault import IntakeError
from workbooks.gate.xml_events import parse_elements
from workbooks.gate.zip_container import Container, iter_xml_parts
from workbooks.reader.inspection import InspectedWorkbook

# Unpacked bytes of all parts together.
MAX_BYTES_IN_PROCESS: Final = 1024 * 1024
# Cells of all used ranges together.
MAX_CELLS_IN_PROCESS: Final = 200_000
_LARGE_SIZE_ATTRIBUTE: Final = re.compile(
    rb"""\b(?:count|uniqueCount|ref|sqref|ptCount|r|min|max|ht|width)\s*=\s*["'][^"']{0,40}?[0-9]{7,}"""
)
_WIDE_DIMENSION: Final = re.compile(rb"<dimension[^<>]*[A-Z]{3}[0-9]")


def is_small(container: Container, workbook: InspectedWorkbook) -> bool:
    """Return whether a file may be read without a process of its own."""
    if container.total_unpacked_size > MAX_BYTES_IN_PROCESS:
        return False
    if sum(sheet.cell_count for sheet in workbook.sheets) > MAX_CELLS_IN_PROCESS:
        return False
    try:
        return all(_is_plain(name, container.unpack_part(name)) for name in iter_xml_parts(container))
    except IntakeError:
        return False


def _is_plain(name: str, content: bytes) -> bool:
    if name.endswith(".vml"):
        return False
    # Raises IntakeError for a deep or malformed part.
    parse_elements(name, content, max_elements=20_000, wanted_names=frozenset())
    return _LARGE_SIZE_ATTRIBUTE.search(content) is None and _WIDE_DIMENSION.search(content) is None
