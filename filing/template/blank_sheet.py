"""One sheet of a blank submission: what stands filled in, what is computed, what may be chosen from a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from checks.model.cell_ref import column_letters
from contracts.form_model import Form

HEADER_ROW_COUNT = 3  # title, unit, headings


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankSheet:
    """One sheet of a template; *rows* is how many lie between the headings and the total row.

    *filled* and *formulas* map a place (row from 1 below the headings, field name) to what stands there; *choices*
    names the list that a field chooses from; *total* tells whether a total row follows.
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
    """Return where a field stands in a row, as a formula has it."""
    return column_letters([one.name for one in form.fields].index(field_name) + 1) + "{row}"
