"""The targets of the plans (任务数) as the counties reported them, by township and year, with live totals."""

from collections.abc import Iterator

from checks.model.cell_ref import column_letters
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
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import AmountKey, AmountKind, CountyFigures, FilingFigures, name_township
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.headings import list_headings
from filing.sheets.live_formulas import build_range_sum
from filing.sheets.signature_block import build_closing_rows

HEADER_ROWS = (3, 4)
SERIAL_WIDTH, NAME_WIDTH, YEAR_WIDTH, PLAN_TOTAL_WIDTH = 6.0, 24.0, 11.5, 13.0
_FIRST_TARGET_COLUMN = 3


def build_targets_sheet(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the reported targets, a block of rows for each filed county."""
    widths = (SERIAL_WIDTH, NAME_WIDTH, *_list_target_widths(figures))
    columns = len(widths)
    rows: list[CellRow] = [*_build_header_rows(context, figures, columns, messages)]
    for county in context.counties_in_order:
        county_figures = figures.by_county[county.due_county.code]
        rows.append((build_text_cell(_format_county(context, county, messages), CellStyle.TOTAL_TEXT, span=columns),))
        first_row = len(rows) + 1
        for serial, township in enumerate(county_figures.townships, start=1):
            rows.append(_build_township_row(township, serial, county, figures, messages))
        rows.append(_build_total_row(county_figures, figures, (first_row, len(rows)), messages))
    rows += build_closing_rows(context, widths, ("targets", "empty"), messages)
    return FilingSheet(
        name=messages("filing.sheet.tasks"),
        rows=tuple(rows),
        widths=fill_page_width(widths, landscape=columns > MAX_PORTRAIT_COLUMNS),
        landscape=columns > MAX_PORTRAIT_COLUMNS,
        header_rows=HEADER_ROWS,
    )


def _list_target_widths(figures: FilingFigures) -> list[float]:
    widths_of_measure = [*[YEAR_WIDTH] * len(_list_years(figures)), PLAN_TOTAL_WIDTH]
    return widths_of_measure * len(figures.measures)


def _iter_columns(figures: FilingFigures) -> Iterator[tuple[str, AmountKey]]:
    """Yield the measure and the key of each column: every year, then all years together."""
    for measure in figures.measures:
        for year in _list_years(figures):
            yield measure, year
        yield measure, AmountKind.PLAN_TOTAL


def _list_years(figures: FilingFigures) -> tuple[int, ...]:
    """Return the years of the plans; without any plan, the accounting year, whose targets the counties report."""
    return figures.plan_years or (figures.year,)


def _build_header_rows(
    context: FilingContext, figures: FilingFigures, column_count: int, messages: Messages
) -> tuple[CellRow, ...]:
    heading = TableHeading(
        right_text=messages("filing.unit", unit=figures.unit),
        title=messages("filing.title.tasks", province=context.owner.name, year=context.roster.year),
        column_count=column_count,
    )
    years = _list_years(figures)
    measure_names = figures.measures.values()
    upper_cells = (
        build_text_cell(messages("filing.column.township"), CellStyle.HEADER, span=_FIRST_TARGET_COLUMN - 1),
        *(build_text_cell(name, CellStyle.HEADER, span=len(years) + 1) for name in measure_names),
    )
    headings_of_measure = [messages("filing.column.year", year=year) for year in years]
    headings_of_measure.append(messages("filing.total"))
    headings = list_headings(messages, "filing.column", ("serial", "name"))
    headings += headings_of_measure * len(measure_names)
    return (*heading.build_rows(), upper_cells, build_header_row(headings))


def _format_county(context: FilingContext, county: IncludedCounty, messages: Messages) -> str:
    facts = {
        "city": context.get_city_name(county.due_county),
        "county": county.due_county.name,
        "code": county.due_county.code,
    }
    if county.plan is None:
        return messages("filing.tasks.county", **facts)
    plan = county.plan
    return messages("filing.tasks.county_plan", **facts, document=plan.document_number, title=plan.title)


def _build_township_row(
    township: str, serial: int, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> CellRow:
    county_figures = figures.by_county[county.due_county.code]
    cells = []
    for measure, key in _iter_columns(figures):
        if _has_target(county_figures, measure, key):
            target = county_figures.find_value(measure, township, key)
            decimals = figures.get_decimals(measure, key)
            cells.append(build_figure_cell(target, CellStyle.FIGURE, decimals=decimals))
        else:
            cells.append(build_text_cell(messages("filing.not_applicable"), CellStyle.FIGURE))
    return (Cell(serial, CellStyle.CENTRE), build_text_cell(name_township(county, township)), *cells)


def _build_total_row(
    county_figures: CountyFigures, figures: FilingFigures, span: tuple[int, int], messages: Messages
) -> CellRow:
    """Return the total of the rows of *span*; a total that is not a sum of townships is typed."""
    cells = []
    for column, (measure, key) in enumerate(_iter_columns(figures), start=_FIRST_TARGET_COLUMN):
        if _has_target(county_figures, measure, key):
            formula = None
            if county_figures.is_sum_of_townships(measure, key):
                formula = build_range_sum(column_letters(column), span)
            total, decimals = county_figures.compute_total(measure, key), figures.get_decimals(measure, key)
            cells.append(build_figure_cell(total, CellStyle.TOTAL_FIGURE, decimals=decimals, formula=formula))
        else:
            cells.append(build_text_cell(messages("filing.not_applicable"), CellStyle.TOTAL_FIGURE))
    return (
        build_text_cell("", CellStyle.TOTAL_TEXT),
        build_text_cell(messages("filing.total"), CellStyle.TOTAL_TEXT),
        *cells,
    )


def _has_target(county_figures: CountyFigures, measure: str, key: AmountKey) -> bool:
    """Return whether the county has a target of the measure for that year, in any township."""
    reported_keys = ((reported_measure, reported_key) for reported_measure, _, reported_key in county_figures.amounts)
    return (measure, key) in reported_keys
