"""What the filed counties reported, by measure, township and quantity, each amount with its cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from checks.model.report import ReportedFigure
from checks.parsing.decimal_amounts import count_decimals
from contracts.errors import ContractError
from contracts.filing_layout import TargetColumn
from contracts.messages import Messages
from contracts.plans import Measure, Plan
from filing.context.filing_context import FilingContext, IncludedCounty

WHOLE_COUNTY = ""  # the township of a table's total row
MIN_DONE_DECIMALS = 2


class AmountKind(StrEnum):
    """What is counted besides the target of a year."""

    DONE = "done"
    PLAN_TOTAL = "whole"  # the target over all years of the plan


AmountKey: TypeAlias = int | AmountKind  # a whole number is the target of that year


@dataclass(frozen=True, slots=True)
class TracedAmount:
    """An amount and the places it was taken from, each a sheet (or a document) and a cell."""

    value: Decimal
    sources: tuple[tuple[str, str], ...]

    def __add__(self, other: "TracedAmount") -> "TracedAmount":
        return TracedAmount(self.value + other.value, (*self.sources, *other.sources))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyFigures:
    """What one county reported: amounts by measure, township and key."""

    townships: tuple[str, ...]
    amounts: Mapping[tuple[str, str, AmountKey], TracedAmount]

    def find_amount(self, measure: str, township: str, key: AmountKey) -> TracedAmount | None:
        """Return one amount, nothing where it was not reported."""
        return self.amounts.get((measure, township, key))

    def has_measure(self, measure: str) -> bool:
        """Tell whether the measure concerns this county at all."""
        return any(one == measure for one, _, _ in self.amounts)

    def compute_total(self, measure: str, key: AmountKey) -> Decimal | None:
        """Return the sum over the townships, which is what a live total shows.

        Where no township has the figure, the whole county's own; nothing where that was not reported either.
        """
        found = [one for one in (self.find_amount(measure, name, key) for name in self.townships) if one]
        if not found:
            whole = self.find_amount(measure, WHOLE_COUNTY, key)
            return whole.value if whole else None
        return sum((one.value for one in found), Decimal(0))

    def is_sum_of_townships(self, measure: str, key: AmountKey) -> bool:
        """Tell whether a total is a sum over townships."""
        return any(self.find_amount(measure, name, key) for name in self.townships)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFigures:
    """The reported figures of all filed counties; *measures* maps id to name, in the order of the plans."""

    year: int
    measures: Mapping[str, str]
    unit: str
    plan_years: tuple[int, ...]
    by_county: Mapping[str, CountyFigures]
    decimals_by_measure: Mapping[tuple[str, bool], int]

    def get_max_decimals(self, *, done: bool) -> int:
        """Return the precision at which every measure's figures of one kind can be shown."""
        return max((places for (_, kind), places in self.decimals_by_measure.items() if kind == done), default=0)

    def get_decimals(self, measure: str, key: AmountKey) -> int:
        """Return the precision of a column: that of the finest amount of its kind."""
        return self.decimals_by_measure.get((measure, key is AmountKind.DONE), 0)


def collect_filing_figures(context: FilingContext, messages: Messages) -> FilingFigures:
    """Sort the figures of all filed counties; refuse to add up amounts of different units."""
    counties = context.counties_in_order
    measures = _collect_measures(counties, messages)
    targets = context.layout.target_columns
    of = {one.due_county.code: build_county_figures(one, tuple(measures), targets) for one in counties}
    return FilingFigures(
        year=context.roster.year,
        measures=measures,
        unit=_find_common_unit(counties),
        plan_years=tuple(sorted({year for one in counties for year in (one.plan.years if one.plan else ())})),
        by_county=of,
        decimals_by_measure=_count_decimals_by_measure(of.values()),
    )


def _collect_measures(counties: Iterable[IncludedCounty], messages: Messages) -> dict[str, str]:
    found: dict[str, str] = {}
    for county in counties:
        for measure in county.plan.measures.values() if county.plan else ():
            found.setdefault(measure.id, measure.name)
    for county in counties:
        for figure in county.report.figures:
            if figure.measure:
                # no plan names it: the language may, and its id is better than nothing
                key = f"filing.measure.{figure.measure}"
                found.setdefault(figure.measure, messages(key) if messages.has_key(key) else figure.measure)
    return found


