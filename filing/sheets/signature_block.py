"""What stands below a table: who answers for it, and the notes."""

from collections.abc import Sequence

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, format_date, get_local_date
from filing.book.workbook_model import CellStyle
from filing.context.filing_context import FilingContext

MIN_ONE_LINE_WIDTH = 125.0  # characters that the signatures take side by side


def build_closing_rows(
    context: FilingContext, widths: Sequence[float], notes: Sequence[str], messages: Messages
) -> list[CellRow]:
    """Return the line of signatures over the table's width, then each note, numbered."""
    columns, key = len(widths), "filing.signed" if sum(widths) >= MIN_ONE_LINE_WIDTH else "filing.signed_narrow"
    signed = messages(key, unit=context.responsible_unit, date=format_date(get_local_date(context.as_of), messages))
    rows: list[CellRow] = [(build_text_cell(signed, CellStyle.NOTE, span=columns),)]
    for at, note in enumerate(notes, start=1):
        key = "filing.note.first" if at == 1 else "filing.note.next"
        said = messages(key, number=at, note=messages(f"filing.note.{note}"))
        rows.append((build_text_cell(said, CellStyle.NOTE, span=columns),))
    return rows


def build_empty_row(column_count: int, key: str, messages: Messages) -> CellRow:
    """Return the line of a table that has nothing to list."""
    return (build_text_cell(messages(f"filing.empty.{key}"), CellStyle.CENTRE, span=column_count),)
