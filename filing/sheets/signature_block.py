"""The rows below a table: the line of signatures and the notes."""

from collections.abc import Sequence

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, format_date
from filing.book.workbook_model import CellStyle
from filing.context.filing_context import COVER_SIGNERS, FilingContext

# in characters, for the signatures side by side
MIN_ONE_LINE_WIDTH = 125.0


def build_closing_rows(
    context: FilingContext, widths: Sequence[float], notes: Sequence[str], messages: Messages
) -> list[CellRow]:
    """Return the line of signatures over the whole table, then each of *notes*, which are keys, with its number."""
    key = "filing.signed" if sum(widths) >= MIN_ONE_LINE_WIDTH else "filing.signed_narrow"
    people = {name: context.find_signer(name) or messages("filing.sign.blank") for name in COVER_SIGNERS}
    lines = [messages(key, unit=context.responsible_unit, date=_format_day(context, messages), **people)]
    for number, note in enumerate(notes, start=1):
        key = "filing.note.first" if number == 1 else "filing.note.next"
        lines.append(messages(key, number=number, note=messages(f"filing.note.{note}")))
    return [(build_text_cell(line, CellStyle.NOTE, span=len(widths)),) for line in lines]


def _format_day(context: FilingContext, messages: Messages) -> str:
    """Return the day on which the filing was compiled, blank for the pen if it is not known."""
    day = context.find_signing_day()
    if not day:
        return messages("filing.cover.blank_date")
    return format_date(day, messages)


def build_empty_row(column_count: int, key: str, messages: Messages) -> CellRow:
    """Return the row of a table that has nothing to list."""
    return (build_text_cell(messages(f"filing.empty.{key}"), CellStyle.CENTRE, span=column_count),)
