"""The comparison of plan and amounts done over all years of the plan (计划期对照), earlier years as they were filed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import TypeAlias

from checks.model.cell_ref import column_letters
from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Messages
from filing.book.cell_builders import (
    MAX_PORTRAIT_COLUMNS,
    CellRow,
    TableHeading,
    build_figure_cell,
    build_text_cell,
    compute_rate,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import (
    WHOLE_COUNTY,
    AmountKey,
    AmountKind,
    CountyFigures,
    FilingFigures,
    build_county_figures,
)
from filing.context.filing_context import COUNTY, FilingContext, IncludedCounty
from filing.context.headings import build_headings
from filing.sheets.live_formulas import (
    build_live_cell,
    build_range_sum,
    build_rate_cell,
    build_rate_formula,
    list_column_letters,
)
from filing.sheets.signature_block import build_closing_rows, build_empty_row

SERIAL_WIDTH, NAME_WIDTH, YEAR_WIDTH, PLAN_TOTAL_WIDTH, RATE_WIDTH = 5.5, 22.0, 10.5, 11.5, 9.5
HEADER_ROWS, FIRST_YEAR_COLUMN = (3, 4), 3
# more rows would need smaller print
MAX_ROWS_ON_ONE_PAGE = 40
_PLAN_TOTAL_COLUMNS = 4
_ALL_YEARS = 0

AmountsByYear: TypeAlias = Mapping[tuple[int, bool], Decimal | None]
"""Targets (False) and amounts done (True) by year; year 0 stands for all years of the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ComparisonInputs:
    context: FilingContext
    figures: FilingFigures
    years: tuple[int, ...]
    messages: Messages

    @property
    def column_count(self) -> int:
        return self.first_plan_total_column - 1 + _PLAN_TOTAL_COLUMNS

    @property
    def first_plan_total_column(self) -> int:
        return FIRST_YEAR_COLUMN + 2 * len(self.years)


