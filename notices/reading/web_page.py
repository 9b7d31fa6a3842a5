"""A notice as a web page (.html)."""

from collections.abc import Iterator
from itertools import zip_longest

import lxml.html
from lxml.html import HtmlElement

from notices.content.document import RawBlock

_SKIPPED_TAGS = frozenset({"script", "style", "head", "noscript"})
_BLOCK_TAGS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "br", "tr", "section", "article", "td"})


def read_web_page(data: bytes) -> list[RawBlock]:
    """Return the paragraphs and tables of a page in their order."""
    root = lxml.html.document_fromstring(data)
    pieces: list[RawBlock] = []
    line: list[str] = []
    for piece in _walk(root):
        if piece is None or not isinstance(piece, str):
            pieces += ["".join(line)]
            line = []
        if isinstance(piece, str):
            line.append(" ".join(piece.split()))
        elif piece is not None:
            pieces.append(piece)
    return [*pieces, "".join(line)]


def _walk(element: HtmlElement) -> Iterator[RawBlock | None]:
    """Yield texts, tables as rows, and None where a paragraph ends."""
    if not isinstance(element.tag, str) or element.tag in _SKIPPED_TAGS:
        return
    if element.tag == "table":
        yield _read_table(element)
        return
    is_block = element.tag in _BLOCK_TAGS
    if is_block:
        yield None
    yield element.text or ""
    for child in element:
        yield from _walk(child)
        yield child.tail or ""
    if is_block:
        yield None


def _read_table(table: HtmlElement) -> list[list[str]]:
    """Return the rows of a table; cells that a merged cell covers are blank."""
    grid: dict[tuple[int, int], str] = {}
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for cell in line.iterchildren("td", "th"):
            while (row, column) in grid:
                column += 1
            width, height = _get_span(cell, "colspan"), _get_span(cell, "rowspan")
            for covered_row in range(row, row + height):
                for covered_column in range(column, column + width):
                    grid[covered_row, covered_column] = ""
            grid[row, column] = "".join(cell.text_content().split())
    row_count = max((row for row, _ in grid), default=-1) + 1
    rows = [[text for (number, _), text in sorted(grid.items()) if number == row] for row in range(row_count)]
    return [list(row) for row in zip(*zip_longest(*rows, fillvalue=""), strict=True)]


def _get_span(cell: HtmlElement, name: str) -> int:
    written = cell.get(name) or "1"
    if not written.isdecimal():
        return 1
    return min(max(int(written), 1), 1000)
