"""The figures of every filed county by township, each with its cell in the county's own file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from contracts.messages import Messages
from filing.book.cell_builders import MAX_PORTRAIT_COLUMNS, CellRow, TableHeading, build_text_cell
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import WHOLE_COUNTY, CountyFigures, FilingFigures, TracedAmount, name_township
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.live_formulas import build_range_sum
from filing.sheets.measure_columns import (
    HEADER_ROWS,
    MeasureAmounts,
    MeasureRow,
    build_column_header,
    build_group_header,
    build_measure_cells,
    count_columns,
    list_amount_keys,
)
from filing.sheets.signature_block import build_closing_rows

SERIAL_WIDTH, NAME_WIDTH, MEASURE_WIDTHS, SOURCES_WIDTH = 5.5, 13.0, (8.5, 9.5, 9.0, 13.0), 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyBlock:
    """A county's rows in the detail: its header row and total row (1-based), and the sums in the total row."""

    header_row: int
    total_row: int
    sums: MeasureAmounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipDetail:
    """The sheet, and the block of each county by county code."""

    sheet: FilingSheet
    blocks_by_county: Mapping[str, CountyBlock]


def build_township_detail(context: FilingContext, figures: FilingFigures, messages: Messages) -> TownshipDetail:
    """Return the figures of every filed county, one block of rows each, with live totals."""
    rows: list[CellRow] = [*_build_header_rows(context, figures, messages)]
    blocks: dict[str, CountyBlock] = {}
    for county in context.counties_in_order:
        block = _plan_block(figures.by_county[county.due_county.code], figures, header_row=len(rows) + 1)
        blocks[county.due_county.code] = block
        rows += _build_block_rows(context, county, block, figures, messages)
    rows += build_closing_rows(context, _list_widths(figures), ("rate", "places", "empty"), messages)
    return TownshipDetail(sheet=_build_sheet(rows, figures, messages), blocks_by_county=blocks)


def _plan_block(county_figures: CountyFigures, figures: FilingFigures, *, header_row: int) -> CountyBlock:
    return CountyBlock(
        header_row=header_row,
        total_row=header_row + len(county_figures.townships) + 1,
        sums=_compute_totals(county_figures, figures),
    )


def _build_block_rows(
    context: FilingContext, county: IncludedCounty, block: CountyBlock, figures: FilingFigures, messages: Messages
) -> Iterator[CellRow]:
    county_figures = figures.by_county[county.due_county.code]
    label = _format_county(context, county, messages)
    yield (build_text_cell(label, CellStyle.TOTAL_TEXT, span=count_columns(figures) + 1),)
    yield from _build_township_rows(county, figures, block.header_row, messages)
    yield _build_total_row(block, county_figures, figures, messages)
    yield from _build_mismatch_rows(county_figures, figures, messages)


def _build_sheet(rows: list[CellRow], figures: FilingFigures, messages: Messages) -> FilingSheet:
    return FilingSheet(
        name=messages("filing.sheet.detail"),
        rows=tuple(rows),
        widths=_list_widths(figures),
        landscape=count_columns(figures) + 1 > MAX_PORTRAIT_COLUMNS,
        header_rows=HEADER_ROWS,
    )


def _list_widths(figures: FilingFigures) -> tuple[float, ...]:
    return (SERIAL_WIDTH, NAME_WIDTH, *(MEASURE_WIDTHS * len(figures.measures)), SOURCES_WIDTH)


def _build_header_rows(context: FilingContext, figures: FilingFigures, messages: Messages) -> tuple[CellRow, ...]:
    heading = TableHeading(
        right_text=messages("filing.unit", unit=figures.unit),
        title=messages("filing.title.detail", province=context.owner.name, year=context.roster.year),
        column_count=count_columns(figures) + 1,
    )
    names = (messages("filing.column.serial"), messages("filing.column.name"))
    return (
        *heading.build_rows(),
        (
            *build_group_header(messages("filing.column.township"), figures),
            build_text_cell(messages("filing.column.source"), CellStyle.HEADER),
        ),
        (
            *build_column_header(names, figures, messages),
            build_text_cell(messages("filing.column.places"), CellStyle.HEADER),
        ),
    )


