"""Rules that are sums: each states its relations; what is broken, and how it mends, is decided over all of them.

(phases: table and across tables)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.localisation.linear_constraint import Relation, Term
from checks.model.cell_ref import CellRef
from checks.model.violation import NotRun, Offence
from checks.recognition.form_instance import Subject
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from contracts.form_model import Field, Role, Rule
from contracts.plans import Measure

Values = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a plot table that a sum rests on: all of them, or those of one project and township."""

    form: str
    project: str | None = ""
    township: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A relation with the rule that asks for it; *field* and *row* of *table* are the cell that is the sum.

    *rests_on* names the plots whose sum is its constant: it is silent while one of them is itself at fault;
    *plots* are their cells where there are few enough to be named.
    """

    relation: Relation
    rule: Rule
    table: Table
    field: Field
    row: int
    annex: str = ""
    rests_on: Group | None = None
    plots: tuple[CellRef, ...] = ()

    @property
    def anchor(self) -> CellRef:
        """The cell that is the sum."""
        return self.table.ref(self.field.name, self.row)

    @property
    def facts(self) -> dict[str, str]:
        """The facts of its sentence, looked up only where the relation is broken."""
        return {
            "heading": self.field.heading,
            "total": self.anchor.address,
            "label": self.table.label(self.row),
            "annex": self.annex,
            "rows": str(self.rule.arguments.get("rows", "")),
        }


def values_of(table: Table) -> dict[CellRef, Decimal]:
    """Return every figure of a table by cell, body and total rows, with the decimals as written.

    The plots of a detail form are summed in frames; only its total row takes part cell by cell.
    """
    return {table.ref(field, row): amount for row, field, amount in table.figures()}


def column_total(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that each figure of the total row is the sum of the townships above it."""
    total_row = table.total_row
    if total_row is None:
        yield NotRun(rule.id, subject.form.title, "no_single_total_row")
        return
    if has_repeats(table, rule.arguments.get("key", ())):
        yield NotRun(rule.id, subject.form.title, "township_repeated")
        return
    rows = table.body[ROW].to_list()
    for field in subject.form.of_role(Role.FIGURE):
        total = table.ref(field.name, total_row)
        terms = (*(Term(table.ref(field.name, row), 1) for row in rows), Term(total, -1))
        slack = Decimal(1).scaleb(-field.decimals) / 2 * len(rows) if field.rounded else Decimal(0)
        relation = Relation(rule=rule.id, terms=terms, tolerance=slack)
        yield Stated(relation=relation, rule=rule, table=table, field=field, row=total_row)


