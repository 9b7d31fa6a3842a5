"""A document to be signed as a sheet: title, number, paragraphs, a table, who signs and when."""

from collections.abc import Sequence

from contracts.messages import Wording
from filing.book import Cell, Look, Sheet
from filing.cells import Row, text

WIDTHS = (21.0, 21.0, 21.0, 21.0)
LEAD = 4  # rows above the first paragraph


def document_sheet(
    name: str,
    title: str,
    number: str,
    body: Sequence[str],
    *,
    signed: tuple[str, str],
    words: Wording,
    table: Sequence[Row] = (),
    after: Sequence[str] = (),
    signers: Sequence[str] = (),
    widths: Sequence[float] = WIDTHS,
) -> Sheet:
    """Return the document; *signed* is who issues it and when, *signers* are the boxes below.

    The first row of *table* is repeated on each page that the table runs over.
    """
    columns, first = len(widths), LEAD + len(body) + 1
    rows: list[Row] = [
        (),
        (text(title, Look.TITLE, span=columns),),
        (text(number, Look.SUBTITLE, span=columns),),
        (),
        *((text(one, Look.PARAGRAPH, span=columns),) for one in body),
        *table,
        *((text(one, Look.PARAGRAPH, span=columns),) for one in after),
        (),
        (text(signed[0], Look.CLOSING, span=columns),),
        (text(signed[1], Look.CLOSING, span=columns),),
        *_boxes(signers, columns, words),
    ]
    return Sheet(
        name=words(f"filing.sheet.{name}"),
        rows=tuple(rows),
        widths=tuple(widths),
        header_rows=(first, first) if len(table) > _ONE_PAGE else None,
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
