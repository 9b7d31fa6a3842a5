"""Figures that are stored with more decimals than their column shows: they look right and do not add up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, DecimalException

from checks.diagnosis.evaluation import filter_evaluable, is_satisfied
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.table_columns import map_by_sheet
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.parsing.decimal_amounts import count_decimals
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.table import Table
from checks.rules.sum_rules import AmountsByCell, SumConstraint
from checks.rules.violation_builder import join_names

SHOWN_VARIANT = "shown"
_MAX_CELLS_NAMED = 5
# A typed figure is the rest of a calculation if it is this close to a figure of the column, in its last decimal.
_MAX_TYPED_REST = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class ShownValues:
    """The figures as people see them: *decimals* are those of the columns of the cells with too many."""

    values: AmountsByCell
    decimals: Mapping[CellRef, int] = field(default_factory=dict)


def round_to_shown(tables: Iterable[Table], violations: Iterable[Violation], values: AmountsByCell) -> ShownValues:
    """Return the figures with computed ones rounded as their column shows them."""
    tables_by_sheet = map_by_sheet(tables)
    shown_values, decimals = dict(values), dict[CellRef, int]()
    for violation in violations:
        table = tables_by_sheet.get(violation.sheet)
        if violation.rule.check == "decimals_at_most" and table is not None and "decimals" in violation.facts:
            places = int(violation.facts["decimals"])
            for cell in filter(values.__contains__, violation.cells):
                if _is_calculated(table, cell, values[cell], places=places):
                    shown_values[cell] = round_half_up(values[cell], places)
                    decimals[cell] = places
    return ShownValues(shown_values, decimals)


def _is_calculated(table: Table, cell: CellRef, stored: Decimal, *, places: int) -> bool:
    """Return whether the decimals of a figure are the rest of a calculation, in the cell or before it was pasted."""
    rest = abs(stored - round_half_up(stored, places))
    return cell.address in table.formulas or rest <= _MAX_TYPED_REST.scaleb(-places)


def round_half_up(amount: Decimal, places: int) -> Decimal:
    """Return an amount as it is shown with a number of decimals."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def drop_sums_held_as_shown(
    sum_constraints: Sequence[SumConstraint], shown: ShownValues, values: AmountsByCell
) -> list[SumConstraint]:
    """Return the sums without those over rounded figures that hold as they are stored, or as they are shown."""
    if not shown.decimals:
        return list(sum_constraints)
    dropped: set[int] = set()
    for sum_constraint in filter_evaluable(sum_constraints, values):
        cells = {term.cell for term in sum_constraint.linear_constraint.terms}
        is_held = is_satisfied(sum_constraint, shown.values) or is_satisfied(sum_constraint, values)
        if is_held and not cells.isdisjoint(shown.decimals):
            dropped.add(id(sum_constraint))
    return [sum_constraint for sum_constraint in sum_constraints if id(sum_constraint) not in dropped]


def merge_shown_by_column(tables: Iterable[Table], violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations with one for each column whose formulas have results with too many decimals."""
    tables_by_sheet = map_by_sheet(tables)
    merged: list[Violation] = []
    by_column: dict[tuple[str, str, int], list[Violation]] = defaultdict(list)
    for violation in violations:
        table = tables_by_sheet.get(violation.sheet)
        if violation.cell is None or table is None or not _is_of_formulas(table, violation):
            merged.append(violation)
            continue
        by_column[violation.rule.id, violation.sheet, violation.cell.column].append(violation)
    merged.extend(_merge_column(tables_by_sheet[group[0].sheet], group) for group in by_column.values())
    return _merge_dependent(merged)


def _is_of_formulas(table: Table, violation: Violation) -> bool:
    """Return whether a violation for too many decimals is about formulas alone."""
    if violation.rule.check != "decimals_at_most" or "decimals" not in violation.facts:
        return False
    return bool(violation.cells) and all(cell.address in table.formulas for cell in violation.cells)


def _merge_column(table: Table, violations: Sequence[Violation]) -> Violation:
    cells: dict[CellRef, None] = {}
    for violation in violations:
        cells.update(dict.fromkeys(violation.cells))
    ordered = sorted(cells, key=lambda cell: cell.reading_order)
    first, places = ordered[0], int(violations[0].facts["decimals"])
    stored = _read_amount(table, first)
    shown = round_half_up(stored, places)
    others = join_names([cell.address for cell in ordered], _MAX_CELLS_NAMED)
    facts = {
        **violations[0].facts,
        "cell": first.address,
        "cells": others,
        "count": str(len(ordered)),
        "shown": format_plain_number(shown),
        "stored": format_plain_number(stored),
    }
    return replace(
        violations[0],
        cell=first,
        cells=tuple(ordered),
        variant=SHOWN_VARIANT,
        facts=facts,
        value=format_plain_number(stored),
        expected=format_plain_number(shown),
        similar_rows=0,
    )


def _read_amount(table: Table, cell: CellRef) -> Decimal:
    name = next(name for name, column in table.columns.items() if column == cell.column)
    return Decimal(table.get_stripped_text(name, cell.row))


def _merge_dependent(violations: Sequence[Violation]) -> list[Violation]:
    """Merge the violations of rules that hold once the figure at their cell is rounded; the gravest severity stays."""
    merged: dict[int, Violation] = {}
    index_by_cell: dict[CellRef, int] = {}
    for index, violation in enumerate(violations):
        merged[index] = violation
        if violation.variant == SHOWN_VARIANT:
            index_by_cell.update(dict.fromkeys(violation.cells, index))
    for index, violation in enumerate(violations):
        shown_index = None if violation.cell is None else index_by_cell.get(violation.cell)
        if shown_index is not None and shown_index != index and _holds_if_rounded(violation):
            severity = violation.rule.get_severity(violation.variant)
            first = merged[shown_index]
            if severity == "hard":
                first = replace(first, rule=replace(first.rule, severity=severity, severities={}))
            merged[shown_index] = merge_into(first, [violation])
            del merged[index]
    return list(merged.values())


def _holds_if_rounded(violation: Violation) -> bool:
    """Return whether a figure is what its rule expects, but for the decimals that are too many."""
    if violation.expected is None or violation.value is None:
        return False
    try:
        expected, actual = Decimal(violation.expected), Decimal(violation.value)
    except DecimalException:
        return False
    # Rules round to two decimals at least.
    return abs(actual - expected) * 2 <= Decimal(1).scaleb(-max(2, count_decimals(expected)))
