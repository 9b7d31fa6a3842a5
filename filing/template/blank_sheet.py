"""One sheet of a blank submission: prefilled values, formulas and lists of choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from checks.model.cell_ref import column_letters
from contracts.form_model import Form

HEADER_ROW_COUNT = 3
"""The rows above the data: title, unit, headings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankSheet:
    """One sheet of a template; *row_count* is the number of rows between the headings and the total row.

    *prefilled_values* are keyed by row (1-based, below the headings) and field name. *formulas* by field name have
    ``{row}`` for the row number. *choices* map a field name to the name of the list to choose from.
    """

    form: Form
    name: str
    title: str
    unit: str
    row_count: int
    prefilled_values: Mapping[tuple[int, str], str | int | Decimal] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    has_total_row: bool = False


def format_cell_reference(form: Form, field_name: str) -> str:
    """Return the cell of a field in a formula, with ``{row}`` for the row number."""
    field_names = [field.name for field in form.fields]
    return column_letters(field_names.index(field_name) + 1) + "{row}"
