"""The figures of a review workbook: last year's, reported, reviewed and the difference, by measure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport
from filing.book.cell_builders import build_figure_cell
from filing.book.workbook_model import Cell, CellStyle
from filing.context.review_context import ReviewContext, ReviewedCounty

FIGURE_KINDS = ("last_year", "reported", "reviewed", "difference")
AmountsByKind = Mapping[str, Mapping[str, Decimal]]  # by kind of figure, then by measure


def list_measures(context: ReviewContext) -> list[str]:
    """Return the measures that any county reports, in the order met."""
    return list(dict.fromkeys(name for one in context.counties for name in sum_done_by_measure(one.report)))


def sum_done_by_measure(report: ValidationReport | None) -> dict[str, Decimal]:
    """Return what a county reports to have done in the year, by measure: the sum of its townships."""
    found: dict[str, Decimal] = {}
    columns: dict[str, tuple[str, str]] = {}
    for one in _select_done_figures(report):
        if columns.setdefault(one.measure, (one.form, one.column)) == (one.form, one.column):
            found[one.measure] = found.get(one.measure, Decimal(0)) + Decimal(one.amount)
    return found


def _select_done_figures(report: ValidationReport | None) -> Iterator[ReportedFigure]:
    return (one for one in (report.figures if report else ()) if one.measure and one.year is None and one.township)


def _sum_amounts(county: ReviewedCounty) -> AmountsByKind:
    reports = {"last_year": county.last_year_report, "reported": county.report, "reviewed": county.reviewed_report}
    return {name: sum_done_by_measure(report) for name, report in reports.items()}


def build_figure_cells(county: ReviewedCounty, measures: list[str]) -> Iterator[Cell]:
    """Return the cells of one county."""
    return _build_cells(_sum_amounts(county), measures, CellStyle.FIGURE)


def build_total_cells(context: ReviewContext, measures: list[str]) -> Iterator[Cell]:
    """Give the sums over the counties; a difference only where every county that reports has a year before."""
    listed = [_sum_amounts(one) for one in context.counties]
    sums: dict[str, dict[str, Decimal]] = {}
    for name in FIGURE_KINDS[:-1]:
        for measure in measures:
            found = [one[name][measure] for one in listed if measure in one[name]]
            partly = name == "last_year" and len(found) < sum(measure in one["reported"] for one in listed)
            if found and not partly:
                sums.setdefault(name, {})[measure] = sum(found, Decimal(0))
    return _build_cells(sums, measures, CellStyle.TOTAL_FIGURE)


def _build_cells(amounts: AmountsByKind, measures: list[str], style: CellStyle) -> Iterator[Cell]:
    for measure in measures:
        last, reported, now = (amounts.get(name, {}).get(measure) for name in FIGURE_KINDS[:-1])
        difference = None if now is None or last is None else now - last
        for amount in (last, reported, now, difference):
            yield build_figure_cell(amount, style, decimals=2)
