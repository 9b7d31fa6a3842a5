"""The roll-up: a row a county that refers to its total in the detail, a subtotal a city, a grand total."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Messages
from filing.book.cell_builders import MAX_PORTRAIT_COLUMNS, CellRow, TableHeading, build_text_cell
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import AmountKey, FilingFigures
from filing.context.filing_context import PROVINCE, FilingContext, IncludedCounty
from filing.context.links import build_city_filing_link, quote_sheet
from filing.sheets.measure_columns import (
    HEADER_ROWS,
    MeasureAmounts,
    MeasureRow,
    build_column_header,
    build_group_header,
    build_measure_cells,
    count_columns,
)
from filing.sheets.signature_block import build_closing_rows, build_empty_row
from filing.sheets.township_detail import CountyBlock, TownshipDetail

SERIAL_WIDTH, NAME_WIDTH, MEASURE_WIDTHS = 6.0, 27.0, (12.0, 12.0, 11.0, 13.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RollUpInputs:
    context: FilingContext
    figures: FilingFigures
    detail: TownshipDetail
    messages: Messages


def build_rollup_sheet(
    context: FilingContext, figures: FilingFigures, detail: TownshipDetail, messages: Messages
) -> FilingSheet:
    """Return the table of all filed counties with live subtotals and total."""
    desk = _RollUpInputs(context=context, figures=figures, detail=detail, messages=messages)
    columns = count_columns(figures)
    widths = (SERIAL_WIDTH, NAME_WIDTH, *(MEASURE_WIDTHS * len(figures.measures)))
    return FilingSheet(
        name=messages("filing.sheet.rollup"),
        rows=(
            *_build_header_rows(desk, columns),
            *_build_body_rows(desk, columns),
            *build_closing_rows(context, widths, _list_notes(context), messages),
        ),
        widths=widths,
        landscape=columns > MAX_PORTRAIT_COLUMNS,
        header_rows=HEADER_ROWS,
    )


def _list_notes(context: FilingContext) -> tuple[str, ...]:
    return ("rate", "traced", f"interim_{context.missing_status}") if context.missing_counties else ("rate", "traced")


def _build_header_rows(inputs: _RollUpInputs, column_count: int) -> tuple[CellRow, ...]:
    words, roster = inputs.messages, inputs.context.roster
    title = words("filing.title.rollup", province=inputs.context.owner.name, year=roster.year)
    heading = TableHeading(
        right_text=words("filing.unit", unit=inputs.figures.unit),
        title=words("filing.title.interim", title=title) if inputs.context.missing_counties else title,
        column_count=column_count,
    )
    names = (words("filing.column.serial"), words("filing.column.name"))
    return (
        *heading.build_rows(),
        build_group_header(words("filing.column.area"), inputs.figures),
        build_column_header(names, inputs.figures, words),
    )


def _build_body_rows(inputs: _RollUpInputs, column_count: int) -> list[CellRow]:
    rows: list[CellRow] = []
    subtotals: list[int] = []
    serial = 0
    if not inputs.context.included_counties:
        return [build_empty_row(column_count, "filed", inputs.messages)]
    for city, counties in inputs.context.counties_by_city:
        first = HEADER_ROWS[1] + len(rows) + 1
        for at, county in enumerate(counties):
            serial += 1
            rows.append(_build_county_row(inputs, county, serial=serial, row_number=first + at))
        subtotals.append(first + len(counties))
        rows.append(_build_subtotal_row(inputs, city, counties, first=first))
    # a city's own roll-up ends with its subtotal: a grand total would say the same again
    return [*rows, _build_grand_total_row(inputs, subtotals)] if inputs.context.owner.kind == PROVINCE else rows


def _build_county_row(inputs: _RollUpInputs, county: IncludedCounty, *, serial: int, row_number: int) -> CellRow:
    block = inputs.detail.blocks_by_county[county.due_county.code]
    sheet = quote_sheet(inputs.detail.sheet.name)
    line = MeasureRow(
        row_number=row_number,
        amounts=block.sums,
        build_formula=lambda letter: f"={sheet}!{letter}{block.total_row}",
        typed_keys=_find_unknown_keys(block.sums),
    )
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(county.due_county.name, link=f"{sheet}!A{block.header_row}"),
        *build_measure_cells(line, inputs.figures, inputs.messages),
    )


def _build_subtotal_row(
    inputs: _RollUpInputs, city: str, counties: tuple[IncludedCounty, ...], *, first: int
) -> CellRow:
    last = first + len(counties) - 1
    due = sum(1 for one in inputs.context.roster.due_counties if one.city == city)
    name = inputs.context.get_city_name(counties[0].due_county)
    key = "filing.subtotal" if due == len(counties) else "filing.subtotal_part"
    said = inputs.messages(key, city=name, filed=len(counties), due=due)
    values = _sum_blocks(inputs.detail.blocks_by_county[one.due_county.code] for one in counties)
    line = MeasureRow(
        row_number=last + 1,
        amounts=values,
        build_formula=_build_range_sum(first, last),
        is_total=True,
        typed_keys=_find_unknown_keys(values),
    )
    leads = (
        build_city_filing_link(inputs.context, counties[0].due_county, inputs.messages)
        if inputs.context.owner.kind == PROVINCE
        else None
    )
    return _build_sum_row(inputs, said, line, leads)


def _find_unknown_keys(amounts: MeasureAmounts) -> frozenset[tuple[str, AmountKey]]:
    """What nobody reported stays empty: a live cell would show 0."""
    return frozenset(one for one, value in amounts.items() if value is None)


def _build_range_sum(first: int, last: int) -> Callable[[str], str]:
    return lambda letter: f"=SUM({letter}{first}:{letter}{last})"


def _build_grand_total_row(inputs: _RollUpInputs, subtotals: list[int]) -> CellRow:
    def build_formula(letter: str) -> str:
        return f"=SUM({','.join(f'{letter}{row}' for row in subtotals)})"

    values = _sum_blocks(inputs.detail.blocks_by_county.values())
    said = inputs.messages("filing.grand_total")
    line = MeasureRow(
        row_number=subtotals[-1] + 1,
        amounts=values,
        build_formula=build_formula,
        is_total=True,
        typed_keys=_find_unknown_keys(values),
    )
    return _build_sum_row(inputs, said, line)


def _build_sum_row(inputs: _RollUpInputs, label: str, measure_row: MeasureRow, source: str | None = None) -> CellRow:
    return (
        build_text_cell("", CellStyle.TOTAL_TEXT),
        build_text_cell(label, CellStyle.TOTAL_TEXT, source_link=source),
        *build_measure_cells(measure_row, inputs.figures, inputs.messages),
    )


def _sum_blocks(blocks: Iterable[CountyBlock]) -> MeasureAmounts:
    listed = tuple(blocks)
    keys = dict.fromkeys(key for block in listed for key in block.sums)
    return {key: sum_known_amounts(block.sums.get(key) for block in listed) for key in keys}
