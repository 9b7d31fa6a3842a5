"""Every filed county's figures by township, each with the cell of the county's own file that it stands in."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.messages import Messages
from filing.book.cell_builders import MAX_PORTRAIT_COLUMNS, CellRow, TableHeading, build_text_cell
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import WHOLE_COUNTY, CountyFigures, FilingFigures, TracedAmount
from filing.context.filing_context import FilingContext, IncludedCounty
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
    """Where a county stands in the detail (*head* and *total* are rows), and the sums of its total row."""

    header_row: int
    total_row: int
    sums: MeasureAmounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipDetail:
    """The sheet, and where each county stands in it."""

    sheet: FilingSheet
    blocks_by_county: Mapping[str, CountyBlock]


def build_township_detail(context: FilingContext, figures: FilingFigures, messages: Messages) -> TownshipDetail:
    """Return the figures of every filed county, a block each, its totals live."""
    rows: list[CellRow] = [*_build_header_rows(context, figures, messages)]
    blocks: dict[str, CountyBlock] = {}
    for county in context.counties_in_order:
        account = figures.by_county[county.due_county.code]
        head, total = len(rows) + 1, len(rows) + 2 + len(account.townships)
        sums = _compute_totals(account, figures)
        blocks[county.due_county.code] = CountyBlock(header_row=head, total_row=total, sums=sums)
        rows.append(
            (
                build_text_cell(
                    _format_county(context, county, messages), CellStyle.TOTAL_TEXT, span=count_columns(figures) + 1
                ),
            )
        )
        rows += _build_township_rows(county, figures, head, messages)
        rows.append(_build_total_row(blocks[county.due_county.code], account, figures, messages))
        rows += _build_mismatch_rows(account, figures, messages)
    rows += build_closing_rows(context, _list_widths(figures), ("rate", "places", "empty"), messages)
    return TownshipDetail(sheet=_build_sheet(rows, figures, messages), blocks_by_county=blocks)


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
    places = messages("filing.column.places")
    return (
        *heading.build_rows(),
        (
            *build_group_header(messages("filing.column.township"), figures),
            build_text_cell(messages("filing.column.source"), CellStyle.HEADER),
        ),
        (*build_column_header(names, figures, messages), build_text_cell(places, CellStyle.HEADER)),
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
) -> list[CellRow]:
    account = figures.by_county[county.due_county.code]
    rows: list[CellRow] = []
    for serial, name in enumerate(account.townships, start=1):
        line = MeasureRow(row_number=header_row + serial, amounts=_collect_reported_amounts(account, name, figures))
        rows.append(
            (
                Cell(serial, CellStyle.CENTRE),
                build_text_cell(name if name != WHOLE_COUNTY else county.due_county.name),
                *build_measure_cells(line, figures, messages),
                build_text_cell(_format_sources(account, name, figures, messages)),
            )
        )
    return rows


def _build_total_row(
    block: CountyBlock, county_figures: CountyFigures, figures: FilingFigures, messages: Messages
) -> CellRow:
    first, last = block.header_row + 1, block.total_row - 1
    line = MeasureRow(
        row_number=block.total_row,
        amounts=block.sums,
        build_formula=lambda letter: f"=SUM({letter}{first}:{letter}{last})",
        is_total=True,
        typed_keys=frozenset(one for one in block.sums if not county_figures.is_sum_of_townships(*one)),
    )
    return (
        build_text_cell("", CellStyle.TOTAL_TEXT),
        build_text_cell(messages("filing.total"), CellStyle.TOTAL_TEXT),
        *build_measure_cells(line, figures, messages),
        build_text_cell(_format_sources(county_figures, WHOLE_COUNTY, figures, messages)),
    )


def _collect_reported_amounts(county_figures: CountyFigures, township: str, figures: FilingFigures) -> MeasureAmounts:
    found = {
        (measure, key): county_figures.find_amount(measure, township, key)
        for measure in filter(county_figures.has_measure, figures.measures)
        for key in list_amount_keys(figures)
    }
    return {spot: amount.value if amount else None for spot, amount in found.items()}


def _compute_totals(county_figures: CountyFigures, figures: FilingFigures) -> MeasureAmounts:
    measures = filter(county_figures.has_measure, figures.measures)
    return {(one, key): county_figures.compute_total(one, key) for one in measures for key in list_amount_keys(figures)}


def _format_sources(county_figures: CountyFigures, township: str, figures: FilingFigures, messages: Messages) -> str:
    """Name the cells of a row, a line for each measure: target and target over all years, then done."""
    lines = []
    for measure in figures.measures:
        year, done, whole = (county_figures.find_amount(measure, township, key) for key in list_amount_keys(figures))
        lines.append(_join_sources([one for one in (year, whole, done) if one], messages))
    return "\n".join(one for one in lines if one)


def _join_sources(amounts: list[TracedAmount], messages: Messages) -> str:
    by_sheet: dict[str, list[str]] = {}
    for sheet, cell in dict.fromkeys(place for amount in amounts for place in amount.sources):
        by_sheet.setdefault(sheet, []).append(cell)
    joined = (
        messages("filing.place", sheet=sheet, cells=messages("filing.between_cells").join(cells))
        for sheet, cells in by_sheet.items()
    )
    return messages("filing.between_places").join(joined)


def _build_mismatch_rows(county_figures: CountyFigures, figures: FilingFigures, messages: Messages) -> list[CellRow]:
    """Say where the county's own total row differs from the sum of its townships."""
    rows: list[CellRow] = []
    for measure, name in figures.measures.items():
        for key in list_amount_keys(figures):
            stated, due = (
                county_figures.find_amount(measure, WHOLE_COUNTY, key),
                county_figures.compute_total(measure, key),
            )
            if stated and stated.value != due:
                place = _join_sources([stated], messages)
                said = messages("filing.detail.differs", measure=name, place=place, stated=stated.value, due=due)
                rows.append((build_text_cell(said, CellStyle.NOTE, span=count_columns(figures) + 1),))
    return rows
