"""Rows under a wrong township: one finding if all rules hold with the rows where they belong."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from checks.diagnosis.column_reassignment import reassign_column
from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import CellContent, Hypothesis, get_cell_content
from checks.diagnosis.summary_shortfall import (
    ProjectTownship,
    compute_shortfall,
    find_plots_for_amount,
    get_project_township,
    is_sum_of_plots,
)
from checks.diagnosis.table_columns import (
    find_code_column,
    find_rows_with_violations,
    find_township_column,
    get_column_cells,
    list_code_mismatches,
    list_rules,
)
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import SumConstraint
from checks.rules.violation_builder import join_names
from contracts.registers import County

if TYPE_CHECKING:
    from checks.model.cell_ref import CellRef

_MAX_RIVALS = 4
_MAX_GROUPS = 3
_MAX_ROWS_SHOWN = 10


def propose_township_changes(
    book: RawWorkbook, evaluation: Evaluation, county: County | None
) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that a township's name or code is that of another township."""
    if county is None:
        return
    for table in evaluation.tables:
        name_column, code_column = find_township_column(table), find_code_column(table)
        if name_column and code_column:
            for row in _find_code_mismatches(table, code_column, evaluation=evaluation)[:_MAX_GROUPS]:
                yield list(_propose_name_or_code(table, (name_column, code_column), first_row=row, county=county))
            if table.form.is_detail:
                yield from _propose_plot_moves(book, table, evaluation=evaluation)


def _find_code_mismatches(table: Table, code_column: str, *, evaluation: Evaluation) -> list[int]:
    """Return the first row of each pair of code and name that do not belong together."""
    rows = find_rows_with_violations(table, code_column, list_code_mismatches(evaluation.violations))
    mismatched = table.body.filter(pl.col(ROW).is_in(rows))
    return mismatched.unique([code_column, TOWNSHIP_FULL], keep="first", maintain_order=True)[ROW].to_list()


def _propose_name_or_code(
    table: Table, columns: tuple[str, str], *, first_row: int, county: County
) -> Iterator[Hypothesis]:
    """Yield the hypothesis that the code is right and the name wrong, and its opposite."""
    name_column, code_column = columns
    code, name = table.get_typed_row(first_row).select(code_column, TOWNSHIP_FULL).row(0)
    rows = table.body.filter((pl.col(code_column) == code) & (pl.col(TOWNSHIP_FULL) == name))[ROW].to_list()
    codes_by_name = dict(zip(county.townships.values(), county.townships, strict=True))
    variant = "township_mistaken"
    yield reassign_column(table, name_column, rows, new_value=county.townships[code], variant=variant, beside=code)
    yield reassign_column(
        table, code_column, rows, new_value=codes_by_name.get(name, code), variant=variant, beside=name
    )


def _propose_plot_moves(book: RawWorkbook, table: Table, *, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that plots of one project and township belong to another one that lacks as much."""
    shortfalls = _compute_shortfalls(table, evaluation)
    targets: dict[ProjectTownship, None] = {}
    for sum_constraint, shortfall in shortfalls:
        if shortfall > 0:
            targets[get_project_township(sum_constraint)] = None
    if not targets or len(targets) > _MAX_RIVALS:
        return
    for rows in _list_unknown_groups(table, evaluation):
        yield list(_propose_targets(book, table, rows=rows, targets=list(targets)))
    for (receiver, shortfall), (giver, excess) in product(shortfalls, shortfalls):
        if shortfall > 0 and excess == -shortfall and receiver.field == giver.field:
            rows = find_plots_for_amount(table, receiver, get_project_township(giver), shortfall)
            yield list(_propose_single_moves(book, table, rows=rows, target=get_project_township(receiver)))


def _compute_shortfalls(table: Table, evaluation: Evaluation) -> list[tuple[SumConstraint, Decimal]]:
    """Return the figures of the summary that are not the sum of their plots, and by how much they exceed it."""
    shortfalls: list[tuple[SumConstraint, Decimal]] = []
    for sum_constraint in evaluation.sum_constraints:
        if is_sum_of_plots(sum_constraint, table):
            shortfall = compute_shortfall(sum_constraint, evaluation)
            if shortfall:
                shortfalls.append((sum_constraint, shortfall))
    return shortfalls


def _list_unknown_groups(table: Table, evaluation: Evaluation) -> Iterator[list[int]]:
    """Yield the rows of the first projects and townships that the summary does not have together."""
    violations = [violation for violation in evaluation.violations if violation.rule.check == "groups_in_summary"]
    rows = find_rows_with_violations(table, find_township_column(table) or "", violations)
    for row in rows[:_MAX_GROUPS]:
        project, township = table.get_typed_row(row).select(PROJECT, TOWNSHIP_FULL).row(0)
        yield _find_plots(table, (project, township))


def _find_plots(table: Table, project_township: ProjectTownship) -> list[int]:
    project, township = project_township
    return table.body.filter((pl.col(PROJECT) == project) & (pl.col(TOWNSHIP_FULL) == township))[ROW].to_list()


def _propose_targets(
    book: RawWorkbook, table: Table, *, rows: Sequence[int], targets: Sequence[ProjectTownship]
) -> Iterator[Hypothesis]:
    for target in targets:
        yield from _propose_plot_move(book, table, rows=rows, target=target)


def _propose_single_moves(
    book: RawWorkbook, table: Table, *, rows: Sequence[int], target: ProjectTownship
) -> Iterator[Hypothesis]:
    for row in rows:
        yield from _propose_plot_move(book, table, rows=[row], target=target)


def _propose_plot_move(
    book: RawWorkbook, table: Table, *, rows: Sequence[int], target: ProjectTownship
) -> Iterator[Hypothesis]:
    """Yield the hypothesis that plots belong to another project and township, with the codes of a plot there.

    Nothing is yielded if no plot is there, or one of these.
    """
    project, township = target
    target_rows = _find_plots(table, target)
    column = find_township_column(table) or ""
    if not target_rows or not set(rows).isdisjoint(target_rows):
        return
    corrections: dict[CellRef, CellContent] = {}
    for name in _list_location_columns(table):
        content = get_cell_content(book, table.get_cell_ref(name, target_rows[0]))
        corrections.update(dict.fromkeys(get_column_cells(table, name, rows), content))
    cells = get_column_cells(table, column, rows)
    value = table.get_stripped_text(column, rows[0])
    facts = {
        "title": table.form.title,
        "rows": join_names(list(map(str, rows)), _MAX_ROWS_SHOWN),
        "value": value,
        "project": str(table.get_typed_row(rows[0])[PROJECT][0]),
        "near": township,
        "meant": project,
    }
    yield Hypothesis(
        variant="plot_misplaced",
        cell=cells[0],
        corrections=corrections,
        facts=facts,
        highlight=tuple(cells),
        value=value,
        expected=township,
        has_correction=False,
    )


def _list_location_columns(table: Table) -> list[str]:
    """Return the columns that say where a plot is, such as project, township and the codes of its divisions."""
    names = [PROJECT, find_township_column(table), find_code_column(table)]
    for rule in list_rules(table, "codes_nested"):
        names.extend(str(outer) for outer, _ in rule.arguments["pairs"])
    return [name for name in dict.fromkeys(names) if name and name in table.columns]
