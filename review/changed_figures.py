"""The figures that changed from one version of a submission to another."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """A figure before and after, with its location in the newer version, or in the older one if it was removed."""

    location: str
    before: str
    after: str


def find_changed_figures(before: ValidationReport, after: ValidationReport | None) -> Iterator[ChangedFigure]:
    """Yield the figures that were added, changed or removed; a missing amount is empty.

    If *after* is None, nothing is compared and nothing is yielded.
    """
    if after is None:
        return
    old_figures = _index_figures(before.figures)
    new_figures = _index_figures(after.figures)
    for key, figure in new_figures.items():
        previous = old_figures.get(key)
        if previous is None:
            yield ChangedFigure(_format_location(figure), "", figure.amount)
        elif Decimal(previous.amount) != Decimal(figure.amount):
            yield ChangedFigure(_format_location(figure), previous.amount, figure.amount)
    for key, figure in old_figures.items():
        if key not in new_figures:
            yield ChangedFigure(_format_location(figure), figure.amount, "")


def _index_figures(figures: Iterable[ReportedFigure]) -> dict[tuple[object, ...], ReportedFigure]:
    """Return the figures by what they are about; of figures about the same thing, each keeps its place among them."""
    counts: Counter[tuple[object, ...]] = Counter()
    figures_by_key: dict[tuple[object, ...], ReportedFigure] = {}
    for figure in figures:
        key = _build_figure_key(figure)
        figures_by_key[*key, counts[key]] = figure
        counts[key] += 1
    return figures_by_key


def _build_figure_key(figure: ReportedFigure) -> tuple[object, ...]:
    return figure.form, figure.project, figure.township, figure.column, figure.year


def _format_location(figure: ReportedFigure) -> str:
    return f"{figure.sheet}!{figure.cell}"
