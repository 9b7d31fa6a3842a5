"""The conditions on the figures of a workbook, from the rules of its contract: products of a row, and sums."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.diagnosis.summary_shortfall import get_detail_sum
from checks.localisation.figures.figure_constraints import FigureConstraint, LowerBound, RoundedProduct, RoundedSum
from checks.localisation.figures.figure_network import FigureNetwork, build_figure_network
from checks.model.cell_ref import CellRef
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.area_rules import rounds_half_even
from checks.rules.sum_rules import SumConstraint
from contracts.form_model import Field, Role, Rule

_PERCENT = (Decimal(100), Decimal(1))
_HUNDREDTHS = 2  # decimals of figures that a rule computes
# As many decimals as areas are compared with.
_MAX_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class FigureConditions:
    """The conditions of a workbook; *sums* are the sums by the condition that was made from each."""

    network: FigureNetwork
    sums: Mapping[FigureConstraint, SumConstraint]
    tables_by_sheet: Mapping[str, tuple[Table, ...]]


def collect_figure_conditions(tables: Iterable[Table], sum_constraints: Iterable[SumConstraint]) -> FigureConditions:
    """Return the conditions of all rows and of the given sums; a condition over an unreadable figure is left out."""
    tables = tuple(tables)
    values: dict[CellRef, Decimal] = {}
    decimals: dict[CellRef, int] = {}
    formula_cells: set[CellRef] = set()
    for table in tables:
        _collect_table_values(table, values, decimals)
        formula_cells.update(table.formula_cells)
    row_constraints: list[FigureConstraint] = []
    for table in tables:
        row_constraints.extend(_constrain_rows(table, values))
    tables_by_name = {table.form.name: table for table in tables}
    sums: dict[FigureConstraint, SumConstraint] = {}
    for sum_constraint in sum_constraints:
        condition = _convert_sum(sum_constraint, tables_by_name, values)
        if condition is not None:
            sums[condition] = sum_constraint
    network = build_figure_network(values, (*row_constraints, *sums), decimals, formula_cells.intersection(values))
    return FigureConditions(network, sums, _group_by_sheet(tables))


def _group_by_sheet(tables: Iterable[Table]) -> dict[str, tuple[Table, ...]]:
    groups: dict[str, tuple[Table, ...]] = {}
    for table in tables:
        groups[table.sheet] = (*groups.get(table.sheet, ()), table)
    return groups


def _collect_table_values(table: Table, values: dict[CellRef, Decimal], decimals: dict[CellRef, int]) -> None:
    """Add the numbers of a table, total rows included, and the decimals of their columns."""
    for field in _list_number_fields(table):
        places = _get_decimals(field)
        for rows in (table.body, table.totals):
            for row, amount in rows.select(ROW, field.name).drop_nulls().rows():
                cell = table.get_cell_ref(field.name, row)
                values[cell] = amount.normalize()
                decimals[cell] = places


def _list_number_fields(table: Table) -> list[Field]:
    return [field for field in table.form.fields if _is_number(field) and field.name in table.columns]


def _is_number(field: Field) -> bool:
    return field.role is Role.FIGURE or field.kind == "number"


def _get_decimals(field: Field) -> int:
    return min(field.decimals, _MAX_DECIMALS)


def _constrain_rows(table: Table, values: Mapping[CellRef, Decimal]) -> Iterator[FigureConstraint]:
    for rule in table.form.rules:
        build = _ROW_CONDITIONS.get(rule.check)
        if build is None:
            continue
        rows = table.body[ROW].to_list()
        if rule.check in _CHECKS_OF_TOTALS:
            rows += table.totals[ROW].to_list()
        for row in rows:
            yield from build(table, rule, row, values)


def _constrain_conversion(
    table: Table, rule: Rule, row: int, _: Mapping[CellRef, Decimal]
) -> Iterator[FigureConstraint]:
    numerator, denominator = map(Decimal, rule.arguments["per"])
    yield RoundedProduct(
        rule_id=rule.id,
        target=table.get_cell_ref(rule.arguments["column"], row),
        factors=(table.get_cell_ref(rule.arguments["from"], row),),
        factor=(numerator, denominator),
        decimals=_HUNDREDTHS,
        allows_half_even=rounds_half_even(rule.arguments),
    )


def _constrain_deduction(
    table: Table, rule: Rule, row: int, values: Mapping[CellRef, Decimal]
) -> Iterator[FigureConstraint]:
    """Yield two conditions: the deducted area is a product, and the net area a difference."""
    gross, ratio, deducted, net = (
        table.get_cell_ref(rule.arguments[name], row) for name in ("gross", "ratio", "deducted", "net")
    )
    yield RoundedProduct(
        rule_id=rule.id,
        target=deducted,
        factors=(gross, ratio),
        decimals=_HUNDREDTHS,
        allows_half_even=rounds_half_even(rule.arguments),
    )
    if gross in values and deducted in values:
        base_sum = values[gross] - values[deducted]
        yield RoundedSum(rule_id=rule.id, target=net, parts={gross: 1, deducted: -1}, base_sum=base_sum)


def _constrain_percentage(
    table: Table, rule: Rule, row: int, _: Mapping[CellRef, Decimal]
) -> Iterator[FigureConstraint]:
    yield RoundedProduct(
        rule_id=rule.id,
        target=table.get_cell_ref(rule.arguments["column"], row),
        factors=(table.get_cell_ref(rule.arguments["part"], row),),
        divisors=(table.get_cell_ref(rule.arguments["whole"], row),),
        factor=_PERCENT,
        decimals=_HUNDREDTHS,
        allows_half_even=rounds_half_even(rule.arguments),
    )


def _constrain_share(table: Table, rule: Rule, row: int, _: Mapping[CellRef, Decimal]) -> Iterator[FigureConstraint]:
    """Yield that a percentage is the row's part of the total of a column, if there is one total."""
    if table.total_row is not None:
        part = str(rule.arguments["part"])
        yield RoundedProduct(
            rule_id=rule.id,
            target=table.get_cell_ref(rule.arguments["column"], row),
            factors=(table.get_cell_ref(part, row),),
            divisors=(table.get_cell_ref(part, table.total_row),),
            factor=_PERCENT,
            decimals=_HUNDREDTHS,
            allows_half_even=rounds_half_even(rule.arguments),
        )


