"""The figures that a submission reports to the levels above."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.report import ReportedFigure
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from contracts.form_model import Field, Role


def collect_reported_figures(tables: Iterable[Table], amounts: Mapping[CellRef, Decimal]) -> Iterator[ReportedFigure]:
    """Yield the figures of all tables except those of plots.

    Rows that belong neither to a township nor to a project are left out, total rows are included.
    """
    for table in tables:
        if not table.form.is_detail:
            yield from _collect_table_figures(table, amounts)


def _collect_table_figures(table: Table, amounts: Mapping[CellRef, Decimal]) -> Iterator[ReportedFigure]:
    groups = _map_rows_to_groups(table)
    for field in table.form.get_fields_by_role(Role.FIGURE):
        for row, group in groups.items():
            cell = table.get_cell_ref(field.name, row)
            if cell in amounts:
                yield _build_reported_figure(table, field, group, cell=cell, amount=amounts[cell])


def _map_rows_to_groups(table: Table) -> dict[int, tuple[str, str]]:
    """Return project and township of each row for which they are known; both are empty for a total row."""
    groups: dict[int, tuple[str, str]] = {}
    keys = [key for key in (PROJECT, TOWNSHIP_FULL) if key in table.body.columns]
    if keys:
        for row in table.body.drop_nulls(keys).select(ROW, *keys).iter_rows(named=True):
            groups[row[ROW]] = (row.get(PROJECT, ""), row.get(TOWNSHIP_FULL, ""))
    groups.update(dict.fromkeys(table.totals[ROW].to_list(), ("", "")))
    return groups


def _build_reported_figure(
    table: Table, field: Field, group: tuple[str, str], *, cell: CellRef, amount: Decimal
) -> ReportedFigure:
    project, township = group
    return ReportedFigure(
        form=table.form.name,
        township=township,
        column=field.column_group or field.name,
        measure=field.measure,
        year=field.year,
        amount=format(amount, "f"),
        unit=field.unit,
        sheet=cell.sheet,
        cell=cell.address,
        project=project,
    )
