"""What a made-up county reports: areas that convert without a remainder, so that every sum holds exactly."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from contracts.registers import County

MAX_TOWNSHIPS = 4
AREA_STEP = 20  # 20 m² are exactly 0.03 mu: no rounding anywhere
ZERO = Decimal(0)
BANK_RATIOS = ("0", "0.05", "0.1")  # of field banks; 400 m² times each is a multiple of 20 m²
FARMLAND_CLASSES = ("0101", "0102", "0103")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTownship:
    """One project in one township: a row of the summary."""

    project: str
    code: str
    name: str

    @property
    def sub_project(self) -> str:
        """The number of the one sub-project that works here."""
        return f"{self.project}-{self.code[-3:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlot:
    """One plot; areas in square metres. *inside* tells whether it lies in the project's own area."""

    township: SampleTownship
    number: int
    gross_area: Decimal
    bank_ratio: Decimal
    land_class: str
    slope: int
    grade: int
    is_inside_project: bool = True

    @property
    def bank_area(self) -> Decimal:
        """The field banks' part."""
        return self.gross_area * self.bank_ratio

    @property
    def net_area(self) -> Decimal:
        """What counts."""
        return self.gross_area - self.bank_area


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything that one made-up county reports for a year; *before* is its year before, none in the first."""

    county: County
    year: int
    before: "Sample | None" = None
    townships: tuple[SampleTownship, ...]
    added: tuple[SamplePlot, ...]
    supplemented: tuple[SamplePlot, ...]
    taken_out: tuple[SamplePlot, ...]
    random: Random

    @property
    def first_year(self) -> int:
        """The year in which the projects began."""
        return self.before.first_year if self.before else self.year

    @property
    def townships_by_project(self) -> dict[str, list[SampleTownship]]:
        """The places of each project."""
        found: dict[str, list[SampleTownship]] = {}
        for one in self.townships:
            found.setdefault(one.project, []).append(one)
        return found


def draw_sample(county: County, year: int, *, plot_count: int, seed: int) -> Sample:
    """Make up a county's year: the same seed gives the same figures."""
    random = Random(f"{seed}:{year}:{county.code}")  # noqa: S311 - figures for practice, not secrets
    places = tuple(_draw_townships(county, year, random))
    return Sample(
        county=county,
        year=year,
        townships=places,
        added=tuple(_draw_added_plots(places, plot_count, random)),
        supplemented=tuple(_draw_supplemented_plots(places, max(len(places), plot_count // 10), random)),
        taken_out=tuple(_draw_taken_out_plots(places, max(len(places), plot_count // 20), random)),
        random=random,
    )


def draw_next_year(before: Sample, *, seed: int) -> Sample:
    """Make up the year after: other plots in the same places, in all a little less than the year before.

    Less, so that the plan of three first years is not outrun; a little, so that no change between years asks for an
    explanation. Of basic farmland a quarter is taken out, so that the limit on adjustments holds over all years.
    """
    random = Random(f"{seed}:{before.year + 1}:{before.county.code}")  # noqa: S311 - as above
    return replace(
        before,
        year=before.year + 1,
        before=before,
        added=tuple(_reduce_plot(one, random) for one in before.added),
        supplemented=tuple(_reduce_plot(one, random) for one in before.supplemented),
        taken_out=tuple(
            _reduce_plot(one, random, divisor=4 if before.before is None else 1) for one in before.taken_out
        ),
        random=random,
    )


def _reduce_plot(plot: SamplePlot, random: Random, divisor: int = 1) -> SamplePlot:
    """Take up to a tenth off a plot's area, in steps that convert without a remainder."""
    step = AREA_STEP * AREA_STEP if plot.bank_ratio else AREA_STEP
    steps = int(plot.gross_area) // step // divisor
    return replace(plot, gross_area=Decimal(step * max(1, steps - random.randint(0, steps // 10))))


def _draw_townships(county: County, year: int, random: Random) -> Iterator[SampleTownship]:
    towns = sorted(random.sample(sorted(county.townships.items()), min(MAX_TOWNSHIPS, len(county.townships))))
    yield from (
        SampleTownship(project=f"{county.code}{year}0001", code=code, name=name) for code, name in towns[1:] or towns
    )
    if len(towns) > 1:
        yield from (
            SampleTownship(project=f"{county.code}{year}0002", code=code, name=name) for code, name in towns[:2]
        )


def _draw_added_plots(townships: tuple[SampleTownship, ...], count: int, random: Random) -> Iterator[SamplePlot]:
    for number in range(1, count + 1):
        ratio = random.choice(BANK_RATIOS)
        gross = AREA_STEP * AREA_STEP * random.randint(3, 250) if ratio != "0" else AREA_STEP * random.randint(50, 5000)
        yield SamplePlot(
            township=townships[number % len(townships)],
            number=number,
            gross_area=Decimal(gross),
            bank_ratio=Decimal(ratio),
            land_class=random.choice(FARMLAND_CLASSES),
            slope=random.randint(1, 4),
            grade=random.randint(7, 11),
        )


def _draw_supplemented_plots(townships: tuple[SampleTownship, ...], count: int, random: Random) -> Iterator[SamplePlot]:
    """Better than what is taken out, and at least twice as much; the last lies outside the project."""
    for number in range(1, count + 1):
        yield SamplePlot(
            township=townships[number % len(townships)],
            number=number,
            gross_area=Decimal(AREA_STEP * random.randint(300, 1500)),
            bank_ratio=ZERO,
            land_class=random.choice(FARMLAND_CLASSES),
            slope=random.randint(1, 2),
            grade=random.randint(6, 8),
            is_inside_project=number < count,
        )


def _draw_taken_out_plots(townships: tuple[SampleTownship, ...], count: int, random: Random) -> Iterator[SamplePlot]:
    for number in range(1, count + 1):
        yield SamplePlot(
            township=townships[number % len(townships)],
            number=number,
            gross_area=Decimal(AREA_STEP * random.randint(20, 150)),
            bank_ratio=ZERO,
            land_class=random.choice(FARMLAND_CLASSES),
            slope=random.randint(3, 4),
            grade=random.randint(10, 12),
        )


def convert_to_mu(area: Decimal) -> Decimal:
    """Return square metres as mu."""
    return round_to_hundredths(area * 15 / 10000)


def round_to_hundredths(amount: Decimal) -> Decimal:
    """Return an amount with two decimals."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def compute_percentage(part: Decimal, whole: Decimal) -> Decimal:
    """Return a percentage with two decimals."""
    return round_to_hundredths(part * 100 / whole) if whole else ZERO


def sum_mu_by_township(plots: Iterable[SamplePlot]) -> Mapping[SampleTownship, Mapping[str, Decimal]]:
    """Return the mu of each place: in all, by land class, and inside or outside of the project's area."""
    found: dict[SampleTownship, dict[str, Decimal]] = {}
    for one in plots:
        place = found.setdefault(one.township, {})
        for key in ("all", one.land_class, "inside" if one.is_inside_project else "outside"):
            place[key] = place.get(key, ZERO) + one.net_area
    return {place: {key: convert_to_mu(area) for key, area in parts.items()} for place, parts in found.items()}
