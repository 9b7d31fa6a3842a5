"""Sums over the rows of a table, and of a table against its plots. (phases: table and across tables)"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.recognition.column_names import NAMELESS, ROW, list_figure_names, name_number_column
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.area_rules import rounds_half_even
from checks.rules.sum_rules import PlotGroup, SumConstraint, compute_column_tolerance, list_unique_groups
from checks.rules.violation_builder import build_violation_at, format_value, join_names, list_column_cells
from contracts.form_model import Field, Role, Rule

# A mistaken unit is off by its factor, apart from the plots that are missing.
UNIT_FACTOR_TOLERANCE = Decimal("0.01")
# A subtotal may add up the groups of so many subtotals before it.
_MAX_GROUPS = 20
_LAST_ROW = 1 << 31
_HUNDREDTH = Decimal("0.01")


def constrain_row_sums(_: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain each row, total rows included, to the sums that the rule lists.

    In total rows the columns of each pair that the rule lists under ``unchanged`` must be equal too.
    """
    total_rows = table.totals[ROW].to_list()
    for row in (*table.body[ROW].to_list(), *total_rows):
        for sum_definition in rule.arguments["sums"]:
            yield _build_row_constraint(table, rule, sum_definition, row=row)
    for row in total_rows:
        for pair in rule.arguments.get("unchanged", ()):
            begin_cell, end_cell = table.get_cell_ref(pair["begin"], row), table.get_cell_ref(pair["end"], row)
            terms = (Term(begin_cell, 1), Term(end_cell, -1))
            yield SumConstraint(
                linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms),
                rule=rule,
                table=table,
                field=table.form.get_field(pair["end"]),
                row=row,
            )


def _build_row_constraint(table: Table, rule: Rule, sum_definition: Mapping[str, Any], *, row: int) -> SumConstraint:
    total = table.form.get_field(sum_definition["total"])
    signs = {**dict.fromkeys(sum_definition["plus"], 1), **dict.fromkeys(sum_definition.get("minus", ()), -1)}
    part_terms = [Term(table.get_cell_ref(name, row), sign) for name, sign in signs.items()]
    terms = (*part_terms, Term(table.get_cell_ref(total.name, row), -1))
    tolerance = compute_rounding_tolerance(_list_rounded_fields(table, (*signs, total.name)))
    constraint = LinearConstraint(rule_id=rule.id, terms=terms, tolerance=tolerance)
    return SumConstraint(linear_constraint=constraint, rule=rule, table=table, field=total, row=row)


def _list_rounded_fields(table: Table, names: Iterable[str]) -> list[Field]:
    fields = map(table.form.get_field, names)
    return [field for field in fields if field.rounded]


def compute_rounding_tolerance(rounded_fields: list[Field]) -> Decimal:
    """Return the difference that rounding alone explains: half a unit of the last decimal for each rounded field."""
    tolerance = Decimal(0)
    for field in rounded_fields:
        tolerance += Decimal(1).scaleb(-field.decimals) / 2
    return tolerance


