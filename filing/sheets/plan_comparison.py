"""Plan against done over all years of the plan: what was due and done in each, earlier years as they were filed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

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
from filing.context.accounts import WHOLE_COUNTY, AmountKind, CountyFigures, FilingFigures, build_county_figures
from filing.context.filing_context import COUNTY, FilingContext, IncludedCounty
from filing.sheets.signature_block import build_closing_rows, build_empty_row

SERIAL_WIDTH, NAME_WIDTH, YEAR_WIDTH, PLAN_TOTAL_WIDTH, RATE_WIDTH = 5.5, 22.0, 10.5, 11.5, 9.5
HEADER_ROWS, FIRST_YEAR_COLUMN = (3, 4), 3
MAX_ROWS_ON_ONE_PAGE = 40  # smaller print would be needed for more

AmountsByYear = Mapping[
    tuple[int, bool], Decimal | None
]  # by year, what was due (False) or done (True); year 0 is the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _ComparisonInputs:
    context: FilingContext
    figures: FilingFigures
    years: tuple[int, ...]
    messages: Messages

    @property
    def column_count(self) -> int:
        return FIRST_YEAR_COLUMN - 1 + 2 * len(self.years) + 4


def build_plan_comparison(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the comparison: township by township in a county's own filing, else a row a county and measure."""
    past = {year for county in context.included_counties for year in county.past_reports}
    years = tuple(sorted({*figures.plan_years, *past, figures.year}))
    desk = _ComparisonInputs(context=context, figures=figures, years=years, messages=messages)
    rows = _build_township_rows(desk) if context.owner.kind == COUNTY else _build_county_rows(desk)
    wide = desk.column_count > MAX_PORTRAIT_COLUMNS
    widths = fill_page_width(
        (
            SERIAL_WIDTH,
            NAME_WIDTH,
            *(YEAR_WIDTH for _ in range(2 * len(years))),
            PLAN_TOTAL_WIDTH,
            PLAN_TOTAL_WIDTH,
            RATE_WIDTH,
            PLAN_TOTAL_WIDTH,
        ),
        landscape=wide,
    )
    return FilingSheet(
        name=messages("filing.sheet.closing"),
        rows=(
            *_build_header_rows(desk),
            *(rows or [build_empty_row(desk.column_count, "closing", messages)]),
            *build_closing_rows(context, widths, ("closing", "past", "empty"), messages),
        ),
        widths=widths,
        landscape=wide,
        header_rows=HEADER_ROWS,
        is_one_page=context.owner.kind == COUNTY and len(rows) <= MAX_ROWS_ON_ONE_PAGE,
        title_column_count=2,
    )


def _build_header_rows(inputs: _ComparisonInputs) -> tuple[CellRow, ...]:
    words, scene = inputs.messages, inputs.context
    heading = TableHeading(
        right_text=words("filing.unit", unit=inputs.figures.unit),
        title=words("filing.title.closing", province=scene.owner.name, year=scene.roster.year),
        column_count=inputs.column_count,
    )
    groups = [build_text_cell(words("filing.column.year", year=one), CellStyle.HEADER, span=2) for one in inputs.years]
    whole = build_text_cell(words("filing.column.over_plan"), CellStyle.HEADER, span=4)
    pair = [build_text_cell(words(f"filing.column.{one}"), CellStyle.HEADER) for one in ("target", "completed")]
    last = [
        build_text_cell(words(f"filing.column.{one}"), CellStyle.HEADER)
        for one in ("target", "accumulated", "rate", "surplus")
    ]
    names = [build_text_cell(words(f"filing.column.{one}"), CellStyle.HEADER) for one in ("serial", "name")]
    return (
        *heading.build_rows(),
        (build_text_cell(words("filing.column.area"), CellStyle.HEADER, span=2), *groups, whole),
        (*names, *(pair * len(inputs.years)), *last),
    )


def _build_township_rows(inputs: _ComparisonInputs) -> list[CellRow]:
    rows: list[CellRow] = []
    for county in inputs.context.counties_in_order:
        accounts = _collect_figures_by_year(inputs, county)
        for measure, name in inputs.figures.measures.items():
            townships = dict.fromkeys(one for account in accounts.values() for one in account.townships)
            rows.append((build_text_cell(name, CellStyle.TOTAL_TEXT, span=inputs.column_count),))
            first = HEADER_ROWS[1] + len(rows) + 1
            lines = [
                _collect_amounts_by_year(inputs, accounts, measure, one) for one in townships if one != WHOLE_COUNTY
            ]
            for serial, (one, line) in enumerate(zip(townships, lines, strict=False), start=1):
                row = (Cell(serial, CellStyle.CENTRE), build_text_cell(one))
                rows.append((*row, *_build_figure_cells(inputs, line, first + serial - 1)))
            total = _collect_amounts_by_year(inputs, accounts, measure, None)
            summed = {key for key in total if any(line.get(key) is not None for line in lines)}
            rows.append(_build_total_row(inputs, total, (first, first + len(lines) - 1), summed))
    return rows


