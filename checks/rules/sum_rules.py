"""Rules that are sums, stated as linear constraints; violations are localised over all of them together.

(phases: table and across tables)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from contracts.form_model import Field, Role, Rule
from contracts.plans import Measure

AmountsByCell = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True)
class PlotGroup:
    """The rows of a plot table that a sum adds up: all of them, or those of one project and township."""

    form: str
    project: str | None = ""
    township: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumConstraint:
    """A linear constraint with the rule that requires it.

    *field* and *row* of *table* are the cell of the sum. *plot_group* names the plots whose sum is the constant: the
    constraint is suppressed while one of them has a violation of its own. *plot_cells* are their cells, if they are
    few enough to be named. *annex* names the annex of the plan, or the year of the filing, that the constant is from.
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
        """The cell of the sum."""
        return self.table.get_cell_ref(self.field.name, self.row)

    @property
    def facts(self) -> dict[str, str]:
        """The facts of the message, looked up only if the constraint is violated."""
        return {
            "heading": self.field.heading,
            "total": self.anchor.address,
            "label": self.table.get_row_label(self.row),
            "annex": self.annex,
            "rows": str(self.rule.arguments.get("rows", "")),
        }


def collect_amounts(table: Table) -> dict[CellRef, Decimal]:
    """Return every figure of a table by cell, body and total rows, with the decimals as written.

    The plots of a detail form are summed in frames, so only the figures of its total rows are returned.
    """
    return {table.get_cell_ref(field, row): amount for row, field, amount in table.iter_figures()}


def constrain_column_total(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain each figure of the total row to the sum of the townships above it."""
    total_row = table.total_row
    if total_row is None:
        yield SkippedRule(rule.id, subject.form.title, "no_single_total_row")
        return
    if has_repeated_townships(table, rule.arguments.get("key", ())):
        yield SkippedRule(rule.id, subject.form.title, "township_repeated")
        return
    rows = table.body[ROW].to_list()
    for field in subject.form.get_fields_by_role(Role.FIGURE):
        part_terms = [Term(table.get_cell_ref(field.name, row), 1) for row in rows]
        terms = (*part_terms, Term(table.get_cell_ref(field.name, total_row), -1))
        tolerance = compute_column_tolerance(field, len(rows))
        constraint = LinearConstraint(rule_id=rule.id, terms=terms, tolerance=tolerance)
        yield SumConstraint(linear_constraint=constraint, rule=rule, table=table, field=field, row=total_row)


def compute_column_tolerance(field: Field, row_count: int) -> Decimal:
    """Return half a unit of the last decimal for each row of a rounded field, or 0 if it is not rounded."""
    if not field.rounded:
        return Decimal(0)
    return Decimal(1).scaleb(-field.decimals) / 2 * row_count


def constrain_year_total(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain the years of each row, total rows included, to add up to its total column."""
    year_fields = subject.form.get_fields_by_group(rule.arguments["parts"])
    total = subject.form.get_field(rule.arguments["total"])
    for row in (*table.body[ROW].to_list(), *table.totals[ROW].to_list()):
        part_terms = [Term(table.get_cell_ref(field.name, row), 1) for field in year_fields]
        terms = (*part_terms, Term(table.get_cell_ref(total.name, row), -1))
        yield SumConstraint(
            linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms),
            rule=rule,
            table=table,
            field=total,
            row=row,
        )


def constrain_to_plan(subject: FormUnderCheck, table: Table, rule: Rule) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain every target, by township, year and total, to the plan's."""
    measure = _get_measure(subject, rule)
    if measure is None:
        yield SkippedRule(rule.id, subject.form.title, "no_plan")
        return
    year_fields = subject.form.get_fields_by_group(rule.arguments["parts"])
    fields = (*year_fields, subject.form.get_field(rule.arguments["total"]))
    for row, township in _iter_planned_rows(table, measure):
        targets = _get_targets(measure, township)
        for field in fields:
            yield _build_plan_constraint(table, field, row, rule=rule, expected=targets[field.year], measure=measure)


def _iter_planned_rows(table: Table, measure: Measure) -> Iterator[tuple[int, str | None]]:
    """Yield each row of a township in the plan, then the total row without a township if there is exactly one."""
    for row, township in _map_known_townships(table).items():
        if township in measure.townships:
            yield row, township
    if table.total_row is not None:
        yield table.total_row, None


def _build_plan_constraint(
    table: Table, field: Field, row: int, *, rule: Rule, expected: Decimal, measure: Measure
) -> SumConstraint:
    cell = table.get_cell_ref(field.name, row)
    constraint = LinearConstraint(rule_id=rule.id, terms=(Term(cell, 1),), constant=expected)
    return SumConstraint(
        linear_constraint=constraint, rule=rule, table=table, field=field, row=row, annex=measure.annex
    )


