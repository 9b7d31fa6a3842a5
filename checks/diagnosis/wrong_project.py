"""A project number that is wrong in some rows: told once where all holds as soon as the right one stands there."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from checks.diagnosis.column_reassignment import rewritten
from checks.diagnosis.evaluation import Verdict
from checks.diagnosis.hypothesis_testing import Guess
from checks.diagnosis.summary_shortfall import lack, place_of, plots_making_up, rests_on
from checks.model.raw_workbook import RawBook
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.plot_rules import under_another

_MOST_RIVALS = 4
_MOST_GROUPS = 3
_UNLIKE = "project_unlike"


def projects_mistaken(_: RawBook, verdict: Verdict) -> Iterator[list[Guess]]:
    """Guess that a project number is one that the table lacks, its sub-project has, or its township belongs to."""
    tables = [one for one in verdict.tables if PROJECT in one.columns]
    by_form = {one.form.name: one for one in tables}
    yield from _nowhere_else(tables)
    for table in tables:
        yield from _unlike_their_sub_projects(table, by_form)
    for table in tables:
        yield from _in_no_summary(table, by_form, verdict)


def _nowhere_else(tables: Sequence[Table]) -> Iterator[list[Guess]]:
    """Guess that a number of which no other table knows is one that its table lacks."""
    known = {one.form.name: list(one.body[PROJECT].drop_nulls().unique(maintain_order=True)) for one in tables}
    for table in tables:
        own = known[table.form.name]
        others = [number for name, numbers in known.items() if name != table.form.name for number in numbers]
        lacking = [number for number in dict.fromkeys(others) if number not in own]
        strange = [number for number in own if number not in others]
        if 0 < len(lacking) <= _MOST_RIVALS:
            for number in strange[:_MOST_GROUPS]:
                rows = table.body.filter(pl.col(PROJECT) == number)[ROW].to_list()
                yield [rewritten(table, PROJECT, rows, new=meant, case="project_mistaken") for meant in lacking]


def _unlike_their_sub_projects(table: Table, by_form: Mapping[str, Table]) -> Iterator[list[Guess]]:
    """Guess that plots should have the project of their sub-projects, or the list of these that of the plots."""
    rules = [one for one in table.form.rules if one.check == "accepted_before_counted"]
    for rule in rules:
        other = by_form.get(str(rule.arguments["form"]))
        wrong = under_another(table, other, str(rule.arguments["column"])) if other else pl.DataFrame()
        if other is None or wrong.is_empty():
            continue
        groups = wrong.group_by(PROJECT, "due", maintain_order=True).agg(pl.col(ROW), pl.col("there").unique())
        for project, due, rows, there in groups.head(_MOST_GROUPS).rows():
            yield [
                rewritten(table, PROJECT, rows, new=due, case=_UNLIKE, beside=other.form.title),
                rewritten(other, PROJECT, sorted(there), new=project, case=_UNLIKE, beside=table.form.title),
            ]


def _in_no_summary(table: Table, by_form: Mapping[str, Table], verdict: Verdict) -> Iterator[list[Guess]]:
    """Guess that plots of a project in townships that it does not have belong to a project that has them all."""
    rules = [one for one in table.form.rules if one.check == "groups_in_summary"]
    for summary in filter(None, (by_form.get(str(rule.arguments["form"])) for rule in rules)):
        keys = [PROJECT, TOWNSHIP_FULL]
        strange = table.body.select(ROW, *keys).drop_nulls().join(summary.body.select(keys), on=keys, how="anti")
        groups = strange.group_by(PROJECT, maintain_order=True).agg(pl.col(ROW), pl.col(TOWNSHIP_FULL).unique())
        for project, rows, townships in groups.head(_MOST_GROUPS).rows():
            due = [one for one in _having(summary, townships) if one != project]
            if 0 < len(due) <= _MOST_RIVALS:
                known = {one: sorted({*rows, *_also(table, project, one, verdict)}) for one in due}
                beside = summary.form.title
                yield [rewritten(table, PROJECT, known[one], new=one, case=_UNLIKE, beside=beside) for one in due]


def _also(table: Table, project: str, due: str, verdict: Verdict) -> Iterator[int]:
    """Yield plots of a township of both projects that make up what the other one lacks there, each alone."""
    for one in verdict.sums:
        place = place_of(one)
        if rests_on(one, table) and place[0] == due and lack(one, verdict) > 0:
            found = plots_making_up(table, one, (project, place[1]), lack(one, verdict))
            yield from found if len(found) == 1 else ()


def _having(summary: Table, townships: Sequence[str]) -> list[str]:
    """Return the projects that the summary has in all of some townships."""
    here = summary.body.filter(pl.col(TOWNSHIP_FULL).is_in(list(townships))).drop_nulls([PROJECT])
    counts = here.group_by(PROJECT, maintain_order=True).agg(pl.col(TOWNSHIP_FULL).n_unique().alias("n"))
    return counts.filter(pl.col("n") == len(townships))[PROJECT].to_list()
