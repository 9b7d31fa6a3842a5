"""Units of area, and a column that is given in another one than its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from checks.model.cell_ref import CellRef
from checks.recognition.table import ROW, Table
from contracts.form_model import Field, Rule

AREA_UNIT_SIZES: Final[Mapping[str, int]] = {  # what a unit holds, in square metres times 15: whole numbers all
    "平方米": 15,
    "亩": 10_000,
    "公顷": 150_000,
    "平方公里": 15_000_000,
    "万亩": 100_000_000,
}
MIN_MATCHING_SHARE: Final = Decimal("0.9")
MIN_MATCHING_FIGURES: Final = 3  # figures: two may agree by chance
RELATIVE_TOLERANCE: Final = Decimal("0.01")  # figures rounded in their own unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMismatch:
    """One column of a table that is given in *unit*; *agree* of its *count* figures are right in its own."""

    table: Table
    field: Field
    actual_unit: str
    matching_count: int
    figure_count: int
    rule: Rule

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """The figures of the column, its totals too."""
        named = (*self.table.body[ROW].to_list(), *self.table.totals[ROW].to_list())
        return tuple(self.table.get_cell_ref(self.field.name, row) for row in named)

    @property
    def conversion_factor(self) -> Decimal:
        """What a figure is to be multiplied with."""
        return compute_conversion_factor(self.actual_unit, self.field.unit)


def compute_conversion_factor(actual_unit: str, expected_unit: str) -> Decimal:
    """Return what turns a figure of one unit into one of another."""
    return Decimal(AREA_UNIT_SIZES[actual_unit]) / AREA_UNIT_SIZES[expected_unit]
