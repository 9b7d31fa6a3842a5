"""``hesuan status``: who stands where, who is late; read from the record alone."""

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
from filing.status.status_board import format_outdated_years
from flows.year.county_status import build_status_json, build_status_rows
from flows.year.earlier_filings import find_earlier_filings_from_summaries, find_outdated_filings, group_changed_years
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError
from review.county_state import CountyState, find_recorded_roster
from review.event_replay import replay_events
from review.events import EventKind, EventSummary
from review.progress import CityProgress, CountyProgress, compute_progress, count_by_city
from review.roster import Roster


def show_status(paths: YearPaths, *, as_json: bool, today: date) -> ExitCode:
    """Print where every due county of the year stands."""
    with _pause_garbage_collection():
        return _print_status(paths, as_json=as_json, today=today)


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Let the collector rest: all that is read is needed to the end, and going over it again costs a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
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
    found = replay_events(procedure, roster, history)
    shaken = {} if as_json else _find_outdated_years(paths, procedure, history, found)
    sight = _StatusView(library.get_messages(), procedure, roster, found, shaken)
    if as_json:
        print_json(build_status_json(paths.year, build_status_rows(sight.county_states, roster), procedure.states))
    else:
        print_line("\n".join(_format_status(sight, today)))
    return ExitCode.CLEAR


@dataclass(frozen=True, slots=True)
class _StatusView:
    """What the lines are made from."""

    messages: Messages
    procedure: Procedure
    roster: Roster
    county_states: Mapping[str, CountyState]
    outdated_years: Mapping[str, tuple[int, ...]]


def _find_outdated_years(
    paths: YearPaths, procedure: Procedure, history: list[EventSummary], county_states: Mapping[str, CountyState]
) -> dict[str, tuple[int, ...]]:
    """Return by county the earlier years whose filing has changed since; nothing is read where nothing is filed."""
    if not any(one.filed_sha256s for one in county_states.values()):
        return {}
    with paths.open_ledger(must_exist=True) as ledger:
        earlier = find_earlier_filings_from_summaries(procedure, ledger, paths.year)
    return group_changed_years(find_outdated_filings(procedure, paths.year, history, county_states, earlier))


def _print_empty_status(paths: YearPaths, *, as_json: bool) -> None:
    if as_json:
        print_json({"year": paths.year, "counties": []})
    else:
        print_line(paths.open_contracts().get_messages()("status.empty", year=str(paths.year)))


def _format_status(view: _StatusView, today: date) -> Iterator[str]:
    words, procedure, roster = view.messages, view.procedure, view.roster
    rows = build_status_rows(view.county_states, roster)
    filed = sum(row.state in procedure.final_states for row in rows)
    yield words("status.heading", year=str(roster.year), due=str(len(rows)), filed=str(filed))
    counties = compute_progress(procedure, roster, view.county_states, today)
    cities = count_by_city(procedure, roster, counties)
    for city in cities if len(cities) > 1 else ():
        yield _format_city_line(city, words)
    for row, one in zip(rows, counties, strict=True):
        said = format_outdated_years(view.outdated_years.get(row.code, ()), words)
        late = _format_lateness(one, words) + (words("status.shaken", said=said) if said else "")
        yield "  " + format_county_line(row, words, procedure) + late


def _format_city_line(city: CityProgress, messages: Messages) -> str:
    counts = {name: str(getattr(city, name)) for name in ("due", "sent", "done", "excused", "late")}
    return messages("status.city", city=city.name, **counts)


def _format_lateness(county_progress: CountyProgress, messages: Messages) -> str:
    """Tell which level's deadline has passed while the submission still waits for it."""
    if not county_progress.is_late or county_progress.next_level is None or county_progress.deadline is None:
        return ""
    return messages("status.late", level=county_progress.next_level.name, day=county_progress.deadline.isoformat())
