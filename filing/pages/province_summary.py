"""One page for the head of the province: the result, the rank of the counties, and the trend over the years."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.messages import Messages
from filing.pages.progress_plots import ProgressAmounts, ProgressPlot, build_plot

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCounty:
    """One county: its place by the rate (empty without one), its amounts and rate as texts, and its state."""

    place: str
    name: str
    planned: str
    done: str
    rate: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureSummary:
    """One measure: the total, the counties by rank, and a plot with a bar for each year."""

    name: str
    unit: str
    planned: str
    done: str
    rate: str
    counties: tuple[RankedCounty, ...]
    total: int
    trend: ProgressPlot


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceSummary:
    """The page: title, day, the counts of the board and the measures; *head* is the digest of the ledger's entry."""

    title: str
    as_of: str
    head: str
    tally: tuple[tuple[str, int], ...]
    measures: tuple[MeasureSummary, ...]
    board: str = ""


@dataclass(frozen=True, slots=True)
class CountyAmounts:
    """A county's amounts of one measure in the year; None if an amount is not known."""

    name: str
    state: str
    planned: Decimal | None
    done: Decimal | None

    @property
    def rate(self) -> Decimal | None:
        """The share of the plan that is done, None without a plan or an amount."""
        if self.done is None or not self.planned:
            return None
        return self.done / self.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureAmounts:
    """The amounts of one measure: by county in the year, and by year as filed, each with its plan."""

    name: str
    unit: str
    counties: Sequence[CountyAmounts]
    years: Sequence[tuple[int, Decimal | None, Decimal | None]]


def summarise_measure(amounts: MeasureAmounts, messages: Messages, *, max_rows: int) -> MeasureSummary:
    """Return the summary of a measure; at most *max_rows* counties are listed, the highest rates first."""
    ranked = sorted(amounts.counties, key=_sort_by_rate)
    planned = sum((county.planned for county in ranked if county.planned is not None), Decimal(0))
    done = sum((county.done for county in ranked if county.done is not None), Decimal(0))
    total = CountyAmounts("", "", planned, done)
    bars = [
        ProgressAmounts(messages("filing.year", year=year), year_done, year_planned)
        for year, year_planned, year_done in amounts.years
    ]
    return MeasureSummary(
        name=amounts.name,
        unit=amounts.unit,
        planned=_format_amount(planned),
        done=_format_amount(done),
        rate=_format_rate(total.rate),
        counties=tuple(_rank_counties(ranked[:max_rows])),
        total=len(ranked),
        trend=build_plot(amounts.name, amounts.unit, bars),
    )


def _sort_by_rate(county: CountyAmounts) -> tuple[bool, Decimal, str]:
    rate = county.rate
    return rate is None, -(rate or Decimal(0)), county.name


def _rank_counties(counties: Sequence[CountyAmounts]) -> Iterator[RankedCounty]:
    """Yield the counties with their places; counties with the same rate share a place."""
    place, previous_rate = 0, None
    for number, county in enumerate(counties, start=1):
        if county.rate != previous_rate:
            place = number
        previous_rate = county.rate
        yield RankedCounty(
            place=str(place) if county.rate is not None else "",
            name=county.name,
            planned=_format_amount(county.planned),
            done=_format_amount(county.done),
            rate=_format_rate(county.rate),
            state=county.state,
        )


def _format_amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"


def _format_rate(rate: Decimal | None) -> str:
    return "" if rate is None else f"{_PERCENT * rate:.1f}%"
