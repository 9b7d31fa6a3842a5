"""The data that the status page shows besides the board: links to the counties' pages, and plots of progress."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from urllib.parse import quote

from checks.model.report import ValidationReport
from checks.parsing.decimal_amounts import sum_known_amounts
from contracts.plans import Plan
from filing.pages.progress_plots import ProgressAmounts, ProgressPlot, build_plot, get_done_by_township
from filing.status.status_page import StatusPageExtras
from flows.intake.returned_files import ReturnContext, find_county
from flows.outputs.filings_due import get_filing_path
from flows.year.issued_outputs import get_basis_entry, get_board_paths, get_page_path
from flows.year.year_state import YearState
from review.county_state import SubmissionVersion
from review.roster import DueCounty, Roster


def collect_page_extras(state: YearState, roster: Roster) -> StatusPageExtras:
    """Collect from the record and the reports what the page shows besides the board."""
    max_rows = state.library.get_return_policy().max_list_lengths["page"]
    filing = ""
    if state.has_filings:
        filing = get_filing_path(roster)
    return StatusPageExtras(
        head=get_basis_entry(state).digest,
        links=_build_links(state, roster),
        plots=tuple(_build_plots(state, roster, max_rows)),
        filing=filing,
        max_counties=max_rows,
        summary=quote(get_board_paths(roster)[2].rsplit("/", 1)[-1]),
    )


def _build_links(state: YearState, roster: Roster) -> dict[str, str]:
    """Return the link to the newest page of every county with a checked version, by code."""
    return {
        due_county.code: quote(f"../{get_page_path(state, due_county.code, version)}")
        for due_county, version in _list_checked_counties(state, roster)
    }


def _list_checked_counties(state: YearState, roster: Roster) -> Iterator[tuple[DueCounty, SubmissionVersion]]:
    """Yield the due counties whose newest version is checked, with that version."""
    for due_county in roster.due_counties:
        newest = state.county_states[due_county.code].newest_version
        if newest is not None and newest.is_checked:
            yield due_county, newest


def _build_plots(state: YearState, roster: Roster, max_rows: int) -> Iterator[ProgressPlot]:
    """Yield a plot for each measure: by township, or by county if there are more than *max_rows* townships."""
    context = ReturnContext(state.library, state.messages, state.paths.open_store())
    reports = [
        (due_county.name, context.load_report(version)) for due_county, version in _list_checked_counties(state, roster)
    ]
    measures = chain.from_iterable(_list_measures(state, report) for _, report in reports)
    for measure, name, unit in dict.fromkeys(measures):
        amounts_by_county = [(county, _collect_amounts(state, report, measure)) for county, report in reports]
        rows = _list_township_rows(amounts_by_county)
        if len(rows) > max_rows:
            rows = [_sum_amounts(county, amounts) for county, amounts in amounts_by_county]
        if rows:
            yield build_plot(name, unit, rows)


def _list_township_rows(amounts_by_county: list[tuple[str, list[ProgressAmounts]]]) -> list[ProgressAmounts]:
    """Return the amounts of all townships, named with their county if there are several counties."""
    if len(amounts_by_county) == 1:
        return amounts_by_county[0][1]
    rows: list[ProgressAmounts] = []
    for county, amounts in amounts_by_county:
        rows += [replace(amount, name=f"{county} {amount.name}") for amount in amounts]
    return rows


def _sum_amounts(county: str, amounts: list[ProgressAmounts]) -> ProgressAmounts:
    done_amount = sum_known_amounts(map(attrgetter("done"), amounts))
    due_amount = sum_known_amounts(map(attrgetter("due"), amounts))
    return ProgressAmounts(county, done_amount, due_amount)


def _list_measures(state: YearState, report: ValidationReport) -> Iterator[tuple[str, str, str]]:
    """Yield id, name and unit of each measure of the county's plan."""
    plan = find_county(state.library, report)[1]
    if plan is None:
        return
    for measure in plan.measures.values():
        yield measure.id, measure.name, plan.unit


def _get_township_targets(plan: Plan | None, measure: str) -> Mapping[str, Mapping[int, Decimal]]:
    """Return the targets of a measure by township and year; empty if no plan sets any."""
    if plan is None or measure not in plan.measures:
        return {}
    return plan.measures[measure].townships


def _collect_amounts(state: YearState, report: ValidationReport, measure: str) -> list[ProgressAmounts]:
    """Return what each township has done of a measure and what its plan asks for the year; empty if none did any."""
    plan, done = find_county(state.library, report)[1], get_done_by_township(report, measure)
    if not done:
        return []
    targets = _get_township_targets(plan, measure)
    year = report.identity.year
    townships = dict.fromkeys([*targets, *done])
    return [
        ProgressAmounts(township, done.get(township), targets.get(township, {}).get(year)) for township in townships
    ]
