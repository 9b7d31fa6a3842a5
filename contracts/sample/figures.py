"""The plots of a sample county: areas that convert to mu without rounding, so that every sum is exact."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from contracts.registers import County

MAX_TOWNSHIPS = 4
AREA_STEP = 20  # 20 m² are exactly 0.03 mu, so nothing is rounded
ZERO = Decimal(0)
# Share of field banks in the area of a plot; 400 m² times each of them is a multiple of 20 m².
BANK_RATIOS = ("0", "0.05", "0.1")
FARMLAND_CLASSES = ("0101", "0102", "0103")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTownship:
    """One project in one township: a row of the summary."""

    project: str
    code: str
    name: str

    @property
    def sub_project(self) -> str:
        """The number of the only sub-project in this township."""
        return f"{self.project}-{self.code[-3:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlot:
    """One plot; areas in square metres. *is_inside_project* tells whether it lies in the project's own area."""

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
        """The area of the field banks, which is deducted."""
        return self.gross_area * self.bank_ratio

    @property
    def net_area(self) -> Decimal:
        """The area that counts: without the field banks."""
        return self.gross_area - self.bank_area


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything that one sample county reports for a year; *before* is the year before it, None in the first."""

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
        if self.before is None:
            return self.year
        return self.before.first_year

    @property
    def townships_by_project(self) -> dict[str, list[SampleTownship]]:
        """The townships of each project, by project number."""
        townships_by_project: dict[str, list[SampleTownship]] = {}
        for township in self.townships:
            townships_by_project.setdefault(township.project, []).append(township)
        return townships_by_project


def draw_sample(county: County, year: int, *, plot_count: int, seed: int) -> Sample:
    """Make up the figures of a county and year; the same seed gives the same figures."""
    random = Random(f"{seed}:{year}:{county.code}")  # noqa: S311 - figures for practice, not secrets
    townships = tuple(_draw_townships(county, year, random))
    supplemented_count = max(len(townships), plot_count // 10)
    taken_out_count = max(len(townships), plot_count // 20)
    return Sample(
        county=county,
        year=year,
        townships=townships,
        added=tuple(_draw_added_plots(townships, plot_count, random)),
        supplemented=tuple(_draw_supplemented_plots(townships, supplemented_count, random)),
        taken_out=tuple(_draw_taken_out_plots(townships, taken_out_count, random)),
        random=random,
    )


def draw_next_year(before: Sample, *, seed: int) -> Sample:
    """Make up the year after: new plots in the same townships, with slightly smaller areas.

    They are smaller because the targets are three times the first year, and only slightly smaller because a large
    change between years would need an explanation. The basic farmland taken out drops to a quarter in the second year,
    to stay within the limit on adjustments over all years.
    """
    random = Random(f"{seed}:{before.year + 1}:{before.county.code}")  # noqa: S311 - as above
    taken_out_divisor = 4 if before.before is None else 1
    return replace(
        before,
        year=before.year + 1,
        before=before,
        added=_reduce_plots(before.added, random),
        supplemented=_reduce_plots(before.supplemented, random),
        taken_out=_reduce_plots(before.taken_out, random, taken_out_divisor),
        random=random,
    )


def _reduce_plots(plots: Iterable[SamplePlot], random: Random, divisor: int = 1) -> tuple[SamplePlot, ...]:
    return tuple(_reduce_plot(plot, random, divisor) for plot in plots)


def _reduce_plot(plot: SamplePlot, random: Random, divisor: int) -> SamplePlot:
    """Divide a plot's area by *divisor* and take up to a tenth off, in steps that convert to mu without rounding."""
    step = AREA_STEP
    if plot.bank_ratio:
        step *= AREA_STEP
    steps = int(plot.gross_area) // step // divisor
    return replace(plot, gross_area=Decimal(step * max(1, steps - random.randint(0, steps // 10))))


def _draw_townships(county: County, year: int, random: Random) -> Iterator[SampleTownship]:
    """Yield the townships of two projects that share one township; a county with one township has one project."""
    count = min(MAX_TOWNSHIPS, len(county.townships))
    towns = sorted(random.sample(sorted(county.townships.items()), count))
    for code, name in towns[1:] or towns:
        yield SampleTownship(project=f"{county.code}{year}0001", code=code, name=name)
    if len(towns) > 1:
        for code, name in towns[:2]:
            yield SampleTownship(project=f"{county.code}{year}0002", code=code, name=name)


def _draw_added_plots(townships: tuple[SampleTownship, ...], count: int, random: Random) -> Iterator[SamplePlot]:
    for number in range(1, count + 1):
        ratio = random.choice(BANK_RATIOS)
        yield SamplePlot(
            township=townships[number % len(townships)],
            number=number,
            gross_area=_draw_gross_area(ratio, random),
            bank_ratio=Decimal(ratio),
            land_class=random.choice(FARMLAND_CLASSES),
            slope=random.randint(1, 4),
            grade=random.randint(7, 11),
        )


def _draw_gross_area(bank_ratio: str, random: Random) -> Decimal:
    if bank_ratio == "0":
        return Decimal(AREA_STEP * random.randint(50, 5000))
    return Decimal(AREA_STEP * AREA_STEP * random.randint(3, 250))


def _draw_supplemented_plots(townships: tuple[SampleTownship, ...], count: int, random: Random) -> Iterator[SamplePlot]:
    """Yield plots of better land than is taken out, and at least twice the area; the last lies outside the project."""
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
    """Convert square metres to mu, rounded to two decimals."""
    return round_to_hundredths(area * 15 / 10000)


def round_to_hundredths(amount: Decimal) -> Decimal:
    """Round an amount half up to two decimals."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def compute_percentage(part: Decimal, whole: Decimal) -> Decimal:
    """Return *part* as a percentage of *whole*, rounded to two decimals; 0 if *whole* is 0."""
    if not whole:
        return ZERO
    return round_to_hundredths(part * 100 / whole)


def sum_net_mu(plots: Iterable[SamplePlot]) -> Decimal:
    """Return the net area of all plots in mu."""
    return convert_to_mu(sum((plot.net_area for plot in plots), ZERO))


def sum_mu_by_township(plots: Iterable[SamplePlot]) -> Mapping[SampleTownship, Mapping[str, Decimal]]:
    """Return the net areas of each township in mu.

    The keys are ``all``, the land classes, and ``inside`` and ``outside`` of the project's own area.
    """
    areas_by_township: dict[SampleTownship, dict[str, Decimal]] = {}
    for plot in plots:
        areas = areas_by_township.setdefault(plot.township, {})
        location = "inside" if plot.is_inside_project else "outside"
        for key in ("all", plot.land_class, location):
            areas[key] = areas.get(key, ZERO) + plot.net_area
    return {township: _convert_areas_to_mu(areas) for township, areas in areas_by_township.items()}


def _convert_areas_to_mu(areas: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {key: convert_to_mu(area) for key, area in areas.items()}
