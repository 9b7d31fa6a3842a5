"""A document to be signed as a sheet: title, number, paragraphs, a table, who signs and when."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell
from filing.book.workbook_model import Cell, CellStyle, FilingSheet

DOCUMENT_WIDTHS = (21.0, 21.0, 21.0, 21.0)
ROWS_ABOVE_BODY = 4  # rows above the first paragraph
MAX_OPINION_CHARACTERS = 1200  # characters of an opinion on the signed page; the whole stands in the list of opinions


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a document says, from top to bottom.

    *name* is the sheet's key, *body* the paragraphs above the table and *after* those below it, *signed* who issues
    it and when, *signers* the keys of the boxes for hands and seals, *widths* those of the columns in characters. The
    first row of *table* is repeated on each page that the table runs over.
    """

    sheet_key: str
    title: str
    number: str
    paragraphs: Sequence[str]
    table: Sequence[CellRow] = ()
    closing_paragraphs: Sequence[str] = ()
    signature_lines: tuple[str, str]
    signer_keys: Sequence[str] = ()
    widths: Sequence[float] = DOCUMENT_WIDTHS


def build_document_sheet(document: Document, messages: Messages) -> FilingSheet:
    """Return the document as a sheet."""
    columns, first = len(document.widths), ROWS_ABOVE_BODY + len(document.paragraphs) + 1
    rows: list[CellRow] = [
        (),
        (build_text_cell(document.title, CellStyle.TITLE, span=columns),),
        (build_text_cell(document.number, CellStyle.SUBTITLE, span=columns),),
        (),
        *((build_text_cell(one, CellStyle.PARAGRAPH, span=columns),) for one in document.paragraphs),
        *document.table,
        *((build_text_cell(one, CellStyle.PARAGRAPH, span=columns),) for one in document.closing_paragraphs),
        (),
        (build_text_cell(document.signature_lines[0], CellStyle.CLOSING, span=columns),),
        (build_text_cell(document.signature_lines[1], CellStyle.CLOSING, span=columns),),
        *_build_signature_boxes(document.signer_keys, columns, messages),
    ]
    return FilingSheet(
        name=messages(f"filing.sheet.{document.sheet_key}"),
        rows=tuple(rows),
        widths=tuple(document.widths),
        header_rows=(first, first) if len(document.table) > _MAX_ROWS_ON_ONE_PAGE else None,
        has_frozen_header=False,
    )


_MAX_ROWS_ON_ONE_PAGE = 12  # rows of a table that still end on the page on which it begins


def _build_signature_boxes(signer_keys: Sequence[str], column_count: int, messages: Messages) -> list[CellRow]:
    """Return the boxes for hands and seals over the width of the document."""
    if not signer_keys:
        return []
    spans = [
        column_count // len(signer_keys) + (at < column_count % len(signer_keys)) for at in range(len(signer_keys))
    ]
    return [
        (),
        tuple(
            build_text_cell(messages(f"filing.sign.{one}"), CellStyle.HEADER, span=span)
            for one, span in zip(signer_keys, spans, strict=True)
        ),
        tuple(Cell(None, CellStyle.BLANK, span=span) for span in spans),
    ]
