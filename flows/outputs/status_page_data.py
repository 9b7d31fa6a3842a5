"""What the page of a year shows besides its board: links to the counties' pages, and how far the year is."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from checks.model.report import ValidationReport
from checks.parsing.decimal_amounts import sum_known_amounts
from filing.pages.progress_plots import ProgressAmounts, ProgressPlot, build_plot, get_done_by_township
from filing.status.status_page import StatusPageExtras
from flows.intake.returned_files import ReturnContext, find_county
from flows.outputs.filings_due import get_filing_path
from flows.year.issued_outputs import get_page_path
from flows.year.year_state import YearState
from review.county_state import SubmissionVersion
from review.events import EventKind
from review.roster import DueCounty, Roster


def collect_page_extras(state: YearState, roster: Roster) -> StatusPageExtras:
    """Read from the record and the reports what the page shows besides the board."""
    resting = next(one for one in reversed(state.history) if one.event.kind is not EventKind.ISSUED)
    most = state.library.get_return_policy().max_list_lengths["page"]
    filed = any(one.filed_sha256s for one in state.county_states.values())
    return StatusPageExtras(
        head=resting.digest,
        links={
            one.code: _build_link(state, one, newest)
            for one in roster.due_counties
            if (newest := _get_checked_version(state, one))
        },
        plots=tuple(_build_plots(state, roster, most)),
        filing=get_filing_path(roster) if filed else "",
        max_counties=most,
    )


def _build_link(state: YearState, due_county: DueCounty, version: SubmissionVersion) -> str:
    return quote(f"../{get_page_path(state, due_county.code, version)}")


def _build_plots(state: YearState, roster: Roster, max_rows: int) -> Iterator[ProgressPlot]:
    """Give a plot a measure: by township, or by county where there are too many townships to look at."""
    office = ReturnContext(state.library, state.messages, state.paths.open_store())
    found = [
        (one.name, office.load_report(newest))
        for one in roster.due_counties
        if (newest := _get_checked_version(state, one)) is not None
    ]
    for measure, name, unit in dict.fromkeys(one for _, report in found for one in _list_measures(state, report)):
        counties = [(county, _collect_amounts(state, report, measure)) for county, report in found]
        told = len(counties) > 1
        rows = [replace(one, name=f"{county} {one.name}") if told else one for county, its in counties for one in its]
        if len(rows) > max_rows:
            rows = [
                ProgressAmounts(county, *(sum_known_amounts(getattr(one, at) for one in its) for at in ("done", "due")))
                for county, its in counties
            ]
        if rows:
            yield build_plot(name, unit, rows)


def _get_checked_version(state: YearState, due_county: DueCounty) -> SubmissionVersion | None:
    newest = state.county_states[due_county.code].newest_version
    return newest if newest is not None and newest.is_checked else None


def _list_measures(state: YearState, report: ValidationReport) -> Iterator[tuple[str, str, str]]:
    plan = find_county(state.library, report)[1]
    for one in plan.measures.values() if plan else ():
        yield one.id, one.name, plan.unit if plan else ""


def _collect_amounts(state: YearState, report: ValidationReport, measure: str) -> list[ProgressAmounts]:
    plan, done = find_county(state.library, report)[1], get_done_by_township(report, measure)
    if not done:
        return []
    targets = plan.measures[measure].townships if plan and measure in plan.measures else {}
    names = dict.fromkeys([*targets, *done])
    return [ProgressAmounts(name, done.get(name), targets.get(name, {}).get(report.identity.year)) for name in names]
