"""How far a submission is against the plan, by measure and township."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport
from contracts.plans import Measure, Plan

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class ProgressAmounts:
    """What one township (or county) has done and what was due, None where nothing is known."""

    name: str
    done: Decimal | None
    due: Decimal | None


@dataclass(frozen=True, slots=True)
class ProgressBar:
    """One township (or county): what was done, what was due, and both as shares of the plot's width."""

    name: str
    done: str
    due: str
    rate: str
    done_share: str
    due_share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPlot:
    """One measure."""

    measure: str
    unit: str
    bars: tuple[ProgressBar, ...]
    total: ProgressBar


def build_progress_plots(report: ValidationReport, plan: Plan | None) -> tuple[ProgressPlot, ...]:
    """Return a plot for each measure of the plan of which something done was reported."""
    measures = plan.measures.values() if plan else ()
    found = ((one, _select_done(report.figures, one.id)) for one in measures)
    year = report.identity.year
    return tuple(_build_measure_plot(one, done, year, plan.unit if plan else "") for one, done in found if done)


def build_plot(measure: str, unit: str, rows: Sequence[ProgressAmounts]) -> ProgressPlot:
    """Lay out amounts done and due by name, and their totals, each column with the decimals of its finest amount."""
    known = [[one for one in column if one is not None] for column in ([a.done for a in rows], [a.due for a in rows])]
    decimals = [max((_count_decimals(one) for one in column), default=0) for column in known]
    most = max([*known[0], *known[1], Decimal(0)])
    total = ProgressAmounts("", *(sum(column, Decimal(0)) for column in known))
    return ProgressPlot(
        measure=measure,
        unit=unit,
        bars=tuple(_build_bar(one, most, decimals) for one in rows),
        total=_build_bar(total, max(total.done or Decimal(0), total.due or Decimal(0)), decimals),
    )


def get_done_by_township(report: ValidationReport, measure: str) -> dict[str, Decimal]:
    """Return what was done of a measure, by township."""
    return dict(_select_done(report.figures, measure))


def _build_measure_plot(measure: Measure, done: dict[str, Decimal], year: int, unit: str) -> ProgressPlot:
    names = [*measure.townships, *(name for name in done if name not in measure.townships)]
    due = {name: measure.townships[name].get(year) for name in measure.townships}
    return build_plot(measure.name, unit, [ProgressAmounts(name, done.get(name), due.get(name)) for name in names])


def _select_done(figures: Sequence[ReportedFigure], measure: str) -> dict[str, Decimal]:
    """A form with columns of years holds targets; the first column of another form is what was done."""
    yearly = {one.form for one in figures if one.year is not None}
    found = [one for one in figures if one.measure == measure and one.form not in yearly and one.township]
    return dict(_select_column(found, (found[0].form, found[0].column))) if found else {}


def _select_column(figures: Sequence[ReportedFigure], column: tuple[str, str]) -> Iterator[tuple[str, Decimal]]:
    for one in figures:
        if (one.form, one.column) == column:
            yield one.township, Decimal(one.amount)


def _build_bar(row: ProgressAmounts, max_amount: Decimal, decimals: Sequence[int]) -> ProgressBar:
    done, due = row.done, row.due
    return ProgressBar(
        name=row.name,
        done=_format_amount(done, decimals[0]),
        due=_format_amount(due, decimals[1]),
        rate="" if done is None or not due else f"{(_PERCENT * done / due).quantize(Decimal('0.1'))}%",
        done_share=_format_share(done, max_amount),
        due_share=_format_share(due, max_amount),
    )


def _format_amount(amount: Decimal | None, decimals: int) -> str:
    return "" if amount is None else f"{amount:.{decimals}f}"


def _format_share(amount: Decimal | None, max_amount: Decimal) -> str:
    share = _PERCENT * amount / max_amount if amount is not None and max_amount > 0 else Decimal(0)
    return f"{max(share, Decimal(0)):.2f}"


def _count_decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
