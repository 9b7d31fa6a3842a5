"""The guess that one column was mistyped alike in some rows of a table."""

from collections.abc import Sequence

from checks.diagnosis.hypothesis_testing import Hypothesis, build_text_content
from checks.recognition.table import Table
from checks.rules.violation_builder import join_names

_MAX_ADDRESSES_SHOWN = 10  # addresses named in one sentence


def reassign_column(
    table: Table, column: str, rows: Sequence[int], *, new_value: str, variant: str, **facts: str
) -> Hypothesis:
    """Return the guess that *rows* should have *new* in a column; told at the first of them as *case*."""
    cells = [table.get_cell_ref(column, row) for row in rows]
    known = {
        "title": table.form.title,
        "heading": table.form.get_field(column).heading,
        "value": table.get_stripped_text(column, rows[0]),
        "near": new_value,
        "count": str(len(cells)),
        "places": join_names([one.address for one in cells], _MAX_ADDRESSES_SHOWN),
    }
    return Hypothesis(
        variant=variant,
        cell=cells[0],
        corrections=dict.fromkeys(cells, build_text_content(new_value)),
        facts={**known, **facts},
        highlight=tuple(cells),
        value=known["value"],
        expected=new_value,
    )
