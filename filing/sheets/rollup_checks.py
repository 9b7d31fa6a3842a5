"""The tables of texts on which the expectations of the roll-ups are checked: what is printed, and what is expected."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import TypeAlias

from checks.model.report import ReportedFigure, ValidationReport
from contracts.messages import Messages
from filing.book.cell_builders import CellRow
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.measure_columns import HEADER_ROWS
from review.county_state import Reduction
from review.roster import DueCounty

RollUpTableRow: TypeAlias = Mapping[str, str | Decimal | None]
_FIGURE_STYLES = (CellStyle.FIGURE, CellStyle.TOTAL_FIGURE)


@dataclass(slots=True)
class _ReducedColumn:
    """The reductions in one column of a form: their sum, and the reason of each."""

    amount: Decimal = Decimal(0)
    reasons: list[str] = field(default_factory=list)


def build_rollup_tables(
    context: FilingContext,
    rollup_sheet: FilingSheet,
    reports_as_sent: Mapping[str, ValidationReport],
    messages: Messages,
) -> dict[str, list[RollUpTableRow]]:
    """Return the rows of each table by the table's name.

    *rollup_sheet* is the roll-up as it will be filed; *reports_as_sent* are the reports before any reduction, by
    county code.
    """
    reviewed_figures: list[RollUpTableRow] = []
    for county in context.counties_in_order:
        report_as_sent = reports_as_sent[county.due_county.code]
        reviewed_figures += _build_reviewed_figure_rows(county, report_as_sent, messages)
    return {
        "roll_up_totals": list(_build_total_rows(context, rollup_sheet)),
        "roll_up_counties": list(_build_county_rows(context, rollup_sheet)),
        "reviewed_figures": reviewed_figures,
        "due_counties": list(_build_due_county_rows(context, messages)),
    }


def format_canonical_amount(amount: Decimal) -> str:
    """Return an amount as a text that is the same for equal amounts: no trailing zeros, no exponent."""
    return format(amount.normalize(), "f") if amount else "0"


def _build_total_rows(context: FilingContext, rollup_sheet: FilingSheet) -> Iterator[RollUpTableRow]:
    """Compare each city with the sum of the county rows above it, and the province with the sum of its cities."""
    column_names = name_columns(rollup_sheet)
    county_rows: list[CellRow] = []
    city_rows: list[CellRow] = []
    city_names = (context.get_city_name(counties[0].due_county) for _, counties in context.counties_by_city)
    for row in _select_figure_rows(rollup_sheet):
        if not _is_total_row(row):
            county_rows.append(row)
            continue
        city_name = next(city_names, None)
        if city_name:
            yield from _build_sum_rows(city_name, column_names, row, county_rows)
        else:
            yield from _build_sum_rows(context.roster.province[1], column_names, row, city_rows)
        county_rows = []
        city_rows.append(row)


def _build_sum_rows(
    area: str, column_names: Sequence[str], total_row: CellRow, part_rows: Sequence[CellRow]
) -> Iterator[RollUpTableRow]:
    for index, cell in enumerate(total_row):
        if cell.style in _FIGURE_STYLES and isinstance(cell.value, Decimal):
            yield {
                "area": area,
                "column": column_names[index],
                "printed": format_canonical_amount(cell.value),
                "summed": format_canonical_amount(_sum_column(part_rows, index)),
            }


def _sum_column(rows: Iterable[CellRow], index: int) -> Decimal:
    total = Decimal(0)
    for row in rows:
        value = row[index].value
        if isinstance(value, Decimal):
            total += value
    return total


def _select_figure_rows(rollup_sheet: FilingSheet) -> Iterator[CellRow]:
    """Yield the rows with figures: those of counties, cities and the province."""
    for row in rollup_sheet.rows[HEADER_ROWS[1] :]:
        if any(cell.style in _FIGURE_STYLES for cell in row):
            yield row


def _is_total_row(row: CellRow) -> bool:
    return row[1].style is CellStyle.TOTAL_TEXT


def name_columns(rollup_sheet: FilingSheet) -> list[str]:
    """Return a name for each column: the texts of its header from top to bottom, each once."""
    first, last = HEADER_ROWS
    header = map(_expand_spans, rollup_sheet.rows[first - 1 : last])
    columns = zip_longest(*header, fillvalue="")
    return [" ".join(dict.fromkeys(filter(None, texts))) for texts in columns]


def _expand_spans(row: Sequence[Cell]) -> list[str]:
    texts = []
    for cell in row:
        texts += [str(cell.value or "")] * cell.span
    return texts


def _build_county_rows(context: FilingContext, rollup_sheet: FilingSheet) -> Iterator[RollUpTableRow]:
    """Compare the file that is filed with the file that was reviewed; *times* counts a county's rows in the roll-up."""
    row_counts = Counter(str(row[1].value) for row in _select_figure_rows(rollup_sheet) if not _is_total_row(row))
    # two cities may each have a county of the same name
    name_counts = Counter(county.due_county.name for county in context.counties_in_order)
    for county in context.counties_in_order:
        name = county.due_county.name
        yield {
            "county": name,
            "times": str(row_counts[name] - name_counts[name] + 1),
            "filed": county.county_state.newest_sha256,
            "reviewed": _find_reviewed_file(context, county),
        }


