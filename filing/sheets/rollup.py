"""The roll-up: a row for each county that refers to its total in the detail, subtotals by city, and a grand total."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.messages import Messages
from filing.book.cell_builders import MAX_PORTRAIT_COLUMNS, CellRow, TableHeading, build_text_cell
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import AmountKey, FilingFigures
from filing.context.filing_context import PROVINCE, FilingContext, IncludedCounty
from filing.context.links import build_city_filing_link, quote_sheet
from filing.sheets.live_formulas import build_range_sum
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
    inputs = _RollUpInputs(context=context, figures=figures, detail=detail, messages=messages)
    columns = count_columns(figures)
    widths = (SERIAL_WIDTH, NAME_WIDTH, *(MEASURE_WIDTHS * len(figures.measures)))
    return FilingSheet(
        name=messages("filing.sheet.rollup"),
        rows=(
            *_build_header_rows(inputs, columns),
            *_build_body_rows(inputs, columns),
            *build_closing_rows(context, widths, _list_notes(context), messages),
        ),
        widths=widths,
        landscape=columns > MAX_PORTRAIT_COLUMNS,
        header_rows=HEADER_ROWS,
    )


def _list_notes(context: FilingContext) -> tuple[str, ...]:
    if not context.missing_counties:
        return ("rate", "traced")
    return ("rate", "traced", f"interim_{context.missing_status}")


def _build_header_rows(inputs: _RollUpInputs, column_count: int) -> tuple[CellRow, ...]:
    messages = inputs.messages
    heading = TableHeading(
        right_text=messages("filing.unit", unit=inputs.figures.unit),
        title=_format_title(inputs.context, messages),
        column_count=column_count,
    )
    names = (messages("filing.column.serial"), messages("filing.column.name"))
    return (
        *heading.build_rows(),
        build_group_header(messages("filing.column.area"), inputs.figures),
        build_column_header(names, inputs.figures, messages),
    )


def _format_title(context: FilingContext, messages: Messages) -> str:
    title = messages("filing.title.rollup", province=context.owner.name, year=context.roster.year)
    if not context.missing_counties:
        return title
    return messages("filing.title.interim", title=title)


def _build_body_rows(inputs: _RollUpInputs, column_count: int) -> list[CellRow]:
    if not inputs.context.included_counties:
        return [build_empty_row(column_count, "filed", inputs.messages)]
    rows: list[CellRow] = []
    subtotal_rows: list[int] = []
    serial = 1
    for city, counties in inputs.context.counties_by_city:
        first_row = HEADER_ROWS[1] + len(rows) + 1
        rows += _build_county_rows(inputs, counties, first_serial=serial, first_row=first_row)
        rows.append(_build_subtotal_row(inputs, city, counties, first=first_row))
        subtotal_rows.append(first_row + len(counties))
        serial += len(counties)
    # a city's own roll-up ends with its subtotal, which a grand total would only repeat
    if inputs.context.owner.kind == PROVINCE:
        rows.append(_build_grand_total_row(inputs, subtotal_rows))
    return rows


def _build_county_rows(
    inputs: _RollUpInputs, counties: Iterable[IncludedCounty], *, first_serial: int, first_row: int
) -> Iterator[CellRow]:
    for index, county in enumerate(counties):
        yield _build_county_row(inputs, county, serial=first_serial + index, row_number=first_row + index)


def _build_county_row(inputs: _RollUpInputs, county: IncludedCounty, *, serial: int, row_number: int) -> CellRow:
    block = inputs.detail.blocks_by_county[county.due_county.code]
    sheet = quote_sheet(inputs.detail.sheet.name)
    measure_row = MeasureRow(
        row_number=row_number,
        amounts=block.sums,
        build_formula=lambda letter: f"={sheet}!{letter}{block.total_row}",
        typed_keys=_find_unknown_keys(block.sums),
    )
    return (
        Cell(serial, CellStyle.CENTRE),
        build_text_cell(county.due_county.name, link=f"{sheet}!A{block.header_row}"),
        *build_measure_cells(measure_row, inputs.figures, inputs.messages),
    )


def _build_subtotal_row(
    inputs: _RollUpInputs, city: str, counties: tuple[IncludedCounty, ...], *, first: int
) -> CellRow:
    """Return the subtotal of a city's counties, which are in the rows from *first* on."""
    blocks = inputs.detail.blocks_by_county
    sums = _sum_blocks(blocks[county.due_county.code] for county in counties)
    last = first + len(counties) - 1
    link = None
    if inputs.context.owner.kind == PROVINCE:
        link = build_city_filing_link(inputs.context, counties[0].due_county, inputs.messages)
    return _build_sum_row(
        inputs,
        _format_subtotal_label(inputs, city, counties),
        _build_total_measure_row(sums, row_number=last + 1, build_formula=_build_range_formula(first, last)),
        link,
    )


def _format_subtotal_label(inputs: _RollUpInputs, city: str, counties: tuple[IncludedCounty, ...]) -> str:
    due_count = sum(county.city == city for county in inputs.context.roster.due_counties)
    key = "filing.subtotal" if due_count == len(counties) else "filing.subtotal_part"
    city_name = inputs.context.get_city_name(counties[0].due_county)
    return inputs.messages(key, city=city_name, filed=len(counties), due=due_count)


def _build_total_measure_row(
    amounts: MeasureAmounts, *, row_number: int, build_formula: Callable[[str], str]
) -> MeasureRow:
    return MeasureRow(
        row_number=row_number,
        amounts=amounts,
        build_formula=build_formula,
        is_total=True,
        typed_keys=_find_unknown_keys(amounts),
    )


def _find_unknown_keys(amounts: MeasureAmounts) -> frozenset[tuple[str, AmountKey]]:
    """Return the keys of amounts that no county reported: they stay empty, because a live cell would show 0."""
    return frozenset(key for key, amount in amounts.items() if amount is None)


def _build_range_formula(first: int, last: int) -> Callable[[str], str]:
    return lambda letter: build_range_sum(letter, (first, last))


def _build_grand_total_row(inputs: _RollUpInputs, subtotal_rows: list[int]) -> CellRow:
    def build_formula(letter: str) -> str:
        return f"=SUM({','.join(f'{letter}{row}' for row in subtotal_rows)})"

    sums = _sum_blocks(inputs.detail.blocks_by_county.values())
    measure_row = _build_total_measure_row(sums, row_number=subtotal_rows[-1] + 1, build_formula=build_formula)
    return _build_sum_row(inputs, inputs.messages("filing.grand_total"), measure_row)


def _build_sum_row(inputs: _RollUpInputs, label: str, measure_row: MeasureRow, source: str | None = None) -> CellRow:
    return (
        build_text_cell("", CellStyle.TOTAL_TEXT),
        build_text_cell(label, CellStyle.TOTAL_TEXT, source_link=source),
        *build_measure_cells(measure_row, inputs.figures, inputs.messages),
    )


def _sum_blocks(blocks: Iterable[CountyBlock]) -> MeasureAmounts:
    """Return the sums of the totals of several counties, by measure and key."""
    all_blocks = tuple(blocks)
    keys = dict.fromkeys(chain.from_iterable(block.sums for block in all_blocks))
    return {key: _sum_totals(all_blocks, key) for key in keys}


def _sum_totals(blocks: Iterable[CountyBlock], key: tuple[str, AmountKey]) -> Decimal | None:
    return sum_known_amounts(block.sums.get(key) for block in blocks)