def _build_county_rows(inputs: _ComparisonInputs) -> list[CellRow]:
    rows: list[CellRow] = []
    for measure, name in inputs.figures.measures.items():
        rows.append((build_text_cell(name, CellStyle.TOTAL_TEXT, span=inputs.column_count),))
        first = HEADER_ROWS[1] + len(rows) + 1
        lines = []
        for serial, county in enumerate(inputs.context.counties_in_order, start=1):
            line = _collect_amounts_by_year(inputs, _collect_figures_by_year(inputs, county), measure, None)
            lines.append(line)
            row = (Cell(serial, CellStyle.CENTRE), build_text_cell(county.due_county.name))
            rows.append((*row, *_build_figure_cells(inputs, line, first + serial - 1)))
        total = {key: sum_known_amounts(line.get(key) for line in lines) for key in _iter_year_keys(inputs)}
        summed = {key for key, amount in total.items() if amount is not None}
        rows.append(_build_total_row(inputs, total, (first, first + len(lines) - 1), summed))
    return rows


def _collect_figures_by_year(inputs: _ComparisonInputs, county: IncludedCounty) -> dict[int, CountyFigures]:
    """Return the accounts of this year and of the earlier ones that are on file."""
    measures, targets = tuple(inputs.figures.measures), inputs.context.layout.target_columns
    before = {
        year: build_county_figures(replace(county, report=report), measures, targets)
        for year, report in county.past_reports.items()
    }
    return {**before, inputs.figures.year: inputs.figures.by_county[county.due_county.code]}


def _collect_amounts_by_year(
    inputs: _ComparisonInputs, figures_by_year: Mapping[int, CountyFigures], measure: str, township: str | None
) -> AmountsByYear:
    """Return what was due and done by year; of the whole county where no township is named."""
    now = figures_by_year[inputs.figures.year]

    def find_amount(county_figures: CountyFigures | None, key: int | AmountKind) -> Decimal | None:
        if county_figures is None:
            return None
        found = county_figures.find_amount(measure, township, key) if township is not None else None
        return county_figures.compute_total(measure, key) if township is None else found.value if found else None

    line: dict[tuple[int, bool], Decimal | None] = {}
    for year in inputs.years:
        due = find_amount(now, year)
        line[year, False] = find_amount(figures_by_year.get(year), year) if due is None else due
        line[year, True] = find_amount(figures_by_year.get(year), AmountKind.DONE)
    line[0, False] = find_amount(now, AmountKind.PLAN_TOTAL)
    line[0, True] = sum_known_amounts(line[year, True] for year in inputs.years)
    return line


def _iter_year_keys(inputs: _ComparisonInputs) -> Iterator[tuple[int, bool]]:
    for year in (*inputs.years, 0):
        yield year, False
        yield year, True


def _build_figure_cells(
    inputs: _ComparisonInputs, amounts: AmountsByYear, row: int, style: CellStyle = CellStyle.FIGURE
) -> list[Cell]:
    """Years as they were filed; what was done over all of them, its rate and what is over or lacking are live."""
    yearly = [
        build_figure_cell(amounts[year, done], style, decimals=inputs.figures.get_max_decimals(done=done))
        for year in inputs.years
        for done in (False, True)
    ]
    done_cells = [f"{column_letters(FIRST_YEAR_COLUMN + 2 * at + 1)}{row}" for at in range(len(inputs.years))]
    formula = f"=SUM({','.join(done_cells)})" if amounts[0, True] is not None else None
    return [*yearly, *_build_plan_total_cells(inputs, amounts, row, style, formula)]


def _build_plan_total_cells(
    inputs: _ComparisonInputs, amounts: AmountsByYear, row: int, style: CellStyle, formula: str | None
) -> list[Cell]:
    at = FIRST_YEAR_COLUMN + 2 * len(inputs.years)
    due, done = (f"{column_letters(one)}{row}" for one in (at, at + 1))
    planned, reached = amounts[0, False], amounts[0, True]
    decimals = inputs.figures.get_max_decimals(done=True)
    over = reached - planned if planned is not None and reached is not None else None
    dash = inputs.messages("filing.not_applicable")
    rate = compute_rate(reached, planned)
    percent = CellStyle.TOTAL_PERCENT if style is CellStyle.TOTAL_FIGURE else CellStyle.PERCENT
    return [
        build_figure_cell(planned, style, decimals=inputs.figures.get_max_decimals(done=False)),
        build_figure_cell(reached, style, decimals=decimals, formula=formula),
        Cell(
            dash if rate is None else rate,
            percent,
            formula=f'=IF(OR({due}=0,{done}=""),"{dash}",ROUND({done}/{due},4))',
        ),
        build_text_cell(dash, style)
        if over is None
        else build_figure_cell(over, style, decimals=decimals, formula=f"=ROUND({done}-{due},{decimals})"),
    ]


def _build_total_row(
    inputs: _ComparisonInputs, amounts: AmountsByYear, span: tuple[int, int], summed_keys: set[tuple[int, bool]]
) -> CellRow:
    row = span[1] + 1
    cells = _build_figure_cells(inputs, amounts, row, CellStyle.TOTAL_FIGURE)
    keys = [*((year, done) for year in inputs.years for done in (False, True)), (0, False)]
    for at, key in enumerate(keys):
        if key in summed_keys and amounts[key] is not None:
            letter = column_letters(FIRST_YEAR_COLUMN + at)
            cells[at] = replace(cells[at], formula=f"=SUM({letter}{span[0]}:{letter}{span[1]})")
    return (
        build_text_cell("", CellStyle.TOTAL_TEXT),
        build_text_cell(inputs.messages("filing.total"), CellStyle.TOTAL_TEXT),
        *cells,
    )
