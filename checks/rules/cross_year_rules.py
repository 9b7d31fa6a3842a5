"""Rules against earlier filings and other submissions; without a filing history they are reported as skipped.

(phase: across years)
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

import polars as pl

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.model.filing_history import FilingHistory, PlotClaim
from checks.model.violation import SkippedRule, Violation
from checks.parsing.code_spellings import standardise_plot
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.agreement.successions import is_part_of_split
from checks.rules.sum_rules import SumConstraint, list_unique_groups
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Role, Rule


def collect_claimed_plots(tables: Iterable[Table]) -> Mapping[str, tuple[str, ...]]:
    """Return the plots that a submission claims, by form: those of every form whose plots may be claimed only once."""
    plots_by_form = {}
    for table in tables:
        rule = next((rule for rule in table.form.rules if rule.check == "not_filed_before"), None)
        if rule is not None:
            plots = table.body[rule.arguments["column"]].drop_nulls().unique(maintain_order=True)
            plots_by_form[table.form.name] = tuple(plots.to_list())
    return plots_by_form


def _get_history_on_file(subject: FormUnderCheck) -> FilingHistory | None:
    """Return the filing history, or None if it lacks last year's figures."""
    history = subject.history
    if history is None or history.figures is None:
        return None
    return history


def _build_skipped_rule(subject: FormUnderCheck, rule: Rule) -> SkippedRule:
    return SkippedRule(rule.id, subject.form.title, "no_history")


def constrain_opening_balances(
    subject: FormUnderCheck, table: Table, rule: Rule
) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain each opening balance to last year's filed closing balance."""
    history = _get_history_on_file(subject)
    if history is None:
        yield _build_skipped_rule(subject, rule)
        return
    for row, project, township in list_unique_groups(table):
        for pair in rule.arguments["pairs"]:
            closing_balance = history.get_figure(subject.form.name, project, township, pair["end"])
            if closing_balance is not None:
                terms = (Term(table.get_cell_ref(pair["begin"], row), 1),)
                yield SumConstraint(
                    linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms, constant=closing_balance),
                    rule=rule,
                    table=table,
                    field=subject.form.get_field(pair["begin"]),
                    row=row,
                    annex=str(history.year),
                )


def constrain_cumulative_figures(
    subject: FormUnderCheck, table: Table, rule: Rule
) -> Iterator[SumConstraint | SkippedRule]:
    """Constrain each cumulative figure to last year's plus this year's; last year's is 0 if it was not filed.

    That of a part of a township that was split is not known.
    """
    history = _get_history_on_file(subject)
    if history is None:
        yield _build_skipped_rule(subject, rule)
        return
    for row, project, township in list_unique_groups(table):
        if is_part_of_split(subject.county, township):
            continue
        for pair in rule.arguments["pairs"]:
            previous = history.get_figure(subject.form.name, project, township, pair["cumulative"]) or Decimal(0)
            field = subject.form.get_field(pair["cumulative"])
            terms = (Term(table.get_cell_ref(field.name, row), 1), Term(table.get_cell_ref(pair["year"], row), -1))
            yield SumConstraint(
                linear_constraint=LinearConstraint(rule_id=rule.id, terms=terms, constant=previous),
                rule=rule,
                table=table,
                field=field,
                row=row,
                annex=str(history.year),
            )