def _find_common_unit(counties: Iterable[IncludedCounty]) -> str:
    carried = (figure for one in counties for figure in one.report.figures if figure.measure or figure.year is not None)
    units = {figure.unit for figure in carried if figure.unit}
    units |= {one.plan.unit for one in counties if one.plan}
    if len(units) > 1:
        raise ContractError("filing", f"filed figures stand in {sorted(units)}: one unit is needed to add them up")
    return next(iter(units), "")


def build_county_figures(
    county: IncludedCounty, measures: tuple[str, ...], targets: tuple[TargetColumn, ...]
) -> CountyFigures:
    """Sort the figures of one county."""
    amounts = _collect_reported_amounts(county.report.figures, measures)
    if county.plan is None:
        amounts |= _collect_own_targets(county, targets)
    for measure in county.plan.measures.values() if county.plan else ():
        if not any(one == measure.id and key is not AmountKind.DONE for one, _, key in amounts):
            amounts |= _collect_plan_targets(measure, county.plan)
    planned = (name for one in (county.plan.measures.values() if county.plan else ()) for name in one.townships)
    named = dict.fromkeys([*planned, *(name for _, name, _ in amounts)])
    townships = tuple(name for name in named if name != WHOLE_COUNTY)
    return CountyFigures(townships=townships or (WHOLE_COUNTY,), amounts=amounts)


def _collect_reported_amounts(
    figures: tuple[ReportedFigure, ...], measures: tuple[str, ...]
) -> dict[tuple[str, str, AmountKey], TracedAmount]:
    yearly = {one.form for one in figures if one.year is not None}
    done: dict[str, tuple[str, str]] = {}
    found: dict[tuple[str, str, AmountKey], TracedAmount] = {}
    for figure in figures:
        measure = figure.measure or _find_measure_of_form(figure.form, measures)
        column = (figure.form, figure.column)
        if figure.form in yearly and measure:
            key: AmountKey = AmountKind.PLAN_TOTAL if figure.year is None else figure.year
        elif figure.measure and done.setdefault(measure, column) == column:
            key = AmountKind.DONE
        else:
            continue
        amount = TracedAmount(Decimal(figure.amount), ((figure.sheet, figure.cell),))
        spot = (measure, figure.township, key)
        found[spot] = found[spot] + amount if spot in found else amount
    return found


def _collect_own_targets(
    county: IncludedCounty, targets: tuple[TargetColumn, ...]
) -> dict[tuple[str, str, AmountKey], TracedAmount]:
    """Read what was due from the county's own tables; a table's total row speaks where no other row does."""
    found: dict[tuple[str, str, AmountKey], TracedAmount] = {}
    for target in targets:
        key: AmountKey = county.report.identity.year if target.period == "year" else AmountKind.PLAN_TOTAL
        columns = [one for one in county.report.figures if (one.form, one.column) == (target.form, target.column)]
        rows = [one for one in columns if one.township] or [one for one in columns if one.project] or columns
        for one in rows:
            spot = (target.measure, one.township, key)
            amount = TracedAmount(Decimal(one.amount), ((one.sheet, one.cell),))
            found[spot] = found[spot] + amount if spot in found else amount
    return found


def _find_measure_of_form(form_name: str, measures: tuple[str, ...]) -> str:
    """Return the measure whose id stands at the head of a form's name."""
    return max((one for one in measures if form_name.startswith(one)), key=len, default="")


def _collect_plan_targets(measure: Measure, plan: Plan | None) -> dict[tuple[str, str, AmountKey], TracedAmount]:
    """Where the county sends no table of targets, the plan itself speaks."""
    place = ((plan.document_number if plan else "", measure.annex),)
    found: dict[tuple[str, str, AmountKey], TracedAmount] = {}
    for name, row in measure.townships.items():
        found |= {(measure.id, name, year): TracedAmount(value, place) for year, value in row.items()}
        found[measure.id, name, AmountKind.PLAN_TOTAL] = TracedAmount(measure.totals_by_township[name], place)
    return found


def _count_decimals_by_measure(county_figures: Iterable[CountyFigures]) -> dict[tuple[str, bool], int]:
    """Return the most decimals of each measure's targets (False) and of what was done (True)."""
    found: dict[tuple[str, bool], int] = {}
    for account in county_figures:
        for (measure, _, key), amount in account.amounts.items():
            done = key is AmountKind.DONE
            least = MIN_DONE_DECIMALS if done else 0
            found[measure, done] = max(found.get((measure, done), least), count_decimals(amount.value))
    return found
