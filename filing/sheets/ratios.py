"""Ratios against their limits (比例与限额): each ratio that a rule of the contracts limits, project by project."""

from collections.abc import Iterable, Iterator

from contracts.messages import Messages
from filing.book.cell_builders import (
    RATE_PRECISION,
    CellRow,
    TableHeading,
    build_figure_cell,
    build_text_cell,
    compute_rate,
    fill_page_width,
)
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import COUNTY, FilingContext, IncludedCounty
from filing.context.headings import list_headings
from filing.context.links import build_county_filing_link
from filing.sheets.live_formulas import build_rate_cell, list_column_letters
from filing.sheets.ratio_extraction import RatioLimit, RatioValue, extract_ratios
from filing.sheets.signature_block import build_closing_rows, build_empty_row

SERIAL_WIDTH, NAME_WIDTH, SUBJECT_WIDTH, RATIO_WIDTHS = 5.5, 13.0, 17.0, (11.5, 12.0, 9.5, 7.0)
FIRST_RATIO_COLUMN, HEADER_ROWS = 4, (3, 4)
AMOUNT_DECIMALS = 2

_Ratio = tuple[RatioLimit, RatioValue]


def build_ratios_sheet(context: FilingContext, messages: Messages) -> FilingSheet | None:
    """Return the sheet, or None if no rule of any filed county limits a ratio."""
    limits = _collect_limits(context)
    if not limits:
        return None
    columns = FIRST_RATIO_COLUMN - 1 + len(RATIO_WIDTHS) * len(limits)
    widths = fill_page_width((SERIAL_WIDTH, NAME_WIDTH, SUBJECT_WIDTH, *(RATIO_WIDTHS * len(limits))), landscape=True)
    rows = list(_build_rows(context, tuple(limits), messages)) or [build_empty_row(columns, "ratios", messages)]
    return FilingSheet(
        name=messages("filing.sheet.ratios"),
        rows=(
            *_build_header_rows(context, limits.values(), columns, messages),
            *rows,
            *build_closing_rows(context, widths, ("ratio", "ratio_limits"), messages),
        ),
        widths=widths,
        landscape=True,
        header_rows=HEADER_ROWS,
    )


def _collect_limits(context: FilingContext) -> dict[str, RatioLimit]:
    """Return the limits by rule id; if the counties' limits of a rule differ, that of the last county counts."""
    limits = {}
    for county in context.counties_in_order:
        for limit, _ in extract_ratios(county):
            limits[limit.rule.id] = limit
    return limits


def _build_header_rows(
    context: FilingContext, limits: Iterable[RatioLimit], column_count: int, messages: Messages
) -> tuple[CellRow, ...]:
    heading = TableHeading(
        right_text=messages("filing.year", year=context.roster.year),
        title=messages("filing.title.ratios", province=context.owner.name, year=context.roster.year),
        column_count=column_count,
    )
    upper = [build_text_cell(messages("filing.column.project"), CellStyle.HEADER, span=FIRST_RATIO_COLUMN - 1)]
    lower = list_headings(messages, "filing.column", ("serial", "county", "project_number"))
    for limit in limits:
        description = messages("filing.ratio.group", rule=limit.rule.id, said=limit.rule.description)
        upper.append(build_text_cell(description, CellStyle.HEADER, span=len(RATIO_WIDTHS)))
        lower.append(limit.part_heading)
        lower.append(limit.whole_heading or messages("filing.column.assigned"))
        lower.append(_format_bound(limit, messages))
        lower.append(messages("filing.column.verdict"))
    lower_cells = tuple(build_text_cell(text, CellStyle.HEADER) for text in lower)
    return (*heading.build_rows(), tuple(upper), lower_cells)


def _format_bound(limit: RatioLimit, messages: Messages) -> str:
    percent = format((limit.bound * 100).quantize(RATE_PRECISION).normalize(), "f")
    return messages("filing.ratio.most" if limit.is_maximum else "filing.ratio.least", percent=percent)


def _build_rows(context: FilingContext, rule_ids: tuple[str, ...], messages: Messages) -> Iterator[CellRow]:
    serial = 0
    for county in context.counties_in_order:
        link = None
        if context.owner.kind != COUNTY:
            link = build_county_filing_link(context, county, messages)
        for subject, ratios in _group_by_subject(county).items():
            serial += 1
            row = HEADER_ROWS[1] + serial
            cells: list[Cell] = []
            for index, rule_id in enumerate(rule_ids):
                cells += _build_ratio_cells(ratios.get(rule_id), index, row, messages)
            yield (
                Cell(serial, CellStyle.CENTRE),
                build_text_cell(county.due_county.name, source_link=link),
                build_text_cell(subject),
                *cells,
            )


def _group_by_subject(county: IncludedCounty) -> dict[str, dict[str, _Ratio]]:
    """Return the county's ratios by subject and rule id."""
    ratios: dict[str, dict[str, _Ratio]] = {}
    for limit, value in extract_ratios(county):
        ratios.setdefault(value.subject, {})[limit.rule.id] = (limit, value)
    return ratios


def _build_ratio_cells(ratio: _Ratio | None, index: int, row: int, messages: Messages) -> list[Cell]:
    """Return the four cells of the rule with that index: part, whole, share and verdict."""
    placeholder = messages("filing.not_applicable")
    if ratio is None:
        return [build_text_cell(placeholder, CellStyle.FIGURE)] * len(RATIO_WIDTHS)
    limit, value = ratio
    letters = list_column_letters(FIRST_RATIO_COLUMN + len(RATIO_WIDTHS) * index, 3)
    part_cell, whole_cell, share_cell = (f"{letter}{row}" for letter in letters)
    share_formula = f'=IF({whole_cell}=0,"{placeholder}",ROUND({part_cell}/{whole_cell},4))'
    sign = "<" if limit.is_maximum else ">"
    condition = f"ROUND({part_cell}-{whole_cell}*{limit.bound},6){sign}=0"
    kept, broken = messages("filing.ratio.kept"), messages("filing.ratio.broken")
    verdict_formula = f'=IF({share_cell}="{placeholder}","{placeholder}",IF({condition},"{kept}","{broken}"))'
    rate = compute_rate(value.part, value.whole)
    return [
        build_figure_cell(value.part, CellStyle.FIGURE, decimals=AMOUNT_DECIMALS),
        build_figure_cell(value.whole, CellStyle.FIGURE, decimals=AMOUNT_DECIMALS),
        build_rate_cell(rate, CellStyle.FIGURE, formula=share_formula, placeholder=placeholder),
        Cell(_format_verdict(limit, value, messages), CellStyle.CENTRE, formula=verdict_formula),
    ]


def _format_verdict(limit: RatioLimit, value: RatioValue, messages: Messages) -> str:
    if compute_rate(value.part, value.whole) is None:
        return messages("filing.not_applicable")
    if _is_within_limit(limit, value):
        return messages("filing.ratio.kept")
    return messages("filing.ratio.broken")


def _is_within_limit(limit: RatioLimit, value: RatioValue) -> bool:
    if limit.is_maximum:
        return value.part <= value.whole * limit.bound
    return value.part >= value.whole * limit.bound
