"""Look at inbox and record with plain functions: what stands, what can advance. Nothing is changed here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.reporting.json_codec import decode_refusal
from flows.decisions.pending_decisions import evaluate_decisions
from flows.intake.opening_balances import evaluate_opening_balances
from flows.outputs.filings_due import list_due_filings
from flows.outputs.withdraw_outputs import find_outputs_to_withdraw
from flows.outputs.write_evidence import is_evidence_due
from flows.outputs.write_manifest import plan_manifest
from flows.year.contract_impact import ContractImpact
from flows.year.inbox import Arrival, SkippedFile
from flows.year.issued_outputs import (
    find_unfinished_outputs,
    find_unmarked_versions,
    find_versions_without_page,
    list_due_boards,
    list_due_review_workbooks,
)
from flows.year.year_state import YearInputs, YearState
from review.county_state import SubmissionVersion
from review.events import Event, EventKind, LedgerEntry
from review.roster import Roster, encode_roster


def build_roster_event(state: YearState, roster: Roster) -> tuple[Event, str] | None:
    """Return the roster as an event where it differs from the one on record."""
    last = next((one for one in reversed(state.history) if one.event.kind is EventKind.ROSTER), None)
    facts = encode_roster(roster)
    if last is not None and dict(last.event.facts) == facts:
        return None
    event = Event(kind=EventKind.ROSTER, year=state.paths.year, facts=facts)
    return event, f"roster:{state.paths.year}:after {last.sequence if last else 0}"


@dataclass(frozen=True, slots=True)
class ClassifiedArrivals:
    """The files of the inbox: new ones by county, those that stand refused, those passed over."""

    new_files: Mapping[str, tuple[Arrival, ...]]
    refused: tuple[tuple[Arrival, Refusal], ...]
    skipped: tuple[SkippedFile, ...]


def classify_arrivals(state: YearState, inputs: YearInputs) -> ClassifiedArrivals:
    """Tell new files from those that the record knows already."""
    fresh: dict[str, list[Arrival]] = {}
    refused, skipped = [], list(inputs.inbox.skipped)
    present = {one.sha256 for one in inputs.inbox.arrivals}
    for arrival in inputs.inbox.arrivals:
        known = _find_received_name(state, arrival)
        standing = None if known else _find_open_refusal(state, arrival, inputs, present)
        if known is not None:
            skipped += [SkippedFile(f"{arrival.county}/{arrival.name}", "known")] if known != arrival.name else []
        elif standing is not None:
            refused.append((arrival, standing))
        elif _is_superseded(state, arrival):
            skipped.append(SkippedFile(f"{arrival.county}/{arrival.name}", "version_old"))
        else:
            fresh.setdefault(arrival.county, []).append(arrival)
    return ClassifiedArrivals({county: tuple(files) for county, files in fresh.items()}, tuple(refused), tuple(skipped))


def find_vanished_files(
    state: YearState, inputs: YearInputs, earlier_arrivals: Sequence[Arrival]
) -> tuple[Arrival, ...]:
    """Return the files that were seen and lie there no more, unless the record holds them: the inbox was pulled out."""
    present = {one.path for one in inputs.inbox.arrivals}
    return tuple(one for one in earlier_arrivals if one.path not in present and _find_received_name(state, one) is None)


def _find_received_name(state: YearState, arrival: Arrival) -> str | None:
    standing = state.county_states.get(arrival.county)
    versions = standing.versions if standing and arrival.sha256 else ()
    return next((one.name for one in versions if one.sha256 == arrival.sha256), None)


def _is_superseded(state: YearState, arrival: Arrival) -> bool:
    """An old version that came late is passed over once and for all."""
    return any(
        _is_same_file(one.event, arrival) and one.event.facts["code"] == "version_old" for one in _list_refusals(state)
    )


def _find_open_refusal(
    state: YearState, arrival: Arrival, inputs: YearInputs, present_digests: set[str]
) -> Refusal | None:
    recorded = [one.event for one in _list_refusals(state) if _is_same_file(one.event, arrival)]
    if not recorded or recorded[-1].facts["code"] == "version_old":
        return None
    last = recorded[-1]
    if last.facts["contracts"] != state.contracts_version or _is_lifted(state, last, inputs, present_digests):
        return None
    if arrival.refusal is not None and arrival.refusal.code != last.facts["code"]:
        return None
    return decode_refusal({name: last.facts[name] for name in Refusal.__slots__})


def _is_lifted(state: YearState, event: Event, inputs: YearInputs, present_digests: set[str]) -> bool:
    standing = state.county_states.get(event.county)
    if event.facts["code"] == "version_conflict":
        rivals = str(event.facts.get("rivals", "")).split()
        kept = {one.sha256 for one in standing.versions} if standing else set()
        return not any(one in present_digests or one in kept for one in rivals)
    if event.facts["code"] in ("version_locked", "unit_excused"):
        return standing is None or standing.state in state.procedure.resubmittable_states
    return event.facts["code"] == "not_due" and inputs.roster.find_county(event.county) is not None


def _list_refusals(state: YearState) -> Iterator[LedgerEntry]:
    return (one for one in state.history if one.event.kind is EventKind.REFUSED)


def _is_same_file(event: Event, arrival: Arrival) -> bool:
    return (event.county, event.sha256, event.facts["name"]) == (arrival.county, arrival.sha256, arrival.name)


def find_unchecked_versions(state: YearState) -> Iterator[tuple[str, SubmissionVersion]]:
    """Return the versions to check: never checked, or newest and undecided on contracts or balances that changed."""
    touch = ContractImpact(state)
    for county, standing in state.county_states.items():
        undecided = standing.state in state.procedure.state_by_outcome.values()
        for version in standing.versions:
            if not version.is_checked or (
                version is standing.newest_version and undecided and _is_stale(touch, county, version)
            ):
                yield county, version


def _is_stale(impact: ContractImpact, county: str, version: SubmissionVersion) -> bool:
    return version.balances_digest != impact.state.get_check_inputs(county).balances_digest or impact.is_affected(
        county, version
    )


def has_pending_work(state: YearState, inputs: YearInputs) -> bool:
    """Tell whether anything can advance."""
    questions: Iterable[object] = (
        build_roster_event(state, inputs.roster),
        evaluate_opening_balances(state, inputs)[0],
        classify_arrivals(state, inputs).new_files,
        next(find_unchecked_versions(state), None),
        next(find_unmarked_versions(state), None),
        next(find_versions_without_page(state), None),
        evaluate_decisions(state, inputs)[0],
        list_due_review_workbooks(state, inputs.roster),
        is_evidence_due(state, inputs.roster),
        list_due_filings(state, inputs.roster),
        find_outputs_to_withdraw(state, inputs.roster),
        list_due_boards(state, inputs.roster),
        find_unfinished_outputs(state),
        plan_manifest(state),
    )
    return any(questions)
