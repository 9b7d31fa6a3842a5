"""Units of area, and the evidence that figures are given in another unit than that of their column."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import Final

from checks.diagnosis.evaluation import TOTAL_CHECKS, compute_residual
from checks.diagnosis.table_columns import get_column_cells, get_columns, map_by_sheet
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.parsing.decimal_amounts import count_decimals
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.sum_rules import AmountsByCell, SumConstraint
from contracts.form_model import Field, Rule
from contracts.recognition_words import get_recognition_words

# Sizes in fifteenths of a square metre, so that all of them are whole numbers (1 mu = 2,000/3 m²).
AREA_UNIT_SIZES: Final = get_recognition_words().unit_sizes
MIN_MATCHING_SHARE: Final = Decimal("0.9")
# Two figures may agree by chance.
MIN_MATCHING_FIGURES: Final = 3
# Figures are rounded in their own unit.
RELATIVE_TOLERANCE: Final = Decimal("0.01")
RATIO_CHECKS: Final = ("completion_rate", "percentage")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMismatch:
    """One column of a table that is given in *actual_unit* instead of the unit of its field.

    *matching_count* of its *figure_count* figures are right once they are converted; *rule* is the rule that shows it.
    """

    table: Table
    field: Field
    actual_unit: str
    matching_count: int
    figure_count: int
    rule: Rule

    @property
    def cells(self) -> tuple[CellRef, ...]:
        """The cells of the column, total rows included."""
        rows = chain(self.table.body[ROW], self.table.totals[ROW])
        return tuple(get_column_cells(self.table, self.field.name, rows))

    @property
    def conversion_factor(self) -> Decimal:
        """The factor that converts a figure of the column to the unit of its field."""
        return compute_conversion_factor(self.actual_unit, self.field.unit)


def compute_conversion_factor(actual_unit: str, expected_unit: str) -> Decimal:
    """Return the factor that converts a figure from one unit of area to another."""
    return Decimal(AREA_UNIT_SIZES[actual_unit]) / AREA_UNIT_SIZES[expected_unit]


def infer_unit(actual: Decimal, expected: Decimal, field: Field) -> str:
    """Return the other unit in which a figure seems to be given, or "" if none fits.

    A unit fits if the converted figure differs from the expected one by no more than rounding in that unit explains.
    """
    if field.unit not in AREA_UNIT_SIZES or actual <= 0:
        return ""
    last_digit = Decimal(1).scaleb(-max(field.decimals, count_decimals(actual)))
    differences: dict[str, Decimal] = {}
    for unit in AREA_UNIT_SIZES:
        factor = compute_conversion_factor(unit, field.unit)
        difference = abs(actual * factor - expected)
        tolerance = max(abs(expected) * RELATIVE_TOLERANCE, factor * last_digit / 2)
        if unit != field.unit and difference <= tolerance:
            differences[unit] = difference
    return min(differences, key=differences.__getitem__, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEvidence:
    """The unit in which one figure would satisfy one rule, "" if no unit would."""

    table: Table
    field: Field
    row: int
    unit: str
    rule: Rule


def collect_evidence_from_sums(
    tables: Iterable[Table], violated_sums: Iterable[SumConstraint], values: AmountsByCell
) -> Iterator[UnitEvidence]:
    """Yield the unit in which each figure of the violated sums, totals excepted, would satisfy its sum."""
    columns = _index_columns(tables)
    for violated_sum in violated_sums:
        if violated_sum.rule.check not in TOTAL_CHECKS:
            residual = compute_residual(violated_sum, values)
            for term in violated_sum.linear_constraint.terms:
                table, field = _find_column(columns, term.cell)
                actual = values[term.cell]
                unit = infer_unit(actual, actual - term.sign * residual, field)
                yield UnitEvidence(table=table, field=field, row=term.cell.row, unit=unit, rule=violated_sum.rule)


def _index_columns(tables: Iterable[Table]) -> dict[tuple[str, int], list[tuple[Table, str]]]:
    """Return by sheet and column the tables, the lowest first, with the name of the field that each has there."""
    columns: dict[tuple[str, int], list[tuple[Table, str]]] = defaultdict(list)
    for table in sorted(tables, key=attrgetter("header_row"), reverse=True):
        for name, column in table.columns.items():
            columns[table.sheet, column].append((table, name))
    return columns


def _find_column(columns: Mapping[tuple[str, int], Sequence[tuple[Table, str]]], cell: CellRef) -> tuple[Table, Field]:
    """Return the lowest table whose header is above a cell, and the field of the cell."""
    candidates = columns[cell.sheet, cell.column]
    table, name = next((table, name) for table, name in candidates if table.header_row < cell.row)
    return table, table.form.get_field(name)


def collect_evidence_from_ratios(tables: Iterable[Table], violations: Iterable[Violation]) -> Iterator[UnitEvidence]:
    """Yield the unit in which part and whole of each wrong share would make it right."""
    tables_by_sheet = map_by_sheet(tables)
    for violation in violations:
        table = tables_by_sheet.get(violation.sheet)
        if table and violation.cell and not violation.variant and violation.rule.check in RATIO_CHECKS:
            yield from _collect_evidence_from_ratio(table, violation.rule, row=violation.cell.row)


def _collect_evidence_from_ratio(table: Table, rule: Rule, *, row: int) -> Iterator[UnitEvidence]:
    """Yield the evidence that a share in percent gives for its part and its whole."""
    names = get_columns(rule, "column", "part", "whole")
    share, part, whole = table.get_typed_row(row).select(names).row(0)
    if not share or not part or not whole:
        return
    expected_figures = ((part, share * whole / 100), (whole, part * 100 / share))
    for name, (actual, expected) in zip(names[1:], expected_figures, strict=True):
        field = table.form.get_field(name)
        yield UnitEvidence(table=table, field=field, row=row, unit=infer_unit(actual, expected, field), rule=rule)
