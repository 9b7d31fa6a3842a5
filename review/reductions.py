"""The reviewed figures: what was reported, less what a reviewer set lower."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport
from review.county_state import CountyState, Reduction


def apply_reductions(report: ValidationReport, county_state: CountyState) -> ValidationReport:
    """Return the report with its figures as they were reviewed; the total row goes down with its townships."""
    sha256 = county_state.newest_version.sha256 if county_state.newest_version else ""
    figures = report.figures
    for one in county_state.reductions:
        if one.sha256 == sha256:
            figures = tuple(_apply_reduction(figures, one))
    return report if figures is report.figures else replace(report, figures=figures)


def _apply_reduction(figures: Iterable[ReportedFigure], reduction: Reduction) -> Iterable[ReportedFigure]:
    listed = tuple(figures)
    hit = next((one for one in listed if (one.sheet, one.cell) == (reduction.sheet, reduction.cell)), None)
    if hit is None:
        return listed
    less = Decimal(hit.amount) - Decimal(reduction.after)
    return (
        replace(one, amount=reduction.after)
        if one is hit
        else replace(one, amount=str(Decimal(one.amount) - less))
        if _is_total_of(one, hit)
        else one
        for one in listed
    )


def _is_total_of(figure: ReportedFigure, part: ReportedFigure) -> bool:
    return not figure.township and (figure.form, figure.sheet, figure.column, figure.year) == (
        part.form,
        part.sheet,
        part.column,
        part.year,
    )
