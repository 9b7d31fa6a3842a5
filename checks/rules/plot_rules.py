"""Rules on plots against other tables, as joins of whole columns. (phase: across tables)"""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.failing_rows import FailingRows
from checks.model.violation import Violation
from checks.parsing.dates import parse_date_expr
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.plausibility.dates import find_filling_date
from checks.rules.project_rules import has_unnumbered_rows
from checks.rules.violation_builder import (
    build_violation_at,
    format_value,
    join_names,
    list_addresses,
    list_column_cells,
)
from contracts.form_model import Role, Rule

# One violation points at no more cells than this.
_MAX_CELLS_POINTED_AT = 200
_ACCEPTANCE_COLUMNS = ("accepted", "accepted_on")


def check_projects_listed(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a project in the table that is not in the list of projects, once at its first row.

    A list with rows without a project number, which are reported there, may hold any project.
    """
    table, projects = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or projects is None or has_unnumbered_rows(projects):
        return
    listed_projects = projects.body.select(PROJECT)
    unlisted_rows = table.body.select(ROW, PROJECT).drop_nulls().join(listed_projects, on=PROJECT, how="anti")
    groups = unlisted_rows.sort(ROW).group_by(PROJECT, maintain_order=True).agg(pl.col(ROW))
    for project, rows in groups.rows():
        cells = list_column_cells(table, PROJECT, rows[:_MAX_CELLS_POINTED_AT])
        facts = {"count": str(len(rows))}
        yield build_violation_at(
            table, rule, PROJECT, row=rows[0], value=project, variant="listed", related_cells=cells, **facts
        )


def check_groups_in_summary(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each project and township that has plots but no summary row, once at its first plot.

    Summary rows with a blank project or township, which are reported there, may be those of as many groups.
    """
    table, summary = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or summary is None:
        return
    keys = [PROJECT, TOWNSHIP_FULL]
    missing_rows = table.body.select(ROW, *keys).drop_nulls().join(summary.body.select(keys), on=keys, how="anti")
    township_column = subject.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    groups = missing_rows.sort(ROW).group_by(keys, maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    if _count_blank_keys(summary) >= groups.height:
        return
    for project, township, row, count in groups.rows():
        facts = {"project": project, "name": township, "count": str(count)}
        yield build_violation_at(table, rule, township_column, row=row, value=township, variant="summary", **facts)


def _count_blank_keys(summary: Table) -> int:
    """Return the number of rows of a summary without a project or without a township."""
    names = [PROJECT, *(field.name for field in summary.form.get_fields_by_role(Role.TOWNSHIP))]
    keys = [name for name in names if name in summary.body.columns]
    return summary.body.filter(pl.any_horizontal(pl.col(keys).is_null())).height


def check_accepted_before_counted(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a sub-project of plots that is not listed, or not accepted by the end of the accounting year.

    A sub-project listed under another project is reported where the error is: in the list if all of its plots agree
    on their project, else at the plots.
    """
    table, sub_projects = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or sub_projects is None:
        return
    column = rule.arguments["column"]
    acceptance = _build_acceptance_state(rule, subject.submission.year).alias("state")
    listed_rows = sub_projects.body.select(pl.col("sub_project").alias(column), acceptance, there=pl.col(ROW))
    listed = listed_rows.unique(column, keep="last")
    plots = table.body.select(ROW, column).drop_nulls().join(listed, on=column, how="left", maintain_order="left")
    wrong_plots = plots.with_columns(pl.col("state").fill_null("unknown")).filter(pl.col("state") != "fine")
    groups = wrong_plots.group_by(column, "state", "there", maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    for number, variant, listed_row, row, count in groups.rows():
        cells = _list_acceptance_cells(sub_projects, listed_row)
        yield build_violation_at(
            table, rule, column, row=row, value=number, variant=variant, related_cells=cells, count=str(count)
        )
    yield from _check_listed_project(table, sub_projects, rule, column)


def _list_acceptance_cells(sub_projects: Table, row: int | None) -> list[CellRef]:
    """Return the cells that tell whether and when a listed sub-project was accepted."""
    if row is None:
        return []
    return [sub_projects.get_cell_ref(name, row) for name in _ACCEPTANCE_COLUMNS if name in sub_projects.columns]


def _build_acceptance_state(rule: Rule, year: int) -> pl.Expr:
    """Return the state of a sub-project at the end of a year: ``open`` (not accepted), ``late`` or ``fine``."""
    is_late = parse_date_expr(pl.col("accepted_on")) > pl.date(year, 12, 31)
    return (
        pl.when(pl.col("accepted") != rule.arguments["passed"])
        .then(pl.lit("open"))
        .when(is_late.fill_null(value=True))
        .then(pl.lit("late"))
        .otherwise(pl.lit("fine"))
    )


def _check_listed_project(table: Table, sub_projects: Table, rule: Rule, column: str) -> Iterator[Violation]:
    """Report a sub-project whose plots name another project than the list does."""
    keys = [column, PROJECT, "due", "there", "alone"]
    plots = find_plots_under_other_project(table, sub_projects, column)
    groups = plots.group_by(keys, maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    for number, project, listed_project, listed_row, is_list_wrong, row, count in groups.rows():
        cells = (
            table.get_cell_ref(PROJECT, row),
            table.get_cell_ref(column, row),
            sub_projects.get_cell_ref(PROJECT, listed_row),
        )
        facts = {"number": number, "project": project, "due": listed_project, "count": str(count)}
        if is_list_wrong:
            yield build_violation_at(
                sub_projects,
                rule,
                PROJECT,
                row=listed_row,
                value=listed_project,
                variant="listed",
                related_cells=cells,
                **facts,
            )
        else:
            yield build_violation_at(
                table, rule, PROJECT, row=row, value=project, variant="elsewhere", related_cells=cells, **facts
            )


def find_plots_under_other_project(table: Table, other: Table, column: str) -> pl.DataFrame:
    """Return the plots whose sub-project is listed under another project.

    *other* is the list of sub-projects; *column* holds the sub-project of a plot. Columns of the result: row,
    sub-project and project of the plot; ``due``, the project in the list; ``there``, its row in the list; ``alone``,
    true if all plots of the sub-project name the same project, so that the list contradicts all of them.
    """
    listed = other.body.select(pl.col("sub_project").alias(column), pl.col(PROJECT).alias("due"), there=pl.col(ROW))
    listed_once = listed.drop_nulls().unique(column, keep="none")
    plots = table.body.select(ROW, column, PROJECT).drop_nulls().join(listed_once, on=column)
    is_other_project = pl.col(PROJECT) != pl.col("due")
    is_list_alone = (is_other_project.all() & (pl.col(PROJECT).n_unique() == 1)).over(column)
    wrong_sub_projects = plots.filter(is_other_project.any().over(column))
    return wrong_sub_projects.with_columns(is_list_alone.alias("alone")).filter(is_other_project).sort(ROW)


def check_accepted_in_time(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    """Report an acceptance after the day the workbook was filled in, one in another year, or a survey before it."""
    table = subject.table
    if table is None:
        return
    column, year = rule.arguments["column"], subject.submission.year
    filled_on = find_filling_date(subject)
    accepted_on = parse_date_expr(pl.col(column)).alias("day")
    dated_rows = table.body.select(ROW, column, accepted_on).drop_nulls()
    is_after = (pl.col("day") > pl.lit(filled_on, pl.Date)).fill_null(value=False)
    is_other_year = ~is_after & (pl.col("day").dt.year() != year)
    facts = {"filled": str(filled_on), "year": str(year)}
    for variant, is_wrong in (("after", is_after), ("other_year", is_other_year)):
        rows = dated_rows.filter(is_wrong).select(ROW, column)
        yield _build_acceptance_failures(table, rule, rows=rows, variant=variant, facts=facts)
    yield from _find_plots_entered_before(table, rule, entered_column=str(rule.arguments["entered"]), last_year=year)


def _build_acceptance_failures(
    table: Table, rule: Rule, *, rows: pl.DataFrame, variant: str, facts: dict[str, str]
) -> FailingRows:
    column = rule.arguments["column"]

    def build_violation(row: int, accepted_on: str) -> Violation:
        return build_violation_at(
            table, rule, column, row=row, value=accepted_on, variant=variant, related_cells=(), **facts
        )

    return FailingRows(rule=rule, variant=variant, rows=rows, build_violation=build_violation)


def _find_plots_entered_before(table: Table, rule: Rule, *, entered_column: str, last_year: int) -> Iterator[Violation]:
    """Report plots that the land survey recorded before the year of their acceptance, once for each pair of years."""
    accepted = parse_date_expr(pl.col(rule.arguments["column"])).dt.year().alias("accepted")
    dated_rows = table.body.select(ROW, entered_column, accepted).drop_nulls()
    early_rows = dated_rows.filter(pl.col("accepted").is_between(pl.col(entered_column) + 1, last_year))
    groups = early_rows.group_by(entered_column, "accepted", maintain_order=True).agg(pl.col(ROW))
    for entered_year, accepted_year, rows in groups.rows():
        cells = list_column_cells(table, entered_column, rows[:_MAX_CELLS_POINTED_AT])
        addresses = join_names(list_addresses(cells))
        facts = {"due": str(accepted_year), "count": str(len(rows)), "places": addresses}
        yield build_violation_at(
            table,
            rule,
            entered_column,
            row=rows[0],
            value=entered_year,
            related_cells=cells,
            variant="entered_before",
            **facts,
        )


def check_used_once(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Report a plot that serves two purposes, by its own columns or because the other table has it too."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None:
        return
    first_column, second_column = rule.arguments["columns"]
    number_column, used = rule.arguments["column"], rule.arguments["used"]
    has_second_use = (pl.col(second_column) == used) | pl.col(number_column).is_in(
        _collect_plot_numbers(other, number_column)
    )
    is_used_twice = (pl.col(first_column) == used) & has_second_use

    def build_violation(row: int, plot: str | None) -> Violation:
        cells = (table.get_cell_ref(first_column, row),)
        return build_violation_at(table, rule, second_column, row=row, related_cells=cells, plot=plot or "")

    rows = table.body.lazy().filter(is_used_twice).select(ROW, number_column).collect()
    yield FailingRows(rule=rule, rows=rows, build_violation=build_violation)


def _collect_plot_numbers(table: Table | None, column: str) -> pl.Series:
    """Return one list of all plot numbers in a table, as `is_in` takes it; empty without a table."""
    if table is None:
        return pl.Series([[]], dtype=pl.List(pl.String))
    return table.body[column].drop_nulls().implode()


def check_disjoint(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Report a plot that is in the other table too."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    for column in rule.arguments["columns"]:
        yield _find_shared_plots(table, other, rule, column)


def _find_shared_plots(table: Table, other: Table, rule: Rule, column: str) -> FailingRows:
    other_rows = other.body.drop_nulls([column]).group_by(column).agg(pl.col(ROW).first().alias("other_row"))
    shared_rows = table.body.select(ROW, column).join(other_rows, on=column).sort(ROW)

    def build_violation(row: int, plot: str, other_row: int) -> Violation:
        cells = (other.get_cell_ref(column, other_row),)
        return build_violation_at(table, rule, column, row=row, value=plot, related_cells=cells, other=other.form.title)

    return FailingRows(rule=rule, rows=shared_rows, build_violation=build_violation)


def check_no_worse(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a project whose plots are on average worse than those of the other table (1 is the best code)."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    weight = rule.arguments["weight"]
    for column in rule.arguments["columns"]:
        own_means, other_means = _compute_means(table, column, weight), _compute_means(other, column, weight)
        means = own_means.join(other_means, on=PROJECT, suffix="_other").filter(pl.col("mean") > pl.col("mean_other"))
        for project, row, actual, _, expected in means.rows():
            facts = {
                "project": project,
                "seen": _format_mean(actual),
                "due": _format_mean(expected),
                "other": other.form.title,
            }
            yield build_violation_at(table, rule, column, row=row, **facts)


def _compute_means(table: Table, column: str, weight: str) -> pl.DataFrame:
    """Return, for each project, its last row and the mean of a code weighted by area.

    Plots whose code is no whole number of one or two digits are left out. The means are only compared with each other,
    so floats are exact enough.
    """
    text, area = pl.col(column).cast(pl.String), pl.col(weight).cast(pl.Float64)
    code = pl.when(text.str.contains(r"^\d{1,2}$")).then(text).otherwise(None).cast(pl.Float64, strict=False)
    mean = (code * area).sum() / area.filter(code.is_not_null()).sum()
    groups = table.body.drop_nulls([PROJECT]).group_by(PROJECT, maintain_order=True)
    return groups.agg(pl.col(ROW).last(), mean.round(4).alias("mean"))


def _format_mean(mean: float) -> str:
    return format_value(Decimal(str(round(mean, 2))))
