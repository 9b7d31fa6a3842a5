"""The guess that one column was mistyped alike in some rows of a table."""

from collections.abc import Sequence

from checks.diagnosis.hypothesis_testing import Guess, text
from checks.recognition.table import Table
from checks.rules.violation_builder import listed

_SHOWN = 10  # addresses named in one sentence


def rewritten(table: Table, column: str, rows: Sequence[int], *, new: str, case: str, **facts: str) -> Guess:
    """Return the guess that *rows* should have *new* in a column; told at the first of them as *case*."""
    cells = [table.ref(column, row) for row in rows]
    known = {
        "title": table.form.title,
        "heading": table.form.field(column).heading,
        "value": table.written(column, rows[0]),
        "near": new,
        "count": str(len(cells)),
        "places": listed([one.address for one in cells], _SHOWN),
    }
    return Guess(
        case=case,
        cell=cells[0],
        cells=dict.fromkeys(cells, text(new)),
        facts={**known, **facts},
        tell=tuple(cells),
        value=known["value"],
        expected=new,
    )
