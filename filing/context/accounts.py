"""What the filed counties reported, by measure, township and quantity, each amount with its cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from checks.model.report import Figure
from checks.parsing.decimal_amounts import count_decimals
from contracts.errors import ContractError
from contracts.filing_layout import Target
from contracts.messages import Wording
from contracts.plans import Measure, Plan
from filing.context.filing_context import CountedCounty, FilingScene

WHOLE_COUNTY = ""  # the township of a table's total row
LEAST_DONE_DECIMALS = 2


class Kind(StrEnum):
    """What is counted besides the target of a year."""

    DONE = "done"
    WHOLE = "whole"  # the target over all years of the plan


Key: TypeAlias = int | Kind  # a whole number is the target of that year


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount and the places it was taken from, each a sheet (or a document) and a cell."""

    value: Decimal
    places: tuple[tuple[str, str], ...]

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.value + other.value, (*self.places, *other.places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one county reported: amounts by measure, township and key."""

    townships: tuple[str, ...]
    amounts: Mapping[tuple[str, str, Key], Amount]

    def amount(self, measure: str, township: str, key: Key) -> Amount | None:
        """Return one amount, nothing where it was not reported."""
        return self.amounts.get((measure, township, key))

    def has(self, measure: str) -> bool:
        """Tell whether the measure concerns this county at all."""
        return any(one == measure for one, _, _ in self.amounts)

    def total(self, measure: str, key: Key) -> Decimal | None:
        """Return the sum over the townships, which is what a live total shows.

        Where no township has the figure, the whole county's own; nothing where that was not reported either.
        """
        found = [one for one in (self.amount(measure, name, key) for name in self.townships) if one]
        if not found:
            whole = self.amount(measure, WHOLE_COUNTY, key)
            return whole.value if whole else None
        return sum((one.value for one in found), Decimal(0))

    def is_summed(self, measure: str, key: Key) -> bool:
        """Tell whether a total is a sum over townships."""
        return any(self.amount(measure, name, key) for name in self.townships)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The reported figures of all filed counties; *measures* maps id to name, in the order of the plans."""

    year: int
    measures: Mapping[str, str]
    unit: str
    years: tuple[int, ...]
    of: Mapping[str, Account]
    finest: Mapping[tuple[str, bool], int]

    def finest_of(self, *, done: bool) -> int:
        """Return the precision at which every measure's figures of one kind can be shown."""
        return max((places for (_, kind), places in self.finest.items() if kind == done), default=0)

    def decimals(self, measure: str, key: Key) -> int:
        """Return the precision of a column: that of the finest amount of its kind."""
        return self.finest.get((measure, key is Kind.DONE), 0)


def read_accounts(scene: FilingScene, words: Wording) -> Accounts:
    """Sort the figures of all filed counties; refuse to add up amounts of different units."""
    counties = scene.in_order
    measures = _measures(counties, words)
    targets = scene.exhibits.targets
    of = {one.due.code: account_of(one, tuple(measures), targets) for one in counties}
    return Accounts(
        year=scene.roster.year,
        measures=measures,
        unit=_unit(counties),
        years=tuple(sorted({year for one in counties for year in (one.plan.years if one.plan else ())})),
        of=of,
        finest=_finest(of.values()),
    )


def _measures(counties: Iterable[CountedCounty], words: Wording) -> dict[str, str]:
    found: dict[str, str] = {}
    for county in counties:
        for measure in county.plan.measures.values() if county.plan else ():
            found.setdefault(measure.id, measure.name)
    for county in counties:
        for figure in county.report.figures:
            if figure.measure:
                # no plan names it: the language may, and its id is better than nothing
                key = f"filing.measure.{figure.measure}"
                found.setdefault(figure.measure, words(key) if words.has(key) else figure.measure)
    return found


def _unit(counties: Iterable[CountedCounty]) -> str:
    carried = (figure for one in counties for figure in one.report.figures if figure.measure or figure.year is not None)
    units = {figure.unit for figure in carried if figure.unit}
    units |= {one.plan.unit for one in counties if one.plan}
    if len(units) > 1:
        raise ContractError("filing", f"filed figures stand in {sorted(units)}: one unit is needed to add them up")
    return next(iter(units), "")


def account_of(county: CountedCounty, measures: tuple[str, ...], targets: tuple[Target, ...]) -> Account:
    """Sort the figures of one county."""
    amounts = _reported(county.report.figures, measures)
    if county.plan is None:
        amounts |= _own_targets(county, targets)
    for measure in county.plan.measures.values() if county.plan else ():
        if not any(one == measure.id and key is not Kind.DONE for one, _, key in amounts):
            amounts |= _planned(measure, county.plan)
    planned = (name for one in (county.plan.measures.values() if county.plan else ()) for name in one.townships)
    named = dict.fromkeys([*planned, *(name for _, name, _ in amounts)])
    townships = tuple(name for name in named if name != WHOLE_COUNTY)
    return Account(townships=townships or (WHOLE_COUNTY,), amounts=amounts)


def _reported(figures: tuple[Figure, ...], measures: tuple[str, ...]) -> dict[tuple[str, str, Key], Amount]:
    yearly = {one.form for one in figures if one.year is not None}
    done: dict[str, tuple[str, str]] = {}
    found: dict[tuple[str, str, Key], Amount] = {}
    for figure in figures:
        measure = figure.measure or _measure_of(figure.form, measures)
        column = (figure.form, figure.column)
        if figure.form in yearly and measure:
            key: Key = Kind.WHOLE if figure.year is None else figure.year
        elif figure.measure and done.setdefault(measure, column) == column:
            key = Kind.DONE
        else:
            continue
        amount = Amount(Decimal(figure.amount), ((figure.sheet, figure.cell),))
        spot = (measure, figure.township, key)
        found[spot] = found[spot] + amount if spot in found else amount
    return found


def _own_targets(county: CountedCounty, targets: tuple[Target, ...]) -> dict[tuple[str, str, Key], Amount]:
    """Read what was due from the county's own tables; a table's total row speaks where no other row does."""
    found: dict[tuple[str, str, Key], Amount] = {}
    for target in targets:
        key: Key = county.report.identity.year if target.over == "year" else Kind.WHOLE
        columns = [one for one in county.report.figures if (one.form, one.column) == (target.form, target.column)]
        rows = [one for one in columns if one.township] or [one for one in columns if one.project] or columns
        for one in rows:
            spot = (target.measure, one.township, key)
            amount = Amount(Decimal(one.amount), ((one.sheet, one.cell),))
            found[spot] = found[spot] + amount if spot in found else amount
    return found


def _measure_of(form: str, measures: tuple[str, ...]) -> str:
    """Return the measure whose id stands at the head of a form's name."""
    return max((one for one in measures if form.startswith(one)), key=len, default="")


def _planned(measure: Measure, plan: Plan | None) -> dict[tuple[str, str, Key], Amount]:
    """Where the county sends no table of targets, the plan itself speaks."""
    place = ((plan.document if plan else "", measure.annex),)
    found: dict[tuple[str, str, Key], Amount] = {}
    for name, row in measure.townships.items():
        found |= {(measure.id, name, year): Amount(value, place) for year, value in row.items()}
        found[measure.id, name, Kind.WHOLE] = Amount(measure.totals[name], place)
    return found


def _finest(accounts: Iterable[Account]) -> dict[tuple[str, bool], int]:
    """Return the most decimals of each measure's targets (False) and of what was done (True)."""
    found: dict[tuple[str, bool], int] = {}
    for account in accounts:
        for (measure, _, key), amount in account.amounts.items():
            done = key is Kind.DONE
            least = LEAST_DONE_DECIMALS if done else 0
            found[measure, done] = max(found.get((measure, done), least), count_decimals(amount.value))
    return found
