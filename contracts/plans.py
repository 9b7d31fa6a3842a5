"""Targets of approved plans, by measure, township and year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.errors import ContractError, build_entry_error
from contracts.yaml_files import compile_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One accounted quantity of a plan; figures in the plan's unit.

    *townships* maps a full township name to its target by year, *totals_by_township* to its target over all years.
    """

    id: str
    name: str
    annex: str
    clause: str
    total: Decimal
    assigned_target: Decimal | None
    by_year: Mapping[int, Decimal]
    townships: Mapping[str, Mapping[int, Decimal]]
    totals_by_township: Mapping[str, Decimal]

    def list_targets(self, year: int) -> tuple[Decimal, ...]:
        """Return the townships' targets for a year."""
        return tuple(targets[year] for targets in self.townships.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan document: its county, its years, its targets, and the annexes that print them."""

    id: str
    county: str
    document_number: str
    title: str
    issued_on: str
    years: tuple[int, ...]
    unit: str
    measures: Mapping[str, Measure]


@compile_once
def load_plan(raw: Mapping[str, Any], file: str) -> Plan:
    """Load one plan; raise `ContractError` if an entry is malformed or the plan's own figures do not add up."""
    try:
        plan = Plan(
            id=raw["id"],
            county=str(raw["county"]),
            document_number=raw["document"],
            title=raw["title"],
            issued_on=str(raw["issued"]),
            years=tuple(raw["years"]),
            unit=raw["unit"],
            measures={key: _build_measure(key, value) for key, value in raw["measures"].items()},
        )
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise build_entry_error(file, error) from error
    for measure in plan.measures.values():
        _check_plan_totals(measure, plan, file)
    return plan


def _build_measure(key: str, raw: Mapping[str, Any]) -> Measure:
    # An editor may have put the years in quotes.
    years = [int(year) for year in raw["by_year"]]
    townships: dict[str, dict[int, Decimal]] = {}
    totals_by_township: dict[str, Decimal] = {}
    for township, row in raw["townships"].items():
        townships[township] = _parse_amounts(row, years)
        totals_by_township[township] = _parse_amount(row["total"])
    return Measure(
        id=key,
        name=raw["name"],
        annex=raw["annex"],
        clause=raw["clause"],
        total=_parse_amount(raw["total"]),
        assigned_target=_parse_assigned_target(raw),
        by_year=_parse_amounts(raw["by_year"], years),
        townships=townships,
        totals_by_township=totals_by_township,
    )


def _parse_assigned_target(raw: Mapping[str, Any]) -> Decimal | None:
    if "assigned" not in raw:
        return None
    return _parse_amount(raw["assigned"])


def _parse_amounts(row: Mapping[int | str, object], years: Iterable[int]) -> dict[int, Decimal]:
    amounts = {str(year): amount for year, amount in row.items()}
    return {year: _parse_amount(amounts[str(year)]) for year in years}


def _parse_amount(value: object) -> Decimal:
    return Decimal(str(value))


def _check_plan_totals(measure: Measure, plan: Plan, file: str) -> None:
    """Raise `ContractError` if the figures of a measure do not add up.

    Every county would otherwise get findings for a mistake in the plan.
    """
    label, path = f"measure {measure.id}", ("measures", measure.id)
    if set(plan.years) != set(measure.by_year):
        raise ContractError(
            file,
            f"{label}: by_year must have the years {sorted(plan.years)}",
            "plan_years",
            measure=measure.id,
            years=sorted(plan.years),
        ).add_path(*path, "by_year")
    for name, row in measure.townships.items():
        if sum(row.values()) != measure.totals_by_township[name]:
            raise ContractError(
                file,
                f"{label}: years of {name} do not add up to its total",
                "plan_township_sum",
                measure=measure.id,
                township=name,
            ).add_path(*path, "townships", name)
    for year in plan.years:
        if sum(measure.list_targets(year)) != measure.by_year[year]:
            raise ContractError(
                file,
                f"{label}: townships do not add up to the total of {year}",
                "plan_year_sum",
                measure=measure.id,
                year=year,
            ).add_path(*path, "by_year")
    _check_total_target(measure, file)


def _check_total_target(measure: Measure, file: str) -> None:
    """Raise `ContractError` if the target of all years is not the sum of the years, or below the assigned one."""
    label = f"measure {measure.id}"
    if measure.assigned_target is not None and measure.assigned_target > measure.total:
        raise ContractError(
            file,
            f"{label}: the target {measure.total} is below the assigned {measure.assigned_target}",
            "plan_below_assigned",
            measure=measure.id,
            total=measure.total,
            assigned=measure.assigned_target,
        ).add_path("measures", measure.id, "assigned")
    if sum(measure.by_year.values()) != measure.total:
        raise ContractError(
            file,
            f"{label}: years do not add up to {measure.total}",
            "plan_total_sum",
            measure=measure.id,
            total=measure.total,
        ).add_path("measures", measure.id, "total")
