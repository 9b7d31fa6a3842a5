"""``hesuan status``: print the state of each county and who is late, from the ledger alone."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from contracts.messages import Messages
from contracts.procedures import Procedure
from desk.console import print_json, print_line
from desk.county_line import format_county_line
from desk.exit_codes import ExitCode
from filing.status.status_board import format_outdated_years, format_unfiled_year, format_year_notes
from flows.year.county_status import build_status_json, build_status_rows
from flows.year.earlier_filings import (
    find_earlier_filings_from_summaries,
    find_filings_in_force,
    find_outdated_filings,
    group_changed_years,
)
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError
from review.county_state import CountyState, find_recorded_roster
from review.event_replay import replay_events
from review.events import EventKind, EventSummary
from review.progress import CityProgress, CountyProgress, compute_progress, count_by_city
from review.roster import Roster
from review.roster_gaps import RosterGaps, find_roster_gaps


def show_status(paths: YearPaths, *, as_json: bool, today: date) -> ExitCode:
    """Print the state of every due county; deadlines are compared with *today*."""
    with _pause_garbage_collection():
        return _print_status(paths, as_json=as_json, today=today)


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Turn garbage collection off: everything read is used until the end, and collecting takes a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _print_status(paths: YearPaths, *, as_json: bool, today: date) -> ExitCode:
    try:
        with paths.open_ledger(must_exist=True) as ledger:
            history = ledger.list_events(paths.year, excluded_kind=EventKind.ISSUED)
    except LedgerMissingError:
        history = []
    roster = find_recorded_roster(history)
    if roster is None:
        _print_empty_status(paths, as_json=as_json)
        return ExitCode.CLEAR
    library = paths.open_contracts()
    procedure = library.get_procedure(roster.procedure)
    county_states = replay_events(procedure, roster, history)
    gaps = _find_roster_gaps(paths, procedure, roster, county_states)
    if as_json:
        print_json(build_status_json(paths.year, build_status_rows(county_states, roster), procedure.states, gaps))
        return ExitCode.CLEAR
    outdated_years = _find_outdated_years(paths, procedure, history, county_states)
    view = _StatusView(library.get_messages(), procedure, roster, county_states, outdated_years, gaps)
    print_line("\n".join(_format_status(view, today)))
    return ExitCode.CLEAR


@dataclass(frozen=True, slots=True)
class _StatusView:
    """The data that the lines are made from; *county_states* and *outdated_years* are keyed by county code."""

    messages: Messages
    procedure: Procedure
    roster: Roster
    county_states: Mapping[str, CountyState]
    outdated_years: Mapping[str, tuple[int, ...]]
    roster_gaps: RosterGaps


def _find_roster_gaps(
    paths: YearPaths, procedure: Procedure, roster: Roster, county_states: Mapping[str, CountyState]
) -> RosterGaps:
    """Return the counties that fell out since last year."""
    with paths.open_ledger(must_exist=True) as ledger:
        prior_history = ledger.list_events(paths.year - 1, excluded_kind=EventKind.ISSUED)
    filings = find_filings_in_force(procedure, prior_history)
    return find_roster_gaps(procedure, roster, county_states, prior_history=prior_history, filed_before=filings)


def _find_outdated_years(
    paths: YearPaths, procedure: Procedure, history: list[EventSummary], county_states: Mapping[str, CountyState]
) -> dict[str, tuple[int, ...]]:
    """Return, by county, the earlier years whose filing has changed since the county was filed."""
    if not any(county_state.filed_sha256s for county_state in county_states.values()):
        return {}
    with paths.open_ledger(must_exist=True) as ledger:
        earlier_filings = find_earlier_filings_from_summaries(procedure, ledger, paths.year)
    outdated_filings = find_outdated_filings(procedure, paths.year, history, county_states, earlier_filings)
    return group_changed_years(outdated_filings)


def _print_empty_status(paths: YearPaths, *, as_json: bool) -> None:
    if as_json:
        print_json({"year": paths.year, "counties": []})
    else:
        print_line(paths.open_contracts().get_messages()("status.empty", year=str(paths.year)))


def _format_status(view: _StatusView, today: date) -> Iterator[str]:
    messages, procedure, roster = view.messages, view.procedure, view.roster
    rows = build_status_rows(view.county_states, roster)
    filed_count = sum(row.state in procedure.final_states for row in rows)
    yield messages("status.heading", year=str(roster.year), due=str(len(rows)), filed=str(filed_count))
    counties = compute_progress(procedure, roster, view.county_states, today)
    cities = count_by_city(procedure, roster, counties)
    if len(cities) > 1:
        for city in cities:
            yield _format_city_line(city, messages)
    for row, county_progress in zip(rows, counties, strict=True):
        line = "  " + format_county_line(row, messages, procedure) + _format_lateness(county_progress, messages)
        outdated = format_outdated_years(view.outdated_years.get(row.code, ()), messages)
        unfiled = format_unfiled_year(view.roster_gaps, row.code, messages)
        for note in filter(None, (outdated, unfiled)):
            line += messages("status.shaken", said=note)
        yield line
    notes = format_year_notes(view.roster, view.roster_gaps, messages)
    if notes:
        yield notes


def _format_city_line(city: CityProgress, messages: Messages) -> str:
    return messages(
        "status.city",
        city=city.name,
        due=str(city.due),
        sent=str(city.sent),
        done=str(city.done),
        excused=str(city.excused),
        late=str(city.late),
    )


def _format_lateness(county_progress: CountyProgress, messages: Messages) -> str:
    """Return the level whose deadline has passed without its action, or an empty text if the county is in time."""
    if not county_progress.is_late or county_progress.next_level is None or county_progress.deadline is None:
        return ""
    return messages("status.late", level=county_progress.next_level.name, day=county_progress.deadline.isoformat())
