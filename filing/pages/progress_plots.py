"""How far a submission is against the plan, by measure and township."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import Figure, Report
from contracts.plans import Measure, Plan

_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one township (or county) has done and what was due, None where nothing is known."""

    name: str
    done: Decimal | None
    due: Decimal | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One township (or county): what was done, what was due, and both as shares of the plot's width."""

    name: str
    done: str
    due: str
    rate: str
    done_share: str
    due_share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One measure."""

    measure: str
    unit: str
    bars: tuple[Bar, ...]
    total: Bar


def progress_of(report: Report, plan: Plan | None) -> tuple[Plot, ...]:
    """Return a plot for each measure of the plan of which something done was reported."""
    measures = plan.measures.values() if plan else ()
    found = ((one, _done(report.figures, one.id)) for one in measures)
    year = report.identity.year
    return tuple(_plot(one, done, year, plan.unit if plan else "") for one, done in found if done)


def plot(measure: str, unit: str, amounts: Sequence[Amounts]) -> Plot:
    """Lay out amounts done and due by name, and their totals, each column with the decimals of its finest amount."""
    known = [
        [one for one in column if one is not None] for column in ([a.done for a in amounts], [a.due for a in amounts])
    ]
    decimals = [max((_decimals(one) for one in column), default=0) for column in known]
    most = max([*known[0], *known[1], Decimal(0)])
    total = Amounts("", *(sum(column, Decimal(0)) for column in known))
    return Plot(
        measure=measure,
        unit=unit,
        bars=tuple(_bar(one, most, decimals) for one in amounts),
        total=_bar(total, max(total.done or Decimal(0), total.due or Decimal(0)), decimals),
    )


def done_by_township(report: Report, measure: str) -> dict[str, Decimal]:
    """Return what was done of a measure, by township."""
    return dict(_done(report.figures, measure))


def _plot(measure: Measure, done: dict[str, Decimal], year: int, unit: str) -> Plot:
    names = [*measure.townships, *(name for name in done if name not in measure.townships)]
    due = {name: measure.townships[name].get(year) for name in measure.townships}
    return plot(measure.name, unit, [Amounts(name, done.get(name), due.get(name)) for name in names])


def _done(figures: Sequence[Figure], measure: str) -> dict[str, Decimal]:
    """A form with columns of years holds targets; the first column of another form is what was done."""
    yearly = {one.form for one in figures if one.year is not None}
    found = [one for one in figures if one.measure == measure and one.form not in yearly and one.township]
    return dict(_of_column(found, (found[0].form, found[0].column))) if found else {}


def _of_column(figures: Sequence[Figure], column: tuple[str, str]) -> Iterator[tuple[str, Decimal]]:
    for one in figures:
        if (one.form, one.column) == column:
            yield one.township, Decimal(one.amount)


def _bar(one: Amounts, most: Decimal, decimals: Sequence[int]) -> Bar:
    done, due = one.done, one.due
    return Bar(
        name=one.name,
        done=_written(done, decimals[0]),
        due=_written(due, decimals[1]),
        rate="" if done is None or not due else f"{(_WHOLE * done / due).quantize(Decimal('0.1'))}%",
        done_share=_share(done, most),
        due_share=_share(due, most),
    )


def _written(amount: Decimal | None, decimals: int) -> str:
    return "" if amount is None else f"{amount:.{decimals}f}"


def _share(amount: Decimal | None, most: Decimal) -> str:
    share = _WHOLE * amount / most if amount is not None and most > 0 else Decimal(0)
    return f"{max(share, Decimal(0)):.2f}"


def _decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
