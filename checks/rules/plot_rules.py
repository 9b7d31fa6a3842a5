"""Plots against the other tables: joined by number, never looped over. (phase: across tables)"""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from checks.model.failing_rows import FailingRows
from checks.model.violation import Violation
from checks.parsing.dates import parse_date_expr
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import build_violation_at, format_value, join_names
from contracts.form_model import Role, Rule

_MAX_CELLS_POINTED_AT = 200  # that one finding points at


def check_projects_listed(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a project that the table names and the list of projects does not have; its first row is named."""
    table, projects = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or projects is None:
        return
    strange = table.body.select(ROW, PROJECT).drop_nulls().join(projects.body.select(PROJECT), on=PROJECT, how="anti")
    for project, rows in strange.sort(ROW).group_by(PROJECT, maintain_order=True).agg(pl.col(ROW)).rows():
        cells = [table.get_cell_ref(PROJECT, row) for row in rows[:_MAX_CELLS_POINTED_AT]]
        facts = {"count": str(len(rows))}
        yield build_violation_at(
            table, rule, PROJECT, row=rows[0], value=project, variant="listed", related_cells=cells, **facts
        )


def check_groups_in_summary(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with each project and township that has plots and is not in the summary; its first plot is named."""
    table, summary = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or summary is None:
        return
    keys = [PROJECT, TOWNSHIP_FULL]
    strange = table.body.select(ROW, *keys).drop_nulls().join(summary.body.select(keys), on=keys, how="anti")
    township = subject.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    groups = strange.sort(ROW).group_by(keys, maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    for project, name, row, count in groups.rows():
        facts = {"project": project, "name": name, "count": str(count)}
        yield build_violation_at(table, rule, township, row=row, value=name, variant="summary", **facts)


def check_accepted_before_counted(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a sub-project of plots that is not listed, or not accepted by the year's end.

    One that the list has under another project is told where it is alone: in the list, if none of its plots agree.
    """
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    column, passed = rule.arguments["column"], rule.arguments["passed"]
    end = pl.date(subject.submission.year, 12, 31)
    late = parse_date_expr(pl.col("accepted_on")) > end
    state = (
        pl.when(pl.col("accepted") != passed)
        .then(pl.lit("open"))
        .when(late.fill_null(value=True))
        .then(pl.lit("late"))
        .otherwise(pl.lit("fine"))
    )
    known = other.body.select(pl.col("sub_project").alias(column), state.alias("state")).unique(column, keep="last")
    judged = table.body.select(ROW, column).drop_nulls().join(known, on=column, how="left", maintain_order="left")
    wrong = judged.with_columns(pl.col("state").fill_null("unknown")).filter(pl.col("state") != "fine")
    told = wrong.group_by(column, "state", maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    for number, case, row, count in told.rows():
        yield build_violation_at(table, rule, column, row=row, value=number, variant=case, count=str(count))
    yield from _check_listed_project(table, other, rule, column)


def _check_listed_project(table: Table, other: Table, rule: Rule, column: str) -> Iterator[Violation]:
    """Find fault with a sub-project whose plots name another project than the list does."""
    keys = [column, PROJECT, "due", "there", "alone"]
    told = (
        find_plots_under_other_project(table, other, column)
        .group_by(keys, maintain_order=True)
        .agg(pl.col(ROW).first(), pl.len())
    )
    for number, project, due, there, alone, row, count in told.rows():
        cells = (table.get_cell_ref(PROJECT, row), table.get_cell_ref(column, row), other.get_cell_ref(PROJECT, there))
        facts = {"number": number, "project": project, "due": due, "count": str(count)}
        at, where, value, case = (other, there, due, "listed") if alone else (table, row, project, "elsewhere")
        yield build_violation_at(at, rule, PROJECT, row=where, value=value, variant=case, related_cells=cells, **facts)


def find_plots_under_other_project(table: Table, other: Table, column: str) -> pl.DataFrame:
    """Return the plots whose sub-project the list has under another project.

    Columns: row, sub-project and project of the plot; ``due``, the project in the list; ``there``, its row in the
    list; ``alone``, whether all plots of the sub-project agree with each other, so that the list stands alone.
    """
    there = other.body.select(pl.col("sub_project").alias(column), pl.col(PROJECT).alias("due"), there=pl.col(ROW))
    once = there.drop_nulls().unique(column, keep="none")
    joined = table.body.select(ROW, column, PROJECT).drop_nulls().join(once, on=column)
    differs = pl.col(PROJECT) != pl.col("due")
    alone = (differs.all() & (pl.col(PROJECT).n_unique() == 1)).over(column).alias("alone")
    wrong = joined.filter(differs.any().over(column))
    return wrong.with_columns(alone).filter(differs).sort(ROW)


def check_accepted_in_time(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | FailingRows]:
    """Find fault with an acceptance after the day of filling in, softly with one of another year."""
    table = subject.table
    if table is None:
        return
    column, year = rule.arguments["column"], subject.submission.year
    filled = pl.select(parse_date_expr(pl.lit(normalise_text(subject.cover.get_text("filled_on"))))).item()
    day = parse_date_expr(pl.col(column))
    known = table.body.select(ROW, column, day.alias("day")).drop_nulls()
    after = (pl.col("day") > pl.lit(filled, pl.Date)).fill_null(value=False)
    for case, wrong in (("after", after), ("other_year", ~after & (pl.col("day").dt.year() != year))):

        def build_violation(row: int, accepted_on: str, variant: str = case) -> Violation:
            return build_violation_at(
                table, rule, column, row=row, value=accepted_on, variant=variant, filled=str(filled), year=str(year)
            )

        yield FailingRows(
            rule=rule, variant=case, rows=known.filter(wrong).select(ROW, column), build_violation=build_violation
        )
    yield from _find_plots_entered_before(table, rule, str(rule.arguments["entered"]), year)


def _find_plots_entered_before(table: Table, rule: Rule, entered_column: str, last_year: int) -> Iterator[Violation]:
    """Find fault with plots that the land survey took in before the year of their acceptance, once for each year."""
    accepted = parse_date_expr(pl.col(rule.arguments["column"])).dt.year().alias("accepted")
    known = table.body.select(ROW, entered_column, accepted).drop_nulls()
    early = known.filter(pl.col("accepted").is_between(pl.col(entered_column) + 1, last_year))
    for year, due, rows in early.group_by(entered_column, "accepted", maintain_order=True).agg(pl.col(ROW)).rows():
        cells = [table.get_cell_ref(entered_column, row) for row in rows[:_MAX_CELLS_POINTED_AT]]
        facts = {"due": str(due), "count": str(len(rows)), "places": join_names([one.address for one in cells])}
        yield build_violation_at(
            table, rule, entered_column, row=rows[0], value=year, related_cells=cells, variant="entered_before", **facts
        )


def check_used_once(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Find fault with a plot that serves two purposes, by its own columns or by the other table."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None:
        return
    first, second = rule.arguments["columns"]
    number = rule.arguments["column"]
    elsewhere = (
        other.body[number].drop_nulls().implode() if other is not None else pl.Series([[]], dtype=pl.List(pl.String))
    )
    used = rule.arguments["used"]
    twice = (pl.col(first) == used) & ((pl.col(second) == used) | pl.col(number).is_in(elsewhere))
    yield FailingRows(
        rule=rule,
        rows=table.body.lazy().filter(twice).select(ROW, number).collect(),
        build_violation=lambda row, plot: build_violation_at(
            table, rule, second, row=row, related_cells=(table.get_cell_ref(first, row),), plot=plot or ""
        ),
    )


def check_disjoint(subject: FormUnderCheck, rule: Rule) -> Iterator[FailingRows]:
    """Find fault with a plot that stands in the other table too."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    for column in rule.arguments["columns"]:
        places = other.body.drop_nulls([column]).group_by(column).agg(pl.col(ROW).first().alias("there"))
        both = table.body.select(ROW, column).join(places, on=column).sort(ROW)

        def build_violation(row: int, plot: str, other_row: int, column: str = column) -> Violation:
            cells = (other.get_cell_ref(column, other_row),)
            return build_violation_at(
                table, rule, column, row=row, value=plot, related_cells=cells, other=other.form.title
            )

        yield FailingRows(rule=rule, rows=both, build_violation=build_violation)


def check_no_worse(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a project whose plots are on average worse than those of the other table (1 is best)."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    weight = rule.arguments["weight"]
    for column in rule.arguments["columns"]:
        means = _compute_means(table, column, weight).join(
            _compute_means(other, column, weight), on=PROJECT, suffix="_other"
        )
        for project, row, seen, _, due in means.filter(pl.col("mean") > pl.col("mean_other")).rows():
            facts = {
                "project": project,
                "seen": _format_mean(seen),
                "due": _format_mean(due),
                "other": other.form.title,
            }
            yield build_violation_at(table, rule, column, row=row, **facts)


def _compute_means(table: Table, column: str, weight: str) -> pl.DataFrame:
    """Average a code by area; it only ranks, so a float does."""
    code, area = pl.col(column).cast(pl.Float64, strict=False), pl.col(weight).cast(pl.Float64)
    mean = (code * area).sum() / area.filter(code.is_not_null()).sum()
    return (
        table.body.drop_nulls([PROJECT])
        .group_by(PROJECT, maintain_order=True)
        .agg(pl.col(ROW).last(), mean.round(4).alias("mean"))
    )


def _format_mean(mean: float) -> str:
    return format_value(Decimal(str(round(mean, 2))))
