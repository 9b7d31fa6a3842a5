"""Sums over the rows of a table, and of a table against its plots. (phases: table and across tables)"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from checks.localisation.linear_constraint import Relation, Term
from checks.model.violation import NotRun, Offence
from checks.recognition.form_instance import Subject
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import Group, Stated, groups_once
from checks.rules.violation_builder import offence_at, said
from contracts.form_model import Field, Role, Rule

if TYPE_CHECKING:
    from checks.model.cell_ref import CellRef

UNIT_FACTOR_SLACK = Decimal("0.01")  # a mistaken unit is off by a factor, give or take what is missing


def row_sums(_: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that in each row, the total row included, the parts make the whole; that a total has not changed."""
    totals = table.totals[ROW].to_list()
    for row in (*table.body[ROW].to_list(), *totals):
        for wanted in rule.arguments["sums"]:
            yield _row_sum(table, rule, wanted, row)
    for row in totals:
        for wanted in rule.arguments.get("unchanged", ()):
            terms = (Term(table.ref(wanted["begin"], row), 1), Term(table.ref(wanted["end"], row), -1))
            field = table.form.field(wanted["end"])
            yield Stated(relation=Relation(rule=rule.id, terms=terms), rule=rule, table=table, field=field, row=row)


def _row_sum(table: Table, rule: Rule, wanted: Mapping[str, Any], row: int) -> Stated:
    total = table.form.field(wanted["total"])
    signs = {**dict.fromkeys(wanted["plus"], 1), **dict.fromkeys(wanted.get("minus", ()), -1)}
    terms = (*(Term(table.ref(name, row), sign) for name, sign in signs.items()), Term(table.ref(total.name, row), -1))
    rounded = [one for name in (*signs, total.name) for one in [table.form.field(name)] if one.rounded]
    relation = Relation(rule=rule.id, terms=terms, tolerance=slack(rounded))
    return Stated(relation=relation, rule=rule, table=table, field=total, row=row)


def slack(rounded: list[Field]) -> Decimal:
    """Return what rounding alone explains: half a unit of the last place for each rounded term."""
    return sum((Decimal(1).scaleb(-one.decimals) / 2 for one in rounded), Decimal(0))


def detail_total(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that the total row of a plot table is the sum of its plots; the plots are summed in one pass."""
    row = table.total_row
    if row is None:
        yield NotRun(rule.id, subject.form.title, "no_single_total_row")
        return
    fields = subject.form.of_role(Role.FIGURE)
    few = table.body[ROW].to_list() if table.body.height <= subject.form.most_worded else []
    sums = table.body.select(pl.col(one.name).sum() for one in fields).row(0, named=True)
    for field in fields:
        relation = Relation(
            rule=rule.id,
            terms=(Term(table.ref(field.name, row), 1),),
            constant=sums[field.name].normalize(),
            tolerance=slack([field] if field.rounded else []) * table.body.height,
        )
        yield Stated(
            relation=relation,
            rule=rule,
            table=table,
            field=field,
            row=row,
            rests_on=Group(subject.form.name),
            plots=tuple(table.ref(field.name, one) for one in few),
        )


def equals_detail(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that each figure of the summary is what its plots make, by project and township."""
    for wanted in rule.arguments["sums"]:
        detail = subject.tables.get(wanted["form"])
        if detail is None:
            yield NotRun(rule.id, subject.form.title, "not_recognised")
            continue
        due = _due_by_group(detail, wanted)
        field = subject.form.field(wanted["column"])
        for row, project, township in groups_once(table):
            relation = Relation(
                rule=rule.id,
                terms=(Term(table.ref(field.name, row), 1),),
                constant=due.get((project, township), Decimal(0)),
            )
            group = Group(detail.form.name, project, township)
            yield Stated(relation=relation, rule=rule, table=table, field=field, row=row, rests_on=group)


def _due_by_group(detail: Table, wanted: Mapping[str, Any]) -> dict[tuple[str, str], Decimal]:
    rows = detail.body
    for column, value in wanted.get("where", {}).items():
        rows = rows.filter(pl.col(column) == value)
    sums = (
        rows.drop_nulls([PROJECT, TOWNSHIP_FULL]).group_by(PROJECT, TOWNSHIP_FULL).agg(pl.col(wanted["amount"]).sum())
    )
    times, over = wanted["per"]
    return {(project, township): _rounded(amount * times / over) for project, township, amount in sums.rows()}


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def equals_sum_of(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that a township's figure is the sum of its figures in another table."""
    other = subject.tables.get(rule.arguments["form"])
    if other is None:
        yield NotRun(rule.id, subject.form.title, "not_recognised")
        return
    field = subject.form.field(rule.arguments["column"])
    sources: dict[str, list[CellRef]] = {}
    for row, name in other.body.select(ROW, TOWNSHIP_FULL).drop_nulls().rows():
        sources.setdefault(name, []).append(other.ref(rule.arguments["amount"], row))
    once = table.body.drop_nulls([TOWNSHIP_FULL]).filter(~pl.col(TOWNSHIP_FULL).is_duplicated())
    for row, name in once.select(ROW, TOWNSHIP_FULL).rows():
        terms = (*(Term(cell, 1) for cell in sources.get(name, ())), Term(table.ref(field.name, row), -1))
        yield Stated(relation=Relation(rule=rule.id, terms=terms), rule=rule, table=table, field=field, row=row)


def unit_plausible(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault where plots and summary are apart by the factor of a mistaken unit."""
    table, detail = subject.table, subject.tables.get(rule.arguments["detail"])
    if table is None or detail is None or table.totals.height != 1:
        return
    column = rule.arguments["column"]
    times, over = rule.arguments["per"]
    due = (detail.body[rule.arguments["amount"]].sum() or Decimal(0)) * times / over
    seen = sum(table.body[column].drop_nulls(), Decimal(0))
    for factor in map(Decimal, rule.arguments["factors"] if due and seen else ()):
        if abs(seen / due / factor - 1) <= UNIT_FACTOR_SLACK:
            row = int(table.totals[ROW][0])
            facts = {"due": said(_rounded(due)), "factor": said(factor)}
            yield offence_at(table, rule, column, row=row, value=seen, involved=(), **facts)
