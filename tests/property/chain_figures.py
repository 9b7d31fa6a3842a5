"""The figures behind the histories of the chain: what each version reports, and what is filed of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import build_filing_history
from checks.model.report import ReportedFigure, ValidationReport
from checks.model.submission_identity import SubmissionIdentity
from contracts.contract_library import open_library
from contracts.messages import Messages
from contracts.procedures import Procedure
from filing.context.accounts import collect_filing_figures
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.filing_books import build_summed_sheets
from filing.sheets.evidence_tables.filed_figures import FiledSheets, build_filed_figure_rows
from filing.sheets.rollup_checks import build_rollup_tables
from review.county_state import CountyState, restore_filed_state
from review.reductions import apply_reductions
from review.roster import Roster

SHEET, TOTAL_CELL = "表", "C7"
TOWNSHIPS = {"C5": "甲乡", "C6": "乙乡"}
FORM, COLUMN, MEASURE = "done", "done", "consolidation"


def list_reported_amounts(sha256: str) -> dict[str, Decimal]:
    """Return what a version reports by cell: other amounts for every version, with a total row."""
    seed = int(sha256 or "0", 16) % 97
    amounts = {"C5": Decimal(200 + seed), "C6": Decimal(100) + Decimal(seed) / 4}
    return {**amounts, TOTAL_CELL: sum(amounts.values(), Decimal(0))}


def list_reducible_amounts(sha256: str) -> dict[tuple[str, str], str]:
    """Return the amounts of a version that a reviewer may set lower, by sheet and cell."""
    amounts = list_reported_amounts(sha256)
    return {(SHEET, cell): str(amounts[cell]) for cell in TOWNSHIPS}


def make_report(county: str, sha256: str) -> ValidationReport:
    """Return the report on a version as it was sent."""
    figures = tuple(
        ReportedFigure(
            form=FORM,
            township=TOWNSHIPS.get(cell, ""),
            column=COLUMN,
            measure=MEASURE,
            year=None,
            amount=str(amount),
            unit="亩",
            sheet=SHEET,
            cell=cell,
        )
        for cell, amount in list_reported_amounts(sha256).items()
    )
    identity = SubmissionIdentity(county, 2024, 1)
    return ValidationReport(identity=identity, contracts_version="c", findings=(), figures=figures)


def list_filed_states(procedure: Procedure, states: Iterable[CountyState]) -> dict[str, CountyState]:
    """Return the counties with a filing in force, as they were filed."""
    filed = {state.county: restore_filed_state(procedure, state) for state in states}
    return {county: state for county, state in filed.items() if state is not None}


def compute_filed_amounts(state: CountyState) -> dict[str, Decimal]:
    """Return by cell what is filed, on another way than the program takes: reported, less the cuts of the version."""
    amounts = list_reported_amounts(state.newest_sha256)
    for reduction in state.reductions:
        if reduction.sha256 == state.newest_sha256:
            cut = amounts[reduction.cell] - Decimal(reduction.after)
            amounts[reduction.cell] -= cut
            amounts[TOTAL_CELL] -= cut
    return amounts


def find_wrong_sums(procedure: Procedure, roster: Roster, states: Mapping[str, CountyState]) -> Iterator[str]:
    """Yield what does not hold of the sums of a filing: townships, counties, roll-up, and next year's opening."""
    filed_states = list_filed_states(procedure, states.values())
    if not filed_states:
        return
    for county, state in filed_states.items():
        reviewed = apply_reductions(make_report(county, state.newest_sha256), state)
        expected = compute_filed_amounts(state)
        opening = build_filing_history(2024, reviewed.figures)
        for figure in reviewed.figures:
            if Decimal(figure.amount) != expected[figure.cell]:
                yield f"{county} {figure.cell}: {figure.amount} is filed, {expected[figure.cell]} was accepted"
            if opening.get_figure(FORM, "", figure.township, COLUMN) != expected[figure.cell]:
                yield f"{county} {figure.cell}: the next year opens with another amount"
    yield from _list_wrong_rows(procedure, roster, filed_states, open_library().get_messages())


def _list_wrong_rows(
    procedure: Procedure, roster: Roster, filed_states: Mapping[str, CountyState], messages: Messages
) -> Iterator[str]:
    reports = {county: make_report(county, state.newest_sha256) for county, state in filed_states.items()}
    included = tuple(
        IncludedCounty(
            due_county=due_county,
            county_state=filed_states[due_county.code],
            report=apply_reductions(reports[due_county.code], filed_states[due_county.code]),
            plan=None,
        )
        for due_county in roster.due_counties
        if due_county.code in filed_states
    )
    context = FilingContext(
        roster=replace(roster, deadlines={}),
        procedure=procedure,
        included_counties=included,
        pending_counties=(),
        contracts_version="c",
        ledger_head="",
        as_of="2025-06-01T00:00:00+00:00",
    )
    figures = collect_filing_figures(context, messages)
    detail, rollup = build_summed_sheets(context, figures, messages)
    sheets = FiledSheets(detail=detail, rollup=rollup, reports_as_sent=reports)
    filed_rows = list(build_filed_figure_rows(context, figures, sheets, messages))
    if len(filed_rows) < len(included) * (len(TOWNSHIPS) + 2):
        yield "amounts are missing in the filing"
    for row in filed_rows:
        if row["filed"] != row["accepted"]:
            yield f"{row['area']}: {row['filed']} is printed, {row['accepted']} was accepted"
    for row in build_rollup_tables(context, rollup, reports, messages)["roll_up_totals"]:
        if row["printed"] != row["summed"]:
            yield f"{row['area']}: {row['printed']} is rolled up, the parts are {row['summed']}"
