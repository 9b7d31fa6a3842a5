"""Build a violation at a cell of a table, and format the values that its facts quote."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.table import Table
from contracts.form_model import Rule


def build_violation_at(
    table: Table,
    rule: Rule,
    column: str,
    *,
    row: int,
    variant: str = "",
    value: object = None,
    related_cells: Iterable[CellRef] = (),
    **facts: str,
) -> Violation:
    """Return the violation of a rule at one cell.

    *column* and *row* (Excel's number) give the cell, *value* is its content, and *related_cells* are the other cells
    involved. *facts* are added to row, cell, heading, title and value, which every message may quote.
    """
    cell = table.get_cell_ref(column, row)
    formatted_value = format_value(value)
    common_facts = {
        "row": str(row),
        "cell": cell.address,
        "heading": table.form.get_field(column).heading,
        "title": table.form.title,
        "value": formatted_value,
    }
    return Violation(
        rule=rule,
        sheet=table.sheet,
        cell=cell,
        cells=tuple(dict.fromkeys((cell, *related_cells))),
        variant=variant,
        facts={**common_facts, **facts},
        value=formatted_value or None,
        expected=facts.get("expected"),
    )


def format_value(value: object) -> str:
    """Return a value as text: an amount without trailing zeros, None as the empty text."""
    if value is None:
        return ""
    if not isinstance(value, Decimal):
        return str(value)
    if value == value.to_integral_value():
        return format_plain_number(value.quantize(Decimal(1)))
    return format_plain_number(value.normalize())


def join_names(names: Sequence[str], max_names: int = 10) -> str:
    """Join at most *max_names* names with enumeration commas; an ellipsis stands for the rest."""
    joined = "、".join(names[:max_names])
    if len(names) > max_names:
        return f"{joined}……"
    return joined


def list_addresses(cells: Iterable[CellRef]) -> list[str]:
    """Return the address of each cell."""
    return [cell.address for cell in cells]


def join_addresses(cells: Iterable[CellRef]) -> str:
    """Join the addresses of all cells with enumeration commas."""
    return "、".join(list_addresses(cells))


def list_column_cells(table: Table, column: str, rows: Iterable[int]) -> list[CellRef]:
    """Return the cells of one column in some rows (Excel's numbers), in the order of the rows."""
    return [table.get_cell_ref(column, row) for row in rows]
