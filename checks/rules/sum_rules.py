"""Rules that are sums: each states its relations; what is broken, and how it mends, is decided over all of them.

(phases: table and across tables)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from contracts.form_model import Field, Role, Rule
from contracts.plans import Measure

AmountsByCell = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True)
class PlotGroup:
    """The rows of a plot table that a sum rests on: all of them, or those of one project and township."""

    form: str
    project: str | None = ""
    township: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumConstraint:
    """A relation with the rule that asks for it; *field* and *row* of *table* are the cell that is the sum.

    *rests_on* names the plots whose sum is its constant: it is silent while one of them is itself at fault;
    *plots* are their cells where there are few enough to be named.
    """

    linear_constraint: LinearConstraint
    rule: Rule
    table: Table
    field: Field
    row: int
    annex: str = ""
    plot_group: PlotGroup | None = None
    plot_cells: tuple[CellRef, ...] = ()

    @property
    def anchor(self) -> CellRef:
        """The cell that is the sum."""
        return self.table.get_cell_ref(self.field.name, self.row)

    @property
    def facts(self) -> dict[str, str]:
        """The facts of its sentence, looked up only where the relation is broken."""
        return {
            "heading": self.field.heading,
            "total": self.anchor.address,
            "label": self.table.get_row_label(self.row),
            "annex": self.annex,
            "rows": str(self.rule.arguments.get("rows", "")),
        }


def collect_amounts(table: Table) -> dict[CellRef, Decimal]:
    """Return every figure of a table by cell, body and total rows, with the decimals as written.

    The plots of a detail form are summed in frames; only its total row takes part cell by cell.
    """
    return {table.get_cell_ref(field, row): amount for row, field, amount in table.iter_figures()}


def constrain_column_total(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """State that each figure of the total row is the sum of the townships above it."""
    total_row = table.total_row
    if total_row is None:
        yield SkippedRule(rule.id, subject.form.title, "no_single_total_row")
        return
    if has_repeated_townships(table, rule.arguments.get("key", ())):
        yield SkippedRule(rule.id, subject.form.title, "township_repeated")
        return
    rows = table.body[ROW].to_list()
    for field in subject.form.get_fields_by_role(Role.FIGURE):
        total = table.get_cell_ref(field.name, total_row)
        terms = (*(Term(table.get_cell_ref(field.name, row), 1) for row in rows), Term(total, -1))
        slack = Decimal(1).scaleb(-field.decimals) / 2 * len(rows) if field.rounded else Decimal(0)
        relation = LinearConstraint(rule_id=rule.id, terms=terms, tolerance=slack)
        yield SumConstraint(linear_constraint=relation, rule=rule, table=table, field=field, row=total_row)


def constrain_year_total(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """State that the years of each row, the total row included, add up to its total column."""
    parts = subject.form.get_fields_by_group(rule.arguments["parts"])
    total = subject.form.get_field(rule.arguments["total"])
    for row in (*table.body[ROW].to_list(), *table.totals[ROW].to_list()):
        anchor = table.get_cell_ref(total.name, row)
        terms = (*(Term(table.get_cell_ref(part.name, row), 1) for part in parts), Term(anchor, -1))
        yield SumConstraint(
            linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms),
            rule=rule,
            table=table,
            field=total,
            row=row,
        )


def constrain_to_plan(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """State that every target, by township, year and total, is the plan's."""
    measure = _get_measure(subject, rule)
    if measure is None:
        yield SkippedRule(rule.id, subject.form.title, "no_plan")
        return
    due = {
        row: _get_targets(measure, name)
        for row, name in _map_known_townships(table).items()
        if name in measure.townships
    }
    if table.total_row is not None:  # of several, which one is the total is not ours to say
        due[table.total_row] = _get_targets(measure, None)
    for row, targets in due.items():
        for field in (
            *subject.form.get_fields_by_group(rule.arguments["parts"]),
            subject.form.get_field(rule.arguments["total"]),
        ):
            yield _build_plan_constraint(table, field, row, rule=rule, expected=targets[field.year], measure=measure)


