"""Rules against what was filed before or is claimed elsewhere; without it they say that they could not run.

(phase: across years)
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import polars as pl

from checks.localisation.linear_constraint import Relation, Term
from checks.model.filing_history import Claim, History
from checks.model.violation import NotRun, Offence
from checks.recognition.form_instance import Subject
from checks.recognition.table import PROJECT, ROW, Table
from checks.rules.sum_rules import Stated, groups_once
from checks.rules.violation_builder import offence_at, said
from contracts.form_model import Rule


def claimed_plots(tables: Iterable[Table]) -> Mapping[str, tuple[str, ...]]:
    """Return the plots that a submission claims, by form: those of every form whose plots may be claimed once only."""
    found = {}
    for table in tables:
        rule = next((one for one in table.form.rules if one.check == "not_filed_before"), None)
        if rule is not None:
            plots = table.body[rule.arguments["column"]].drop_nulls().unique(maintain_order=True)
            found[table.form.name] = tuple(plots.to_list())
    return found


def _on_file(subject: Subject) -> History | None:
    """Return the history where last year's figures are in it."""
    history = subject.history
    return history if history is not None and history.figures is not None else None


def _not_run(subject: Subject, rule: Rule) -> NotRun:
    return NotRun(rule.id, subject.form.title, "no_history")


def begins_as_ended(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that each opening balance is last year's filed closing balance."""
    history = _on_file(subject)
    if history is None:
        yield _not_run(subject, rule)
        return
    for row, project, township in groups_once(table):
        for pair in rule.arguments["pairs"]:
            due = history.figure(subject.form.name, project, township, pair["end"])
            if due is not None:
                terms = (Term(table.ref(pair["begin"], row), 1),)
                relation = Relation(rule=rule.id, terms=terms, constant=due)
                field = subject.form.field(pair["begin"])
                yield Stated(relation=relation, rule=rule, table=table, field=field, row=row, annex=str(history.year))


def carries_forward(subject: Subject, table: Table, rule: Rule) -> Iterator[Stated | NotRun]:
    """State that each cumulative figure is last year's and this year's together; what is new begins at nothing."""
    history = _on_file(subject)
    if history is None:
        yield _not_run(subject, rule)
        return
    for row, project, township in groups_once(table):
        for pair in rule.arguments["pairs"]:
            before = history.figure(subject.form.name, project, township, pair["cumulative"]) or Decimal(0)
            field = subject.form.field(pair["cumulative"])
            terms = (Term(table.ref(field.name, row), 1), Term(table.ref(pair["year"], row), -1))
            relation = Relation(rule=rule.id, terms=terms, constant=before)
            yield Stated(relation=relation, rule=rule, table=table, field=field, row=row, annex=str(history.year))


def steady(subject: Subject, rule: Rule) -> Iterator[Offence | NotRun]:
    """Find fault with a figure that moved by much since last year."""
    table, history = subject.table, _on_file(subject)
    if table is None or history is None:
        yield _not_run(subject, rule)
        return
    percent, least = Decimal(rule.arguments["percent"]), Decimal(rule.arguments["least"])
    for column in rule.arguments["columns"]:
        amounts = dict(table.body.select(ROW, column).rows())
        for row, project, township in groups_once(table):
            before, now = history.figure(subject.form.name, project, township, column), amounts[row]
            if before and now is not None and abs(now - before) > least and abs(now - before) * 100 > before * percent:
                moved = ((now - before) * 100 / before).quantize(Decimal("0.1"))
                facts = {"before": said(before), "moved": said(moved), "last": str(history.year)}
                yield offence_at(table, rule, column, row=row, value=now, involved=(), **facts)


def not_filed_before(subject: Subject, rule: Rule) -> Iterator[Offence | NotRun]:
    """Find fault with a plot that was accounted in an earlier year, or that another county accounts."""
    table, history = subject.table, subject.history
    if table is None or history is None:
        yield _not_run(subject, rule)
        return
    column, forms = rule.arguments["column"], rule.arguments["forms"]
    claims = {one.plot: one for one in sorted(history.claims, reverse=True) if one.form in forms}  # the oldest speaks
    named = table.body.select(ROW, column).filter(pl.col(column).is_in(list(claims))) if claims else table.body.clear()
    for row, plot in named.select(ROW, column).rows():
        yield _claimed(subject, rule, table, (row, plot), claim=claims[plot])


def _claimed(subject: Subject, rule: Rule, table: Table, place: tuple[int, str], *, claim: Claim) -> Offence:
    row, plot = place
    own = claim.county == subject.submission.package.county
    county = subject.submission.register.counties.get(claim.county)
    facts = {"year": str(claim.year), "county": county.name if county else claim.county}
    case = "" if own else "elsewhere"
    return offence_at(table, rule, rule.arguments["column"], row=row, value=plot, case=case, involved=(), **facts)


def plan_unchanged(subject: Subject, rule: Rule) -> Iterator[Offence | NotRun]:
    """Find fault with a planned figure that differs from last year's; a change needs its own approval."""
    table, history = subject.table, _on_file(subject)
    if table is None or history is None:
        yield _not_run(subject, rule)
        return
    for column in rule.arguments["columns"]:
        for row, project, now in table.body.select(ROW, PROJECT, column).drop_nulls().rows():
            yield from _changed(table, rule, history, (column, row, project, now))


def _changed(table: Table, rule: Rule, history: History, planned: tuple[str, int, str, Decimal]) -> Iterator[Offence]:
    column, row, project, now = planned
    before = history.figure(table.form.name, project, "", column)
    if before is not None and before != now:
        case = "lower" if now < before else ""
        yield offence_at(table, rule, column, row=row, value=now, case=case, before=said(before), expected=said(before))
