"""A notice as a Word document (.docx)."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from notices.content.document import RawBlock


def read_word(data: bytes) -> list[RawBlock]:
    """Return the blocks of the document's body in their order; a cell that continues another is blank."""
    document = docx.Document(BytesIO(data))
    return list(_iter_blocks(document))


def _iter_blocks(document: Any) -> Iterator[RawBlock]:  # noqa: ANN401 - the library ships no type of it
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield from block.text.splitlines()
        elif isinstance(block, Table):
            yield _read_table(block)


def _read_table(table: Table) -> list[list[str]]:
    rows: list[list[str]] = []
    seen: set[Any] = set()
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            is_continued = cell._tc in seen  # noqa: SLF001 - the library gives the same element for a merged cell
            cells.append("" if is_continued else cell.text.replace("\n", ""))
            seen.add(cell._tc)  # noqa: SLF001 - as above
        rows.append(cells)
    return rows