def _find_reviewed_file(context: FilingContext, county: IncludedCounty) -> str:
    """Return the sha256 of the file that the level below the last one passed on last; empty if there is none."""
    level = context.procedure.levels[-2].id
    for event in reversed(county.county_state.decisions):
        action = context.procedure.find_action(event.level, event.action)
        if event.level == level and action is not None and action.is_forward and action.required_fields:
            return event.sha256
    return ""


def _build_reviewed_figure_rows(
    county: IncludedCounty, report_as_sent: ValidationReport, messages: Messages
) -> Iterator[RollUpTableRow]:
    """Compare each total that is added up with what the county sent, less the city's reductions."""
    sent_figures = {(figure.sheet, figure.cell): figure for figure in report_as_sent.figures}
    reduced_columns = _sum_reductions(county, sent_figures)
    for figure in county.report.figures:
        if not figure.township and figure.measure:
            reduced = reduced_columns.get((figure.form, figure.column))
            if reduced is None:
                reduced = _ReducedColumn(reasons=[messages("evidence.not_lowered")])
            expected = Decimal(sent_figures[figure.sheet, figure.cell].amount) - reduced.amount
            yield {
                "county": county.due_county.name,
                "column": f"{figure.sheet} {figure.cell}",
                "reviewed": format_canonical_amount(Decimal(figure.amount)),
                "lowered": format_canonical_amount(expected),
                "reason": "；".join(reduced.reasons) if all(reduced.reasons) else None,
            }


def _sum_reductions(
    county: IncludedCounty, sent_figures: Mapping[tuple[str, str], ReportedFigure]
) -> dict[tuple[str, str], _ReducedColumn]:
    """Return the reductions of the newest version by form and column."""
    reduced_columns: dict[tuple[str, str], _ReducedColumn] = {}
    for reduction in _iter_reductions_of_newest(county):
        figure = sent_figures.get((reduction.sheet, reduction.cell))
        if figure is not None:
            reduced = reduced_columns.setdefault((figure.form, figure.column), _ReducedColumn())
            reduced.amount += Decimal(reduction.before) - Decimal(reduction.after)
            reduced.reasons.append(reduction.reason.strip())
    return reduced_columns


def _iter_reductions_of_newest(county: IncludedCounty) -> Iterator[Reduction]:
    newest = county.county_state.newest_version
    if newest is None:
        return
    for reduction in county.county_state.reductions:
        if reduction.sha256 == newest.sha256:
            yield reduction


def _build_due_county_rows(context: FilingContext, messages: Messages) -> Iterator[RollUpTableRow]:
    filed_codes = context.filed_codes
    for county in context.due_counties:
        state = _get_due_state(context, county, filed_codes)
        yield {"county": county.name, "filed": messages(f"evidence.state.{state}")}


def _get_due_state(context: FilingContext, county: DueCounty, filed_codes: AbstractSet[str]) -> str:
    if county.code in filed_codes:
        return "filed"
    if county.code in context.excused_codes:
        return "excused"
    return "open"
