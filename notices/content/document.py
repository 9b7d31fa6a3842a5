"""A notice as paragraphs and tables in their order, independent of the format of its file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from notices.content.text import remove_spaces

PAGE_MARKS = frozenset("—-–—0123456789第页共·")


@dataclass(frozen=True, slots=True)
class NoticeParagraph:
    """A paragraph with its number in the document, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """A table with its number in the document, counted from 1; its rows have the same number of cells.

    *is_transposed* tells that rows and columns were exchanged after reading.
    """

    number: int
    rows: tuple[tuple[str, ...], ...]
    is_transposed: bool = False

    def transpose(self) -> "DocumentTable":
        """Return the table with its rows as columns."""
        return replace(self, rows=tuple(zip(*self.rows, strict=True)), is_transposed=not self.is_transposed)


@dataclass(frozen=True, slots=True)
class NoticeDocument:
    """The blocks of a notice in their order."""

    blocks: tuple[NoticeParagraph | DocumentTable, ...]

    @property
    def paragraphs(self) -> tuple[NoticeParagraph, ...]:
        """All paragraphs."""
        return tuple(block for block in self.blocks if isinstance(block, NoticeParagraph))

    @property
    def tables(self) -> tuple[DocumentTable, ...]:
        """All tables."""
        return tuple(block for block in self.blocks if isinstance(block, DocumentTable))

    def list_paragraphs_before(self, table: DocumentTable) -> tuple[NoticeParagraph, ...]:
        """Return the paragraphs between a table and the table before it, or the start."""
        paragraphs: list[NoticeParagraph] = []
        for block in self.blocks:
            if block is table:
                return tuple(paragraphs)
            if isinstance(block, NoticeParagraph):
                paragraphs.append(block)
            else:
                paragraphs.clear()
        return ()


RawBlock = str | Sequence[Sequence[str]]
"""A paragraph's text, or the rows of a table, as a reader finds them."""


def build_document(blocks: Sequence[RawBlock]) -> NoticeDocument:
    """Number the blocks; blank paragraphs and marks of pages are left out, parts of one table are joined."""
    kept = [block for block in blocks if not isinstance(block, str) or not _is_blank(block)]
    joined: list[RawBlock] = []
    for block in kept:
        if joined and not isinstance(block, str) and _continues_table(joined[-1], block):
            joined[-1] = [*joined[-1], *_without_repeated_header(joined[-1], block)]
        else:
            joined.append(block)
    return NoticeDocument(tuple(_number_blocks(joined)))


def _is_blank(text: str) -> bool:
    return set(remove_spaces(text)) <= PAGE_MARKS


def _continues_table(before: RawBlock, block: Sequence[Sequence[str]]) -> bool:
    """Return whether a table goes on after a page break: the same width, and nothing but marks of pages between."""
    return not isinstance(before, str) and _get_width(before) == _get_width(block)


def _without_repeated_header(before: RawBlock, block: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    if list(map(remove_spaces, before[0])) == list(map(remove_spaces, block[0])):
        return block[1:]
    return block


def _get_width(rows: Sequence[Sequence[str]]) -> int:
    return max(map(len, rows), default=0)


def _number_blocks(blocks: Sequence[RawBlock]) -> Iterator[NoticeParagraph | DocumentTable]:
    paragraph_count, table_count = 0, 0
    for block in blocks:
        if isinstance(block, str):
            paragraph_count += 1
            yield NoticeParagraph(paragraph_count, block.strip())
        else:
            table_count += 1
            yield _pad_rows(DocumentTable(table_count, tuple(map(tuple, block))))


def _pad_rows(table: DocumentTable) -> DocumentTable:
    """Return the table with rows of one length and without rows that are blank."""
    width = _get_width(table.rows)
    rows = (tuple(cell.strip() for cell in row) + ("",) * (width - len(row)) for row in table.rows)
    return replace(table, rows=tuple(row for row in rows if any(row)))
