"""The progress of a submission against the plan, by measure and township."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import ReportedFigure, ValidationReport
from contracts.plans import Measure, Plan

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class ProgressAmounts:
    """The amounts done and due of one township (or county); None if an amount is not known."""

    name: str
    done: Decimal | None
    due: Decimal | None


@dataclass(frozen=True, slots=True)
class ProgressBar:
    """One township (or county): the amounts done and due, and their shares of the plot's width in per cent."""

    name: str
    done: str
    due: str
    rate: str
    done_share: str
    due_share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPlot:
    """The plot of one measure."""

    measure: str
    unit: str
    bars: tuple[ProgressBar, ...]
    total: ProgressBar


def build_progress_plots(report: ValidationReport, plan: Plan | None) -> tuple[ProgressPlot, ...]:
    """Return a plot for each measure of the plan that the report has done amounts for."""
    if plan is None:
        return ()
    plots: list[ProgressPlot] = []
    for measure in plan.measures.values():
        done_by_township = _select_done(report.figures, measure.id)
        if done_by_township:
            plots.append(_build_measure_plot(measure, done_by_township, report.identity.year, plan.unit))
    return tuple(plots)


def build_plot(measure: str, unit: str, rows: Sequence[ProgressAmounts]) -> ProgressPlot:
    """Return the plot of the amounts done and due, with their totals.

    All amounts of a column have as many decimals as its most precise amount.
    """
    done_amounts = [row.done for row in rows if row.done is not None]
    due_amounts = [row.due for row in rows if row.due is not None]
    decimals = (_find_max_decimals(done_amounts), _find_max_decimals(due_amounts))
    max_amount = max([*done_amounts, *due_amounts, Decimal(0)])
    total_done, total_due = sum(done_amounts, Decimal(0)), sum(due_amounts, Decimal(0))
    total = ProgressAmounts("", total_done, total_due)
    return ProgressPlot(
        measure=measure,
        unit=unit,
        bars=tuple(_build_bar(row, max_amount, decimals) for row in rows),
        total=_build_bar(total, max(total_done, total_due), decimals),
    )


def get_done_by_township(report: ValidationReport, measure: str) -> dict[str, Decimal]:
    """Return the amounts done of a measure, by township."""
    return dict(_select_done(report.figures, measure))


def _build_measure_plot(measure: Measure, done_by_township: dict[str, Decimal], year: int, unit: str) -> ProgressPlot:
    rows: list[ProgressAmounts] = []
    for township in dict.fromkeys([*measure.townships, *done_by_township]):
        target = measure.townships.get(township, {}).get(year)
        rows.append(ProgressAmounts(township, done_by_township.get(township), target))
    return build_plot(measure.name, unit, rows)


def _select_done(figures: Sequence[ReportedFigure], measure: str) -> dict[str, Decimal]:
    """Return the amounts done by township: the first column of the measure in a form without columns of years.

    A form with columns of years has targets.
    """
    target_forms = {figure.form for figure in figures if figure.year is not None}
    amounts: dict[str, Decimal] = {}
    done_column = None
    for figure in figures:
        if figure.measure != measure or figure.form in target_forms or not figure.township:
            continue
        column = (figure.form, figure.column)
        done_column = done_column or column
        if column == done_column:
            # A township may have a row for each of its projects.
            amounts[figure.township] = amounts.get(figure.township, Decimal(0)) + Decimal(figure.amount)
    return amounts


def _build_bar(row: ProgressAmounts, max_amount: Decimal, decimals: Sequence[int]) -> ProgressBar:
    return ProgressBar(
        name=row.name,
        done=_format_amount(row.done, decimals[0]),
        due=_format_amount(row.due, decimals[1]),
        rate=_format_rate(row.done, row.due),
        done_share=_format_share(row.done, max_amount),
        due_share=_format_share(row.due, max_amount),
    )


def _format_rate(done: Decimal | None, due: Decimal | None) -> str:
    if done is None or not due:
        return ""
    return f"{(_PERCENT * done / due).quantize(Decimal('0.1'))}%"


def _format_amount(amount: Decimal | None, decimals: int) -> str:
    if amount is None:
        return ""
    return f"{amount:.{decimals}f}"


def _format_share(amount: Decimal | None, max_amount: Decimal) -> str:
    share = Decimal(0)
    if amount is not None and max_amount > 0:
        share = _PERCENT * amount / max_amount
    return f"{max(share, Decimal(0)):.2f}"


def _find_max_decimals(amounts: Sequence[Decimal]) -> int:
    return max(map(_count_decimals, amounts), default=0)


def _count_decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        return 0
    return max(0, -exponent)
