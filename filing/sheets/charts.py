"""Progress against the plan as charts of the spreadsheet's own: by city and county, or by township of one county."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Messages
from filing.book.cell_builders import (
    MAX_PORTRAIT_COLUMNS,
    CellRow,
    TableHeading,
    build_figure_cell,
    build_header_row,
    build_text_cell,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, Chart, ChartSeries, FilingSheet
from filing.context.accounts import WHOLE_COUNTY, AmountKey, AmountKind, FilingFigures
from filing.context.filing_context import COUNTY, PROVINCE, FilingContext
from filing.context.links import quote_sheet
from filing.sheets.measure_columns import COLUMNS_PER_MEASURE, FIRST_MEASURE_COLUMN
from filing.sheets.signature_block import build_closing_rows
from filing.sheets.township_detail import TownshipDetail

MAX_BARS_PER_CHART = 28  # on one chart: more could not be read on paper
LAST_HEADER_ROW = 3
SERIAL_WIDTH, NAME_WIDTH, AMOUNT_WIDTH = 6.0, 24.0, 14.0
COLUMN_WIDTHS = (20.0, 20.0, 20.0, 20.0)
CHART_WIDTH, PAGE_HEIGHT, FRAME_HEIGHT, HEIGHT_PER_BAR = (
    168.0,
    200.0,
    42.0,
    5.6,
)  # millimetres; below it programs leave out names
ROW_HEIGHT, POINTS_PER_MM = 20.0, 72 / 25.4

ChartAmount = tuple[Decimal | None, str | None]  # and what makes it live


@dataclass(frozen=True, slots=True)
class _ChartRow:
    name: str
    amounts: tuple[tuple[ChartAmount, ChartAmount], ...]  # a measure each: planned, done


def build_chart_sheets(
    context: FilingContext, figures: FilingFigures, detail: TownshipDetail, messages: Messages
) -> dict[str, FilingSheet]:
    """Return the sheet of data and the pages of charts, by key; nothing where no county counts."""
    if not context.included_counties or not figures.measures:
        return {}
    groups = _group_chart_rows(context, figures, detail)
    data, spans = _build_data_sheet(context, figures, groups, messages)
    found = {"chart_data": data}
    pages = [(name, span) for name, whole in spans.items() for span in _split_span(whole)]
    for at, (name, span) in enumerate(pages, start=1):
        listed = list(enumerate(figures.measures))
        many = max(1, int(PAGE_HEIGHT // _compute_chart_height(span)))
        for first in range(0, len(listed), many):
            sheet = _build_chart_page(context, figures, (name, span, at), listed[first : first + many], messages)
            found[sheet.name] = sheet
    return found


def _group_chart_rows(
    context: FilingContext, figures: FilingFigures, detail: TownshipDetail
) -> dict[str, list[_ChartRow]]:
    """Return the bars by what they stand for; cities, where there are several, before counties."""
    if context.owner.kind == COUNTY:
        return {"townships": _build_township_rows(context, figures, detail)}
    sheet = quote_sheet(detail.sheet.name)
    counties = []
    for county in context.counties_in_order:
        block = detail.blocks_by_county[county.due_county.code]
        amounts = []
        for at, measure in enumerate(figures.measures):
            planned, done = (block.sums.get((measure, key)) for key in (figures.year, AmountKind.DONE))
            cells = [
                f"={sheet}!{column_letters(FIRST_MEASURE_COLUMN + COLUMNS_PER_MEASURE * at + one)}{block.total_row}"
                for one in range(2)
            ]
            amounts.append(((planned, cells[0]), (done, cells[1])))
        counties.append(_ChartRow(county.due_county.name, tuple(amounts)))
    if context.owner.kind != PROVINCE:
        return {"counties": counties}
    return {"cities": _sum_rows_by_city(context, counties), "counties": counties}


def _build_township_rows(context: FilingContext, figures: FilingFigures, detail: TownshipDetail) -> list[_ChartRow]:
    county = context.counties_in_order[0]
    account, head = (
        figures.by_county[county.due_county.code],
        detail.blocks_by_county[county.due_county.code].header_row,
    )
    sheet = quote_sheet(detail.sheet.name)
    bars = []
    for serial, name in enumerate(account.townships, start=1):
        amounts = []
        for at, measure in enumerate(figures.measures):
            found = [account.find_amount(measure, name, key) for key in (figures.year, AmountKind.DONE)]
            cells = [
                f"={sheet}!{column_letters(FIRST_MEASURE_COLUMN + COLUMNS_PER_MEASURE * at + one)}{head + serial}"
                for one in range(2)
            ]
            planned, done = ((one.value if one else None, cell) for one, cell in zip(found, cells, strict=True))
            amounts.append((planned, done))
        bars.append(_ChartRow(name if name != WHOLE_COUNTY else county.due_county.name, tuple(amounts)))
    return bars


def _sum_rows_by_city(context: FilingContext, counties: Sequence[_ChartRow]) -> list[_ChartRow]:
    """Sum the counties of each city; the counties stand below the cities on the same sheet, in the same order."""
    bars, first = [], LAST_HEADER_ROW + len(context.counties_by_city) + 1
    start = 0
    for _, members in context.counties_by_city:
        its = counties[start : start + len(members)]
        rows = (first + start, first + start + len(its) - 1)
        amounts = []
        for at in range(len(its[0].amounts)):
            letters = [column_letters(FIRST_MEASURE_COLUMN + 2 * at + one) for one in range(2)]
            sums = [sum_known_amounts([one.amounts[at][which][0] for one in its]) for which in range(2)]
            live = [f"=SUM({letter}{rows[0]}:{letter}{rows[1]})" for letter in letters]
            amounts.append(((sums[0], live[0]), (sums[1], live[1])))
        bars.append(_ChartRow(context.get_city_name(members[0].due_county), tuple(amounts)))
        start += len(members)
    return bars


def _build_data_sheet(
    context: FilingContext, figures: FilingFigures, groups: dict[str, list[_ChartRow]], messages: Messages
) -> tuple[FilingSheet, dict[str, tuple[int, int]]]:
    columns = FIRST_MEASURE_COLUMN - 1 + 2 * len(figures.measures)
    heading = TableHeading(
        form_number=messages("filing.number.chart_data"),
        right_text=messages("filing.unit", unit=figures.unit),
        title=messages("filing.title.chart_data", province=context.owner.name, year=context.roster.year),
        column_count=columns,
    )
    names = [messages("filing.column.serial"), messages("filing.column.name")]
    for name in figures.measures.values():
        names += [messages(f"filing.chart.{one}", measure=name) for one in ("planned", "done")]
    rows: list[CellRow] = [*heading.build_rows(), build_header_row(names)]
    spans: dict[str, tuple[int, int]] = {}
    for key, bars in groups.items():
        spans[key] = (len(rows) + 1, len(rows) + len(bars))
        rows += [_build_data_row(serial, one, figures) for serial, one in enumerate(bars, start=1)]
    wide = columns > MAX_PORTRAIT_COLUMNS
    widths = fill_page_width(
        (SERIAL_WIDTH, NAME_WIDTH, *(AMOUNT_WIDTH for _ in range(2 * len(figures.measures)))), landscape=wide
    )
    rows += build_closing_rows(context, widths, ("chart_data",), messages)
    sheet = FilingSheet(
        name=messages("filing.sheet.chart_data"),
        rows=tuple(rows),
        widths=widths,
        landscape=wide,
        header_rows=(LAST_HEADER_ROW, LAST_HEADER_ROW),
    )
    return sheet, spans


def _build_data_row(serial: int, chart_row: _ChartRow, figures: FilingFigures) -> CellRow:
    cells = []
    for measure, pair in zip(figures.measures, chart_row.amounts, strict=True):
        keys: tuple[AmountKey, AmountKey] = (figures.year, AmountKind.DONE)
        for key, (amount, formula) in zip(keys, pair, strict=True):
            live = formula if amount is not None else None
            cells.append(
                build_figure_cell(amount, CellStyle.FIGURE, decimals=figures.get_decimals(measure, key), formula=live)
            )
    return (Cell(serial, CellStyle.CENTRE), build_text_cell(chart_row.name), *cells)


def _compute_chart_height(span: tuple[int, int]) -> float:
    return min(PAGE_HEIGHT, FRAME_HEIGHT + HEIGHT_PER_BAR * (span[1] - span[0] + 1))


def _split_span(span: tuple[int, int]) -> list[tuple[int, int]]:
    """Cut a long list into charts of about the same length."""
    count = span[1] - span[0] + 1
    pages = -(-count // MAX_BARS_PER_CHART)
    each = -(-count // pages) if pages else 0
    return [(first, min(first + each - 1, span[1])) for first in range(span[0], span[1] + 1, each or 1)]


def _build_chart_page(
    context: FilingContext,
    figures: FilingFigures,
    group_part: tuple[str, tuple[int, int], int],
    measures: Sequence[tuple[int, str]],
    messages: Messages,
) -> FilingSheet:
    name, span, at = group_part
    title = messages(f"filing.title.chart_{name}", province=context.owner.name, year=context.roster.year)
    suffix = "" if measures[0][0] == 0 else f"-{measures[0][0] + 1}"
    number = messages("filing.number.chart", number=f"{at}{suffix}")
    heading = TableHeading(
        form_number=number,
        right_text=messages("filing.unit", unit=figures.unit),
        title=title,
        column_count=len(COLUMN_WIDTHS),
    )
    first = len(heading.build_rows()) + 1
    rows = int(_compute_chart_height(span) * POINTS_PER_MM / ROW_HEIGHT) + 1
    charts = tuple(
        _build_chart(figures, (column, measure), span, row=first + rows * place, messages=messages)
        for place, (column, measure) in enumerate(measures)
    )
    empty = tuple(() for _ in range(rows * len(charts)))
    return FilingSheet(
        name=messages("filing.sheet.chart", number=f"{at}{suffix}"),
        rows=(*heading.build_rows(), *empty, (build_text_cell("", CellStyle.NOTE, span=len(COLUMN_WIDTHS)),)),
        widths=COLUMN_WIDTHS,
        row_heights={first + row: ROW_HEIGHT for row in range(len(empty))},
        charts=charts,
        is_one_page=True,
    )


def _build_chart(
    figures: FilingFigures, indexed_measure: tuple[int, str], span: tuple[int, int], *, row: int, messages: Messages
) -> Chart:
    column, measure = indexed_measure
    sheet = quote_sheet(messages("filing.sheet.chart_data"))
    letters = [column_letters(FIRST_MEASURE_COLUMN + 2 * column + one) for one in range(2)]
    names = [messages(f"filing.column.{one}") for one in ("planned", "done")]
    series = tuple(
        ChartSeries(name, f"{sheet}!${letter}${span[0]}:${letter}${span[1]}")
        for name, letter in zip(names, letters, strict=True)
    )
    return Chart(
        title=figures.measures[measure],
        label_range=f"{sheet}!$B${span[0]}:$B${span[1]}",
        series=series,
        first_row=row,
        width_mm=CHART_WIDTH,
        height_mm=_compute_chart_height(span),
        axis_title=messages("filing.unit", unit=figures.unit),
    )
