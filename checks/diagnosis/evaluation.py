"""What the checks of one workbook returned, before any of it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.recognition.table import Table
from checks.rules.sum_rules import SumConstraint


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What does not hold, what could not be tried, and what was looked at.

    *values* holds every figure by its cell, *sums* what must add up: held or not, those left out that rest on rows at
    fault.
    """

    violations: tuple[Violation, ...]
    not_run: tuple[SkippedRule, ...]
    tables: tuple[Table, ...]
    values: Mapping[CellRef, Decimal]
    sum_constraints: tuple[SumConstraint, ...] = ()