def constrain_detail_total(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain the total row of a plot table to the sum of its plots, which are summed in one pass."""
    total_row = table.total_row
    if total_row is None:
        yield SkippedRule(rule.id, subject.form.title, "no_single_total_row")
        return
    fields = subject.form.get_fields_by_role(Role.FIGURE)
    sums = table.body.select(pl.col(field.name).sum() for field in fields).row(0, named=True)
    plot_rows = _list_plots_named_in_findings(subject, table)
    for field in fields:
        constraint = LinearConstraint(
            rule_id=rule.id,
            terms=(Term(table.get_cell_ref(field.name, total_row), 1),),
            constant=sums[field.name].normalize(),
            tolerance=compute_rounding_tolerance(_list_rounded_fields(table, [field.name])) * table.body.height,
        )
        yield SumConstraint(
            linear_constraint=constraint,
            rule=rule,
            table=table,
            field=field,
            row=total_row,
            plot_group=PlotGroup(subject.form.name),
            plot_cells=tuple(list_column_cells(table, field.name, plot_rows)),
        )


def _list_plots_named_in_findings(subject: FormUnderCheck, table: Table) -> list[int]:
    """Return the rows of the plots if there are few enough to name in a finding, else none."""
    if table.body.height > subject.form.max_findings_per_rule:
        return []
    return table.body[ROW].to_list()


def constrain_to_detail(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain each figure of the summary to the sum of its plots, by project and township."""
    for sum_definition in rule.arguments["sums"]:
        detail = subject.tables.get(sum_definition["form"])
        if detail is None:
            yield SkippedRule(rule.id, subject.form.title, "not_recognised")
            continue
        expected_sums = _compute_group_sums(detail, sum_definition)
        field = subject.form.get_field(sum_definition["column"])
        stated_amounts = dict(table.body.select(ROW, field.name).rows())
        for row, project, township in list_unique_groups(table):
            constraint = LinearConstraint(
                rule_id=rule.id,
                terms=(Term(table.get_cell_ref(field.name, row), 1),),
                constant=_round_as_stated(
                    expected_sums.get((project, township), Decimal(0)), stated_amounts.get(row), rule
                ),
            )
            plot_group = PlotGroup(detail.form.name, project, township)
            yield SumConstraint(
                linear_constraint=constraint, rule=rule, table=table, field=field, row=row, plot_group=plot_group
            )


def _round_as_stated(amount: Decimal, stated_amount: Decimal | None, rule: Rule) -> Decimal:
    """Round an amount to hundredths half up or, if the rule accepts that and it is stated so, half to even."""
    if rounds_half_even(rule.arguments):
        rounded = amount.quantize(_HUNDREDTH, ROUND_HALF_EVEN)
        if rounded == stated_amount:
            return rounded
    return amount.quantize(_HUNDREDTH, ROUND_HALF_UP)


def _compute_group_sums(detail: Table, sum_definition: Mapping[str, Any]) -> dict[tuple[str, str], Decimal]:
    """Return the sum of the plots by project and township, converted to the unit of the summary."""
    rows = detail.body
    for column, value in sum_definition.get("where", {}).items():
        rows = rows.filter(pl.col(column) == value)
    groups = rows.drop_nulls([PROJECT, TOWNSHIP_FULL]).group_by(PROJECT, TOWNSHIP_FULL)
    sums = groups.agg(pl.col(sum_definition["amount"]).sum())
    numerator, denominator = sum_definition["per"]
    return {(project, township): amount * numerator / denominator for project, township, amount in sums.rows()}


def constrain_to_other_table(
    subject: FormUnderCheck, table: Table, rule: Rule
) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain a township's figure to the sum of its figures in another table."""
    other = subject.tables.get(rule.arguments["form"])
    if other is None:
        yield SkippedRule(rule.id, subject.form.title, "not_recognised")
        return
    field = subject.form.get_field(rule.arguments["column"])
    cells_by_township = _map_cells_by_township(other, rule.arguments["amount"])
    named_rows = table.body.drop_nulls([TOWNSHIP_FULL])
    unique_rows = named_rows.filter(~pl.col(TOWNSHIP_FULL).is_duplicated())
    for row, township in unique_rows.select(ROW, TOWNSHIP_FULL).rows():
        part_terms = [Term(cell, 1) for cell in cells_by_township.get(township, ())]
        terms = (*part_terms, Term(table.get_cell_ref(field.name, row), -1))
        yield SumConstraint(
            linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms),
            rule=rule,
            table=table,
            field=field,
            row=row,
        )


def _map_cells_by_township(table: Table, column: str) -> dict[str, list[CellRef]]:
    cells_by_township: dict[str, list[CellRef]] = {}
    for row, township in table.body.select(ROW, TOWNSHIP_FULL).drop_nulls().rows():
        cells_by_township.setdefault(township, []).append(table.get_cell_ref(column, row))
    return cells_by_township


