"""The reviewed figures: what was reported, less what a reviewer set lower."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from checks.model.report import Figure, Report
from review.county_state import Reduction, Standing


def reviewed(report: Report, standing: Standing) -> Report:
    """Return the report with its figures as they were reviewed; the total row goes down with its townships."""
    sha256 = standing.newest.sha256 if standing.newest else ""
    figures = report.figures
    for one in standing.reductions:
        if one.sha256 == sha256:
            figures = tuple(_reduced(figures, one))
    return report if figures is report.figures else replace(report, figures=figures)


def _reduced(figures: Iterable[Figure], reduction: Reduction) -> Iterable[Figure]:
    listed = tuple(figures)
    hit = next((one for one in listed if (one.sheet, one.cell) == (reduction.sheet, reduction.cell)), None)
    if hit is None:
        return listed
    less = Decimal(hit.amount) - Decimal(reduction.after)
    return (
        replace(one, amount=reduction.after)
        if one is hit
        else replace(one, amount=str(Decimal(one.amount) - less))
        if _totals(one, hit)
        else one
        for one in listed
    )


def _totals(one: Figure, part: Figure) -> bool:
    return not one.township and (one.form, one.sheet, one.column, one.year) == (
        part.form,
        part.sheet,
        part.column,
        part.year,
    )