def _build_plan_constraint(
    table: Table, field: Field, row: int, *, rule: Rule, expected: Decimal, measure: Measure
) -> SumConstraint:
    cell = table.get_cell_ref(field.name, row)
    relation = LinearConstraint(rule_id=rule.id, terms=(Term(cell, 1),), constant=expected)
    return SumConstraint(linear_constraint=relation, rule=rule, table=table, field=field, row=row, annex=measure.annex)


def _get_targets(measure: Measure, township: str | None) -> dict[int | None, Decimal]:
    years = measure.by_year if township is None else measure.townships[township]
    total = measure.total if township is None else measure.totals_by_township[township]
    return {**dict[int | None, Decimal](years.items()), None: total}


def _get_measure(subject: FormUnderCheck, rule: Rule) -> Measure | None:
    plan = subject.submission.plan
    return plan.measures.get(rule.arguments["measure"]) if plan else None


def check_townships_as_planned(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a township of the plan that has no row, and with a row whose township is not in the plan."""
    table, measure = subject.table, _get_measure(subject, rule)
    if table is None or measure is None:
        return
    township = subject.form.get_fields_by_role(Role.TOWNSHIP)[0]
    for row, name in _map_known_townships(table).items():
        if name not in measure.townships:
            cell = table.get_cell_ref(township.name, row)
            facts = {"label": name, "cell": cell.address, "annex": measure.annex}
            yield Violation(
                rule=rule, sheet=table.sheet, cell=cell, cells=(cell,), variant="extra", facts=facts, value=name
            )
    if lost := find_townships_without_row(subject, rule):
        cell = table.get_cell_ref(township.name, int(table.totals[ROW][0]) if table.totals.height else table.header_row)
        facts = {"missing": "、".join(lost), "cell": cell.address, "annex": measure.annex}
        yield Violation(rule=rule, sheet=table.sheet, cell=cell, cells=(cell,), variant="missing", facts=facts)


def find_townships_without_row(subject: FormUnderCheck, rule: Rule) -> tuple[str, ...]:
    """Return the plan's townships that have no row, none while unknown or repeated names could be theirs."""
    table, measure = subject.table, _get_measure(subject, rule)
    if table is None or measure is None:
        return ()
    names = table.body[TOWNSHIP_FULL].to_list()
    missing = tuple(name for name in measure.townships if name not in names)
    return missing if len(missing) > len(names) - len(set(names) - {None}) else ()


def has_repeated_townships(table: Table, key_columns: Sequence[str] = ()) -> bool:
    """Tell whether a township has more than one row: then no sum over them says anything new.

    *key* names what else tells rows apart, such as the project.
    """
    names = [*key_columns, *([TOWNSHIP_FULL] if TOWNSHIP_FULL in table.body.columns else [])]
    return bool(names) and bool(table.body.drop_nulls(names).select(pl.struct(names).is_duplicated().any()).item())


def list_unique_groups(table: Table) -> list[tuple[int, str, str]]:
    """Return row, project and township of each row where both are known and stand there together once."""
    keys = [PROJECT, TOWNSHIP_FULL]
    once = table.body.drop_nulls(keys).filter(~pl.struct(keys).is_duplicated())
    return list(once.select(ROW, *keys).rows())


def _map_known_townships(table: Table) -> dict[int, str]:
    """Return the township of each row whose name is known and stands there once."""
    names = table.body.filter(pl.col(TOWNSHIP_FULL).is_not_null() & ~pl.col(TOWNSHIP_FULL).is_duplicated())
    return dict(names.select(ROW, TOWNSHIP_FULL).rows())


def check_at_least_assigned(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with an own target that stays below what the level above assigned."""
    table, measure = subject.table, _get_measure(subject, rule)
    if table is None or measure is None or measure.assigned_target is None or table.totals.height != 1:
        return
    total = subject.form.get_field(rule.arguments["total"])
    totals = set(table.totals[ROW])
    for row, field, amount in table.iter_figures():
        if field == total.name and row in totals and amount < measure.assigned_target:
            cell = table.get_cell_ref(total.name, row)
            yield Violation(
                rule=rule,
                sheet=table.sheet,
                cell=cell,
                cells=(cell,),
                facts={"cell": cell.address, "assigned": str(measure.assigned_target), "total": str(amount)},
                value=str(amount),
                expected=str(measure.assigned_target),
                difference=str(amount - measure.assigned_target),
            )
