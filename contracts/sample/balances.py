"""The balances of a sample submission: each year begins as the previous one ended, and sums follow from the plots."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from contracts.sample.figures import (
    ZERO,
    Sample,
    compute_percentage,
    round_to_hundredths,
    sum_mu_by_township,
    sum_net_mu,
)

SampleValue: TypeAlias = str | int | Decimal | None
SampleRow: TypeAlias = Mapping[str, SampleValue]

PROJECT_YEARS = 3  # length of a project in its plan


def compute_plan_balances(sample: Sample) -> list[dict[str, SampleValue]]:
    """Return, for each project, the balances it began with and its targets in mu: three times its first year."""
    if sample.before is not None:
        return compute_plan_balances(sample.before)
    rows_by_project: defaultdict[str, list[SampleRow]] = defaultdict(list)
    for township, row in zip(sample.townships, compute_summary_figures(sample), strict=True):
        rows_by_project[township.project].append(row)
    return [_compute_project_plan(code, rows) for code, rows in rows_by_project.items()]


def _compute_project_plan(code: str, rows: list[SampleRow]) -> dict[str, SampleValue]:
    return {
        "project": code,
        "farm_base": sum_column(rows, "farm_begin"),
        "cons_base": sum_column(rows, "cons_begin"),
        "planned_new": sum_column(rows, "farm_new") * PROJECT_YEARS,
        "planned_pbf_in": sum_column(rows, "pbf_in") * PROJECT_YEARS,
    }


def sum_column(rows: Iterable[SampleRow], column: str) -> Decimal:
    """Return the sum of the amounts in a column."""
    return sum((get_amount(row[column]) for row in rows), ZERO)


def compute_summary_figures(sample: Sample) -> Iterator[SampleRow]:
    """Yield the rows of the summary in mu, one for each project in each township."""
    added = sum_mu_by_township(sample.added)
    supplemented = sum_mu_by_township(sample.supplemented)
    taken_out = sum_mu_by_township(sample.taken_out)
    previous_rows = _list_previous_rows(sample)
    for index, (township, previous) in enumerate(zip(sample.townships, previous_rows, strict=True)):
        taken_out_area = taken_out.get(township, {}).get("all", ZERO)
        yield {
            "project": township.project,
            "town_code": township.code,
            "township": township.name,
            **_compute_farmland(added.get(township, {}), index, previous),
            **_compute_basic_farmland(supplemented.get(township, {}), taken_out_area, index, previous),
            **_compute_construction_land(index, previous),
        }


def _list_previous_rows(sample: Sample) -> list[SampleRow]:
    """Return the summary of the year before; empty rows in the first year."""
    if sample.before is None:
        return [{}] * len(sample.townships)
    return list(compute_summary_figures(sample.before))


def _compute_construction_land(index: int, previous: SampleRow) -> SampleRow:
    begin = _get_begin(previous, "cons_end", Decimal(800 + index * index * 37))
    return {"cons_begin": begin, "cons_end": begin - 10}


def _get_begin(previous: SampleRow, end_column: str, first_balance: Decimal) -> Decimal:
    """Return the balance at the end of the year before, or *first_balance* in the first year."""
    if not previous:
        return first_balance
    return _carry_over(previous, end_column)


def _carry_over(previous: SampleRow, column: str) -> Decimal:
    return get_amount(previous.get(column))


def _compute_farmland(added_areas: Mapping[str, Decimal], index: int, previous: SampleRow) -> SampleRow:
    total = added_areas.get("all", ZERO)
    begin = _get_begin(previous, "farm_end", total * (8 + index * index % 5))
    out = round_to_hundredths(total / 10)
    return {
        "farm_begin": begin,
        "farm_new": total,
        "paddy": added_areas.get("0101", ZERO),
        "irrigated": added_areas.get("0102", ZERO),
        "dry": added_areas.get("0103", ZERO),
        "farm_out": out,
        "farm_end": begin + total - out,
        "farm_new_cum": total + _carry_over(previous, "farm_new_cum"),
        "grade_before": Decimal("10.35"),
        "grade_after": Decimal("9.80"),
    }


def _compute_basic_farmland(
    supplemented_areas: Mapping[str, Decimal], taken_out_area: Decimal, index: int, previous: SampleRow
) -> SampleRow:
    area = _get_begin(previous, "pbf_area", Decimal(30000 + index * index * 1900) + taken_out_area * 40)
    total = supplemented_areas.get("all", ZERO)
    out_cum = taken_out_area + _carry_over(previous, "pbf_out_cum")
    return {
        "pbf_area": area,
        "pbf_out": taken_out_area,
        "pbf_in": total,
        "pbf_in_scope": supplemented_areas.get("inside", ZERO),
        "pbf_in_county": supplemented_areas.get("outside", ZERO),
        "pbf_out_cum": out_cum,
        "pbf_in_cum": total + _carry_over(previous, "pbf_in_cum"),
        "pbf_ratio": compute_percentage(out_cum, area),
    }


def compute_land_at_start(sample: Sample, class_count: int) -> list[Decimal]:
    """Return the area of each land class in mu at the beginning of the year.

    The last class starts large enough to lose what the first one gains, over all years.
    """
    if sample.before is None:
        gained = sum_net_mu(sample.added)
        return [gained * 8 + Decimal(500 + 173 * index * index) for index in range(class_count)]
    gained_before = sum_net_mu(sample.before.added)
    first, *others, last = compute_land_at_start(sample.before, class_count)
    return [first + gained_before, *others, last - gained_before]


def get_amount(value: SampleValue) -> Decimal:
    """Return a value that is an amount; 0 for any other value."""
    if isinstance(value, Decimal):
        return value
    return ZERO