def check_steady(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Report a figure that changed strongly since last year, both in amount and in percent."""
    table, history = subject.table, _get_history_on_file(subject)
    if table is None or history is None:
        yield _build_skipped_rule(subject, rule)
        return
    for column in rule.arguments["columns"]:
        amounts_by_row = dict(table.body.select(ROW, column).rows())
        for row, project, township in list_unique_groups(table):
            previous = history.get_figure(subject.form.name, project, township, column)
            current = amounts_by_row[row]
            if previous and current is not None and _is_large_change(rule, previous, current):
                percent = ((current - previous) * 100 / previous).quantize(Decimal("0.1"))
                facts = {"before": format_value(previous), "moved": format_value(percent), "last": str(history.year)}
                yield build_violation_at(table, rule, column, row=row, value=current, related_cells=(), **facts)


def _is_large_change(rule: Rule, previous: Decimal, current: Decimal) -> bool:
    change = abs(current - previous)
    is_large_amount = change > Decimal(rule.arguments["least"])
    return is_large_amount and change * 100 > previous * Decimal(rule.arguments["percent"])


def check_not_filed_before(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Report a plot that was accounted in an earlier year, or that another county accounts."""
    table, history = subject.table, subject.history
    if table is None or history is None:
        yield _build_skipped_rule(subject, rule)
        return
    claims = _map_first_claims(history.claims, rule.arguments["forms"])
    if not claims:
        return
    plot_number = pl.col(rule.arguments["column"])
    for row, plot in table.body.select(ROW, plot_number).filter(plot_number.is_in(list(claims))).rows():
        yield _build_claim_violation(subject, table, rule, row=row, claim=claims[plot])


def _map_first_claims(claims: Iterable[PlotClaim], forms: Collection[str]) -> dict[str, PlotClaim]:
    """Return the first claim of each plot in sort order, the oldest one within a form."""
    claims_by_plot: dict[str, PlotClaim] = {}
    for claim in sorted(claims):
        if claim.form in forms:
            claims_by_plot.setdefault(standardise_plot(claim.plot), claim)
    return claims_by_plot


def _build_claim_violation(
    subject: FormUnderCheck, table: Table, rule: Rule, *, row: int, claim: PlotClaim
) -> Violation:
    county = subject.submission.register.counties.get(claim.county)
    county_name = county.name if county else claim.county
    facts = {"year": str(claim.year), "county": county_name}
    is_own_county = claim.county == subject.submission.package.county
    variant = "" if is_own_county else "elsewhere"
    column = rule.arguments["column"]
    plot = table.get_stripped_text(column, row)
    return build_violation_at(table, rule, column, row=row, value=plot, variant=variant, related_cells=(), **facts)


def check_not_copied(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a table with last year's figures: the workbook of last year under another year on the cover.

    Where nothing is on file, there is nothing that could have been copied.
    """
    table, history = subject.table, _get_history_on_file(subject)
    if table is None or history is None:
        return
    pairs = list(_iter_figure_pairs(table, history))
    same_count = sum(current == previous for current, previous in pairs)
    is_copy = same_count >= rule.arguments["least"] and same_count * 100 >= len(pairs) * rule.arguments["percent"]
    entry = next(iter(subject.cover.entries.get("year", ())), None)
    if is_copy and entry is not None:
        facts = {"last": str(history.year), "year": str(subject.submission.year), "count": str(same_count)}
        facts |= {"cell": entry.cell.address, "title": subject.form.title}
        yield Violation(rule=rule, sheet=entry.cell.sheet, cell=entry.cell, cells=(entry.cell,), facts=facts)


def _iter_figure_pairs(table: Table, history: FilingHistory) -> Iterator[tuple[Decimal | None, Decimal]]:
    """Yield each figure of this year with last year's of the same row and column, where last year's is on file.

    Where both are 0, nothing happened in either year, which shows nothing.
    """
    fields = table.form.get_fields_by_role(Role.FIGURE)
    for row in table.body.iter_rows(named=True):
        for field in fields:
            column = field.column_group or field.name
            project, township = str(row.get(PROJECT) or ""), str(row.get(TOWNSHIP_FULL) or "")
            previous = history.get_figure(table.form.name, project, township, column)
            if previous is not None and (previous or row[field.name]):
                yield row[field.name], previous


def check_plan_unchanged(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    """Report a planned figure that differs from last year's; a change needs an approval of its own."""
    table, history = subject.table, _get_history_on_file(subject)
    if table is None or history is None:
        yield _build_skipped_rule(subject, rule)
        return
    for column in rule.arguments["columns"]:
        for row, project, planned in table.body.select(ROW, PROJECT, column).drop_nulls().rows():
            previous = history.get_figure(table.form.name, project, "", column)
            if previous is not None and previous != planned:
                variant = "lower" if planned < previous else ""
                expected = format_value(previous)
                yield build_violation_at(
                    table, rule, column, row=row, value=planned, variant=variant, before=expected, expected=expected
                )
