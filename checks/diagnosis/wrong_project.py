"""A wrong project number in some rows: one finding if all rules hold with the right number."""

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
from checks.diagnosis.table_columns import list_rules
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.plot_rules import find_plots_under_other_project

_MAX_RIVALS = 4
_MAX_GROUPS = 3
_PROJECT_MISMATCH_VARIANT = "project_unlike"


def propose_project_changes(_book: RawWorkbook, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that a project number should be another one.

    The other number is one that the table lacks, that of the plot's sub-project, or that of a project in the same
    townships.
    """
    tables = [table for table in evaluation.tables if PROJECT in table.columns]
    tables_by_form = {table.form.name: table for table in tables}
    yield from _propose_known_numbers(tables)
    for table in tables:
        yield from _propose_sub_project_numbers(table, tables_by_form)
    for table in tables:
        yield from _propose_summary_numbers(table, tables_by_form, evaluation=evaluation)


def _propose_known_numbers(tables: Sequence[Table]) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that a number found in no other table should be a number that its table lacks."""
    numbers_by_form = {table.form.name: _list_project_numbers(table) for table in tables}
    for table in tables:
        own_numbers = numbers_by_form[table.form.name]
        other_numbers: dict[str, None] = {}
        for form_name, numbers in numbers_by_form.items():
            if form_name != table.form.name:
                other_numbers.update(dict.fromkeys(numbers))
        lacking = [number for number in other_numbers if number not in own_numbers]
        unknown = [number for number in own_numbers if number not in other_numbers]
        if 0 < len(lacking) <= _MAX_RIVALS:
            for number in unknown[:_MAX_GROUPS]:
                yield list(_propose_numbers(table, number, new_numbers=lacking))


def _list_project_numbers(table: Table) -> list[str]:
    return table.body[PROJECT].drop_nulls().unique(maintain_order=True).to_list()


def _propose_numbers(table: Table, number: str, *, new_numbers: Sequence[str]) -> Iterator[Hypothesis]:
    rows = table.body.filter(pl.col(PROJECT) == number)[ROW].to_list()
    for new_number in new_numbers:
        yield reassign_column(table, PROJECT, rows, new_value=new_number, variant="project_mistaken")


def _propose_sub_project_numbers(table: Table, tables_by_form: Mapping[str, Table]) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that plots should have the project of their sub-projects, or these the project of the plots."""
    for rule in list_rules(table, "accepted_before_counted"):
        sub_projects = tables_by_form.get(str(rule.arguments["form"]))
        if sub_projects is None:
            continue
        wrong_plots = find_plots_under_other_project(table, sub_projects, str(rule.arguments["column"]))
        groups = wrong_plots.group_by(PROJECT, "due", maintain_order=True)
        rows_by_projects = groups.agg(pl.col(ROW), pl.col("there").unique()).head(_MAX_GROUPS)
        for project, expected_project, rows, sub_project_rows in rows_by_projects.rows():
            yield [
                _reassign_project(table, rows, project=expected_project, source=sub_projects),
                _reassign_project(sub_projects, sorted(sub_project_rows), project=project, source=table),
            ]


def _reassign_project(table: Table, rows: Sequence[int], *, project: str, source: Table) -> Hypothesis:
    """Return the hypothesis that some rows should have a project that another table, the source, has."""
    return reassign_column(
        table, PROJECT, rows, new_value=project, variant=_PROJECT_MISMATCH_VARIANT, beside=source.form.title
    )


def _propose_summary_numbers(
    table: Table, tables_by_form: Mapping[str, Table], *, evaluation: Evaluation
) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that plots in townships without their project belong to a project that has all of these."""
    for rule in list_rules(table, "groups_in_summary"):
        summary = tables_by_form.get(str(rule.arguments["form"]))
        if summary is None:
            continue
        for project, rows, townships in _list_unknown_groups(table, summary):
            new_projects = _find_projects_in_townships(summary, townships)
            if project in new_projects:
                new_projects.remove(project)
            if 0 < len(new_projects) <= _MAX_RIVALS:
                rows_by_project = _extend_rows(
                    table, project, rows=rows, new_projects=new_projects, evaluation=evaluation
                )
                yield [
                    _reassign_project(table, project_rows, project=new_project, source=summary)
                    for new_project, project_rows in rows_by_project.items()
                ]


def _list_unknown_groups(table: Table, summary: Table) -> list[tuple[str, list[int], list[str]]]:
    """Return the first projects with plots in townships that the summary does not have for them.

    Each comes with the rows of these plots and with the townships.
    """
    keys = [PROJECT, TOWNSHIP_FULL]
    plots = table.body.select(ROW, *keys).drop_nulls()
    unknown_plots = plots.join(summary.body.select(keys), on=keys, how="anti")
    groups = unknown_plots.group_by(PROJECT, maintain_order=True).agg(pl.col(ROW), pl.col(TOWNSHIP_FULL).unique())
    return groups.head(_MAX_GROUPS).rows()


def _extend_rows(
    table: Table, project: str, *, rows: Sequence[int], new_projects: Sequence[str], evaluation: Evaluation
) -> dict[str, list[int]]:
    """Return for each new project the rows, and those of plots that alone make up what it lacks."""
    rows_by_project: dict[str, list[int]] = {}
    for new_project in new_projects:
        matching_rows = _find_matching_plots(table, project, other_project=new_project, evaluation=evaluation)
        rows_by_project[new_project] = sorted({*rows, *matching_rows})
    return rows_by_project


def _find_matching_plots(table: Table, project: str, *, other_project: str, evaluation: Evaluation) -> Iterator[int]:
    """Yield the plots that alone make up what the other project lacks in a township of both projects."""
    for sum_constraint in evaluation.sum_constraints:
        sum_project, township = get_project_township(sum_constraint)
        if not is_sum_of_plots(sum_constraint, table) or sum_project != other_project:
            continue
        shortfall = compute_shortfall(sum_constraint, evaluation)
        if shortfall > 0:
            rows = find_plots_for_amount(table, sum_constraint, (project, township), shortfall)
            if len(rows) == 1:
                yield rows[0]


def _find_projects_in_townships(summary: Table, townships: Sequence[str]) -> list[str]:
    """Return the projects that the summary has in all of some townships."""
    rows = summary.body.filter(pl.col(TOWNSHIP_FULL).is_in(list(townships))).drop_nulls([PROJECT])
    counts = rows.group_by(PROJECT, maintain_order=True).agg(pl.col(TOWNSHIP_FULL).n_unique().alias("n"))
    return counts.filter(pl.col("n") == len(townships))[PROJECT].to_list()
