"""What the cells of the filing print, against what was accepted less the reductions, and against their own sums."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import ValidationReport
from contracts.messages import Messages
from filing.book.cell_builders import CellRow
from filing.book.workbook_model import FilingSheet
from filing.context.accounts import WHOLE_COUNTY, AmountKey, FilingFigures
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.measure_columns import COLUMNS_PER_MEASURE, FIRST_MEASURE_COLUMN, list_amount_keys
from filing.sheets.rollup_checks import RollUpTableRow, format_canonical_amount, name_columns
from filing.sheets.township_detail import CountyBlock, TownshipDetail

# Of the four columns of a measure the third is the rate, which is no amount.
_AMOUNT_COLUMNS = (0, 1, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledSheets:
    """The sheets of a filing whose cells are added up, and the reports before any reduction by county code."""

    detail: TownshipDetail
    rollup: FilingSheet
    reports_as_sent: Mapping[str, ValidationReport]


def build_filed_figure_rows(
    context: FilingContext, figures: FilingFigures, sheets: FiledSheets, messages: Messages
) -> Iterator[RollUpTableRow]:
    """Yield a row for each amount that the filing prints of a township or a county, with what it should be.

    A township's cell should be what the county's cells said, less the reductions of these very cells; a county's
    total should be the sum of the cells above it, and its row in the roll-up the same as its total.
    """
    column_names = name_columns(sheets.detail.sheet)
    for county in context.counties_in_order:
        block = sheets.detail.blocks_by_county[county.due_county.code]
        columns = _map_columns(figures, column_names)
        for area, index, filed, expected in _list_pairs(county, figures, sheets, block):
            yield {
                "area": f"{county.due_county.name} {area or messages('filing.total')}",
                "column": columns.get(index, str(index)),
                "filed": format_canonical_amount(filed),
                "accepted": format_canonical_amount(expected),
            }


def _list_pairs(
    county: IncludedCounty, figures: FilingFigures, sheets: FiledSheets, block: CountyBlock
) -> Iterator[tuple[str, int, Decimal, Decimal]]:
    """Yield area, column, printed amount and what it should be; the area of the whole county is empty."""
    rows = sheets.detail.sheet.rows[block.header_row : block.total_row - 1]
    total_row = sheets.detail.sheet.rows[block.total_row - 1]
    yield from _list_township_pairs(county, figures, sheets, rows)
    rollup_row = _find_county_row(sheets.rollup, county.due_county.name)
    for index, measure, key in _list_amount_columns(figures):
        total = total_row[index].value
        if not isinstance(total, Decimal):
            continue
        if figures.by_county[county.due_county.code].is_sum_of_townships(measure, key):
            yield "", index, total, _sum_cells(rows, index)
        rolled_up = rollup_row[index].value if rollup_row else None
        if isinstance(rolled_up, Decimal):
            yield "", index, rolled_up, total


def _list_township_pairs(
    county: IncludedCounty, figures: FilingFigures, sheets: FiledSheets, rows: tuple[CellRow, ...]
) -> Iterator[tuple[str, int, Decimal, Decimal]]:
    accepted = _collect_accepted_amounts(county, sheets.reports_as_sent[county.due_county.code])
    county_figures = figures.by_county[county.due_county.code]
    for row, township in zip(rows, county_figures.townships, strict=True):
        for index, measure, key in _list_amount_columns(figures):
            amount, printed = county_figures.find_amount(measure, township, key), row[index].value
            if amount is None or township == WHOLE_COUNTY or not isinstance(printed, Decimal):
                continue
            if all(source in accepted for source in amount.sources):
                expected = sum((accepted[source] for source in amount.sources), Decimal(0))
                yield township, index, printed, expected


def _list_amount_columns(figures: FilingFigures) -> Iterator[tuple[int, str, AmountKey]]:
    """Yield the index of each column of amounts, with its measure and key."""
    for position, measure in enumerate(figures.measures):
        first = FIRST_MEASURE_COLUMN - 1 + COLUMNS_PER_MEASURE * position
        for offset, key in zip(_AMOUNT_COLUMNS, list_amount_keys(figures), strict=True):
            yield first + offset, measure, key


def _collect_accepted_amounts(
    county: IncludedCounty, report_as_sent: ValidationReport
) -> dict[tuple[str, str], Decimal]:
    """Return by sheet and cell what the county sent, less the reductions of this cell in the filed version."""
    amounts = {(figure.sheet, figure.cell): Decimal(figure.amount) for figure in report_as_sent.figures}
    for reduction in county.county_state.reductions:
        cell = (reduction.sheet, reduction.cell)
        if reduction.sha256 == county.county_state.newest_sha256 and cell in amounts:
            amounts[cell] -= Decimal(reduction.before) - Decimal(reduction.after)
    return amounts


def _find_county_row(rollup: FilingSheet, name: str) -> CellRow | None:
    """Return the only row of a county in the roll-up, or None if it has none or several."""
    rows = [row for row in rollup.rows if len(row) > 1 and str(row[1].value) == name]
    return rows[0] if len(rows) == 1 else None


def _sum_cells(rows: tuple[CellRow, ...], index: int) -> Decimal:
    total = Decimal(0)
    for row in rows:
        value = row[index].value
        if isinstance(value, Decimal):
            total += value
    return total


def _map_columns(figures: FilingFigures, column_names: list[str]) -> dict[int, str]:
    return {index: column_names[index] for index, _, _ in _list_amount_columns(figures)}
