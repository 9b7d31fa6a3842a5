"""Tables for the expectations that compare what was filed with the plan and last year, and count counties by city.

Nothing in them is guaranteed by the sums of the forms or of the roll-up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from contracts.messages import Messages
from filing.book.workbook_model import FilingSheet
from filing.context.accounts import AmountKind, FilingFigures, build_county_figures
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.plan_comparison import HEADER_ROWS, build_plan_comparison
from filing.sheets.rollup_checks import RollUpTableRow

# A row of the plan comparison ends with target, accumulated amount, rate and surplus.
_ACCUMULATED_CELL = -3


def build_comparison_tables(
    context: FilingContext, figures: FilingFigures, messages: Messages
) -> dict[str, list[RollUpTableRow]]:
    """Return the rows of each table by the table's name."""
    comparison = build_plan_comparison(context, figures, messages)
    return {
        "county_measures": list(_build_measure_rows(context, figures, comparison)),
        "city_completeness": list(_build_city_rows(context)),
    }


def _build_measure_rows(
    context: FilingContext, figures: FilingFigures, comparison: FilingSheet
) -> Iterator[RollUpTableRow]:
    """Yield a row for each county and each measure that the county has an amount of."""
    accumulated_amounts = _read_accumulated_amounts(comparison, context, figures)
    for county in context.counties_in_order:
        code = county.due_county.code
        amounts_last_year = _collect_amounts_of_last_year(county, figures, context)
        for measure, measure_name in figures.measures.items():
            if not figures.by_county[code].has_measure(measure):
                continue
            planned = figures.by_county[code].compute_total(measure, figures.year)
            done = figures.by_county[code].compute_total(measure, AmountKind.DONE)
            yield {
                "county": county.due_county.name,
                "measure": measure_name,
                "planned": planned,
                "done": done,
                "share_of_plan": compute_share(done, planned),
                "last_year": amounts_last_year.get(measure),
                "share_of_last_year": compute_share(done, amounts_last_year.get(measure)),
                "accumulated": accumulated_amounts.get((code, measure)),
            }


def compute_share(amount: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Return the amount as a share of its base, or None if either is unknown or the base is not positive."""
    if amount is None or base is None or base <= 0:
        return None
    return amount / base


def _collect_amounts_of_last_year(
    county: IncludedCounty, figures: FilingFigures, context: FilingContext
) -> dict[str, Decimal | None]:
    """Return what the county filed as done last year, by measure; empty if it filed nothing."""
    report = county.past_reports.get(figures.year - 1)
    if report is None:
        return {}
    past_county = replace(county, report=report)
    past_figures = build_county_figures(past_county, tuple(figures.measures), context.layout.target_columns)
    return {measure: past_figures.compute_total(measure, AmountKind.DONE) for measure in figures.measures}


def _read_accumulated_amounts(
    comparison: FilingSheet, context: FilingContext, figures: FilingFigures
) -> Mapping[tuple[str, str], Decimal]:
    """Return the accumulated amounts that the plan comparison prints, by county code and measure.

    The comparison has a block for each measure: its name, a row for each county, and a total row.
    """
    counties = context.counties_in_order
    amounts: dict[tuple[str, str], Decimal] = {}
    rows = iter(comparison.rows[HEADER_ROWS[1] :])
    for measure in figures.measures:
        next(rows)
        for county in counties:
            value = next(rows)[_ACCUMULATED_CELL].value
            if isinstance(value, Decimal):
                amounts[county.due_county.code, measure] = value
        next(rows)
    return amounts


def _build_city_rows(context: FilingContext) -> Iterator[RollUpTableRow]:
    """Yield a row for each city of the roster, whether or not any of its counties is due."""
    filed_codes = context.filed_codes
    for city, city_name in context.roster.cities.items():
        due_codes = {county.code for county in context.due_counties if county.city == city}
        due_count = Decimal(len(due_codes))
        filed_count = Decimal(len(due_codes & filed_codes))
        excused_count = Decimal(len(due_codes & context.excused_codes - filed_codes))
        yield {
            "city": city_name,
            "due": due_count,
            "filed": filed_count,
            "excused": excused_count,
            "share": compute_share(filed_count + excused_count, due_count),
        }
