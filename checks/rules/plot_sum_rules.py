"""Sums over the rows of a table, and of a table against its plots. (phases: table and across tables)"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.model.violation import SkippedRule, Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import PlotGroup, SumConstraint, list_unique_groups
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Field, Role, Rule

if TYPE_CHECKING:
    from checks.model.cell_ref import CellRef

UNIT_FACTOR_TOLERANCE = Decimal("0.01")  # a mistaken unit is off by a factor, give or take what is missing


def constrain_row_sums(_: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """State that in each row, the total row included, the parts make the whole; that a total has not changed."""
    totals = table.totals[ROW].to_list()
    for row in (*table.body[ROW].to_list(), *totals):
        for wanted in rule.arguments["sums"]:
            yield _build_row_constraint(table, rule, wanted, row)
    for row in totals:
        for wanted in rule.arguments.get("unchanged", ()):
            terms = (
                Term(table.get_cell_ref(wanted["begin"], row), 1),
                Term(table.get_cell_ref(wanted["end"], row), -1),
            )
            field = table.form.get_field(wanted["end"])
            yield SumConstraint(
                linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms),
                rule=rule,
                table=table,
                field=field,
                row=row,
            )


def _build_row_constraint(table: Table, rule: Rule, sum_definition: Mapping[str, Any], row: int) -> SumConstraint:
    total = table.form.get_field(sum_definition["total"])
    signs = {**dict.fromkeys(sum_definition["plus"], 1), **dict.fromkeys(sum_definition.get("minus", ()), -1)}
    terms = (
        *(Term(table.get_cell_ref(name, row), sign) for name, sign in signs.items()),
        Term(table.get_cell_ref(total.name, row), -1),
    )
    rounded = [one for name in (*signs, total.name) for one in [table.form.get_field(name)] if one.rounded]
    relation = LinearConstraint(rule_id=rule.id, terms=terms, tolerance=compute_rounding_tolerance(rounded))
    return SumConstraint(linear_constraint=relation, rule=rule, table=table, field=total, row=row)


def compute_rounding_tolerance(rounded_fields: list[Field]) -> Decimal:
    """Return what rounding alone explains: half a unit of the last place for each rounded term."""
    return sum((Decimal(1).scaleb(-one.decimals) / 2 for one in rounded_fields), Decimal(0))


def constrain_detail_total(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """State that the total row of a plot table is the sum of its plots; the plots are summed in one pass."""
    row = table.total_row
    if row is None:
        yield SkippedRule(rule.id, subject.form.title, "no_single_total_row")
        return
    fields = subject.form.get_fields_by_role(Role.FIGURE)
    few = table.body[ROW].to_list() if table.body.height <= subject.form.max_findings_per_rule else []
    sums = table.body.select(pl.col(one.name).sum() for one in fields).row(0, named=True)
    for field in fields:
        relation = LinearConstraint(
            rule_id=rule.id,
            terms=(Term(table.get_cell_ref(field.name, row), 1),),
            constant=sums[field.name].normalize(),
            tolerance=compute_rounding_tolerance([field] if field.rounded else []) * table.body.height,
        )
        yield SumConstraint(
            linear_constraint=relation,
            rule=rule,
            table=table,
            field=field,
            row=row,
            plot_group=PlotGroup(subject.form.name),
            plot_cells=tuple(table.get_cell_ref(field.name, one) for one in few),
        )


def constrain_to_detail(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """State that each figure of the summary is what its plots make, by project and township."""
    for wanted in rule.arguments["sums"]:
        detail = subject.tables.get(wanted["form"])
        if detail is None:
            yield SkippedRule(rule.id, subject.form.title, "not_recognised")
            continue
        due = _compute_group_sums(detail, wanted)
        field = subject.form.get_field(wanted["column"])
        for row, project, township in list_unique_groups(table):
            relation = LinearConstraint(
                rule_id=rule.id,
                terms=(Term(table.get_cell_ref(field.name, row), 1),),
                constant=due.get((project, township), Decimal(0)),
            )
            group = PlotGroup(detail.form.name, project, township)
            yield SumConstraint(
                linear_constraint=relation, rule=rule, table=table, field=field, row=row, plot_group=group
            )


def _compute_group_sums(detail: Table, sum_definition: Mapping[str, Any]) -> dict[tuple[str, str], Decimal]:
    rows = detail.body
    for column, value in sum_definition.get("where", {}).items():
        rows = rows.filter(pl.col(column) == value)
    sums = (
        rows.drop_nulls([PROJECT, TOWNSHIP_FULL])
        .group_by(PROJECT, TOWNSHIP_FULL)
        .agg(pl.col(sum_definition["amount"]).sum())
    )
    times, over = sum_definition["per"]
    return {
        (project, township): _round_to_hundredths(amount * times / over) for project, township, amount in sums.rows()
    }


def _round_to_hundredths(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def constrain_to_other_table(
    subject: FormUnderCheck, table: Table, rule: Rule
) -> Iterator[SumConstraint | SkippedRule]:
    """State that a township's figure is the sum of its figures in another table."""
    other = subject.tables.get(rule.arguments["form"])
    if other is None:
        yield SkippedRule(rule.id, subject.form.title, "not_recognised")
        return
    field = subject.form.get_field(rule.arguments["column"])
    sources: dict[str, list[CellRef]] = {}
    for row, name in other.body.select(ROW, TOWNSHIP_FULL).drop_nulls().rows():
        sources.setdefault(name, []).append(other.get_cell_ref(rule.arguments["amount"], row))
    once = table.body.drop_nulls([TOWNSHIP_FULL]).filter(~pl.col(TOWNSHIP_FULL).is_duplicated())
    for row, name in once.select(ROW, TOWNSHIP_FULL).rows():
        terms = (*(Term(cell, 1) for cell in sources.get(name, ())), Term(table.get_cell_ref(field.name, row), -1))
        yield SumConstraint(
            linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms),
            rule=rule,
            table=table,
            field=field,
            row=row,
        )


def check_unit_plausible(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault where plots and summary are apart by the factor of a mistaken unit."""
    table, detail = subject.table, subject.tables.get(rule.arguments["detail"])
    if table is None or detail is None or table.totals.height != 1:
        return
    column = rule.arguments["column"]
    times, over = rule.arguments["per"]
    due = (detail.body[rule.arguments["amount"]].sum() or Decimal(0)) * times / over
    seen = sum(table.body[column].drop_nulls(), Decimal(0))
    for factor in map(Decimal, rule.arguments["factors"] if due and seen else ()):
        if abs(seen / due / factor - 1) <= UNIT_FACTOR_TOLERANCE:
            row = int(table.totals[ROW][0])
            facts = {"due": format_value(_round_to_hundredths(due)), "factor": format_value(factor)}
            yield build_violation_at(table, rule, column, row=row, value=seen, related_cells=(), **facts)
