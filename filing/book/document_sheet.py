"""A document to be signed as a sheet: title, number, paragraphs, a table, who signs and when."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.messages import Wording
from filing.book.cell_builders import Row, text
from filing.book.workbook_model import Cell, Look, Sheet

WIDTHS = (21.0, 21.0, 21.0, 21.0)
LEAD = 4  # rows above the first paragraph
MOST_OPINION = 1200  # characters of an opinion on the signed page; the whole stands in the list of opinions


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a document says, from top to bottom.

    *name* is the sheet's key, *body* the paragraphs above the table and *after* those below it, *signed* who issues
    it and when, *signers* the keys of the boxes for hands and seals, *widths* those of the columns in characters. The
    first row of *table* is repeated on each page that the table runs over.
    """

    name: str
    title: str
    number: str
    body: Sequence[str]
    table: Sequence[Row] = ()
    after: Sequence[str] = ()
    signed: tuple[str, str]
    signers: Sequence[str] = ()
    widths: Sequence[float] = WIDTHS


def document_sheet(document: Document, words: Wording) -> Sheet:
    """Return the document as a sheet."""
    columns, first = len(document.widths), LEAD + len(document.body) + 1
    rows: list[Row] = [
        (),
        (text(document.title, Look.TITLE, span=columns),),
        (text(document.number, Look.SUBTITLE, span=columns),),
        (),
        *((text(one, Look.PARAGRAPH, span=columns),) for one in document.body),
        *document.table,
        *((text(one, Look.PARAGRAPH, span=columns),) for one in document.after),
        (),
        (text(document.signed[0], Look.CLOSING, span=columns),),
        (text(document.signed[1], Look.CLOSING, span=columns),),
        *_boxes(document.signers, columns, words),
    ]
    return Sheet(
        name=words(f"filing.sheet.{document.name}"),
        rows=tuple(rows),
        widths=tuple(document.widths),
        header_rows=(first, first) if len(document.table) > _ONE_PAGE else None,
        frozen=False,
    )


_ONE_PAGE = 12  # rows of a table that still end on the page on which it begins


def _boxes(signers: Sequence[str], columns: int, words: Wording) -> list[Row]:
    """Return the boxes for hands and seals over the width of the document."""
    if not signers:
        return []
    spans = [columns // len(signers) + (at < columns % len(signers)) for at in range(len(signers))]
    return [
        (),
        tuple(
            text(words(f"filing.sign.{one}"), Look.HEADER, span=span) for one, span in zip(signers, spans, strict=True)
        ),
        tuple(Cell(None, Look.BLANK, span=span) for span in spans),
    ]
