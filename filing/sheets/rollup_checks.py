"""The roll-ups as tables of texts: what is printed, and what it must agree with."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from checks.model.report import ValidationReport
from contracts.messages import Messages
from filing.book.cell_builders import CellRow
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.measure_columns import HEADER_ROWS

RollUpTableRow: TypeAlias = Mapping[str, str | None]
_FIGURE_STYLES = (CellStyle.FIGURE, CellStyle.TOTAL_FIGURE)


def build_rollup_tables(
    context: FilingContext,
    rollup_sheet: FilingSheet,
    reports_as_sent: Mapping[str, ValidationReport],
    messages: Messages,
) -> dict[str, list[RollUpTableRow]]:
    """Return each table by name; *printed* is the roll-up as it will be filed, *reported* what each county sent."""
    return {
        "roll_up_totals": list(_build_total_rows(context, rollup_sheet)),
        "roll_up_counties": list(_build_county_rows(context, rollup_sheet)),
        "reviewed_figures": [
            line
            for one in context.counties_in_order
            for line in _build_reviewed_figure_rows(one, reports_as_sent[one.due_county.code], messages)
        ],
        "due_counties": list(_build_due_county_rows(context, messages)),
    }


def format_canonical_amount(amount: Decimal) -> str:
    """Write an amount in the one way in which two equal ones are the same text."""
    return format(amount.normalize(), "f") if amount else "0"


def _build_total_rows(context: FilingContext, rollup_sheet: FilingSheet) -> Iterator[RollUpTableRow]:
    """A city is the sum of the county lines above it, the province that of its cities."""
    names = _name_columns(rollup_sheet)
    counties: list[CellRow] = []
    cities: list[CellRow] = []
    areas = iter([context.get_city_name(of[0].due_county) for _, of in context.counties_by_city])
    for row in _select_figure_rows(rollup_sheet):
        if row[1].style is not CellStyle.TOTAL_TEXT:
            counties.append(row)
            continue
        city = next(areas, None)
        parts, counties = (cities, []) if city is None else (counties, [])
        yield from _build_sum_rows(city or context.roster.province[1], names, row, parts)
        cities = [*cities, row]


def _build_sum_rows(
    area: str, column_names: Sequence[str], total_row: CellRow, part_rows: Sequence[CellRow]
) -> Iterator[RollUpTableRow]:
    for at, cell in enumerate(total_row):
        if cell.style in _FIGURE_STYLES and isinstance(cell.value, Decimal):
            amounts = (part[at].value for part in part_rows)
            summed = sum((one for one in amounts if isinstance(one, Decimal)), Decimal(0))
            yield {
                "area": area,
                "column": column_names[at],
                "printed": format_canonical_amount(cell.value),
                "summed": format_canonical_amount(summed),
            }


def _select_figure_rows(rollup_sheet: FilingSheet) -> Iterator[CellRow]:
    """Return the lines of counties, cities and province: those that carry figures."""
    for row in rollup_sheet.rows[HEADER_ROWS[1] :]:
        if any(cell.style in _FIGURE_STYLES for cell in row):
            yield row


def _name_columns(rollup_sheet: FilingSheet) -> list[str]:
    """Name each column by all that its header says."""
    first, last = HEADER_ROWS
    header = [_expand_spans(row) for row in rollup_sheet.rows[first - 1 : last]]
    width = max((len(one) for one in header), default=0)
    parts = [[one[at] for one in header if at < len(one) and one[at]] for at in range(width)]
    return [" ".join(dict.fromkeys(one)) for one in parts]


def _expand_spans(row: Sequence[Cell]) -> list[str]:
    return [str(cell.value or "") for cell in row for _ in range(cell.span)]


def _build_county_rows(context: FilingContext, rollup_sheet: FilingSheet) -> Iterator[RollUpTableRow]:
    listed = Counter(
        str(row[1].value) for row in _select_figure_rows(rollup_sheet) if row[1].style is not CellStyle.TOTAL_TEXT
    )
    namesakes = Counter(
        one.due_county.name for one in context.counties_in_order
    )  # two cities may each have a county of one name
    for county in context.counties_in_order:
        newest, name = county.county_state.newest_version, county.due_county.name
        yield {
            "county": name,
            "times": str(listed[name] - namesakes[name] + 1),
            "filed": newest.sha256 if newest else "",
            "reviewed": _find_reviewed_file(context, county),
        }


def _find_reviewed_file(context: FilingContext, county: IncludedCounty) -> str:
    """Return the file that the level below the last one let go on."""
    level = context.procedure.levels[-2].id
    for event in reversed(county.county_state.decisions):
        action = context.procedure.find_action(event.level, event.action)
        if event.level == level and action is not None and action.is_forward and action.required_fields:
            return event.sha256
    return ""


def _build_reviewed_figure_rows(
    county: IncludedCounty, report_as_sent: ValidationReport, messages: Messages
) -> Iterator[RollUpTableRow]:
    """Hold each accounted total to what the county sent, less what was set lower."""
    sent = {(one.sheet, one.cell): one for one in report_as_sent.figures}
    lowered: dict[tuple[str, str], Decimal] = {}
    reasons: dict[tuple[str, str], list[str]] = {}
    newest = county.county_state.newest_version
    for one in county.county_state.reductions:
        figure = sent.get((one.sheet, one.cell))
        if newest is not None and one.sha256 == newest.sha256 and figure is not None:
            key = (figure.form, figure.column)
            lowered[key] = lowered.get(key, Decimal(0)) + Decimal(one.before) - Decimal(one.after)
            reasons.setdefault(key, []).append(one.reason.strip())
    for figure in county.report.figures:
        key = (figure.form, figure.column)
        if not figure.township and figure.measure:
            due = Decimal(sent[figure.sheet, figure.cell].amount) - lowered.get(key, Decimal(0))
            given = reasons.get(key, [messages("evidence.not_lowered")])
            yield {
                "county": county.due_county.name,
                "column": f"{figure.sheet} {figure.cell}",
                "reviewed": format_canonical_amount(Decimal(figure.amount)),
                "lowered": format_canonical_amount(due),
                "reason": "；".join(given) if all(given) else None,
            }


def _build_due_county_rows(context: FilingContext, messages: Messages) -> Iterator[RollUpTableRow]:
    filed = {one.due_county.code for one in context.filed_counties}
    for due in context.due_counties:
        state = "filed" if due.code in filed else "excused" if due.code in context.excused_codes else "open"
        yield {"county": due.name, "filed": messages(f"evidence.state.{state}")}
