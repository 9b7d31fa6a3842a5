"""A project number that is wrong in some rows: told once where all holds as soon as the right one stands there."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from checks.diagnosis.column_reassignment import reassign_column
from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import Hypothesis
from checks.diagnosis.summary_shortfall import (
    compute_shortfall,
    find_plots_for_amount,
    get_project_township,
    is_sum_of_plots,
)
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.plot_rules import find_plots_under_other_project

_MAX_RIVALS = 4
_MAX_GROUPS = 3
_PROJECT_MISMATCH_VARIANT = "project_unlike"


def propose_project_changes(_book: RawWorkbook, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Guess that a project number is one that the table lacks, its sub-project has, or its township belongs to."""
    tables = [one for one in evaluation.tables if PROJECT in one.columns]
    by_form = {one.form.name: one for one in tables}
    yield from _propose_known_numbers(tables)
    for table in tables:
        yield from _propose_sub_project_numbers(table, by_form)
    for table in tables:
        yield from _propose_summary_numbers(table, by_form, evaluation)


def _propose_known_numbers(tables: Sequence[Table]) -> Iterator[list[Hypothesis]]:
    """Guess that a number of which no other table knows is one that its table lacks."""
    known = {one.form.name: list(one.body[PROJECT].drop_nulls().unique(maintain_order=True)) for one in tables}
    for table in tables:
        own = known[table.form.name]
        others = [number for name, numbers in known.items() if name != table.form.name for number in numbers]
        lacking = [number for number in dict.fromkeys(others) if number not in own]
        strange = [number for number in own if number not in others]
        if 0 < len(lacking) <= _MAX_RIVALS:
            for number in strange[:_MAX_GROUPS]:
                rows = table.body.filter(pl.col(PROJECT) == number)[ROW].to_list()
                yield [
                    reassign_column(table, PROJECT, rows, new_value=meant, variant="project_mistaken")
                    for meant in lacking
                ]


def _propose_sub_project_numbers(table: Table, tables_by_form: Mapping[str, Table]) -> Iterator[list[Hypothesis]]:
    """Guess that plots should have the project of their sub-projects, or the list of these that of the plots."""
    rules = [one for one in table.form.rules if one.check == "accepted_before_counted"]
    for rule in rules:
        other = tables_by_form.get(str(rule.arguments["form"]))
        wrong = find_plots_under_other_project(table, other, str(rule.arguments["column"])) if other else pl.DataFrame()
        if other is None or wrong.is_empty():
            continue
        groups = wrong.group_by(PROJECT, "due", maintain_order=True).agg(pl.col(ROW), pl.col("there").unique())
        for project, due, rows, there in groups.head(_MAX_GROUPS).rows():
            yield [
                reassign_column(
                    table, PROJECT, rows, new_value=due, variant=_PROJECT_MISMATCH_VARIANT, beside=other.form.title
                ),
                reassign_column(
                    other,
                    PROJECT,
                    sorted(there),
                    new_value=project,
                    variant=_PROJECT_MISMATCH_VARIANT,
                    beside=table.form.title,
                ),
            ]


def _propose_summary_numbers(
    table: Table, tables_by_form: Mapping[str, Table], evaluation: Evaluation
) -> Iterator[list[Hypothesis]]:
    """Guess that plots of a project in townships that it does not have belong to a project that has them all."""
    rules = [one for one in table.form.rules if one.check == "groups_in_summary"]
    for summary in filter(None, (tables_by_form.get(str(rule.arguments["form"])) for rule in rules)):
        keys = [PROJECT, TOWNSHIP_FULL]
        strange = table.body.select(ROW, *keys).drop_nulls().join(summary.body.select(keys), on=keys, how="anti")
        groups = strange.group_by(PROJECT, maintain_order=True).agg(pl.col(ROW), pl.col(TOWNSHIP_FULL).unique())
        for project, rows, townships in groups.head(_MAX_GROUPS).rows():
            due = [one for one in _find_projects_in_townships(summary, townships) if one != project]
            if 0 < len(due) <= _MAX_RIVALS:
                known = {one: sorted({*rows, *_find_matching_plots(table, project, one, evaluation)}) for one in due}
                beside = summary.form.title
                yield [
                    reassign_column(
                        table, PROJECT, known[one], new_value=one, variant=_PROJECT_MISMATCH_VARIANT, beside=beside
                    )
                    for one in due
                ]


def _find_matching_plots(table: Table, project: str, other_project: str, evaluation: Evaluation) -> Iterator[int]:
    """Yield plots of a township of both projects that make up what the other one lacks there, each alone."""
    for one in evaluation.sum_constraints:
        place = get_project_township(one)
        if is_sum_of_plots(one, table) and place[0] == other_project and compute_shortfall(one, evaluation) > 0:
            found = find_plots_for_amount(table, one, (project, place[1]), compute_shortfall(one, evaluation))
            yield from found if len(found) == 1 else ()


def _find_projects_in_townships(summary: Table, townships: Sequence[str]) -> list[str]:
    """Return the projects that the summary has in all of some townships."""
    here = summary.body.filter(pl.col(TOWNSHIP_FULL).is_in(list(townships))).drop_nulls([PROJECT])
    counts = here.group_by(PROJECT, maintain_order=True).agg(pl.col(TOWNSHIP_FULL).n_unique().alias("n"))
    return counts.filter(pl.col("n") == len(townships))[PROJECT].to_list()
