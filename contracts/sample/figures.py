"""What a made-up county reports: areas that convert without a remainder, so that every sum holds exactly."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from contracts.registers import County

MOST_TOWNSHIPS = 4
EVEN = 20  # 20 m² are exactly 0.03 mu: no rounding anywhere
ZERO = Decimal(0)
RATIOS = ("0", "0.05", "0.1")  # of field banks; 400 m² times each is a multiple of 20 m²
FARM = ("0101", "0102", "0103")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One project in one township: a row of the summary."""

    project: str
    code: str
    name: str

    @property
    def sub_project(self) -> str:
        """The number of the one sub-project that works here."""
        return f"{self.project}-{self.code[-3:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot; areas in square metres. *inside* tells whether it lies in the project's own area."""

    place: Place
    number: int
    gross: Decimal
    ratio: Decimal
    land: str
    slope: int
    grade: int
    inside: bool = True

    @property
    def deducted(self) -> Decimal:
        """The field banks' part."""
        return self.gross * self.ratio

    @property
    def net(self) -> Decimal:
        """What counts."""
        return self.gross - self.deducted


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Everything that one made-up county reports for a year; *before* is its year before, none in the first."""

    county: County
    year: int
    before: "Sample | None" = None
    places: tuple[Place, ...]
    added: tuple[Plot, ...]
    supplemented: tuple[Plot, ...]
    taken_out: tuple[Plot, ...]
    random: Random

    @property
    def first(self) -> int:
        """The year in which the projects began."""
        return self.before.first if self.before else self.year

    @property
    def projects(self) -> dict[str, list[Place]]:
        """The places of each project."""
        found: dict[str, list[Place]] = {}
        for one in self.places:
            found.setdefault(one.project, []).append(one)
        return found


def draw_sample(county: County, year: int, *, plots: int, seed: int) -> Sample:
    """Make up a county's year: the same seed gives the same figures."""
    random = Random(f"{seed}:{year}:{county.code}")  # noqa: S311 - figures for practice, not secrets
    places = tuple(_places(county, year, random))
    return Sample(
        county=county,
        year=year,
        places=places,
        added=tuple(_added(places, plots, random)),
        supplemented=tuple(_supplemented(places, max(len(places), plots // 10), random)),
        taken_out=tuple(_taken_out(places, max(len(places), plots // 20), random)),
        random=random,
    )


def draw_next(before: Sample, *, seed: int) -> Sample:
    """Make up the year after: other plots in the same places, in all a little less than the year before.

    Less, so that the plan of three first years is not outrun; a little, so that no change between years asks for an
    explanation. Of basic farmland a quarter is taken out, so that the limit on adjustments holds over all years.
    """
    random = Random(f"{seed}:{before.year + 1}:{before.county.code}")  # noqa: S311 - as above
    return replace(
        before,
        year=before.year + 1,
        before=before,
        added=tuple(_smaller(one, random) for one in before.added),
        supplemented=tuple(_smaller(one, random) for one in before.supplemented),
        taken_out=tuple(_smaller(one, random, parts=4 if before.before is None else 1) for one in before.taken_out),
        random=random,
    )


def _smaller(plot: Plot, random: Random, parts: int = 1) -> Plot:
    """Take up to a tenth off a plot's area, in steps that convert without a remainder."""
    step = EVEN * EVEN if plot.ratio else EVEN
    steps = int(plot.gross) // step // parts
    return replace(plot, gross=Decimal(step * max(1, steps - random.randint(0, steps // 10))))


def _places(county: County, year: int, random: Random) -> Iterator[Place]:
    towns = sorted(random.sample(sorted(county.townships.items()), min(MOST_TOWNSHIPS, len(county.townships))))
    yield from (Place(project=f"{county.code}{year}0001", code=code, name=name) for code, name in towns[1:] or towns)
    if len(towns) > 1:
        yield from (Place(project=f"{county.code}{year}0002", code=code, name=name) for code, name in towns[:2])


def _added(places: tuple[Place, ...], count: int, random: Random) -> Iterator[Plot]:
    for number in range(1, count + 1):
        ratio = random.choice(RATIOS)
        gross = EVEN * EVEN * random.randint(3, 250) if ratio != "0" else EVEN * random.randint(50, 5000)
        yield Plot(
            place=places[number % len(places)],
            number=number,
            gross=Decimal(gross),
            ratio=Decimal(ratio),
            land=random.choice(FARM),
            slope=random.randint(1, 4),
            grade=random.randint(7, 11),
        )


def _supplemented(places: tuple[Place, ...], count: int, random: Random) -> Iterator[Plot]:
    """Better than what is taken out, and at least twice as much; the last lies outside the project."""
    for number in range(1, count + 1):
        yield Plot(
            place=places[number % len(places)],
            number=number,
            gross=Decimal(EVEN * random.randint(300, 1500)),
            ratio=ZERO,
            land=random.choice(FARM),
            slope=random.randint(1, 2),
            grade=random.randint(6, 8),
            inside=number < count,
        )


def _taken_out(places: tuple[Place, ...], count: int, random: Random) -> Iterator[Plot]:
    for number in range(1, count + 1):
        yield Plot(
            place=places[number % len(places)],
            number=number,
            gross=Decimal(EVEN * random.randint(20, 150)),
            ratio=ZERO,
            land=random.choice(FARM),
            slope=random.randint(3, 4),
            grade=random.randint(10, 12),
        )


def mu(area: Decimal) -> Decimal:
    """Return square metres as mu."""
    return cents(area * 15 / 10000)


def cents(amount: Decimal) -> Decimal:
    """Return an amount with two decimals."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return a percentage with two decimals."""
    return cents(part * 100 / whole) if whole else ZERO


def sums(plots: Iterable[Plot]) -> Mapping[Place, Mapping[str, Decimal]]:
    """Return the mu of each place: in all, by land class, and inside or outside of the project's area."""
    found: dict[Place, dict[str, Decimal]] = {}
    for one in plots:
        place = found.setdefault(one.place, {})
        for key in ("all", one.land, "inside" if one.inside else "outside"):
            place[key] = place.get(key, ZERO) + one.net
    return {place: {key: mu(area) for key, area in parts.items()} for place, parts in found.items()}
