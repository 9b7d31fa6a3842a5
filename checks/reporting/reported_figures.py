"""The figures that a submission reports to the levels above."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.report import ReportedFigure
from checks.recognition.table import ROW, TOWNSHIP_FULL, Table
from contracts.form_model import Field, Role

PROJECT = "project"


def collect_reported_figures(tables: Iterable[Table], amounts: Mapping[CellRef, Decimal]) -> Iterator[ReportedFigure]:
    """Carry up what was reported; plots stay in the file, as do rows of neither township nor project."""
    for table in (one for one in tables if not one.form.is_detail):
        places = _map_rows_to_groups(table)
        for field in table.form.get_fields_by_role(Role.FIGURE):
            for row, (project, township) in places.items():
                cell = table.get_cell_ref(field.name, row)
                if cell in amounts:
                    yield _build_reported_figure(table, field, (project, township), cell=cell, amount=amounts[cell])


def _map_rows_to_groups(table: Table) -> dict[int, tuple[str, str]]:
    """Return project and township of each row that can be told; both are empty for a total row."""
    known = table.body.columns
    keys = [one for one in (PROJECT, TOWNSHIP_FULL) if one in known]
    rows = table.body.drop_nulls(keys).select(ROW, *keys).iter_rows(named=True) if keys else ()
    found = {one[ROW]: (one.get(PROJECT, ""), one.get(TOWNSHIP_FULL, "")) for one in rows}
    return {**found, **dict.fromkeys(table.totals[ROW].to_list(), ("", ""))}


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
