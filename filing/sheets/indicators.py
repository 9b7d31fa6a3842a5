"""Indicators: every reported quantity by county with subtotals by city, or by project and township of one county."""

from collections.abc import Iterable, Mapping, Sequence
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
from filing.sheets.signature_block import build_closing_rows, build_empty_row

SERIAL_WIDTH, NAME_WIDTH, AMOUNT_WIDTH, SOURCES_WIDTH = 5.5, 19.0, 12.5, 26.0
LAST_HEADER_ROW = 3  # rows above the body

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
        return 2 + len(self.fields) + self.has_source_column


def build_indicator_sheets(context: FilingContext, messages: Messages) -> dict[str, FilingSheet]:
    """Return the tables that any filed county sent figures for, by their key."""
    found = {}
    for table in context.layout.indicator_tables:
        fields = _select_fields(context, table)
        if fields:
            found[table.id] = _build_sheet(
                _IndicatorInputs(context=context, table=table, fields=fields, messages=messages)
            )
    return found


def _select_fields(context: FilingContext, table: IndicatorTable) -> list[Field]:
    forms = [form for county in context.counties_in_order for form in county.forms if form.name == table.form]
    known = {one.name: one for form in forms for one in form.fields}
    return [known[one] for one in table.columns if one in known]


def _build_sheet(inputs: _IndicatorInputs) -> FilingSheet:
    words, scene = inputs.messages, inputs.context
    heading = TableHeading(
        right_text=words("filing.unit", unit=inputs.fields[0].unit),
        title=words(f"filing.title.{inputs.table.id}", province=scene.owner.name, year=scene.roster.year),
        column_count=inputs.column_count,
    )
    names = [words("filing.column.serial"), words(f"filing.indicator.of_{scene.owner.kind}")]
    names += [one.heading for one in inputs.fields] + (
        [words("filing.column.source")] if inputs.has_source_column else []
    )
    widths = fill_page_width(
        (
            SERIAL_WIDTH,
            NAME_WIDTH,
            *(AMOUNT_WIDTH for _ in inputs.fields),
            *((SOURCES_WIDTH,) if inputs.has_source_column else ()),
        ),
        landscape=True,
    )
    body = _build_project_rows(inputs) if inputs.has_source_column else _build_county_rows(inputs)
    notes = ("indicator_places", "empty") if inputs.has_source_column else ("indicator_traced", "empty")
    return FilingSheet(
        name=words(f"filing.sheet.{inputs.table.id}"),
        rows=(*heading.build_rows(), build_header_row(names), *body, *build_closing_rows(scene, widths, notes, words)),
        widths=widths,
        landscape=True,
        header_rows=(LAST_HEADER_ROW, LAST_HEADER_ROW),
        title_column_count=2,
    )


def _build_county_rows(inputs: _IndicatorInputs) -> list[CellRow]:
    rows: list[CellRow] = []
    subtotals: list[tuple[int, AmountsByField]] = []
    serial = 0
    for _, counties in inputs.context.counties_by_city:
        first = LAST_HEADER_ROW + len(rows) + 1
        listed = []
        for county in counties:
            serial += 1
            amounts = _sum_by_field(inputs, _select_figures(inputs, county))
            listed.append(amounts)
            name = build_text_cell(
                county.due_county.name, source_link=build_county_filing_link(inputs.context, county, inputs.messages)
            )
            rows.append((Cell(serial, CellStyle.CENTRE), name, *_build_figure_cells(inputs, amounts, CellStyle.FIGURE)))
        together = _add_amounts(inputs, listed)
        subtotals.append((LAST_HEADER_ROW + len(rows) + 1, together))
        said = inputs.messages("filing.subtotal", city=inputs.context.get_city_name(counties[0].due_county))
        rows.append(_build_total_row(inputs, said, together, f"{{0}}{first}:{{0}}{LAST_HEADER_ROW + len(rows)}"))
    if not rows:
        return [build_empty_row(inputs.column_count, "filed", inputs.messages)]
    if inputs.context.owner.kind == PROVINCE:
        ranges = ",".join(f"{{0}}{row}" for row, _ in subtotals)
        amounts = _add_amounts(inputs, [one for _, one in subtotals])
        rows.append(_build_total_row(inputs, inputs.messages("filing.grand_total"), amounts, ranges))
    return rows


