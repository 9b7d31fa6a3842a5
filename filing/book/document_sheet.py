"""A document to be signed, as a sheet: title, number, paragraphs, a table, signature lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, clean_text
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
    signatures and seals, *signers* the names that are known, by key. *addressee* is the office that the document is
    sent to, empty if it is sent to none. *widths* are the column widths in characters. The first row of *table* is
    repeated on every page that the table covers.
    """

    sheet_key: str
    title: str
    number: str
    addressee: str = ""
    paragraphs: Sequence[str]
    table: Sequence[CellRow] = ()
    closing_paragraphs: Sequence[str] = ()
    signature_lines: tuple[str, str]
    signer_keys: Sequence[str] = ()
    signers: Mapping[str, str] = field(default_factory=dict)
    widths: Sequence[float] = DOCUMENT_WIDTHS


def build_document_sheet(document: Document, messages: Messages) -> FilingSheet:
    """Return the document as a sheet."""
    column_count, header_row = len(document.widths), count_rows_above_table(document) + 1
    rows: list[CellRow] = [
        (),
        (build_text_cell(document.title, CellStyle.TITLE, span=column_count),),
        (build_text_cell(document.number, CellStyle.SUBTITLE, span=column_count),),
        (),
        *_build_paragraph_rows(_list_paragraphs(document), column_count),
        *document.table,
        *_build_paragraph_rows(document.closing_paragraphs, column_count),
        (),
        (build_text_cell(document.signature_lines[0], CellStyle.CLOSING, span=column_count),),
        (build_text_cell(document.signature_lines[1], CellStyle.CLOSING, span=column_count),),
        *_build_signature_boxes(document, column_count, messages),
    ]
    return FilingSheet(
        name=messages(f"filing.sheet.{document.sheet_key}"),
        rows=tuple(rows),
        widths=tuple(document.widths),
        header_rows=(header_row, header_row) if len(document.table) > _MAX_ROWS_ON_ONE_PAGE else None,
        has_frozen_header=False,
    )


def count_rows_above_table(document: Document) -> int:
    """Return the number of rows above the table of a document."""
    return ROWS_ABOVE_BODY + len(_list_paragraphs(document))


def _list_paragraphs(document: Document) -> list[str]:
    """Return the paragraphs above the table, the addressee first."""
    return [*filter(None, [document.addressee]), *document.paragraphs]


def _build_paragraph_rows(paragraphs: Sequence[str], column_count: int) -> Iterator[CellRow]:
    for paragraph in paragraphs:
        yield (build_text_cell(paragraph, CellStyle.PARAGRAPH, span=column_count),)


def _build_signature_boxes(document: Document, column_count: int, messages: Messages) -> list[CellRow]:
    """Return the boxes for signatures and seals, over the width of the document."""
    signer_keys = document.signer_keys
    if not signer_keys:
        return []
    span, spare_columns = divmod(column_count, len(signer_keys))
    labels: list[Cell] = []
    boxes: list[Cell] = []
    for index, signer_key in enumerate(signer_keys):
        box_span = span + (index < spare_columns)
        labels.append(build_text_cell(messages(f"filing.sign.{signer_key}"), CellStyle.HEADER, span=box_span))
        name = document.signers.get(signer_key)
        boxes.append(Cell(clean_text(name) if name else None, CellStyle.BLANK, span=box_span))
    return [(), tuple(labels), tuple(boxes)]
