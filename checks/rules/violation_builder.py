"""An offence at a row of a table, with the facts that every sentence may use."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.violation import Offence
from checks.parsing.text_normalisation import plain
from checks.recognition.table import Table
from contracts.form_model import Rule


def offence_at(
    table: Table,
    rule: Rule,
    column: str,
    *,
    row: int,
    case: str = "",
    value: object = None,
    involved: Iterable[CellRef] = (),
    **facts: str,
) -> Offence:
    """Return the offence of *rule* at one cell; *value* is what stands there, *involved* what else takes part."""
    cell = table.ref(column, row)
    seen = said(value)
    known = {
        "row": str(row),
        "cell": cell.address,
        "heading": table.form.field(column).heading,
        "title": table.form.title,
        "value": seen,
    }
    return Offence(
        rule=rule,
        sheet=table.sheet,
        cell=cell,
        cells=tuple(dict.fromkeys((cell, *involved))),
        case=case,
        facts={**known, **facts},
        value=seen or None,
        expected=facts.get("expected"),
    )


def said(value: object) -> str:
    """Return a value as a sentence has it; an amount without idle zeros."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize())
    return str(value)


def listed(names: Sequence[str], most: int = 10) -> str:
    """Return names as a list in words, the first ones where there are many."""
    return "、".join(names[:most]) + ("……" if len(names) > most else "")
