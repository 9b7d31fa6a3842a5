"""A notice as a PDF file with text."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pdfplumber

from notices.content.document import RawBlock


def read_pdf(data: bytes) -> list[RawBlock]:
    """Return the lines and ruled tables of every page, from top to bottom."""
    with pdfplumber.open(BytesIO(data)) as document:
        return [block for page in document.pages for block in _read_page(page)]


def _read_page(page: Any) -> Iterator[RawBlock]:  # noqa: ANN401 - the library ships no types
    tables = page.find_tables()
    blocks = [(table.bbox[1], _read_table(table)) for table in tables]
    lines = page.filter(lambda shape: not _is_inside(shape, tables)).extract_text_lines(strip=True)
    blocks += [(line["top"], line["text"]) for line in lines]
    for _, block in sorted(blocks, key=lambda placed: placed[0]):
        yield block


def _is_inside(shape: dict[str, Any], tables: list[Any]) -> bool:
    if shape.get("object_type") != "char":
        return False
    middle = (shape["top"] + shape["bottom"]) / 2
    return any(table.bbox[1] <= middle <= table.bbox[3] for table in tables)


def _read_table(table: Any) -> list[list[str]]:  # noqa: ANN401 - as above
    return [[(cell or "").replace("\n", "") for cell in row] for row in table.extract()]
