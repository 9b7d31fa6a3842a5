"""The amounts that a report states and those that its plan asks for, by measure."""

from decimal import Decimal

from checks.model.report import ValidationReport
from contracts.contract_library import ContractLibrary
from flows.intake.returned_files import find_county


def collect_planned_amounts(library: ContractLibrary, report: ValidationReport | None) -> dict[str, Decimal]:
    """Return what a county's plan, or else its own tables, ask for the year by measure; empty without a report."""
    if report is None:
        return {}
    plan, year = find_county(library, report)[1], report.identity.year
    if plan is not None:
        return {name: measure.by_year[year] for name, measure in plan.measures.items() if year in measure.by_year}
    columns = {
        (target.form, target.column): target.measure
        for target in library.get_filing_layout().target_columns
        if target.period == "year"
    }
    amounts: dict[str, Decimal] = {}
    for figure in report.figures:
        measure = columns.get((figure.form, figure.column))
        if measure is not None and figure.township:
            amounts[measure] = amounts.get(measure, Decimal(0)) + Decimal(figure.amount)
    return amounts