def build_plan_comparison(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the comparison: by measure and township in a county's filing, else by measure and county."""
    inputs = _ComparisonInputs(
        context=context, figures=figures, years=_collect_years(context, figures), messages=messages
    )
    is_county = context.owner.kind == COUNTY
    rows = _build_township_rows(inputs) if is_county else _build_county_rows(inputs)
    landscape = inputs.column_count > MAX_PORTRAIT_COLUMNS
    widths = fill_page_width(_list_widths(inputs), landscape=landscape)
    return FilingSheet(
        name=messages("filing.sheet.closing"),
        rows=(
            *_build_header_rows(inputs),
            *(rows or [build_empty_row(inputs.column_count, "closing", messages)]),
            *build_closing_rows(context, widths, ("closing", "past", "empty"), messages),
        ),
        widths=widths,
        landscape=landscape,
        header_rows=HEADER_ROWS,
        is_one_page=is_county and len(rows) <= MAX_ROWS_ON_ONE_PAGE,
        title_column_count=2,
    )


def _collect_years(context: FilingContext, figures: FilingFigures) -> tuple[int, ...]:
    """Return the years of the plans, the earlier years that are filed, and the accounting year."""
    years = {*figures.plan_years, figures.year}
    for county in context.included_counties:
        years.update(county.past_reports)
    return tuple(sorted(years))


def _list_widths(inputs: _ComparisonInputs) -> tuple[float, ...]:
    year_widths = [YEAR_WIDTH] * (2 * len(inputs.years))
    plan_total_widths = (PLAN_TOTAL_WIDTH, PLAN_TOTAL_WIDTH, RATE_WIDTH, PLAN_TOTAL_WIDTH)
    return (SERIAL_WIDTH, NAME_WIDTH, *year_widths, *plan_total_widths)


def _build_header_rows(inputs: _ComparisonInputs) -> tuple[CellRow, ...]:
    context, messages = inputs.context, inputs.messages
    heading = TableHeading(
        right_text=messages("filing.unit", unit=inputs.figures.unit),
        title=messages("filing.title.closing", province=context.owner.name, year=context.roster.year),
        column_count=inputs.column_count,
    )
    upper_cells = (
        build_text_cell(messages("filing.column.area"), CellStyle.HEADER, span=2),
        *_build_year_headings(inputs),
        build_text_cell(messages("filing.column.over_plan"), CellStyle.HEADER, span=_PLAN_TOTAL_COLUMNS),
    )
    lower_keys = ["serial", "name"]
    lower_keys += ["target", "completed"] * len(inputs.years)
    lower_keys += ["target", "accumulated", "rate", "surplus"]
    return (*heading.build_rows(), upper_cells, build_headings(messages, "filing.column", lower_keys))


def _build_year_headings(inputs: _ComparisonInputs) -> Iterator[Cell]:
    for year in inputs.years:
        yield build_text_cell(inputs.messages("filing.column.year", year=year), CellStyle.HEADER, span=2)


def _build_township_rows(inputs: _ComparisonInputs) -> list[CellRow]:
    """Return a block of rows for each measure of each county, a row for each township."""
    rows: list[CellRow] = []
    for county in inputs.context.counties_in_order:
        figures_by_year = _collect_figures_by_year(inputs, county)
        townships = [name for name in _list_townships(figures_by_year.values()) if name != WHOLE_COUNTY]
        for measure, measure_name in inputs.figures.measures.items():
            amounts = [_collect_amounts_by_year(inputs, figures_by_year, measure, township) for township in townships]
            total = _collect_amounts_by_year(inputs, figures_by_year, measure, None)
            summed_keys = {key for key in total if _has_amount(amounts, key)}
            rows.append(_build_measure_name_row(inputs, measure_name))
            first_row = HEADER_ROWS[1] + len(rows) + 1
            rows += _build_amount_rows(inputs, townships, amounts, first_row=first_row)
            rows.append(_build_total_row(inputs, total, (first_row, first_row + len(amounts) - 1), summed_keys))
    return rows


def _list_townships(county_figures: Iterable[CountyFigures]) -> list[str]:
    """Return the townships of several years, each once."""
    townships: dict[str, None] = {}
    for figures in county_figures:
        townships |= dict.fromkeys(figures.townships)
    return list(townships)


def _has_amount(rows: Iterable[AmountsByYear], key: tuple[int, bool]) -> bool:
    return any(amounts.get(key) is not None for amounts in rows)


def _build_county_rows(inputs: _ComparisonInputs) -> list[CellRow]:
    """Return a block of rows for each measure, a row for each county."""
    counties = inputs.context.counties_in_order
    names = [county.due_county.name for county in counties]
    figures = [_collect_figures_by_year(inputs, county) for county in counties]
    rows: list[CellRow] = []
    for measure, measure_name in inputs.figures.measures.items():
        amounts = [_collect_amounts_by_year(inputs, figures_by_year, measure, None) for figures_by_year in figures]
        total = _sum_amounts(inputs, amounts)
        summed_keys = {key for key, amount in total.items() if amount is not None}
        rows.append(_build_measure_name_row(inputs, measure_name))
        first_row = HEADER_ROWS[1] + len(rows) + 1
        rows += _build_amount_rows(inputs, names, amounts, first_row=first_row)
        rows.append(_build_total_row(inputs, total, (first_row, first_row + len(amounts) - 1), summed_keys))
    return rows


def _sum_amounts(inputs: _ComparisonInputs, rows: Iterable[AmountsByYear]) -> AmountsByYear:
    sums: dict[tuple[int, bool], Decimal | None] = {}
    for key in product((*inputs.years, _ALL_YEARS), (False, True)):
        sums[key] = sum_known_amounts(amounts.get(key) for amounts in rows)
    return sums


def _build_measure_name_row(inputs: _ComparisonInputs, measure_name: str) -> CellRow:
    return (build_text_cell(measure_name, CellStyle.TOTAL_TEXT, span=inputs.column_count),)


def _build_amount_rows(
    inputs: _ComparisonInputs, names: Iterable[str], amounts: Iterable[AmountsByYear], *, first_row: int
) -> Iterator[CellRow]:
    for serial, (name, row_amounts) in enumerate(zip(names, amounts, strict=True), start=1):
        yield (
            Cell(serial, CellStyle.CENTRE),
            build_text_cell(name),
            *_build_figure_cells(inputs, row_amounts, first_row + serial - 1),
        )


def _collect_figures_by_year(inputs: _ComparisonInputs, county: IncludedCounty) -> dict[int, CountyFigures]:
    """Return the county's figures of the earlier years that are filed, and those of the accounting year."""
    measures, targets = tuple(inputs.figures.measures), inputs.context.layout.target_columns
    figures_by_year = {}
    for year, report in county.past_reports.items():
        figures_by_year[year] = build_county_figures(replace(county, report=report), measures, targets)
    figures_by_year[inputs.figures.year] = inputs.figures.by_county[county.due_county.code]
    return figures_by_year


def _collect_amounts_by_year(
    inputs: _ComparisonInputs, figures_by_year: Mapping[int, CountyFigures], measure: str, township: str | None
) -> AmountsByYear:
    """Return the targets and the amounts done of a township, or of the whole county if *township* is None.

    The targets are those reported for the accounting year; one that is not among them is the one reported then.
    """

    def find_amount(figures: CountyFigures | None, key: AmountKey) -> Decimal | None:
        if figures is None:
            return None
        if township is None:
            return figures.compute_total(measure, key)
        return figures.find_value(measure, township, key)

    current = figures_by_year[inputs.figures.year]
    amounts: dict[tuple[int, bool], Decimal | None] = {}
    for year in inputs.years:
        target = find_amount(current, year)
        if target is None:
            target = find_amount(figures_by_year.get(year), year)
        amounts[year, False] = target
        amounts[year, True] = find_amount(figures_by_year.get(year), AmountKind.DONE)
    amounts[_ALL_YEARS, False] = find_amount(current, AmountKind.PLAN_TOTAL)
    amounts[_ALL_YEARS, True] = sum_known_amounts(amounts[year, True] for year in inputs.years)
    return amounts


def _build_figure_cells(
    inputs: _ComparisonInputs, amounts: AmountsByYear, row: int, style: CellStyle = CellStyle.FIGURE
) -> list[Cell]:
    """Return the amounts of each year, which are typed, and the live figures over all years."""
    cells = []
    for year, is_done in product(inputs.years, (False, True)):
        decimals = inputs.figures.get_max_decimals(done=is_done)
        cells.append(build_figure_cell(amounts[year, is_done], style, decimals=decimals))
    return [*cells, *_build_plan_total_cells(inputs, amounts, row, style)]


def _build_plan_total_cells(
    inputs: _ComparisonInputs, amounts: AmountsByYear, row: int, style: CellStyle
) -> tuple[Cell, Cell, Cell, Cell]:
    """Return the target over all years, the amount done in them, the rate, and the surplus or shortfall."""
    target_letter, done_letter = list_column_letters(inputs.first_plan_total_column, 2)
    target_cell, done_cell = f"{target_letter}{row}", f"{done_letter}{row}"
    target, done = amounts[_ALL_YEARS, False], amounts[_ALL_YEARS, True]
    target_decimals = inputs.figures.get_max_decimals(done=False)
    done_decimals = inputs.figures.get_max_decimals(done=True)
    placeholder = inputs.messages("filing.not_applicable")
    surplus_cell = build_text_cell(placeholder, style)
    if target is not None and done is not None:
        formula = f"=ROUND({done_cell}-{target_cell},{done_decimals})"
        surplus_cell = build_figure_cell(done - target, style, decimals=done_decimals, formula=formula)
    return (
        build_figure_cell(target, style, decimals=target_decimals),
        build_live_cell(done, style, decimals=done_decimals, formula=_build_done_formula(inputs, row)),
        build_rate_cell(
            compute_rate(done, target),
            style,
            formula=build_rate_formula(target_cell, done_cell, placeholder),
            placeholder=placeholder,
        ),
        surplus_cell,
    )


def _build_done_formula(inputs: _ComparisonInputs, row: int) -> str:
    """Return the formula that sums the amounts done in the years."""
    columns = range(FIRST_YEAR_COLUMN + 1, inputs.first_plan_total_column, 2)
    cells = (f"{column_letters(column)}{row}" for column in columns)
    return f"=SUM({','.join(cells)})"


def _build_total_row(
    inputs: _ComparisonInputs, amounts: AmountsByYear, span: tuple[int, int], summed_keys: set[tuple[int, bool]]
) -> CellRow:
    """Return the total of the rows of *span*; the amounts in *summed_keys* are live sums."""
    cells = _build_figure_cells(inputs, amounts, span[1] + 1, CellStyle.TOTAL_FIGURE)
    keys = [*product(inputs.years, (False, True)), (_ALL_YEARS, False)]
    for index, key in enumerate(keys):
        if key in summed_keys and amounts[key] is not None:
            formula = build_range_sum(column_letters(FIRST_YEAR_COLUMN + index), span)
            cells[index] = replace(cells[index], formula=formula)
    return (
        build_text_cell("", CellStyle.TOTAL_TEXT),
        build_text_cell(inputs.messages("filing.total"), CellStyle.TOTAL_TEXT),
        *cells,
    )
