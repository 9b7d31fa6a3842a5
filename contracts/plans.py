"""Targets of approved plans, by measure, township and year."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compile_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One accounted quantity of a plan; figures in the plan's unit.

    *townships* maps a full township name to its target by year; *totals* to its target over all years.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan document: who, which years, which targets, and where they are printed."""

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
    """Load one plan; raise `ContractError` where its own figures do not add up."""
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
    except (KeyError, TypeError, ArithmeticError) as error:
        raise ContractError(file, f"plan entry missing or malformed: {error!r}") from error
    for measure in plan.measures.values():
        _check_plan_totals(measure, plan, file)
    return plan


def _build_measure(key: str, raw: Mapping[str, Any]) -> Measure:
    rows = raw["townships"]
    return Measure(
        id=key,
        name=raw["name"],
        annex=raw["annex"],
        clause=raw["clause"],
        total=Decimal(str(raw["total"])),
        assigned_target=Decimal(str(raw["assigned"])) if "assigned" in raw else None,
        by_year={year: Decimal(str(value)) for year, value in raw["by_year"].items()},
        townships={name: {year: Decimal(str(row[year])) for year in raw["by_year"]} for name, row in rows.items()},
        totals_by_township={name: Decimal(str(row["total"])) for name, row in rows.items()},
    )


def _check_plan_totals(measure: Measure, plan: Plan, file: str) -> None:
    """A plan that contradicts itself would blame every county for it."""
    where = f"measure {measure.id}"
    if set(plan.years) != set(measure.by_year):
        raise ContractError(file, f"{where}: by_year must have the years {sorted(plan.years)}")
    for name, row in measure.townships.items():
        if sum(row.values()) != measure.totals_by_township[name]:
            raise ContractError(file, f"{where}: years of {name} do not add up to its total")
    for year in plan.years:
        if sum(row[year] for row in measure.townships.values()) != measure.by_year[year]:
            raise ContractError(file, f"{where}: townships do not add up to the total of {year}")
    if measure.assigned_target is not None and measure.assigned_target > measure.total:
        raise ContractError(
            file, f"{where}: the target {measure.total} is below the assigned {measure.assigned_target}"
        )
    if sum(measure.by_year.values()) != measure.total:
        raise ContractError(file, f"{where}: years do not add up to {measure.total}")
