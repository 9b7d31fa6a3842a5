"""Charts of progress against the plan: bars by city and by county, or by township in the filing of one county."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product
from typing import NamedTuple, TypeAlias

from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Messages
from filing.book.cell_builders import (
    MAX_PORTRAIT_COLUMNS,
    CellRow,
    TableHeading,
    build_header_row,
    build_text_cell,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, Chart, ChartSeries, FilingSheet
from filing.context.accounts import AmountKey, AmountKind, FilingFigures, name_township
from filing.context.filing_context import COUNTY, PROVINCE, FilingContext, IncludedCounty
from filing.context.headings import list_headings
from filing.context.links import quote_sheet
from filing.sheets.live_formulas import build_live_cell, build_range_sum, list_column_letters
from filing.sheets.measure_columns import FIRST_MEASURE_COLUMN, MeasureAmounts, list_measure_letters
from filing.sheets.signature_block import build_closing_rows
from filing.sheets.township_detail import TownshipDetail

# more bars on one chart could not be read on paper
MAX_BARS_PER_CHART = 28
LAST_HEADER_ROW = 3
SERIAL_WIDTH, NAME_WIDTH, AMOUNT_WIDTH = 6.0, 24.0, 14.0
COLUMN_WIDTHS = (20.0, 20.0, 20.0, 20.0)
# in millimetres; if bars are lower, programs leave out names
CHART_WIDTH, PAGE_HEIGHT, FRAME_HEIGHT, HEIGHT_PER_BAR = 168.0, 200.0, 42.0, 5.6
ROW_HEIGHT, POINTS_PER_MM = 20.0, 72 / 25.4


class ChartAmount(NamedTuple):
    """An amount, and the formula that refers to its cell in the township detail or sums the rows below."""

    amount: Decimal | None
    formula: str


class _MeasureBars(NamedTuple):
    planned: ChartAmount
    done: ChartAmount


@dataclass(frozen=True, slots=True)
class _ChartRow:
    """One row of the chart data; *amounts* has one pair of bars for each measure."""

    name: str
    amounts: tuple[_MeasureBars, ...]


_Span: TypeAlias = tuple[int, int]  # the first and the last row of a group in the chart data


def build_chart_sheets(
    context: FilingContext, figures: FilingFigures, detail: TownshipDetail, messages: Messages
) -> dict[str, FilingSheet]:
    """Return the sheet of chart data and the pages of charts, by key; none if no county is included."""
    if not context.included_counties or not figures.measures:
        return {}
    groups = _group_chart_rows(context, figures, detail)
    data_sheet, spans = _build_data_sheet(context, figures, groups, messages)
    sheets = {"chart_data": data_sheet}
    for chart_number, (group, span) in enumerate(_iter_chart_spans(spans), start=1):
        for measures in _iter_page_measures(figures, span):
            sheet = _build_chart_page(context, figures, (group, span, chart_number), measures, messages)
            sheets[sheet.name] = sheet
    return sheets


def _iter_chart_spans(spans: Mapping[str, _Span]) -> Iterator[tuple[str, _Span]]:
    for group, span in spans.items():
        for chart_span in _split_span(span):
            yield group, chart_span


def _iter_page_measures(figures: FilingFigures, span: _Span) -> Iterator[list[tuple[int, str]]]:
    """Yield the measures, each with its index, whose charts share a page."""
    measures = list(enumerate(figures.measures))
    charts_per_page = max(1, int(PAGE_HEIGHT // _compute_chart_height(span)))
    for first in range(0, len(measures), charts_per_page):
        yield measures[first : first + charts_per_page]


def _group_chart_rows(
    context: FilingContext, figures: FilingFigures, detail: TownshipDetail
) -> dict[str, list[_ChartRow]]:
    """Return the bars by what they stand for; in the province's filing, cities come before counties."""
    if context.owner.kind == COUNTY:
        return {"townships": _build_township_rows(context.counties_in_order[0], figures, detail)}
    county_rows = [_build_county_row(county, figures, detail) for county in context.counties_in_order]
    if context.owner.kind != PROVINCE:
        return {"counties": county_rows}
    return {"cities": _sum_rows_by_city(context, county_rows), "counties": county_rows}


def _build_county_row(county: IncludedCounty, figures: FilingFigures, detail: TownshipDetail) -> _ChartRow:
    block = detail.blocks_by_county[county.due_county.code]
    bars = _build_bars(block.sums, figures, detail, row=block.total_row)
    return _ChartRow(county.due_county.name, bars)