def _format_county(context: FilingContext, county: IncludedCounty, messages: Messages) -> str:
    return messages(
        "filing.detail.county",
        city=context.get_city_name(county.due_county),
        county=county.due_county.name,
        code=county.due_county.code,
        version=county.report.identity.version,
    )


def _build_township_rows(
    county: IncludedCounty, figures: FilingFigures, header_row: int, messages: Messages
) -> Iterator[CellRow]:
    county_figures = figures.by_county[county.due_county.code]
    for serial, township in enumerate(county_figures.townships, start=1):
        amounts = _collect_reported_amounts(county_figures, township, figures)
        measure_row = MeasureRow(row_number=header_row + serial, amounts=amounts)
        yield (
            Cell(serial, CellStyle.CENTRE),
            build_text_cell(name_township(county, township)),
            *build_measure_cells(measure_row, figures, messages),
            build_text_cell(_format_sources(county_figures, township, figures, messages)),
        )


def _build_total_row(
    block: CountyBlock, county_figures: CountyFigures, figures: FilingFigures, messages: Messages
) -> CellRow:
    span = (block.header_row + 1, block.total_row - 1)
    typed_keys = [key for key in block.sums if not county_figures.is_sum_of_townships(*key)]
    measure_row = MeasureRow(
        row_number=block.total_row,
        amounts=block.sums,
        build_formula=lambda letter: build_range_sum(letter, span),
        is_total=True,
        typed_keys=frozenset(typed_keys),
    )
    return (
        build_text_cell("", CellStyle.TOTAL_TEXT),
        build_text_cell(messages("filing.total"), CellStyle.TOTAL_TEXT),
        *build_measure_cells(measure_row, figures, messages),
        build_text_cell(_format_sources(county_figures, WHOLE_COUNTY, figures, messages)),
    )


def _collect_reported_amounts(county_figures: CountyFigures, township: str, figures: FilingFigures) -> MeasureAmounts:
    amounts = {}
    for measure in filter(county_figures.has_measure, figures.measures):
        for key in list_amount_keys(figures):
            amounts[measure, key] = county_figures.find_value(measure, township, key)
    return amounts


def _compute_totals(county_figures: CountyFigures, figures: FilingFigures) -> MeasureAmounts:
    totals = {}
    for measure in filter(county_figures.has_measure, figures.measures):
        for key in list_amount_keys(figures):
            totals[measure, key] = county_figures.compute_total(measure, key)
    return totals


def _format_sources(county_figures: CountyFigures, township: str, figures: FilingFigures, messages: Messages) -> str:
    """Return the cells of a row, a line for each measure: those of the two targets, then those of the amount done."""
    lines = []
    year_key, done_key, plan_total_key = list_amount_keys(figures)
    for measure in figures.measures:
        keys = (year_key, plan_total_key, done_key)
        amounts = (county_figures.find_amount(measure, township, key) for key in keys)
        lines.append(_join_sources(filter(None, amounts), messages))
    return "\n".join(filter(None, lines))


def _join_sources(amounts: Iterable[TracedAmount], messages: Messages) -> str:
    """Return the cells of some amounts, sheet by sheet, each cell once."""
    sources: dict[tuple[str, str], None] = {}
    for amount in amounts:
        sources |= dict.fromkeys(amount.sources)
    cells_by_sheet: dict[str, list[str]] = {}
    for sheet, cell in sources:
        cells_by_sheet.setdefault(sheet, []).append(cell)
    places = []
    for sheet, cells in cells_by_sheet.items():
        joined_cells = messages("filing.between_cells").join(cells)
        places.append(messages("filing.place", sheet=sheet, cells=joined_cells))
    return messages("filing.between_places").join(places)


def _build_mismatch_rows(
    county_figures: CountyFigures, figures: FilingFigures, messages: Messages
) -> Iterator[CellRow]:
    """Yield a note for each amount of the county's total row that differs from the sum of its townships."""
    for measure, name in figures.measures.items():
        for key in list_amount_keys(figures):
            stated = county_figures.find_amount(measure, WHOLE_COUNTY, key)
            expected = county_figures.compute_total(measure, key)
            if stated and stated.value != expected:
                place = _join_sources([stated], messages)
                facts = {"measure": name, "place": place, "stated": stated.value, "due": expected}
                note = messages("filing.detail.differs", **facts)
                yield (build_text_cell(note, CellStyle.NOTE, span=count_columns(figures) + 1),)
