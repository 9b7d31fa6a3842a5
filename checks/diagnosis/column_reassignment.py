"""The hypothesis that the same wrong value was typed into one column of some rows."""

from collections.abc import Sequence

from checks.diagnosis.hypothesis_testing import Hypothesis, build_text_content
from checks.diagnosis.table_columns import get_column_cells, join_addresses
from checks.recognition.table import Table

_MAX_ADDRESSES_SHOWN = 10


def reassign_column(
    table: Table, column: str, rows: Sequence[int], *, new_value: str, variant: str, **facts: str
) -> Hypothesis:
    """Return the hypothesis that *rows* should have *new_value* in a column.

    Its finding points at the first of the rows, in the words of *variant*; *facts* fill its sentence.
    """
    cells = get_column_cells(table, column, rows)
    value = table.get_stripped_text(column, rows[0])
    common_facts = {
        "title": table.form.title,
        "heading": table.form.get_field(column).heading,
        "value": value,
        "near": new_value,
        "count": str(len(cells)),
        "places": join_addresses(cells, _MAX_ADDRESSES_SHOWN),
    }
    return Hypothesis(
        variant=variant,
        cell=cells[0],
        corrections=dict.fromkeys(cells, build_text_content(new_value)),
        facts={**common_facts, **facts},
        highlight=tuple(cells),
        value=value,
        expected=new_value,
    )