def _build_township_rows(county: IncludedCounty, figures: FilingFigures, detail: TownshipDetail) -> list[_ChartRow]:
    county_figures = figures.by_county[county.due_county.code]
    header_row = detail.blocks_by_county[county.due_county.code].header_row
    chart_rows: list[_ChartRow] = []
    for serial, township in enumerate(county_figures.townships, start=1):
        amounts = {}
        for measure, key in product(figures.measures, _list_bar_keys(figures)):
            amounts[measure, key] = county_figures.find_value(measure, township, key)
        bars = _build_bars(amounts, figures, detail, row=header_row + serial)
        chart_rows.append(_ChartRow(name_township(county, township), bars))
    return chart_rows


def _list_bar_keys(figures: FilingFigures) -> tuple[AmountKey, AmountKey]:
    return (figures.year, AmountKind.DONE)


def _build_bars(
    amounts: MeasureAmounts, figures: FilingFigures, detail: TownshipDetail, *, row: int
) -> tuple[_MeasureBars, ...]:
    """Return the bars of one row of the township detail."""
    sheet = quote_sheet(detail.sheet.name)
    bars = []
    for index, measure in enumerate(figures.measures):
        planned_letter, done_letter, *_ = list_measure_letters(index)
        planned = ChartAmount(amounts.get((measure, figures.year)), f"={sheet}!{planned_letter}{row}")
        done = ChartAmount(amounts.get((measure, AmountKind.DONE)), f"={sheet}!{done_letter}{row}")
        bars.append(_MeasureBars(planned, done))
    return tuple(bars)


def _sum_rows_by_city(context: FilingContext, county_rows: Sequence[_ChartRow]) -> list[_ChartRow]:
    """Sum the counties of each city; they follow the cities on the same sheet, in the same order."""
    remaining_rows = iter(county_rows)
    first = LAST_HEADER_ROW + len(context.counties_by_city) + 1
    city_rows = []
    for _, counties in context.counties_by_city:
        rows_of_city = list(islice(remaining_rows, len(counties)))
        span = (first, first + len(counties) - 1)
        city_rows.append(_ChartRow(context.get_city_name(counties[0].due_county), _sum_bars(rows_of_city, span)))
        first += len(counties)
    return city_rows


def _sum_bars(county_rows: Sequence[_ChartRow], span: _Span) -> tuple[_MeasureBars, ...]:
    """Return the sums of the counties' bars, live over the rows of *span*."""
    sums = []
    for index in range(len(county_rows[0].amounts)):
        planned_letter, done_letter = list_column_letters(FIRST_MEASURE_COLUMN + 2 * index, 2)
        planned = sum_known_amounts(row.amounts[index].planned.amount for row in county_rows)
        done = sum_known_amounts(row.amounts[index].done.amount for row in county_rows)
        sums.append(
            _MeasureBars(
                ChartAmount(planned, build_range_sum(planned_letter, span)),
                ChartAmount(done, build_range_sum(done_letter, span)),
            )
        )
    return tuple(sums)


def _build_data_sheet(
    context: FilingContext, figures: FilingFigures, groups: Mapping[str, list[_ChartRow]], messages: Messages
) -> tuple[FilingSheet, dict[str, _Span]]:
    """Return the sheet of chart data, and the rows that each group takes in it."""
    amount_columns = 2 * len(figures.measures)
    columns = FIRST_MEASURE_COLUMN - 1 + amount_columns
    rows: list[CellRow] = [*_build_data_header(context, figures, columns, messages)]
    spans: dict[str, _Span] = {}
    for group, chart_rows in groups.items():
        spans[group] = (len(rows) + 1, len(rows) + len(chart_rows))
        for serial, chart_row in enumerate(chart_rows, start=1):
            rows.append(_build_data_row(serial, chart_row, figures))
    landscape = columns > MAX_PORTRAIT_COLUMNS
    widths = fill_page_width((SERIAL_WIDTH, NAME_WIDTH, *[AMOUNT_WIDTH] * amount_columns), landscape=landscape)
    rows += build_closing_rows(context, widths, ("chart_data",), messages)
    sheet = FilingSheet(
        name=messages("filing.sheet.chart_data"),
        rows=tuple(rows),
        widths=widths,
        landscape=landscape,
        header_rows=(LAST_HEADER_ROW, LAST_HEADER_ROW),
    )
    return sheet, spans


