"""The figures of a review workbook: last year's, reported, reviewed and the difference, by measure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from checks.model.report import Figure, Report
from filing.book.cell_builders import figure
from filing.book.workbook_model import Cell, Look
from filing.context.review_context import Reviewed, ReviewScene

FIGURES = ("last_year", "reported", "reviewed", "difference")
Amounts = Mapping[str, Mapping[str, Decimal]]  # by kind of figure, then by measure


def measures_of(scene: ReviewScene) -> list[str]:
    """Return the measures that any county reports, in the order met."""
    return list(dict.fromkeys(name for one in scene.counties for name in done_by_measure(one.report)))


def done_by_measure(report: Report | None) -> dict[str, Decimal]:
    """Return what a county reports to have done in the year, by measure: the sum of its townships."""
    found: dict[str, Decimal] = {}
    columns: dict[str, tuple[str, str]] = {}
    for one in _done(report):
        if columns.setdefault(one.measure, (one.form, one.column)) == (one.form, one.column):
            found[one.measure] = found.get(one.measure, Decimal(0)) + Decimal(one.amount)
    return found


def _done(report: Report | None) -> Iterator[Figure]:
    return (one for one in (report.figures if report else ()) if one.measure and one.year is None and one.township)


def _amounts(one: Reviewed) -> Amounts:
    reports = {"last_year": one.last_year, "reported": one.report, "reviewed": one.reviewed}
    return {name: done_by_measure(report) for name, report in reports.items()}


def figure_cells(one: Reviewed, measures: list[str]) -> Iterator[Cell]:
    """Return the cells of one county."""
    return _cells_of(_amounts(one), measures, Look.FIGURE)


def total_cells(scene: ReviewScene, measures: list[str]) -> Iterator[Cell]:
    """Give the sums over the counties; a difference only where every county that reports has a year before."""
    listed = [_amounts(one) for one in scene.counties]
    sums: dict[str, dict[str, Decimal]] = {}
    for name in FIGURES[:-1]:
        for measure in measures:
            found = [one[name][measure] for one in listed if measure in one[name]]
            partly = name == "last_year" and len(found) < sum(measure in one["reported"] for one in listed)
            if found and not partly:
                sums.setdefault(name, {})[measure] = sum(found, Decimal(0))
    return _cells_of(sums, measures, Look.TOTAL_FIGURE)


def _cells_of(amounts: Amounts, measures: list[str], look: Look) -> Iterator[Cell]:
    for measure in measures:
        last, reported, now = (amounts.get(name, {}).get(measure) for name in FIGURES[:-1])
        difference = None if now is None or last is None else now - last
        for amount in (last, reported, now, difference):
            yield figure(amount, look, decimals=2)
