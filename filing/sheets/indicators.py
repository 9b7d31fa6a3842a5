"""Tables of indicators: reported amounts by county with subtotals by city, or by project and township of one county."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import column_letters
from checks.model.report import ReportedFigure
from contracts.filing_layout import IndicatorTable
from contracts.form_model import Field
from contracts.messages import Messages
from filing.book.cell_builders import (
    CellRow,
    TableHeading,
    build_figure_cell,
    build_header_row,
    build_text_cell,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import COUNTY, PROVINCE, FilingContext, IncludedCounty
from filing.context.links import build_county_filing_link, build_source_cell_link
from filing.sheets.live_formulas import build_live_cell
from filing.sheets.signature_block import build_closing_rows, build_empty_row

SERIAL_WIDTH, NAME_WIDTH, AMOUNT_WIDTH, SOURCES_WIDTH = 5.5, 19.0, 12.5, 26.0
LAST_HEADER_ROW = 3
_FIRST_AMOUNT_COLUMN = 3

AmountsByField = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _IndicatorInputs:
    context: FilingContext
    table: IndicatorTable
    fields: Sequence[Field]
    messages: Messages

    @property
    def has_source_column(self) -> bool:
        return self.context.owner.kind == COUNTY

    @property
    def column_count(self) -> int:
        return _FIRST_AMOUNT_COLUMN - 1 + len(self.fields) + self.has_source_column


def build_indicator_sheets(context: FilingContext, messages: Messages) -> dict[str, FilingSheet]:
    """Return the tables for which any filed county has a form, by their key."""
    sheets = {}
    for table in context.layout.indicator_tables:
        fields = _select_fields(context, table)
        if fields:
            inputs = _IndicatorInputs(context=context, table=table, fields=fields, messages=messages)
            sheets[table.id] = _build_sheet(inputs)
    return sheets


def _select_fields(context: FilingContext, table: IndicatorTable) -> list[Field]:
    """Return the fields of the table's columns; if the counties' forms differ, the last one counts."""
    fields_by_name: dict[str, Field] = {}
    for county in context.counties_in_order:
        for form in county.forms:
            if form.name == table.form:
                fields_by_name |= {field.name: field for field in form.fields}
    return [fields_by_name[column] for column in table.columns if column in fields_by_name]


def _build_sheet(inputs: _IndicatorInputs) -> FilingSheet:
    context, messages = inputs.context, inputs.messages
    heading = TableHeading(
        right_text=messages("filing.unit", unit=inputs.fields[0].unit),
        title=messages(f"filing.title.{inputs.table.id}", province=context.owner.name, year=context.roster.year),
        column_count=inputs.column_count,
    )
    headings = [messages("filing.column.serial"), messages(f"filing.indicator.of_{context.owner.kind}")]
    headings += [field.heading for field in inputs.fields]
    widths = [SERIAL_WIDTH, NAME_WIDTH, *[AMOUNT_WIDTH] * len(inputs.fields)]
    if inputs.has_source_column:
        headings.append(messages("filing.column.source"))
        widths.append(SOURCES_WIDTH)
        body, notes = _build_project_rows(inputs), ("indicator_places", "empty")
    else:
        body, notes = _build_county_rows(inputs), ("indicator_traced", "empty")
    page_widths = fill_page_width(widths, landscape=True)
    closing_rows = build_closing_rows(context, page_widths, notes, messages)
    return FilingSheet(
        name=messages(f"filing.sheet.{inputs.table.id}"),
        rows=(*heading.build_rows(), build_header_row(headings), *body, *closing_rows),
        widths=page_widths,
        landscape=True,
        header_rows=(LAST_HEADER_ROW, LAST_HEADER_ROW),
        title_column_count=2,
    )


def _build_county_rows(inputs: _IndicatorInputs) -> list[CellRow]:
    """Return a row for each county, a subtotal for each city and, for the province, a grand total."""
    context, messages = inputs.context, inputs.messages
    rows: list[CellRow] = []
    subtotal_cells: list[str] = []
    subtotals: list[AmountsByField] = []
    serial = 1
    for _, counties in context.counties_by_city:
        first_row = LAST_HEADER_ROW + len(rows) + 1
        amounts = [_sum_by_field(inputs, _select_figures(inputs, county)) for county in counties]
        for county, county_amounts in zip(counties, amounts, strict=True):
            rows.append(_build_county_row(inputs, county, county_amounts, serial=serial))
            serial += 1
        subtotals.append(_add_amounts(inputs, amounts))
        subtotal_cells.append(f"{{0}}{LAST_HEADER_ROW + len(rows) + 1}")
        label = messages("filing.subtotal", city=context.get_city_name(counties[0].due_county))
        cell_range = f"{{0}}{first_row}:{{0}}{LAST_HEADER_ROW + len(rows)}"
        rows.append(_build_total_row(inputs, label, subtotals[-1], cell_range))
    if not rows:
        return [build_empty_row(inputs.column_count, "filed", messages)]
    if context.owner.kind == PROVINCE:
        total = _add_amounts(inputs, subtotals)
        rows.append(_build_total_row(inputs, messages("filing.grand_total"), total, ",".join(subtotal_cells)))
    return rows


def _build_county_row(
    inputs: _IndicatorInputs, county: IncludedCounty, amounts: AmountsByField, *, serial: int
) -> CellRow:
    link = build_county_filing_link(inputs.context, county, inputs.messages)
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(county.due_county.name, source_link=link),
        *_build_figure_cells(inputs, amounts),
    )


def _build_project_rows(inputs: _IndicatorInputs) -> list[CellRow]:
    """Return a row for each project and township of the county, and their total."""
    county = inputs.context.counties_in_order[0]
    figures = _select_figures(inputs, county)
    figures_by_project: dict[tuple[str, str], list[ReportedFigure]] = {}
    for figure in figures:
        figures_by_project.setdefault((figure.project, figure.township), []).append(figure)
    rows: list[CellRow] = []
    for serial, project_figures in enumerate(figures_by_project.values(), start=1):
        rows.append(_build_project_row(inputs, county, project_figures, serial=serial))
    if not rows:
        return [build_empty_row(inputs.column_count, "indicators", inputs.messages)]
    cell_range = f"{{0}}{LAST_HEADER_ROW + 1}:{{0}}{LAST_HEADER_ROW + len(rows)}"
    total = _build_total_row(inputs, inputs.messages("filing.total"), _sum_by_field(inputs, figures), cell_range)
    return [*rows, (*total, build_text_cell("", CellStyle.TOTAL_TEXT))]


def _build_project_row(
    inputs: _IndicatorInputs, county: IncludedCounty, figures: Sequence[ReportedFigure], *, serial: int
) -> CellRow:
    """Return the row of one project and township; *figures* are theirs alone."""
    first = figures[0]
    link = build_source_cell_link(inputs.context, county, first.sheet, first.cell)
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell("\n".join(filter(None, (first.project, first.township)))),
        *_build_figure_cells(inputs, _sum_by_field(inputs, figures)),
        build_text_cell(_format_sources(figures, inputs.messages), source_link=link),
    )


def _select_figures(inputs: _IndicatorInputs, county: IncludedCounty) -> list[ReportedFigure]:
    """Return the county's figures in the table's columns, total rows left out."""
    columns = {field.name for field in inputs.fields}
    return [
        figure
        for figure in county.report.figures
        if figure.form == inputs.table.form and figure.column in columns and figure.township
    ]


def _sum_by_field(inputs: _IndicatorInputs, figures: Iterable[ReportedFigure]) -> AmountsByField:
    """Return the sum of the figures by field; None for a field without a figure."""
    sums = _build_empty_sums(inputs)
    for figure in figures:
        sums[figure.column] = (sums[figure.column] or Decimal(0)) + Decimal(figure.amount)
    return sums


def _add_amounts(inputs: _IndicatorInputs, addends: Iterable[AmountsByField]) -> AmountsByField:
    """Return the sum of the known amounts by field; None for a field without a known amount."""
    sums = _build_empty_sums(inputs)
    for amounts in addends:
        for name, amount in amounts.items():
            if amount is not None:
                sums[name] = (sums[name] or Decimal(0)) + amount
    return sums


def _build_empty_sums(inputs: _IndicatorInputs) -> dict[str, Decimal | None]:
    return dict.fromkeys(field.name for field in inputs.fields)


def _build_figure_cells(inputs: _IndicatorInputs, amounts: AmountsByField) -> Iterator[Cell]:
    for field in inputs.fields:
        yield build_figure_cell(amounts[field.name], CellStyle.FIGURE, decimals=field.decimals)


def _build_total_row(inputs: _IndicatorInputs, label: str, amounts: AmountsByField, cells: str) -> CellRow:
    """Return a row of live sums; in *cells*, the cells to be summed, ``{0}`` stands for the letter of the column."""
    row = [build_text_cell("", CellStyle.TOTAL_TEXT), build_text_cell(label, CellStyle.TOTAL_TEXT)]
    for column, field in enumerate(inputs.fields, start=_FIRST_AMOUNT_COLUMN):
        formula = f"=SUM({cells.format(column_letters(column))})"
        amount = amounts[field.name]
        row.append(build_live_cell(amount, CellStyle.TOTAL_FIGURE, decimals=field.decimals, formula=formula))
    return tuple(row)


def _format_sources(figures: Sequence[ReportedFigure], messages: Messages) -> str:
    """Return the cells of a row, sheet by sheet; of several cells in one sheet, the first and the last."""
    cells_by_sheet: dict[str, list[str]] = {}
    for figure in figures:
        cells_by_sheet.setdefault(figure.sheet, []).append(figure.cell)
    places = []
    for sheet, cells in cells_by_sheet.items():
        first_to_last = cells[0]
        if len(cells) > 1:
            first_to_last = messages("filing.span", first=cells[0], last=cells[-1])
        places.append(messages("filing.place", sheet=sheet, cells=first_to_last))
    return messages("filing.between_places").join(places)
