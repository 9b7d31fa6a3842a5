"""Rules against what was filed before or is claimed elsewhere; without it they say that they could not run.

(phase: across years)
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import polars as pl

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.model.filing_history import FilingHistory, PlotClaim
from checks.model.violation import SkippedRule, Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, ROW, Table
from checks.rules.sum_rules import SumConstraint, list_unique_groups
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Rule


def collect_claimed_plots(tables: Iterable[Table]) -> Mapping[str, tuple[str, ...]]:
    """Return the plots that a submission claims, by form: those of every form whose plots may be claimed once only."""
    found = {}
    for table in tables:
        rule = next((one for one in table.form.rules if one.check == "not_filed_before"), None)
        if rule is not None:
            plots = table.body[rule.arguments["column"]].drop_nulls().unique(maintain_order=True)
            found[table.form.name] = tuple(plots.to_list())
    return found


def _get_history_on_file(subject: FormUnderCheck) -> FilingHistory | None:
    """Return the history where last year's figures are in it."""
    history = subject.history
    return history if history is not None and history.figures is not None else None


def _build_skipped_rule(subject: FormUnderCheck, rule: Rule) -> SkippedRule:
    return SkippedRule(rule.id, subject.form.title, "no_history")


def constrain_opening_balances(
    subject: FormUnderCheck, table: Table, rule: Rule
) -> Iterator[SumConstraint | SkippedRule]:
    """State that each opening balance is last year's filed closing balance."""
    history = _get_history_on_file(subject)
    if history is None:
        yield _build_skipped_rule(subject, rule)
        return
    for row, project, township in list_unique_groups(table):
        for pair in rule.arguments["pairs"]:
            due = history.get_figure(subject.form.name, project, township, pair["end"])
            if due is not None:
                terms = (Term(table.get_cell_ref(pair["begin"], row), 1),)
                relation = LinearConstraint(rule_id=rule.id, terms=terms, constant=due)
                field = subject.form.get_field(pair["begin"])
                yield SumConstraint(
                    linear_constraint=relation, rule=rule, table=table, field=field, row=row, annex=str(history.year)
                )


def constrain_cumulative_figures(
    subject: FormUnderCheck, table: Table, rule: Rule
) -> Iterator[SumConstraint | SkippedRule]:
    """State that each cumulative figure is last year's and this year's together; what is new begins at nothing."""
    history = _get_history_on_file(subject)
    if history is None:
        yield _build_skipped_rule(subject, rule)
        return
    for row, project, township in list_unique_groups(table):
        for pair in rule.arguments["pairs"]:
            before = history.get_figure(subject.form.name, project, township, pair["cumulative"]) or Decimal(0)
            field = subject.form.get_field(pair["cumulative"])
            terms = (Term(table.get_cell_ref(field.name, row), 1), Term(table.get_cell_ref(pair["year"], row), -1))
            relation = LinearConstraint(rule_id=rule.id, terms=terms, constant=before)
            yield SumConstraint(
                linear_constraint=relation, rule=rule, table=table, field=field, row=row, annex=str(history.year)
            )


def check_steady(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Find fault with a figure that moved by much since last year."""
    table, history = subject.table, _get_history_on_file(subject)
    if table is None or history is None:
        yield _build_skipped_rule(subject, rule)
        return
    percent, least = Decimal(rule.arguments["percent"]), Decimal(rule.arguments["least"])
    for column in rule.arguments["columns"]:
        amounts = dict(table.body.select(ROW, column).rows())
        for row, project, township in list_unique_groups(table):
            before, now = history.get_figure(subject.form.name, project, township, column), amounts[row]
            if before and now is not None and abs(now - before) > least and abs(now - before) * 100 > before * percent:
                moved = ((now - before) * 100 / before).quantize(Decimal("0.1"))
                facts = {"before": format_value(before), "moved": format_value(moved), "last": str(history.year)}
                yield build_violation_at(table, rule, column, row=row, value=now, related_cells=(), **facts)


def check_not_filed_before(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Find fault with a plot that was accounted in an earlier year, or that another county accounts."""
    table, history = subject.table, subject.history
    if table is None or history is None:
        yield _build_skipped_rule(subject, rule)
        return
    column, forms = rule.arguments["column"], rule.arguments["forms"]
    claims = {one.plot: one for one in sorted(history.claims, reverse=True) if one.form in forms}  # the oldest speaks
    named = table.body.select(ROW, column).filter(pl.col(column).is_in(list(claims))) if claims else table.body.clear()
    for row, plot in named.select(ROW, column).rows():
        yield _build_claim_violation(subject, rule, table, (row, plot), claim=claims[plot])


def _build_claim_violation(
    subject: FormUnderCheck, rule: Rule, table: Table, row_and_plot: tuple[int, str], *, claim: PlotClaim
) -> Violation:
    row, plot = row_and_plot
    own = claim.county == subject.submission.package.county
    county = subject.submission.register.counties.get(claim.county)
    facts = {"year": str(claim.year), "county": county.name if county else claim.county}
    case = "" if own else "elsewhere"
    return build_violation_at(
        table, rule, rule.arguments["column"], row=row, value=plot, variant=case, related_cells=(), **facts
    )


def check_plan_unchanged(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Find fault with a planned figure that differs from last year's; a change needs its own approval."""
    table, history = subject.table, _get_history_on_file(subject)
    if table is None or history is None:
        yield _build_skipped_rule(subject, rule)
        return
    for column in rule.arguments["columns"]:
        for row, project, now in table.body.select(ROW, PROJECT, column).drop_nulls().rows():
            yield from _check_planned_figure(table, rule, history, (column, row, project, now))


def _check_planned_figure(
    table: Table, rule: Rule, history: FilingHistory, planned_figure: tuple[str, int, str, Decimal]
) -> Iterator[Violation]:
    column, row, project, now = planned_figure
    before = history.get_figure(table.form.name, project, "", column)
    if before is not None and before != now:
        case = "lower" if now < before else ""
        yield build_violation_at(
            table,
            rule,
            column,
            row=row,
            value=now,
            variant=case,
            before=format_value(before),
            expected=format_value(before),
        )
