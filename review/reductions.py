"""The reviewed figures: the reported figures after a reviewer's reductions."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport
from review.county_state import CountyState, Reduction


def apply_reductions(report: ValidationReport, county_state: CountyState) -> ValidationReport:
    """Return the report with its reviewed figures; a reduction of a township also lowers the total row."""
    figures = report.figures
    for reduction in county_state.reductions:
        if reduction.sha256 == county_state.newest_sha256:
            figures = _apply_reduction(figures, reduction)
    if figures is report.figures:
        return report
    return replace(report, figures=figures)


def _apply_reduction(figures: tuple[ReportedFigure, ...], reduction: Reduction) -> tuple[ReportedFigure, ...]:
    target = _find_figure(figures, reduction)
    if target is None:
        return figures
    difference = Decimal(target.amount) - Decimal(reduction.after)
    reduced: list[ReportedFigure] = []
    for figure in figures:
        if figure is target:
            reduced.append(replace(figure, amount=reduction.after))
        elif _is_total_of(figure, target):
            reduced.append(replace(figure, amount=str(Decimal(figure.amount) - difference)))
        else:
            reduced.append(figure)
    return tuple(reduced)


def _find_figure(figures: Iterable[ReportedFigure], reduction: Reduction) -> ReportedFigure | None:
    for figure in figures:
        if (figure.sheet, figure.cell) == (reduction.sheet, reduction.cell):
            return figure
    return None


def _is_total_of(figure: ReportedFigure, part: ReportedFigure) -> bool:
    return (
        not figure.township
        and not figure.project
        and (figure.form, figure.sheet, figure.column, figure.year)
        == (
            part.form,
            part.sheet,
            part.column,
            part.year,
        )
    )
