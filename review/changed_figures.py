"""Which figures moved from one version of a submission to another."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """One figure: where it stands in the newer version (in the older one, where it is gone), before and after."""

    location: str
    before: str
    after: str


def find_changed_figures(before: ValidationReport, after: ValidationReport | None) -> Iterator[ChangedFigure]:
    """Give the figures that are new, other than they were, or gone; amounts as written, empty where there is none."""
    old = {_build_figure_key(one): one for one in before.figures}
    new = {_build_figure_key(one): one for one in after.figures} if after else {}
    for what, one in new.items():
        was = old.get(what)
        if was is None or Decimal(was.amount) != Decimal(one.amount):
            yield ChangedFigure(_format_location(one), was.amount if was else "", one.amount)
    for what, one in old.items():
        if after is not None and what not in new:
            yield ChangedFigure(_format_location(one), one.amount, "")


def _build_figure_key(figure: ReportedFigure) -> tuple[object, ...]:
    return figure.form, figure.township, figure.column, figure.year


def _format_location(figure: ReportedFigure) -> str:
    return f"{figure.sheet}!{figure.cell}"
