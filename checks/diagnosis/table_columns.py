"""Columns, rules and rows of one table, looked up by role, check or violation."""

from collections.abc import Iterable, Sequence

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.violation_builder import join_names, list_addresses, list_column_cells
from contracts.form_model import Field, Role, Rule


def map_by_sheet(tables: Iterable[Table]) -> dict[str, Table]:
    """Return the tables by sheet; of several on one sheet, the last."""
    return {table.sheet: table for table in tables}


def list_figure_fields(table: Table) -> list[Field]:
    """Return the figure columns that the table has, in the order of the contract."""
    return [field for field in table.form.get_fields_by_role(Role.FIGURE) if field.name in table.columns]


def list_rules(table: Table, check: str) -> list[Rule]:
    """Return the rules of the table's form that use a check."""
    return [rule for rule in table.form.rules if rule.check == check]


def list_figure_columns(table: Table) -> list[str]:
    """Return the names of the figure columns that the table has, in the order of the contract."""
    return [field.name for field in list_figure_fields(table)]


def get_columns(rule: Rule, *arguments: str) -> tuple[str, ...]:
    """Return the names of the columns in some arguments of a rule."""
    return tuple(str(rule.arguments[argument]) for argument in arguments)


def get_column_cells(table: Table, column: str, rows: Iterable[int]) -> list[CellRef]:
    """Return the cells of one column in some rows (Excel's numbers)."""
    return list_column_cells(table, column, rows)


def get_row_cells(table: Table, columns: Iterable[str], row: int) -> list[CellRef]:
    """Return the cells of some columns in one row (Excel's number)."""
    return [table.get_cell_ref(column, row) for column in columns]


def join_addresses(cells: Sequence[CellRef], max_addresses: int) -> str:
    """Return the addresses of some cells as a list in words, the first ones if there are many."""
    return join_names(list_addresses(cells), max_addresses)


def find_township_column(table: Table) -> str | None:
    """Return the column with the township's name, or None if the table has none."""
    for field in table.form.get_fields_by_role(Role.TOWNSHIP):
        if field.name in table.columns:
            return field.name
    return None


def find_code_column(table: Table) -> str | None:
    """Return the column with the township's code, or None if the table has none."""
    for rule in list_rules(table, "township_code"):
        column = str(rule.arguments["column"])
        if column in table.columns:
            return column
    return None


def list_code_mismatches(violations: Iterable[Violation]) -> list[Violation]:
    """Return the violations at codes that are not those of the township named in their row."""
    return [
        violation for violation in violations if violation.rule.check == "township_code" and violation.variant == ""
    ]


def find_misnamed_rows(table: Table, violations: Iterable[Violation]) -> list[int]:
    """Return the body rows (Excel's numbers) in which the township's code is not that of its name."""
    column = find_code_column(table)
    if column is None:
        return []
    return find_rows_with_violations(table, column, list_code_mismatches(violations))


def find_rows_with_violations(table: Table, column: str, violations: Iterable[Violation]) -> list[int]:
    """Return the body rows (Excel's numbers) in which one of the violations points at a column."""
    rows: set[int] = set()
    for violation in violations:
        cell = violation.cell
        if cell and violation.sheet == table.sheet and cell.column == table.columns[column]:
            rows.add(cell.row)
    if not rows:
        return []
    return table.body.filter(pl.col(ROW).is_in(list(rows)))[ROW].to_list()


def format_column_range(table: Table, column: str, rows: Sequence[int]) -> str:
    """Return the A1 range of a column from the first to the last of some rows, such as C5:C13."""
    first, last = get_column_cells(table, column, (rows[0], rows[-1]))
    return f"{first.address}:{last.address}"