def _get_targets(measure: Measure, township: str | None) -> dict[int | None, Decimal]:
    """Return the targets of a township, or of the county if it is None, by year; the total has the key None."""
    if township is None:
        targets, total = measure.by_year, measure.total
    else:
        targets, total = measure.townships[township], measure.totals_by_township[township]
    return {**dict[int | None, Decimal](targets.items()), None: total}


def _get_measure(subject: FormUnderCheck, rule: Rule) -> Measure | None:
    plan = subject.submission.plan
    if plan is None:
        return None
    return plan.measures.get(rule.arguments["measure"])


def check_townships_as_planned(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a township of the plan without a row, and a row whose township is not in the plan."""
    table, measure = subject.table, _get_measure(subject, rule)
    if table is None or measure is None:
        return
    township_column = subject.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    for row, name in _map_known_townships(table).items():
        if name not in measure.townships:
            cell = table.get_cell_ref(township_column, row)
            facts = {"label": name, "cell": cell.address, "annex": measure.annex}
            yield Violation(
                rule=rule, sheet=table.sheet, cell=cell, cells=(cell,), variant="extra", facts=facts, value=name
            )
    missing_townships = find_townships_without_row(subject, rule)
    if missing_townships:
        cell = table.get_cell_ref(township_column, _get_insertion_row(table))
        facts = {"missing": "、".join(missing_townships), "cell": cell.address, "annex": measure.annex}
        yield Violation(rule=rule, sheet=table.sheet, cell=cell, cells=(cell,), variant="missing", facts=facts)


def _get_insertion_row(table: Table) -> int:
    """Return the row beside which missing rows belong: the first total row, or the header row without one."""
    if table.totals.height:
        return int(table.totals[ROW][0])
    return table.header_row


def find_townships_without_row(subject: FormUnderCheck, rule: Rule) -> tuple[str, ...]:
    """Return the plan's townships without a row; none if rows with unknown or repeated names could be theirs."""
    table, measure = subject.table, _get_measure(subject, rule)
    if table is None or measure is None:
        return ()
    names = table.body[TOWNSHIP_FULL].to_list()
    missing_townships = tuple(township for township in measure.townships if township not in names)
    ambiguous_row_count = len(names) - len(set(names) - {None})
    if len(missing_townships) <= ambiguous_row_count:
        return ()
    return missing_townships


def has_repeated_townships(table: Table, key_columns: Sequence[str] = ()) -> bool:
    """Tell whether a township has more than one row, so that sums over the rows would only repeat that violation.

    *key_columns* are the other columns that distinguish rows, such as the project.
    """
    columns = list(key_columns)
    if TOWNSHIP_FULL in table.body.columns:
        columns.append(TOWNSHIP_FULL)
    if not columns:
        return False
    return bool(table.body.drop_nulls(columns).select(pl.struct(columns).is_duplicated().any()).item())


def list_unique_groups(table: Table) -> list[tuple[int, str, str]]:
    """Return row, project and township of each row whose project and township are known and occur together once."""
    keys = [PROJECT, TOWNSHIP_FULL]
    unique_rows = table.body.drop_nulls(keys).filter(~pl.struct(keys).is_duplicated())
    return list(unique_rows.select(ROW, *keys).rows())


def _map_known_townships(table: Table) -> dict[int, str]:
    """Return the township of each row whose name is known and occurs once."""
    township = pl.col(TOWNSHIP_FULL)
    unique_rows = table.body.filter(township.is_not_null() & ~township.is_duplicated())
    return dict(unique_rows.select(ROW, TOWNSHIP_FULL).rows())


def check_at_least_assigned(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a county's own target that is below the target assigned by the level above."""
    table, measure = subject.table, _get_measure(subject, rule)
    if table is None or measure is None or table.totals.height != 1:
        return
    target = measure.assigned_target
    if target is None:
        return
    total_column = subject.form.get_field(rule.arguments["total"]).name
    total_rows = set(table.totals[ROW])
    for row, column, amount in table.iter_figures():
        if column == total_column and row in total_rows and amount < target:
            yield _build_below_target_violation(table, rule, column, row=row, amount=amount, target=target)


def _build_below_target_violation(
    table: Table, rule: Rule, column: str, *, row: int, amount: Decimal, target: Decimal
) -> Violation:
    cell = table.get_cell_ref(column, row)
    return Violation(
        rule=rule,
        sheet=table.sheet,
        cell=cell,
        cells=(cell,),
        facts={"cell": cell.address, "assigned": str(target), "total": str(amount)},
        value=str(amount),
        expected=str(target),
        difference=str(amount - target),
    )