def _build_project_rows(inputs: _IndicatorInputs) -> list[CellRow]:
    rows: list[CellRow] = []
    county = inputs.context.counties_in_order[0]
    grouped: dict[tuple[str, str], list[ReportedFigure]] = {}
    for one in _select_figures(inputs, county):
        grouped.setdefault((one.project, one.township), []).append(one)
    for serial, ((project, township), figures) in enumerate(grouped.items(), start=1):
        name = "\n".join(one for one in (project, township) if one)
        places = build_text_cell(
            _format_sources(figures, inputs.messages),
            source_link=build_source_cell_link(inputs.context, county, figures[0].sheet, figures[0].cell),
        )
        cells = _build_figure_cells(inputs, _sum_by_field(inputs, figures), CellStyle.FIGURE)
        rows.append((Cell(serial, CellStyle.CENTRE), build_text_cell(name), *cells, places))
    if not rows:
        return [build_empty_row(inputs.column_count, "indicators", inputs.messages)]
    amounts = _sum_by_field(inputs, _select_figures(inputs, county))
    total = _build_total_row(
        inputs,
        inputs.messages("filing.total"),
        amounts,
        f"{{0}}{LAST_HEADER_ROW + 1}:{{0}}{LAST_HEADER_ROW + len(rows)}",
    )
    return [*rows, (*total, build_text_cell("", CellStyle.TOTAL_TEXT))]


def _select_figures(inputs: _IndicatorInputs, county: IncludedCounty) -> list[ReportedFigure]:
    wanted = {one.name for one in inputs.fields}
    return [
        one for one in county.report.figures if one.form == inputs.table.form and one.column in wanted and one.township
    ]


def _sum_by_field(inputs: _IndicatorInputs, figures: Iterable[ReportedFigure]) -> AmountsByField:
    found: dict[str, Decimal | None] = dict.fromkeys(one.name for one in inputs.fields)
    for one in figures:
        found[one.column] = (found[one.column] or Decimal(0)) + Decimal(one.amount)
    return found


def _add_amounts(inputs: _IndicatorInputs, addends: Iterable[AmountsByField]) -> AmountsByField:
    found: dict[str, Decimal | None] = dict.fromkeys(one.name for one in inputs.fields)
    for amounts in addends:
        for name, amount in amounts.items():
            found[name] = found[name] if amount is None else (found[name] or Decimal(0)) + amount
    return found


def _build_figure_cells(
    inputs: _IndicatorInputs, amounts: AmountsByField, style: CellStyle, formula: str = ""
) -> CellRow:
    cells = []
    for at, one in enumerate(inputs.fields, start=3):
        live = f"=SUM({formula.format(column_letters(at))})" if formula and amounts[one.name] is not None else None
        cells.append(build_figure_cell(amounts[one.name], style, decimals=one.decimals, formula=live))
    return tuple(cells)


def _build_total_row(inputs: _IndicatorInputs, label: str, amounts: AmountsByField, formula: str) -> CellRow:
    cells = _build_figure_cells(inputs, amounts, CellStyle.TOTAL_FIGURE, formula)
    return (build_text_cell("", CellStyle.TOTAL_TEXT), build_text_cell(label, CellStyle.TOTAL_TEXT), *cells)


def _format_sources(figures: Sequence[ReportedFigure], messages: Messages) -> str:
    """Name the cells of a row, sheet by sheet: the first and the last where they are one after the other."""
    by_sheet: dict[str, list[str]] = {}
    for one in figures:
        by_sheet.setdefault(one.sheet, []).append(one.cell)
    said = []
    for sheet, cells in by_sheet.items():
        shown = cells[0] if len(cells) == 1 else messages("filing.span", first=cells[0], last=cells[-1])
        said.append(messages("filing.place", sheet=sheet, cells=shown))
    return messages("filing.between_places").join(said)
