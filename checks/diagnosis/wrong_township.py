"""Rows under a wrong township: told once where all holds as soon as they are put where they belong."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from checks.diagnosis.column_reassignment import reassign_column
from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import CellContent, Hypothesis, get_cell_content
from checks.diagnosis.misspelt_township import find_code_column, find_rows_with_violations, find_township_column
from checks.diagnosis.summary_shortfall import (
    ProjectTownship,
    compute_shortfall,
    find_plots_for_amount,
    get_project_township,
    is_sum_of_plots,
)
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
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
    """Guess that the name of a township, or its code, is that of another one."""
    for table in evaluation.tables if county else ():
        name, code = find_township_column(table), find_code_column(table)
        if name and code and county:
            for wrong in _find_code_mismatches(table, code, evaluation)[:_MAX_GROUPS]:
                yield list(_propose_name_or_code(table, (name, code), table.get_typed_row(wrong), county))
            if table.form.is_detail:
                yield from _propose_plot_moves(book, table, evaluation)


def _find_code_mismatches(table: Table, code_field: str, evaluation: Evaluation) -> list[int]:
    """Return the first row of each kind in which the township's code is not that of its name."""
    told = [one for one in evaluation.violations if one.rule.check == "township_code" and one.variant == ""]
    rows = find_rows_with_violations(table, code_field, told)
    wrong = table.body.filter(pl.col(ROW).is_in(rows))
    return wrong.unique([code_field, TOWNSHIP_FULL], keep="first", maintain_order=True)[ROW].to_list()


def _propose_name_or_code(
    table: Table, columns: tuple[str, str], first_row: pl.DataFrame, county: County
) -> Iterator[Hypothesis]:
    name, code = columns
    number, written = first_row[code][0], first_row[TOWNSHIP_FULL][0]
    alike = table.body.filter((pl.col(code) == number) & (pl.col(TOWNSHIP_FULL) == written))[ROW].to_list()
    due = next((one for one, township in county.townships.items() if township == written), number)
    yield reassign_column(
        table, name, alike, new_value=county.townships[number], variant="township_mistaken", beside=number
    )
    yield reassign_column(table, code, alike, new_value=due, variant="township_mistaken", beside=written)


def _propose_plot_moves(book: RawWorkbook, table: Table, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Guess that plots with name and codes of one place are those of another that lacks just as much."""
    short = [
        one
        for one in evaluation.sum_constraints
        if is_sum_of_plots(one, table) and compute_shortfall(one, evaluation) > 0
    ]
    places = list(dict.fromkeys(get_project_township(one) for one in short))
    if not places or len(places) > _MAX_RIVALS:
        return
    strange = [one for one in evaluation.violations if one.rule.check == "groups_in_summary"]
    for row in find_rows_with_violations(table, find_township_column(table) or "", strange)[:_MAX_GROUPS]:
        project, township = table.get_typed_row(row).select(PROJECT, TOWNSHIP_FULL).row(0)
        rows = table.body.filter((pl.col(PROJECT) == project) & (pl.col(TOWNSHIP_FULL) == township))[ROW].to_list()
        yield [one for place in places for one in _propose_plot_move(book, table, rows, place)]
    excess = [
        one
        for one in evaluation.sum_constraints
        if is_sum_of_plots(one, table) and compute_shortfall(one, evaluation) < 0
    ]
    for lacking, other in product(short, excess):
        if lacking.field == other.field and compute_shortfall(lacking, evaluation) == -compute_shortfall(
            other, evaluation
        ):
            found = find_plots_for_amount(
                table, lacking, get_project_township(other), compute_shortfall(lacking, evaluation)
            )
            yield [
                one for row in found for one in _propose_plot_move(book, table, [row], get_project_township(lacking))
            ]


def _propose_plot_move(
    book: RawWorkbook, table: Table, rows: Sequence[int], project_township: ProjectTownship
) -> Iterator[Hypothesis]:
    """Yield what these plots would be in another place; the codes are those of a plot that is there."""
    project, township = project_township
    there = table.body.filter((pl.col(PROJECT) == project) & (pl.col(TOWNSHIP_FULL) == township))[ROW]
    column = find_township_column(table) or ""
    if not len(there) or set(rows) & set(there):
        return
    cells: dict[CellRef, CellContent] = {
        table.get_cell_ref(name, row): get_cell_content(book, table.get_cell_ref(name, int(there[0])))
        for name in _list_location_columns(table)
        for row in rows
    }
    facts = {
        "title": table.form.title,
        "rows": join_names([str(row) for row in rows], _MAX_ROWS_SHOWN),
        "value": table.get_stripped_text(column, rows[0]),
        "project": str(table.get_typed_row(rows[0])[PROJECT][0]),
        "near": township,
        "meant": project,
    }
    yield Hypothesis(
        variant="plot_misplaced",
        cell=table.get_cell_ref(column, rows[0]),
        corrections=cells,
        facts=facts,
        highlight=tuple(table.get_cell_ref(column, row) for row in rows),
        value=facts["value"],
        expected=township,
        has_correction=False,
    )


def _list_location_columns(table: Table) -> list[str]:
    """Return the columns that say where a plot is."""
    rules = [one for one in table.form.rules if one.check == "codes_nested"]
    nested = [str(first) for one in rules for first, _ in one.arguments["pairs"]]
    names = (PROJECT, find_township_column(table), find_code_column(table), *nested)
    return [one for one in dict.fromkeys(names) if one and one in table.columns]
