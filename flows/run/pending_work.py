"""Finds what can advance, from inbox and record, with plain functions that change nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.reporting.json_codec import decode_refusal
from filing.pages.run_page import is_page_of_running
from flows.decisions.pending_decisions import evaluate_decisions
from flows.intake.accompanying_papers import list_new_papers
from flows.intake.opening_balances import evaluate_opening_balances
from flows.outputs.county_notices import list_due_notices
from flows.outputs.filings_due import list_due_filings
from flows.outputs.review_copies import list_due_copies
from flows.outputs.withdraw_outputs import find_outputs_to_withdraw
from flows.outputs.write_evidence import is_evidence_due
from flows.outputs.write_manifest import plan_manifest
from flows.run.returned_files_due import list_due_marked_workbooks, list_due_pages
from flows.year.contract_impact import ContractImpact
from flows.year.inbox import Arrival, SkippedFile
from flows.year.issued_outputs import (
    find_unfinished_outputs,
    list_due_boards,
    list_due_review_workbooks,
)
from flows.year.manifest_names import RUN_PAGE_FILE
from flows.year.year_state import YearInputs, YearState
from review.county_state import CountyState, SubmissionVersion
from review.events import Event, EventKind, LedgerEntry
from review.roster import Roster, encode_roster


def build_roster_event(state: YearState, roster: Roster) -> tuple[Event, str] | None:
    """Return the roster as an event with its key, or None if it is the one on record."""
    recorded = _find_roster_entry(state)
    facts = encode_roster(roster)
    last_sequence = 0
    if recorded is not None:
        if dict(recorded.event.facts) == facts:
            return None
        last_sequence = recorded.sequence
    event = Event(kind=EventKind.ROSTER, year=state.paths.year, facts=facts)
    return event, f"roster:{state.paths.year}:after {last_sequence}"


def _find_roster_entry(state: YearState) -> LedgerEntry | None:
    for entry in reversed(state.history):
        if entry.event.kind is EventKind.ROSTER:
            return entry
    return None


@dataclass(frozen=True, slots=True)
class ClassifiedArrivals:
    """The files of the inbox: new ones by county, those still refused with the reason, and skipped ones."""

    new_files: Mapping[str, tuple[Arrival, ...]]
    refused: tuple[tuple[Arrival, Refusal], ...]
    skipped: tuple[SkippedFile, ...]


def classify_arrivals(state: YearState, inputs: YearInputs) -> ClassifiedArrivals:
    """Separate new files from those that are on record already."""
    new_files: dict[str, list[Arrival]] = {}
    refused: list[tuple[Arrival, Refusal]] = []
    skipped = list(inputs.inbox.skipped)
    present_digests = {arrival.sha256 for arrival in inputs.inbox.arrivals}
    for arrival in inputs.inbox.arrivals:
        received_name = _find_received_name(state, arrival)
        if received_name is not None:
            if received_name != arrival.name:
                skipped.append(SkippedFile(f"{arrival.county}/{arrival.name}", "known"))
            continue
        refusal = _find_open_refusal(state, arrival, inputs, present_digests)
        if refusal is not None:
            refused.append((arrival, refusal))
        elif _is_superseded(state, arrival):
            skipped.append(SkippedFile(f"{arrival.county}/{arrival.name}", "version_old"))
        else:
            new_files.setdefault(arrival.county, []).append(arrival)
    new_files_by_county = {county: tuple(arrivals) for county, arrivals in new_files.items()}
    return ClassifiedArrivals(new_files_by_county, tuple(refused), tuple(skipped))


def find_vanished_files(
    state: YearState, inputs: YearInputs, earlier_arrivals: Sequence[Arrival]
) -> tuple[Arrival, ...]:
    """Return the arrivals seen earlier whose files are gone and not on record: somebody removed them from the inbox."""
    present_paths = {arrival.path for arrival in inputs.inbox.arrivals}
    missing_arrivals = (arrival for arrival in earlier_arrivals if arrival.path not in present_paths)
    return tuple(arrival for arrival in missing_arrivals if _find_received_name(state, arrival) is None)


def _find_received_name(state: YearState, arrival: Arrival) -> str | None:
    """Return the name under which the same file of the county was received, or None."""
    county_state = state.county_states.get(arrival.county)
    if county_state is None or not arrival.sha256:
        return None
    for version in county_state.versions:
        if version.sha256 == arrival.sha256:
            return version.name
    return None


def _is_superseded(state: YearState, arrival: Arrival) -> bool:
    """Return whether a file was once refused as an old version: it stays skipped for good."""
    return any(event.facts["code"] == "version_old" for event in _list_refusals_of(state, arrival))


def _find_open_refusal(
    state: YearState, arrival: Arrival, inputs: YearInputs, present_digests: set[str]
) -> Refusal | None:
    """Return the recorded refusal of a file, or None if there is none or its reason may have gone.

    *present_digests* are the sha256 of all files in the inbox.
    """
    refusals = list(_list_refusals_of(state, arrival))
    if not refusals or refusals[-1].facts["code"] == "version_old":
        return None
    last = refusals[-1]
    if last.facts["contracts"] != state.contracts_version or _is_lifted(state, last, inputs, present_digests):
        return None
    if last.facts["code"] == "vanished" and arrival.path.exists():
        return None
    if arrival.refusal is not None and arrival.refusal.code != last.facts["code"]:
        return None
    return decode_refusal({name: last.facts[name] for name in Refusal.__slots__})


def _is_lifted(state: YearState, event: Event, inputs: YearInputs, present_digests: set[str]) -> bool:
    """Return whether the reason of a recorded refusal no longer holds."""
    county_state = state.county_states.get(event.county)
    if event.facts["code"] == "version_conflict":
        rivals = str(event.facts.get("rivals", "")).split()
        return present_digests.isdisjoint(rivals) and _list_version_digests(county_state).isdisjoint(rivals)
    if event.facts["code"] in ("version_locked", "unit_excused"):
        return county_state is None or county_state.state in state.procedure.resubmittable_states
    return event.facts["code"] == "not_due" and inputs.roster.find_county(event.county) is not None


def _list_version_digests(county_state: CountyState | None) -> set[str]:
    if county_state is None:
        return set()
    return set(county_state.version_sha256s)


def _list_refusals_of(state: YearState, arrival: Arrival) -> Iterator[Event]:
    """Yield the recorded refusals of a file under its present name, oldest first."""
    for entry in state.history:
        if entry.event.kind is EventKind.REFUSED and _is_same_file(entry.event, arrival):
            yield entry.event


def _is_same_file(event: Event, arrival: Arrival) -> bool:
    return (event.county, event.sha256, event.facts["name"]) == (arrival.county, arrival.sha256, arrival.name)


def find_unchecked_versions(state: YearState) -> Iterator[tuple[str, SubmissionVersion]]:
    """Yield the versions to check: unchecked ones, and newest undecided ones whose contracts or balances changed."""
    impact = ContractImpact(state)
    for county, county_state in state.county_states.items():
        is_undecided = county_state.state in state.procedure.state_by_outcome.values()
        for version in county_state.versions:
            is_open = is_undecided and version is county_state.newest_version
            if not version.is_checked or (is_open and _is_stale(impact, county, version)):
                yield county, version


def _is_stale(impact: ContractImpact, county: str, version: SubmissionVersion) -> bool:
    """Return whether the balances or the contracts behind a check have changed."""
    if version.balances_digest != impact.state.get_check_inputs(county).balances_digest:
        return True
    return impact.is_affected(county, version)


def has_pending_work(state: YearState, inputs: YearInputs) -> bool:
    """Return whether anything can advance."""
    pending_items: tuple[object, ...] = (
        build_roster_event(state, inputs.roster),
        evaluate_opening_balances(state, inputs)[0],
        next(list_new_papers(state, inputs), None),
        classify_arrivals(state, inputs).new_files,
        next(find_unchecked_versions(state), None),
        next(list_due_marked_workbooks(state), None),
        next(list_due_pages(state), None),
        evaluate_decisions(state, inputs)[0],
        list_due_notices(state),
        list_due_copies(state),
        list_due_review_workbooks(state, inputs.roster),
        is_evidence_due(state, inputs.roster),
        list_due_filings(state, inputs.roster),
        find_outputs_to_withdraw(state, inputs.roster),
        list_due_boards(state, inputs.roster),
        find_unfinished_outputs(state),
        plan_manifest(state),
        _is_run_unfinished(state),
    )
    return any(pending_items)


def _is_run_unfinished(state: YearState) -> bool:
    """Return whether the last run was killed before its page said that it had ended."""
    try:
        page = state.paths.output_path(RUN_PAGE_FILE).read_bytes()
    except OSError:
        return False
    return is_page_of_running(page)
