"""The targets of the plans as the counties reported them: township by year, totals live."""

from checks.model.cell_ref import column_letters
from contracts.messages import Messages
from filing.book.cell_builders import (
    MAX_PORTRAIT_COLUMNS,
    CellRow,
    TableHeading,
    build_figure_cell,
    build_text_cell,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import WHOLE_COUNTY, AmountKey, AmountKind, CountyFigures, FilingFigures
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.signature_block import build_closing_rows

HEADER_ROWS = (3, 4)
SERIAL_WIDTH, NAME_WIDTH, YEAR_WIDTH, PLAN_TOTAL_WIDTH = 6.0, 24.0, 11.5, 13.0


def build_targets_sheet(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the reported targets of every filed county, a block each."""
    columns = len(_list_columns(figures)) + 2
    rows: list[CellRow] = [*_build_header_rows(context, figures, columns, messages)]
    for county in context.counties_in_order:
        account = figures.by_county[county.due_county.code]
        rows.append((build_text_cell(_format_county(context, county, messages), CellStyle.TOTAL_TEXT, span=columns),))
        first = len(rows) + 1
        rows += [
            _build_township_row(one, serial, county, figures, messages)
            for serial, one in enumerate(account.townships, start=1)
        ]
        rows.append(_build_total_row(account, figures, (first, len(rows)), messages))
    years = (PLAN_TOTAL_WIDTH if key is AmountKind.PLAN_TOTAL else YEAR_WIDTH for _, key in _list_columns(figures))
    widths = (SERIAL_WIDTH, NAME_WIDTH, *years)
    rows += build_closing_rows(context, widths, ("targets", "empty"), messages)
    return FilingSheet(
        name=messages("filing.sheet.tasks"),
        rows=tuple(rows),
        widths=fill_page_width(widths, landscape=columns > MAX_PORTRAIT_COLUMNS),
        landscape=columns > MAX_PORTRAIT_COLUMNS,
        header_rows=HEADER_ROWS,
    )


def _list_columns(figures: FilingFigures) -> list[tuple[str, AmountKey]]:
    keys: tuple[AmountKey, ...] = (*_list_years(figures), AmountKind.PLAN_TOTAL)
    return [(measure, key) for measure in figures.measures for key in keys]


def _list_years(figures: FilingFigures) -> tuple[int, ...]:
    """The years of the plans; where no plan is on file, the county says what was due in this one."""
    return figures.plan_years or (figures.year,)


def _build_header_rows(
    context: FilingContext, figures: FilingFigures, column_count: int, messages: Messages
) -> tuple[CellRow, ...]:
    heading = TableHeading(
        right_text=messages("filing.unit", unit=figures.unit),
        title=messages("filing.title.tasks", province=context.owner.name, year=context.roster.year),
        column_count=column_count,
    )
    names = [messages("filing.column.serial"), messages("filing.column.name")]
    names += [
        messages("filing.total") if key is AmountKind.PLAN_TOTAL else messages("filing.column.year", year=key)
        for _, key in _list_columns(figures)
    ]
    groups = (
        build_text_cell(one, CellStyle.HEADER, span=len(_list_years(figures)) + 1) for one in figures.measures.values()
    )
    return (
        *heading.build_rows(),
        (build_text_cell(messages("filing.column.township"), CellStyle.HEADER, span=2), *groups),
        tuple(build_text_cell(one, CellStyle.HEADER) for one in names),
    )


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
    account = figures.by_county[county.due_county.code]
    cells = []
    for measure, key in _list_columns(figures):
        amount = account.find_amount(measure, township, key)
        if _has_target(account, measure, key):
            value = amount.value if amount else None
            cells.append(build_figure_cell(value, CellStyle.FIGURE, decimals=figures.get_decimals(measure, key)))
        else:
            cells.append(build_text_cell(messages("filing.not_applicable"), CellStyle.FIGURE))
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(township if township != WHOLE_COUNTY else county.due_county.name),
        *cells,
    )


def _build_total_row(
    county_figures: CountyFigures, figures: FilingFigures, span: tuple[int, int], messages: Messages
) -> CellRow:
    cells = []
    for at, (measure, key) in enumerate(_list_columns(figures), start=3):
        letter = column_letters(at)
        if _has_target(county_figures, measure, key):
            summed = county_figures.is_sum_of_townships(measure, key)
            formula = f"=SUM({letter}{span[0]}:{letter}{span[1]})" if summed else None
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
    """Tell whether a year is within the county's plan: some township has a target for it."""
    return any(one == measure and other == key for one, _, other in county_figures.amounts)
