"""The steps of a repair: each changed cell with its figure before and after."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.parsing.text_normalisation import format_plain_number

Repair: TypeAlias = tuple[RepairStep, ...]


def build_steps(amounts: Mapping[CellRef, Decimal], values: Mapping[CellRef, Decimal]) -> Repair:
    """Return a step for each new amount, in reading order."""
    steps = [RepairStep(cell, format_amount(values[cell]), format_amount(amount)) for cell, amount in amounts.items()]
    return tuple(sorted(steps, key=lambda step: step.cell.reading_order))


def format_amount(amount: Decimal) -> str:
    """Return an amount without trailing zeros."""
    return format_plain_number(amount.normalize() + 0)