def check_unit_plausible(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report plots and a summary that differ by the factor between two area units."""
    table, detail = subject.table, subject.tables.get(rule.arguments["detail"])
    if table is None or detail is None or table.totals.height != 1:
        return
    column = rule.arguments["column"]
    numerator, denominator = rule.arguments["per"]
    expected = (detail.body[rule.arguments["amount"]].sum() or Decimal(0)) * numerator / denominator
    actual = sum(table.body[column].drop_nulls(), Decimal(0))
    if not expected or not actual:
        return
    for factor in map(Decimal, rule.arguments["factors"]):
        if abs(actual / expected / factor - 1) <= UNIT_FACTOR_TOLERANCE:
            total_row = int(table.totals[ROW][0])
            facts = {"due": format_value(expected.quantize(_HUNDREDTH, ROUND_HALF_UP)), "factor": format_value(factor)}
            yield build_violation_at(table, rule, column, row=total_row, value=actual, related_cells=(), **facts)


def check_subtotals(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each subtotal that is not the sum of the rows of its group, once for all its columns."""
    table = subject.table
    if table is None or table.subtotals.is_empty():
        return
    fields = {name: subject.form.get_field(name) for name in list_figure_names(subject.form, table.subtotals.columns)}
    for row in table.subtotals.iter_rows(named=True):
        groups = [_find_subtotal_gaps(table, fields, row, group) for group in _list_groups(table, row[ROW])]
        gaps = min(groups, key=len, default={})
        # A subtotal with a name of its own may add up rows that stand apart, unless some column shows its group.
        agreeing_amounts = [row[name_number_column(name)] for name in fields if name not in gaps]
        is_of_group = row[NAMELESS] or any(Decimal(amount or 0) for amount in agreeing_amounts)
        gaps = {name: gap for name, gap in gaps.items() if gap[1] != _compute_total_gap(table, name)}
        if gaps and is_of_group:
            yield _build_subtotal_violation(table, rule, row[ROW], gaps)


def _list_groups(table: Table, row: int) -> list[tuple[int, int]]:
    """Return the spans of rows that a subtotal may add up, the nearest first: rows above it, else those below."""
    rows = table.subtotals[ROW].to_list()
    starts = [0, *(other for other in rows if other < row)]
    ends = [*(other for other in rows if other > row), _LAST_ROW]
    if len(starts) == 1 and row < min(table.body[ROW].to_list(), default=0):
        return [(row, end) for end in ends[:_MAX_GROUPS]]
    if min(rows) < min(table.body[ROW].to_list(), default=0):
        return [(row, ends[0])]
    return [(start, row) for start in starts[: -_MAX_GROUPS - 1 : -1]]


def _find_subtotal_gaps(
    table: Table, fields: Mapping[str, Field], subtotal: Mapping[str, str | None], group: tuple[int, int]
) -> dict[str, tuple[Decimal, Decimal]]:
    """Return the sum of the rows between two others, and what a subtotal has beyond it, by column that differs."""
    rows = table.body.filter(pl.col(ROW).is_between(*group, closed="none"))
    gaps: dict[str, tuple[Decimal, Decimal]] = {}
    for name, field in fields.items():
        text = subtotal[name_number_column(name)]
        expected = sum(rows[name].drop_nulls(), Decimal(0))
        gap = Decimal(text or 0) - expected
        tolerance = compute_column_tolerance(field, rows.height)
        if text is not None and abs(gap) > tolerance:
            gaps[name] = (expected, gap)
    return gaps


def _compute_total_gap(table: Table, column: str) -> Decimal | None:
    """Return what the total has beyond the sum of the rows, or None unless there is one total."""
    if table.total_row is None or table.totals[column][0] is None:
        return None
    total: Decimal = table.totals[column][0] - sum(table.body[column].drop_nulls(), Decimal(0))
    return total


def _build_subtotal_violation(
    table: Table, rule: Rule, row: int, gaps: Mapping[str, tuple[Decimal, Decimal]]
) -> Violation:
    """Return the violation at the first wrong column; a total that agrees with the rows shows that they are right."""
    (column, (expected, gap)), *others = gaps.items()
    names = dict(table.subtotals.select(ROW, name_number_column(column)).rows())
    facts = {
        "due": format_value(expected),
        "expected": format_value(expected),
        "difference": format_value(abs(gap)),
        "steps": join_names(
            [f"{table.get_cell_ref(name, row).address} {format_value(due)}" for name, (due, _) in gaps.items()]
        ),
        "count": str(len(gaps)),
    }
    return build_violation_at(
        table,
        rule,
        column,
        row=row,
        value=Decimal(names[row]),
        variant="several" if others else "",
        related_cells=[table.get_cell_ref(name, row) for name, _ in others],
        **facts,
    )
