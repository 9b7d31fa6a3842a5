"""What stands below a table: who answers for it, and the notes."""

from collections.abc import Sequence

from contracts.messages import Wording
from filing.book.cell_builders import Row, day_of, say_date, text
from filing.book.workbook_model import Look
from filing.context.filing_context import FilingScene

ONE_LINE = 125.0  # characters that the signatures take side by side


def closing_rows(scene: FilingScene, widths: Sequence[float], notes: Sequence[str], words: Wording) -> list[Row]:
    """Return the line of signatures over the table's width, then each note, numbered."""
    columns, key = len(widths), "filing.signed" if sum(widths) >= ONE_LINE else "filing.signed_narrow"
    signed = words(key, unit=scene.unit, date=say_date(day_of(scene.as_of), words))
    rows: list[Row] = [(text(signed, Look.NOTE, span=columns),)]
    for at, note in enumerate(notes, start=1):
        key = "filing.note.first" if at == 1 else "filing.note.next"
        said = words(key, number=at, note=words(f"filing.note.{note}"))
        rows.append((text(said, Look.NOTE, span=columns),))
    return rows


def empty_row(columns: int, key: str, words: Wording) -> Row:
    """Return the line of a table that has nothing to list."""
    return (text(words(f"filing.empty.{key}"), Look.CENTRE, span=columns),)
