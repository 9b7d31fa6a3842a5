"""The data of the page for the head of the province: every county's amounts, and the years before as filed."""

import json
from collections.abc import Iterator
from decimal import Decimal
from operator import attrgetter

from checks.model.report import ValidationReport
from checks.parsing.decimal_amounts import sum_known_amounts
from checks.reporting.json_codec import decode_report
from filing.pages.province_summary import CountyAmounts, MeasureAmounts, ProvinceSummary, summarise_measure
from filing.review_book.review_figures import sum_done_by_measure
from filing.status.status_board import StatusBoard
from filing.status.status_page import build_tally
from flows.outputs.report_amounts import collect_planned_amounts
from flows.year.issued_outputs import get_basis_entry
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from review.county_state import CountyState
from review.reductions import apply_reductions
from review.roster import DueCounty, Roster

AmountsByMeasure = dict[str, Decimal]


def collect_province_summary(state: YearState, roster: Roster, board: StatusBoard, board_link: str) -> ProvinceSummary:
    """Return the page of a year from the record and the reports."""
    messages = state.messages
    reports = dict(_load_newest_reports(state, roster))
    max_rows = state.library.get_return_policy().max_list_lengths["page"]
    measures = [
        summarise_measure(_collect_measure(state, roster, reports, measure), messages, max_rows=max_rows)
        for measure in _list_measures(reports)
    ]
    return ProvinceSummary(
        title=messages("board.summary", province=roster.province[1], year=roster.year),
        as_of=messages("filing.date", year=board.as_of.year, month=board.as_of.month, day=board.as_of.day),
        head=get_basis_entry(state).digest,
        tally=tuple(build_tally(board, messages)),
        measures=tuple(measures),
        board=board_link,
    )


def _load_newest_reports(state: YearState, roster: Roster) -> Iterator[tuple[str, ValidationReport]]:
    """Yield code and report of each due county's newest checked version, after the city's reductions."""
    store = state.paths.open_store()
    for due_county in roster.due_counties:
        county_state = state.county_states[due_county.code]
        newest = county_state.newest_version
        if newest is not None and newest.is_checked:
            report = _load_report(store, newest.report_sha256)
            yield due_county.code, apply_reductions(report, county_state)


def _list_measures(reports: dict[str, ValidationReport]) -> list[str]:
    measures: dict[str, None] = {}
    for report in reports.values():
        measures.update(dict.fromkeys(sum_done_by_measure(report)))
    return list(measures)


def _collect_measure(
    state: YearState, roster: Roster, reports: dict[str, ValidationReport], measure: str
) -> MeasureAmounts:
    counties = [_collect_county(state, county, reports.get(county.code), measure) for county in roster.due_counties]
    planned = sum_known_amounts(map(attrgetter("planned"), counties))
    done = sum_known_amounts(map(attrgetter("done"), counties))
    key = f"filing.measure.{measure}"
    return MeasureAmounts(
        name=state.messages(key) if state.messages.has_key(key) else measure,
        unit=next((figure.unit for report in reports.values() for figure in report.figures if figure.unit), ""),
        counties=counties,
        years=(*_list_earlier_years(state, measure), (roster.year, planned, done)),
    )


def _collect_county(
    state: YearState, due_county: DueCounty, report: ValidationReport | None, measure: str
) -> CountyAmounts:
    county_state = state.county_states[due_county.code]
    return CountyAmounts(
        name=due_county.name,
        state=_get_state_name(state, county_state),
        planned=collect_planned_amounts(state.library, report).get(measure),
        done=sum_done_by_measure(report).get(measure),
    )


def _get_state_name(state: YearState, county_state: CountyState) -> str:
    return state.procedure.states.get(county_state.state, county_state.state)


def _list_earlier_years(state: YearState, measure: str) -> Iterator[tuple[int, Decimal | None, Decimal | None]]:
    """Yield the earlier years with what was planned and done in the filings in force, the oldest first."""
    store = state.paths.open_store()
    sha256s_by_year = {
        year: [filing.report for filing in filings.values() if not filing.is_withdrawn]
        for year, filings in state.earlier_by_year.items()
    }
    if state.last_year_reports:
        sha256s_by_year.setdefault(state.paths.year - 1, list(state.last_year_reports.values()))
    for year, sha256s in sorted(sha256s_by_year.items()):
        reports = [_load_report(store, sha256) for sha256 in sha256s]
        planned = sum_known_amounts(collect_planned_amounts(state.library, report).get(measure) for report in reports)
        done = sum_known_amounts(sum_done_by_measure(report).get(measure) for report in reports)
        yield year, planned, done


def _load_report(store: ObjectStore, sha256: str) -> ValidationReport:
    return decode_report(json.loads(store.load_object(sha256)))