def _build_data_header(
    context: FilingContext, figures: FilingFigures, column_count: int, messages: Messages
) -> tuple[CellRow, ...]:
    heading = TableHeading(
        form_number=messages("filing.number.chart_data"),
        right_text=messages("filing.unit", unit=figures.unit),
        title=messages("filing.title.chart_data", province=context.owner.name, year=context.roster.year),
        column_count=column_count,
    )
    headings = list_headings(messages, "filing.column", ("serial", "name"))
    for measure_name in figures.measures.values():
        headings.append(messages("filing.chart.planned", measure=measure_name))
        headings.append(messages("filing.chart.done", measure=measure_name))
    return (*heading.build_rows(), build_header_row(headings))


def _build_data_row(serial: int, chart_row: _ChartRow, figures: FilingFigures) -> CellRow:
    cells = []
    for measure, bars in zip(figures.measures, chart_row.amounts, strict=True):
        for key, bar in zip(_list_bar_keys(figures), bars, strict=True):
            decimals = figures.get_decimals(measure, key)
            cells.append(build_live_cell(bar.amount, CellStyle.FIGURE, decimals=decimals, formula=bar.formula))
    return (Cell(serial, CellStyle.CENTRE), build_text_cell(chart_row.name), *cells)


def _compute_chart_height(span: _Span) -> float:
    """Return the height of a chart in millimetres."""
    return min(PAGE_HEIGHT, FRAME_HEIGHT + HEIGHT_PER_BAR * (span[1] - span[0] + 1))


def _split_span(span: _Span) -> Iterator[_Span]:
    """Split a long list of bars into charts of about the same length."""
    first_row, last_row = span
    bar_count = last_row - first_row + 1
    if not bar_count:
        return
    chart_count = -(-bar_count // MAX_BARS_PER_CHART)
    bars_per_chart = -(-bar_count // chart_count)
    for row in range(first_row, last_row + 1, bars_per_chart):
        yield row, min(row + bars_per_chart - 1, last_row)


def _build_chart_page(
    context: FilingContext,
    figures: FilingFigures,
    group_part: tuple[str, _Span, int],
    measures: Sequence[tuple[int, str]],
    messages: Messages,
) -> FilingSheet:
    """Return the page with the charts of some measures; *group_part* is a group, its rows and the chart's number."""
    group, span, chart_number = group_part
    page_number = _format_page_number(chart_number, measures[0][0])
    heading = TableHeading(
        form_number=messages("filing.number.chart", number=page_number),
        right_text=messages("filing.unit", unit=figures.unit),
        title=messages(f"filing.title.chart_{group}", province=context.owner.name, year=context.roster.year),
        column_count=len(COLUMN_WIDTHS),
    )
    heading_rows = heading.build_rows()
    first_row = len(heading_rows) + 1
    rows_per_chart = int(_compute_chart_height(span) * POINTS_PER_MM / ROW_HEIGHT) + 1
    charts = []
    for position, indexed_measure in enumerate(measures):
        row = first_row + rows_per_chart * position
        charts.append(_build_chart(figures, indexed_measure, span, row=row, messages=messages))
    row_count = rows_per_chart * len(charts)
    empty_rows: tuple[CellRow, ...] = ((),) * row_count
    return FilingSheet(
        name=messages("filing.sheet.chart", number=page_number),
        rows=(*heading_rows, *empty_rows, (build_text_cell("", CellStyle.NOTE, span=len(COLUMN_WIDTHS)),)),
        widths=COLUMN_WIDTHS,
        row_heights=dict.fromkeys(range(first_row, first_row + row_count), ROW_HEIGHT),
        charts=tuple(charts),
        is_one_page=True,
    )


def _format_page_number(chart_number: int, first_measure: int) -> str:
    """Return the number of a page; a page that does not begin with the first measure has a suffix."""
    if first_measure == 0:
        return str(chart_number)
    return f"{chart_number}-{first_measure + 1}"


def _build_chart(
    figures: FilingFigures, indexed_measure: tuple[int, str], span: _Span, *, row: int, messages: Messages
) -> Chart:
    index, measure = indexed_measure
    sheet = quote_sheet(messages("filing.sheet.chart_data"))
    letters = list_column_letters(FIRST_MEASURE_COLUMN + 2 * index, 2)
    names = list_headings(messages, "filing.column", ("planned", "done"))
    series = []
    for name, letter in zip(names, letters, strict=True):
        series.append(ChartSeries(name, f"{sheet}!${letter}${span[0]}:${letter}${span[1]}"))
    return Chart(
        title=figures.measures[measure],
        label_range=f"{sheet}!$B${span[0]}:$B${span[1]}",
        series=tuple(series),
        first_row=row,
        width_mm=CHART_WIDTH,
        height_mm=_compute_chart_height(span),
        axis_title=messages("filing.unit", unit=figures.unit),
    )
