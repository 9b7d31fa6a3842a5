"""Plots against the other tables: joined by number, never looped over. (phase: across tables)"""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from checks.model.failing_rows import Offenders
from checks.model.violation import Offence
from checks.parsing.dates import date_expr
from checks.parsing.text_normalisation import compact
from checks.recognition.form_instance import Subject
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import listed, offence_at, said
from contracts.form_model import Role, Rule

_CELLS = 200  # that one finding points at


def projects_listed(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a project that the table names and the list of projects does not have; its first row is named."""
    table, projects = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or projects is None:
        return
    strange = table.body.select(ROW, PROJECT).drop_nulls().join(projects.body.select(PROJECT), on=PROJECT, how="anti")
    for project, rows in strange.sort(ROW).group_by(PROJECT, maintain_order=True).agg(pl.col(ROW)).rows():
        cells = [table.ref(PROJECT, row) for row in rows[:_CELLS]]
        facts = {"count": str(len(rows))}
        yield offence_at(table, rule, PROJECT, row=rows[0], value=project, case="listed", involved=cells, **facts)


def groups_in_summary(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with each project and township that has plots and is not in the summary; its first plot is named."""
    table, summary = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or summary is None:
        return
    keys = [PROJECT, TOWNSHIP_FULL]
    strange = table.body.select(ROW, *keys).drop_nulls().join(summary.body.select(keys), on=keys, how="anti")
    township = subject.form.of_role(Role.TOWNSHIP)[0].name
    groups = strange.sort(ROW).group_by(keys, maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    for project, name, row, count in groups.rows():
        facts = {"project": project, "name": name, "count": str(count)}
        yield offence_at(table, rule, township, row=row, value=name, case="summary", **facts)


def accepted_before_counted(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a sub-project of plots that is not listed, or not accepted by the year's end.

    One that the list has under another project is told where it is alone: in the list, if none of its plots agree.
    """
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    column, passed = rule.arguments["column"], rule.arguments["passed"]
    end = pl.date(subject.submission.year, 12, 31)
    late = date_expr(pl.col("accepted_on")) > end
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
        yield offence_at(table, rule, column, row=row, value=number, case=case, count=str(count))
    yield from _under_another(table, other, rule, column)


def _under_another(table: Table, other: Table, rule: Rule, column: str) -> Iterator[Offence]:
    """Find fault with a sub-project whose plots name another project than the list does."""
    keys = [column, PROJECT, "due", "there", "alone"]
    told = under_another(table, other, column).group_by(keys, maintain_order=True).agg(pl.col(ROW).first(), pl.len())
    for number, project, due, there, alone, row, count in told.rows():
        cells = (table.ref(PROJECT, row), table.ref(column, row), other.ref(PROJECT, there))
        facts = {"number": number, "project": project, "due": due, "count": str(count)}
        at, where, value, case = (other, there, due, "listed") if alone else (table, row, project, "elsewhere")
        yield offence_at(at, rule, PROJECT, row=where, value=value, case=case, involved=cells, **facts)


def under_another(table: Table, other: Table, column: str) -> pl.DataFrame:
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


def accepted_in_time(subject: Subject, rule: Rule) -> Iterator[Offence | Offenders]:
    """Find fault with an acceptance after the day of filling in, softly with one of another year."""
    table = subject.table
    if table is None:
        return
    column, year = rule.arguments["column"], subject.submission.year
    filled = pl.select(date_expr(pl.lit(compact(subject.cover.text("filled_on"))))).item()
    day = date_expr(pl.col(column))
    known = table.body.select(ROW, column, day.alias("day")).drop_nulls()
    after = (pl.col("day") > pl.lit(filled, pl.Date)).fill_null(value=False)
    for case, wrong in (("after", after), ("other_year", ~after & (pl.col("day").dt.year() != year))):

        def told(row: int, written: str, case: str = case) -> Offence:
            return offence_at(
                table, rule, column, row=row, value=written, case=case, filled=str(filled), year=str(year)
            )

        yield Offenders(rule=rule, case=case, rows=known.filter(wrong).select(ROW, column), told=told)
    yield from _entered_before(table, rule, str(rule.arguments["entered"]), year)


def _entered_before(table: Table, rule: Rule, entered: str, latest: int) -> Iterator[Offence]:
    """Find fault with plots that the land survey took in before the year of their acceptance, once for each year."""
    accepted = date_expr(pl.col(rule.arguments["column"])).dt.year().alias("accepted")
    known = table.body.select(ROW, entered, accepted).drop_nulls()
    early = known.filter(pl.col("accepted").is_between(pl.col(entered) + 1, latest))
    for year, due, rows in early.group_by(entered, "accepted", maintain_order=True).agg(pl.col(ROW)).rows():
        cells = [table.ref(entered, row) for row in rows[:_CELLS]]
        facts = {"due": str(due), "count": str(len(rows)), "places": listed([one.address for one in cells])}
        yield offence_at(table, rule, entered, row=rows[0], value=year, involved=cells, case="entered_before", **facts)


def used_once(subject: Subject, rule: Rule) -> Iterator[Offenders]:
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
    yield Offenders(
        rule=rule,
        rows=table.body.lazy().filter(twice).select(ROW, number).collect(),
        told=lambda row, plot: offence_at(
            table, rule, second, row=row, involved=(table.ref(first, row),), plot=plot or ""
        ),
    )


def disjoint(subject: Subject, rule: Rule) -> Iterator[Offenders]:
    """Find fault with a plot that stands in the other table too."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    for column in rule.arguments["columns"]:
        places = other.body.drop_nulls([column]).group_by(column).agg(pl.col(ROW).first().alias("there"))
        both = table.body.select(ROW, column).join(places, on=column).sort(ROW)

        def told(row: int, written: str, there: int, column: str = column) -> Offence:
            cells = (other.ref(column, there),)
            return offence_at(table, rule, column, row=row, value=written, involved=cells, other=other.form.title)

        yield Offenders(rule=rule, rows=both, told=told)


def no_worse(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a project whose plots are on average worse than those of the other table (1 is best)."""
    table, other = subject.table, subject.tables.get(rule.arguments["form"])
    if table is None or other is None:
        return
    weight = rule.arguments["weight"]
    for column in rule.arguments["columns"]:
        means = _means(table, column, weight).join(_means(other, column, weight), on=PROJECT, suffix="_other")
        for project, row, seen, _, due in means.filter(pl.col("mean") > pl.col("mean_other")).rows():
            facts = {"project": project, "seen": _two(seen), "due": _two(due), "other": other.form.title}
            yield offence_at(table, rule, column, row=row, **facts)


def _means(table: Table, column: str, weight: str) -> pl.DataFrame:
    """Average a code by area; it only ranks, so a float does."""
    code, area = pl.col(column).cast(pl.Float64, strict=False), pl.col(weight).cast(pl.Float64)
    mean = (code * area).sum() / area.filter(code.is_not_null()).sum()
    return (
        table.body.drop_nulls([PROJECT])
        .group_by(PROJECT, maintain_order=True)
        .agg(pl.col(ROW).last(), mean.round(4).alias("mean"))
    )


def _two(mean: float) -> str:
    return said(Decimal(str(round(mean, 2))))
