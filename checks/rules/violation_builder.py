"""An offence at a row of a table, with the facts that every sentence may use."""

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
    """Return the offence of *rule* at one cell; *value* is what stands there, *involved* what else takes part."""
    cell = table.get_cell_ref(column, row)
    seen = format_value(value)
    known = {
        "row": str(row),
        "cell": cell.address,
        "heading": table.form.get_field(column).heading,
        "title": table.form.title,
        "value": seen,
    }
    return Violation(
        rule=rule,
        sheet=table.sheet,
        cell=cell,
        cells=tuple(dict.fromkeys((cell, *related_cells))),
        variant=variant,
        facts={**known, **facts},
        value=seen or None,
        expected=facts.get("expected"),
    )


def format_value(value: object) -> str:
    """Return a value as a sentence has it; an amount without idle zeros."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_plain_number(
            value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
        )
    return str(value)


def join_names(names: Sequence[str], max_names: int = 10) -> str:
    """Return names as a list in words, the first ones where there are many."""
    return "、".join(names[:max_names]) + ("……" if len(names) > max_names else "")
