"""One sheet of a blank submission: prefilled values, formulas and lists of choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from checks.model.cell_ref import column_letters
from contracts.form_model import Form

HEADER_ROW_COUNT: Final = 3
"""The rows above the data: title, unit, headings."""
FIRST_ROW: Final = HEADER_ROW_COUNT + 1
"""The first row below the headings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankSheet:
    """One sheet of a template; *row_count* is the number of rows to fill in.

    *prefilled_values* are keyed by row (1-based, below the headings) and field name. *formulas* by field name have
    ``{row}`` for the row number. *choices* map a field name to the range to choose from. With *has_spacer_row* a thin
    row stands above the total row: a row that is inserted above it lies inside all ranges.
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
    has_spacer_row: bool = False

    @property
    def last_row(self) -> int:
        """The last row of all ranges: the thin row, if there is one, else the last row to fill in."""
        return HEADER_ROW_COUNT + self.row_count + int(self.has_spacer_row)

    @property
    def total_row(self) -> int:
        """The row of the totals, if there is one: right below the ranges."""
        return self.last_row + 1

    def format_range(self, field_name: str) -> str:
        """Return the range of a field, without the total row, as a formula of another sheet refers to it."""
        letters = find_column_letters(self.form, field_name)
        return f"'{self.name}'!${letters}${FIRST_ROW}:${letters}${self.last_row}"

    def format_total(self, field_name: str) -> str:
        """Return the cell of a field's total, as a formula of another sheet refers to it."""
        return f"'{self.name}'!${find_column_letters(self.form, field_name)}${self.total_row}"


def format_cell_reference(form: Form, field_name: str) -> str:
    """Return the cell of a field in a formula, with ``{row}`` for the row number."""
    return find_column_letters(form, field_name) + "{row}"


def find_column_letters(form: Form, field_name: str) -> str:
    """Return the letters of a field's column."""
    return column_letters(form.field_names.index(field_name) + 1)
