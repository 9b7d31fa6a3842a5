"""The amounts that the filed counties reported, by measure, township and kind, each with the cells it comes from."""

from collections.abc import Iterable, Iterator, Mapping
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

# the township of a table's total row
WHOLE_COUNTY = ""
MIN_DONE_DECIMALS = 2


def name_township(county: IncludedCounty, township: str) -> str:
    """Return the name of a row of figures: that of the township, or of the county if the row is on all of it."""
    if township == WHOLE_COUNTY:
        return county.due_county.name
    return township


class AmountKind(StrEnum):
    """The kinds of amounts other than the target of one year."""

    DONE = "done"
    PLAN_TOTAL = "whole"  # the target over all years of the plan


AmountKey: TypeAlias = int | AmountKind
"""A kind of amount; a whole number is the target of that year."""


@dataclass(frozen=True, slots=True)
class TracedAmount:
    """An amount and its sources, each a sheet (or a document) and a cell (or an annex)."""

    value: Decimal
    sources: tuple[tuple[str, str], ...]

    def __add__(self, other: "TracedAmount") -> "TracedAmount":
        return TracedAmount(self.value + other.value, (*self.sources, *other.sources))


_Amounts: TypeAlias = dict[tuple[str, str, AmountKey], TracedAmount]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyFigures:
    """The figures of one county; *amounts* are by measure, township and key."""

    townships: tuple[str, ...]
    amounts: Mapping[tuple[str, str, AmountKey], TracedAmount]

    def find_amount(self, measure: str, township: str, key: AmountKey) -> TracedAmount | None:
        """Return one amount with its sources, or None if it was not reported."""
        return self.amounts.get((measure, township, key))

    def find_value(self, measure: str, township: str, key: AmountKey) -> Decimal | None:
        """Return one amount without its sources, or None if it was not reported."""
        amount = self.find_amount(measure, township, key)
        return amount.value if amount else None

    def has_measure(self, measure: str) -> bool:
        """Return whether the county has any amount of the measure."""
        return any(reported_measure == measure for reported_measure, _, _ in self.amounts)

    def compute_total(self, measure: str, key: AmountKey) -> Decimal | None:
        """Return the sum over the townships, which is what a live total shows.

        If no township has an amount, return that of the whole county, or None if that was not reported either.
        """
        amounts = list(self._iter_township_amounts(measure, key))
        if not amounts:
            return self.find_value(measure, WHOLE_COUNTY, key)
        return sum((amount.value for amount in amounts), Decimal(0))

    def is_sum_of_townships(self, measure: str, key: AmountKey) -> bool:
        """Return whether a total is the sum of amounts of townships."""
        return any(self._iter_township_amounts(measure, key))

    def _iter_township_amounts(self, measure: str, key: AmountKey) -> Iterator[TracedAmount]:
        for township in self.townships:
            amount = self.find_amount(measure, township, key)
            if amount:
                yield amount


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFigures:
    """The figures of all filed counties, in *unit*.

    *measures* maps id to name, in the order of the plans; *by_county* is by county code. *decimals_by_measure* has the
    most decimals of each measure's targets (False) and of what was done (True).
    """

    year: int
    measures: Mapping[str, str]
    unit: str
    plan_years: tuple[int, ...]
    by_county: Mapping[str, CountyFigures]
    decimals_by_measure: Mapping[tuple[str, bool], int]

    def get_max_decimals(self, *, done: bool) -> int:
        """Return the precision at which every measure's amounts done, or every measure's targets, can be shown."""
        return max(
            (decimals for (_, is_done), decimals in self.decimals_by_measure.items() if is_done == done), default=0
        )

    def get_decimals(self, measure: str, key: AmountKey) -> int:
        """Return the precision of a column: that of the finest amount of its kind."""
        return self.decimals_by_measure.get((measure, key is AmountKind.DONE), 0)


def collect_filing_figures(context: FilingContext, messages: Messages) -> FilingFigures:
    """Collect the figures of all filed counties; raise `ContractError` if their units differ."""
    counties = context.counties_in_order
    measures = name_measures(counties, messages)
    by_county = {}
    for county in counties:
        by_county[county.due_county.code] = build_county_figures(county, tuple(measures), context.layout.target_columns)
    return FilingFigures(
        year=context.roster.year,
        measures=measures,
        unit=_find_common_unit(counties),
        plan_years=_collect_plan_years(counties),
        by_county=by_county,
        decimals_by_measure=_count_decimals_by_measure(by_county.values()),
    )


def _iter_plans(counties: Iterable[IncludedCounty]) -> Iterator[Plan]:
    for county in counties:
        if county.plan:
            yield county.plan


def _collect_plan_years(counties: Iterable[IncludedCounty]) -> tuple[int, ...]:
    years: set[int] = set()
    for plan in _iter_plans(counties):
        years.update(plan.years)
    return tuple(sorted(years))


def name_measures(counties: Iterable[IncludedCounty], messages: Messages) -> dict[str, str]:
    """Return the name of each measure by its id: first those of the plans, then those that are only reported."""
    names: dict[str, str] = {}
    for plan in _iter_plans(counties):
        for measure in plan.measures.values():
            names.setdefault(measure.id, measure.name)
    for county in counties:
        for figure in county.report.figures:
            if figure.measure:
                names.setdefault(figure.measure, _name_unplanned_measure(figure.measure, messages))
    return names


def _name_unplanned_measure(measure: str, messages: Messages) -> str:
    """Return the name of a measure that is in no plan; its id if the messages do not have a name either."""
    key = f"filing.measure.{measure}"
    if not messages.has_key(key):
        return measure
    return messages(key)


