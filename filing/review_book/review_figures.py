"""The figures of a review workbook by measure: last year's, reported, reviewed and the difference."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport
from filing.book.cell_builders import build_figure_cell, compute_rate
from filing.book.workbook_model import Cell, CellStyle
from filing.context.review_context import ReviewContext, ReviewedCounty

FIGURE_KINDS = ("last_year", "planned", "reported", "reviewed", "rate", "difference")
_SUMMED_KINDS = ("last_year", "planned", "reported", "reviewed")
_PERCENT_STYLES = {CellStyle.FIGURE: CellStyle.PERCENT, CellStyle.TOTAL_FIGURE: CellStyle.TOTAL_PERCENT}
AmountsByKind = Mapping[str, Mapping[str, Decimal]]
"""Amounts by kind of figure, then by measure."""


def list_measures(context: ReviewContext) -> list[str]:
    """Return the measures that any county reports, in the order of their first occurrence."""
    measures: dict[str, Decimal] = {}
    for county in context.counties:
        measures.update(sum_done_by_measure(county.report))
    return list(measures)


def sum_done_by_measure(report: ValidationReport | None) -> dict[str, Decimal]:
    """Return the amounts that a county reports as done in the year, by measure: the sum of its townships.

    If several columns report a measure, the first one counts.
    """
    amounts: dict[str, Decimal] = {}
    columns: dict[str, tuple[str, str]] = {}
    for figure in _select_done_figures(report):
        column = (figure.form, figure.column)
        if columns.setdefault(figure.measure, column) == column:
            amounts[figure.measure] = amounts.get(figure.measure, Decimal(0)) + Decimal(figure.amount)
    return amounts


def _select_done_figures(report: ValidationReport | None) -> Iterator[ReportedFigure]:
    if report is None:
        return
    for figure in report.figures:
        if figure.measure and figure.year is None and figure.township:
            yield figure


def _sum_amounts(county: ReviewedCounty) -> AmountsByKind:
    reports = {"last_year": county.last_year_report, "reported": county.report, "reviewed": county.reviewed_report}
    amounts = {kind: sum_done_by_measure(report) for kind, report in reports.items()}
    return {**amounts, "planned": county.planned_amounts}


def build_figure_cells(county: ReviewedCounty, measures: list[str]) -> Iterator[Cell]:
    """Return the figure cells of one county."""
    return _build_cells(_sum_amounts(county), measures, CellStyle.FIGURE)


def build_total_cells(context: ReviewContext, measures: list[str]) -> Iterator[Cell]:
    """Return the cells with the sums over the counties.

    There is no sum of last year's or the planned figures (and no difference or rate) unless every county that reports
    has them.
    """
    counties = list(map(_sum_amounts, context.counties))
    sums: dict[str, dict[str, Decimal]] = {}
    for kind in _SUMMED_KINDS:
        for measure in measures:
            amounts = _list_amounts(counties, kind, measure)
            is_partial = kind in ("last_year", "planned") and len(amounts) < len(
                _list_amounts(counties, "reported", measure)
            )
            if amounts and not is_partial:
                sums.setdefault(kind, {})[measure] = sum(amounts, Decimal(0))
    return _build_cells(sums, measures, CellStyle.TOTAL_FIGURE)


def _list_amounts(counties: Iterable[AmountsByKind], kind: str, measure: str) -> list[Decimal]:
    return [county[kind][measure] for county in counties if measure in county[kind]]


def _build_cells(amounts: AmountsByKind, measures: list[str], style: CellStyle) -> Iterator[Cell]:
    for measure in measures:
        last_year, planned, reported, reviewed = (amounts.get(kind, {}).get(measure) for kind in _SUMMED_KINDS)
        difference = None
        if reviewed is not None and last_year is not None:
            difference = reviewed - last_year
        for amount in (last_year, planned, reported, reviewed):
            yield build_figure_cell(amount, style, decimals=2)
        yield build_figure_cell(compute_rate(reviewed, planned), _PERCENT_STYLES[style], decimals=2)
        yield build_figure_cell(difference, style, decimals=2)