def row_sum(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that the years of each row, the total row included, add up to its total column."""
    parts = subject.form.of_stem(rule.arguments["parts"])
    total = subject.form.field(rule.arguments["total"])
    for row in (*table.body[ROW].to_list(), *table.totals[ROW].to_list()):
        anchor = table.ref(total.name, row)
        terms = (*(Term(table.ref(part.name, row), 1) for part in parts), Term(anchor, -1))
        yield Stated(relation=Relation(rule=rule.id, terms=terms), rule=rule, table=table, field=total, row=row)


def equals_plan(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that every target, by township, year and total, is the plan's."""
    measure = _measure(subject, rule)
    if measure is None:
        yield NotRun(rule.id, subject.form.title, "no_plan")
        return
    due = {row: _targets(measure, name) for row, name in _certain(table).items() if name in measure.townships}
    if table.total_row is not None:  # of several, which one is the total is not ours to say
        due[table.total_row] = _targets(measure, None)
    for row, targets in due.items():
        for field in (
            *subject.form.of_stem(rule.arguments["parts"]),
            subject.form.field(rule.arguments["total"]),
        ):
            yield _as_planned(table, field, row, rule=rule, due=targets[field.year], measure=measure)


def _as_planned(table: Table, field: Field, row: int, *, rule: Rule, due: Decimal, measure: Measure) -> Stated:
    cell = table.ref(field.name, row)
    relation = Relation(rule=rule.id, terms=(Term(cell, 1),), constant=due)
    return Stated(relation=relation, rule=rule, table=table, field=field, row=row, annex=measure.annex)


def _targets(measure: Measure, township: str | None) -> dict[int | None, Decimal]:
    years = measure.by_year if township is None else measure.townships[township]
    total = measure.total if township is None else measure.totals[township]
    return {**dict[int | None, Decimal](years.items()), None: total}


def _measure(subject: Subject, rule: Rule) -> Measure | None:
    plan = subject.submission.plan
    return plan.measures.get(rule.arguments["measure"]) if plan else None


def townships_as_planned(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a township of the plan that has no row, and with a row whose township is not in the plan."""
    table, measure = subject.table, _measure(subject, rule)
    if table is None or measure is None:
        return
    township = subject.form.of_role(Role.TOWNSHIP)[0]
    for row, name in _certain(table).items():
        if name not in measure.townships:
            cell = table.ref(township.name, row)
            facts = {"label": name, "cell": cell.address, "annex": measure.annex}
            yield Offence(rule=rule, sheet=table.sheet, cell=cell, cells=(cell,), case="extra", facts=facts, value=name)
    if lost := townships_without_row(subject, rule):
        cell = table.ref(township.name, int(table.totals[ROW][0]) if table.totals.height else table.header_row)
        facts = {"missing": "、".join(lost), "cell": cell.address, "annex": measure.annex}
        yield Offence(rule=rule, sheet=table.sheet, cell=cell, cells=(cell,), case="missing", facts=facts)


def townships_without_row(subject: Subject, rule: Rule) -> tuple[str, ...]:
    """Return the plan's townships that have no row, none while unknown or repeated names could be theirs."""
    table, measure = subject.table, _measure(subject, rule)
    if table is None or measure is None:
        return ()
    names = table.body[TOWNSHIP_FULL].to_list()
    missing = tuple(name for name in measure.townships if name not in names)
    return missing if len(missing) > len(names) - len(set(names) - {None}) else ()


def has_repeats(table: Table, key: Sequence[str] = ()) -> bool:
    """Tell whether a township has more than one row: then no sum over them says anything new.

    *key* names what else tells rows apart, such as the project.
    """
    names = [*key, *([TOWNSHIP_FULL] if TOWNSHIP_FULL in table.body.columns else [])]
    return bool(names) and bool(table.body.drop_nulls(names).select(pl.struct(names).is_duplicated().any()).item())


def groups_once(table: Table) -> list[tuple[int, str, str]]:
    """Return row, project and township of each row where both are known and stand there together once."""
    keys = [PROJECT, TOWNSHIP_FULL]
    once = table.body.drop_nulls(keys).filter(~pl.struct(keys).is_duplicated())
    return list(once.select(ROW, *keys).rows())


def _certain(table: Table) -> dict[int, str]:
    """Return the township of each row whose name is known and stands there once."""
    names = table.body.filter(pl.col(TOWNSHIP_FULL).is_not_null() & ~pl.col(TOWNSHIP_FULL).is_duplicated())
    return dict(names.select(ROW, TOWNSHIP_FULL).rows())


def at_least_assigned(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with an own target that stays below what the level above assigned."""
    table, measure = subject.table, _measure(subject, rule)
    if table is None or measure is None or measure.assigned is None or table.totals.height != 1:
        return
    total = subject.form.field(rule.arguments["total"])
    totals = set(table.totals[ROW])
    for row, field, amount in table.figures():
        if field == total.name and row in totals and amount < measure.assigned:
            cell = table.ref(total.name, row)
            yield Offence(
                rule=rule,
                sheet=table.sheet,
                cell=cell,
                cells=(cell,),
                facts={"cell": cell.address, "assigned": str(measure.assigned), "total": str(amount)},
                value=str(amount),
                expected=str(measure.assigned),
                difference=str(amount - measure.assigned),
            )
