"""A document to be signed, as a sheet: title, number, paragraphs, a table, signature lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell
from filing.book.workbook_model import Cell, CellStyle, FilingSheet

DOCUMENT_WIDTHS = (21.0, 21.0, 21.0, 21.0)
ROWS_ABOVE_BODY = 4
"""The rows above the first paragraph."""
MAX_OPINION_CHARACTERS = 1200
"""The characters of an opinion on the signed page; the list of opinions has the full text."""
_MAX_ROWS_ON_ONE_PAGE = 12
"""The rows of a table that still fits on the page on which it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The content of a document, from top to bottom.

    *sheet_key* is the message key of the sheet's name. *paragraphs* precede the table and *closing_paragraphs* follow
    it. *signature_lines* are the issuing office and the date, *signer_keys* the message keys of the boxes for
    signatures and seals. *widths* are the column widths in characters. The first row of *table* is repeated on every
    page that the table covers.
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
    column_count, header_row = len(document.widths), ROWS_ABOVE_BODY + len(document.paragraphs) + 1
    rows: list[CellRow] = [
        (),
        (build_text_cell(document.title, CellStyle.TITLE, span=column_count),),
        (build_text_cell(document.number, CellStyle.SUBTITLE, span=column_count),),
        (),
        *_build_paragraph_rows(document.paragraphs, column_count),
        *document.table,
        *_build_paragraph_rows(document.closing_paragraphs, column_count),
        (),
        (build_text_cell(document.signature_lines[0], CellStyle.CLOSING, span=column_count),),
        (build_text_cell(document.signature_lines[1], CellStyle.CLOSING, span=column_count),),
        *_build_signature_boxes(document.signer_keys, column_count, messages),
    ]
    return FilingSheet(
        name=messages(f"filing.sheet.{document.sheet_key}"),
        rows=tuple(rows),
        widths=tuple(document.widths),
        header_rows=(header_row, header_row) if len(document.table) > _MAX_ROWS_ON_ONE_PAGE else None,
        has_frozen_header=False,
    )


def _build_paragraph_rows(paragraphs: Sequence[str], column_count: int) -> Iterator[CellRow]:
    for paragraph in paragraphs:
        yield (build_text_cell(paragraph, CellStyle.PARAGRAPH, span=column_count),)


def _build_signature_boxes(signer_keys: Sequence[str], column_count: int, messages: Messages) -> list[CellRow]:
    """Return the boxes for signatures and seals, over the width of the document."""
    if not signer_keys:
        return []
    span, spare_columns = divmod(column_count, len(signer_keys))
    labels: list[Cell] = []
    boxes: list[Cell] = []
    for index, signer_key in enumerate(signer_keys):
        box_span = span + (index < spare_columns)
        labels.append(build_text_cell(messages(f"filing.sign.{signer_key}"), CellStyle.HEADER, span=box_span))
        boxes.append(Cell(None, CellStyle.BLANK, span=box_span))
    return [(), tuple(labels), tuple(boxes)]