def _find_common_unit(counties: Iterable[IncludedCounty]) -> str:
    units = {plan.unit for plan in _iter_plans(counties)}
    for county in counties:
        for figure in county.report.figures:
            if figure.unit and (figure.measure or figure.year is not None):
                units.add(figure.unit)
    if len(units) > 1:
        raise ContractError(
            "filing",
            f"filed figures are in the units {sorted(units)}; adding them up needs one unit",
            "several_units",
            names=sorted(units),
        )
    return next(iter(units), "")


def build_county_figures(
    county: IncludedCounty, measures: tuple[str, ...], targets: tuple[TargetColumn, ...]
) -> CountyFigures:
    """Collect the figures of one county.

    Targets that the county did not report come from its plan or, if it has no plan, from the columns *targets*.
    """
    amounts = _collect_reported_amounts(county.report.figures, measures)
    if county.plan is None:
        amounts |= _collect_own_targets(county, targets)
    else:
        _add_missing_plan_targets(county.plan, amounts)
    return CountyFigures(townships=_list_townships(county.plan, amounts), amounts=amounts)


def _list_townships(plan: Plan | None, amounts: _Amounts) -> tuple[str, ...]:
    """Return the townships of the plan, then those that only have amounts; the whole county if there are none."""
    townships: dict[str, None] = {}
    if plan is not None:
        for measure in plan.measures.values():
            townships |= dict.fromkeys(measure.townships)
    for _, township, _ in amounts:
        townships.setdefault(township)
    townships.pop(WHOLE_COUNTY, None)
    return tuple(townships) or (WHOLE_COUNTY,)


def _collect_reported_amounts(figures: tuple[ReportedFigure, ...], measures: tuple[str, ...]) -> _Amounts:
    """Return the reported targets and, of each measure, the amounts in the first column that counts what was done."""
    yearly_forms = {figure.form for figure in figures if figure.year is not None}
    done_columns: dict[str, tuple[str, str]] = {}
    amounts: _Amounts = {}
    for figure in figures:
        measure = figure.measure or _find_measure_of_form(figure.form, measures)
        column = (figure.form, figure.column)
        if figure.form in yearly_forms and measure:
            key = _get_target_key(figure.year)
        elif figure.measure and done_columns.setdefault(measure, column) == column:
            key = AmountKind.DONE
        else:
            continue
        _add_amount(amounts, (measure, figure.township, key), figure)
    return amounts


def _get_target_key(year: int | None) -> AmountKey:
    if year is None:
        return AmountKind.PLAN_TOTAL
    return year


def _add_amount(amounts: _Amounts, key: tuple[str, str, AmountKey], figure: ReportedFigure) -> None:
    amount = TracedAmount(Decimal(figure.amount), ((figure.sheet, figure.cell),))
    if key in amounts:
        amount = amounts[key] + amount
    amounts[key] = amount


def _collect_own_targets(county: IncludedCounty, targets: tuple[TargetColumn, ...]) -> _Amounts:
    """Return the targets that the county's own tables have."""
    keys_by_period: dict[str, AmountKey] = {"year": county.report.identity.year}
    amounts: _Amounts = {}
    for target in targets:
        key = keys_by_period.get(target.period, AmountKind.PLAN_TOTAL)
        for figure in _select_target_figures(county.report.figures, target):
            _add_amount(amounts, (target.measure, figure.township, key), figure)
    return amounts


def _select_target_figures(figures: Iterable[ReportedFigure], target: TargetColumn) -> list[ReportedFigure]:
    """Return the column's figures by township, else those by project, else that of the total row."""
    of_column = [figure for figure in figures if (figure.form, figure.column) == (target.form, target.column)]
    by_township = [figure for figure in of_column if figure.township]
    by_project = [figure for figure in of_column if figure.project]
    return by_township or by_project or of_column


def _find_measure_of_form(form_name: str, measures: tuple[str, ...]) -> str:
    """Return the longest measure id with which a form's name begins; empty if there is none."""
    return max(filter(form_name.startswith, measures), key=len, default="")


def _add_missing_plan_targets(plan: Plan, amounts: _Amounts) -> None:
    """Add the plan's targets of each measure for which the county reported no target."""
    for measure in plan.measures.values():
        has_target = any(name == measure.id and key is not AmountKind.DONE for name, _, key in amounts)
        if not has_target:
            amounts |= _collect_plan_targets(measure, plan)


def _collect_plan_targets(measure: Measure, plan: Plan) -> _Amounts:
    sources = ((plan.document_number, measure.annex),)
    amounts: _Amounts = {}
    for township, value_by_year in measure.townships.items():
        for year, value in value_by_year.items():
            amounts[measure.id, township, year] = TracedAmount(value, sources)
        total = measure.totals_by_township[township]
        amounts[measure.id, township, AmountKind.PLAN_TOTAL] = TracedAmount(total, sources)
    return amounts


def _count_decimals_by_measure(county_figures: Iterable[CountyFigures]) -> dict[tuple[str, bool], int]:
    """Return the most decimals of each measure's targets (False) and of what was done (True)."""
    max_decimals: dict[tuple[str, bool], int] = {}
    for figures in county_figures:
        for (measure, _, key), amount in figures.amounts.items():
            is_done = key is AmountKind.DONE
            minimum = MIN_DONE_DECIMALS if is_done else 0
            current = max_decimals.get((measure, is_done), minimum)
            max_decimals[measure, is_done] = max(current, count_decimals(amount.value))
    return max_decimals
