"""How far a submission is against the plan, by measure and township."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from checks.report import Figure, Report
from contracts.plans import Measure, Plan

_WHOLE = Decimal(100)


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


def plot(measure: str, unit: str, amounts: Sequence[tuple[str, Decimal | None, Decimal | None]]) -> Plot:
    """Lay out amounts done and due by name, and their totals."""
    most = max([amount for _, *both in amounts for amount in both if amount is not None] or [Decimal(0)])
    done, due = (sum((one[at] or Decimal(0) for one in amounts), Decimal(0)) for at in (1, 2))
    return Plot(
        measure=measure,
        unit=unit,
        bars=tuple(_bar(name, done, due, most) for name, done, due in amounts),
        total=_bar("", done, due, max(done, due)),
    )


def done_by_township(report: Report, measure: str) -> dict[str, Decimal]:
    """Return what was done of a measure, by township."""
    return dict(_done(report.figures, measure))


def _plot(measure: Measure, done: dict[str, Decimal], year: int, unit: str) -> Plot:
    names = [*measure.townships, *(name for name in done if name not in measure.townships)]
    due = {name: measure.townships[name].get(year) for name in measure.townships}
    return plot(measure.name, unit, [(name, done.get(name), due.get(name)) for name in names])


def _done(figures: Sequence[Figure], measure: str) -> dict[str, Decimal]:
    """A form with columns of years holds targets; the first column of another form is what was done."""
    yearly = {one.form for one in figures if one.year is not None}
    found = [one for one in figures if one.measure == measure and one.form not in yearly and one.township]
    return dict(_of_column(found, (found[0].form, found[0].column))) if found else {}


def _of_column(figures: Sequence[Figure], column: tuple[str, str]) -> Iterator[tuple[str, Decimal]]:
    for one in figures:
        if (one.form, one.column) == column:
            yield one.township, Decimal(one.amount)


def _bar(name: str, done: Decimal | None, due: Decimal | None, most: Decimal) -> Bar:
    rate = "" if done is None or not due else f"{(_WHOLE * done / due).quantize(Decimal('0.1'))}%"
    shares = ((_WHOLE * (one or Decimal(0)) / most) if most > 0 else Decimal(0) for one in (done, due))
    done_share, due_share = (format(max(one, Decimal(0)).quantize(Decimal("0.01")), "f") for one in shares)
    texts = ("" if one is None else format(one, "f") for one in (done, due))
    return Bar(name, *texts, rate, done_share, due_share)