def _bound_figures(table: Table, rule: Rule, row: int, _: Mapping[CellRef, Decimal]) -> Iterator[FigureConstraint]:
    for field in table.form.get_fields_by_role(Role.FIGURE):
        if field.name in table.columns:
            yield LowerBound(rule_id=rule.id, target=table.get_cell_ref(field.name, row))


_RowConditionBuilder = Callable[[Table, Rule, int, Mapping[CellRef, Decimal]], Iterator[FigureConstraint]]
_ROW_CONDITIONS: Mapping[str, _RowConditionBuilder] = {
    "completion_rate": _constrain_percentage,
    "converted": _constrain_conversion,
    "deduction": _constrain_deduction,
    "not_negative": _bound_figures,
    "percentage": _constrain_percentage,
    "share_of_total": _constrain_share,
}
# Rules on total rows as well.
_CHECKS_OF_TOTALS = ("not_negative",)
ROW_CONDITION_CHECKS = frozenset(_ROW_CONDITIONS)


def _convert_sum(
    sum_constraint: SumConstraint, tables: Mapping[str, Table], values: Mapping[CellRef, Decimal]
) -> FigureConstraint | None:
    """Return a sum as a condition on its cells, those of plots included."""
    if sum_constraint.plot_group is None:
        return _convert_linear_sum(sum_constraint, values)
    detail = tables[sum_constraint.plot_group.form]
    if sum_constraint.rule.check == "equals_detail":
        return _convert_group_sum(sum_constraint, detail)
    parts, base_sum = _add_up_plots(detail, sum_constraint.field.name, detail.body)
    return RoundedSum(
        rule_id=sum_constraint.rule.id,
        target=sum_constraint.anchor,
        parts=parts,
        base_sum=base_sum,
        tolerance=sum_constraint.linear_constraint.tolerance,
    )


def _convert_linear_sum(sum_constraint: SumConstraint, values: Mapping[CellRef, Decimal]) -> FigureConstraint | None:
    constraint, anchor = sum_constraint.linear_constraint, sum_constraint.anchor
    signs: dict[CellRef, int] = {}
    for term in constraint.terms:
        signs[term.cell] = signs.get(term.cell, 0) + term.sign
    anchor_sign = signs.pop(anchor, 0)
    if abs(anchor_sign) != 1 or any(cell not in values for cell in signs):
        return None
    parts = {cell: -anchor_sign * sign for cell, sign in signs.items() if sign}
    base_sum = anchor_sign * constraint.constant
    for cell, sign in parts.items():
        base_sum += sign * values[cell]
    return RoundedSum(
        rule_id=constraint.rule_id, target=anchor, parts=parts, base_sum=base_sum, tolerance=constraint.tolerance
    )


def _convert_group_sum(sum_constraint: SumConstraint, detail: Table) -> FigureConstraint | None:
    group, detail_sum = sum_constraint.plot_group, get_detail_sum(sum_constraint)
    if group is None:
        return None
    is_member = (pl.col(PROJECT) == group.project) & (pl.col(TOWNSHIP_FULL) == group.township)
    for column, value in detail_sum.get("where", {}).items():
        is_member &= pl.col(column) == value
    parts, base_sum = _add_up_plots(detail, detail_sum["amount"], detail.body.filter(is_member))
    numerator, denominator = map(Decimal, detail_sum["per"])
    return RoundedSum(
        rule_id=sum_constraint.rule.id,
        target=sum_constraint.anchor,
        parts=parts,
        base_sum=base_sum,
        factor=(numerator, denominator),
        decimals=_HUNDREDTHS,
        allows_half_even=rounds_half_even(sum_constraint.rule.arguments),
    )


def _add_up_plots(detail: Table, column: str, rows: pl.DataFrame) -> tuple[dict[CellRef, int], Decimal]:
    """Return the cells of a column with the sign 1, and their sum."""
    known = rows.select(ROW, column).drop_nulls()
    parts = {detail.get_cell_ref(column, row): 1 for row in known[ROW]}
    return parts, sum(known[column], Decimal(0))
