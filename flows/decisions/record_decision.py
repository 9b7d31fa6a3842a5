"""Records decisions that are made at the command line."""

from dataclasses import dataclass, replace

from flows.decisions.guarded_ledger import GuardedLedger
from flows.decisions.pending_decisions import build_recording_key, evaluate_decision
from flows.year.locations import YearPaths
from flows.year.year_lock import lock_year
from flows.year.year_state import YearState, load_year_state
from ledger.errors import HeadMovedError
from ledger.ledger import Ledger
from review.county_state import CountyState, SubmissionVersion, find_recorded_roster
from review.decision_rules import check_person
from review.events import Event
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, resolve_proposal
from review.roster import Roster

MAX_LOCK_WAIT_SECONDS = 60.0
MAX_ATTEMPTS = 20


def _bind_version(state: YearState, proposal: Proposal) -> Proposal:
    """Return a proposal without a version as one on the county's newest version at this moment."""
    if proposal.version or proposal.sha256:
        return proposal
    county_state = state.county_states.get(proposal.county)
    if county_state is None or county_state.newest_version is None:
        return proposal
    newest = county_state.newest_version
    return replace(proposal, version=newest.number, sha256=newest.sha256)


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """The recorded event of a proposal, None if it was recorded before, and the state of the year after it."""

    event: Event | None
    state: YearState


@dataclass(frozen=True, slots=True)
class _RecordingContext:
    """The open ledger of a year; *expected_head* is the last entry that the person has read, empty if not given."""

    paths: YearPaths
    ledger: Ledger
    roster: Roster
    expected_head: str = ""

    def load_state(self) -> YearState:
        return load_year_state(self.paths, self.ledger, self.roster)


def record_decision(paths: YearPaths, proposal: Proposal, *, head: str = "") -> RecordedDecision | DecisionRefusal:
    """Evaluate a proposal against the record as it stands and record it, or return why it is refused.

    *head* is the digest of the last entry that the person has read: if anything was recorded after it, the decision is
    refused. The roster is the recorded one. Raises `LedgerMissingError` if no run has recorded anything yet, and
    `YearBusyError` if a run holds the year for more than `MAX_LOCK_WAIT_SECONDS`.
    """
    with lock_year(paths, wait_seconds=MAX_LOCK_WAIT_SECONDS), paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        if roster is None:
            return DecisionRefusal("nothing_received", {"county": proposal.county})
        return _record_proposal(_RecordingContext(paths, ledger, roster, head), proposal)


def record_clear_counties(
    paths: YearPaths, proposal: Proposal
) -> DecisionRefusal | list[tuple[str, RecordedDecision | DecisionRefusal]]:
    """Record one decision for every county of the person's area that awaits it and has no finding.

    Returns one refusal, before any county is considered, if the action is unknown or the person holds no office at
    its level. Raises the same errors as `record_decision`.
    """
    with lock_year(paths, wait_seconds=MAX_LOCK_WAIT_SECONDS), paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        if roster is None:
            return DecisionRefusal("nothing_received", {"county": proposal.level})
        context = _RecordingContext(paths, ledger, roster)
        state = context.load_state()
        resolved_action = resolve_proposal(state.procedure, proposal)
        if isinstance(resolved_action, DecisionRefusal):
            return resolved_action
        area_prefixes = _list_area_prefixes(roster, proposal.by, resolved_action)
        if not area_prefixes:
            return _refuse_without_office(state, roster, proposal, resolved_action)
        counties = _list_clear_counties(state, roster, resolved_action, area_prefixes)
        return [(county, _record_proposal(context, replace(proposal, county=county))) for county in counties]


def _list_area_prefixes(roster: Roster, person: str, resolved_action: ResolvedAction) -> set[str]:
    """Return the leading digits of the areas for which a person holds an office at the action's level."""
    level = resolved_action.level
    return {officer.area[: level.area_digits] for officer in roster.find_offices(person) if officer.level == level.id}


def _refuse_without_office(
    state: YearState, roster: Roster, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionRefusal:
    """Return the reason why the person of a proposal may not act at its level."""
    no_county = CountyState(county="", state=state.procedure.initial_state)
    context = DecisionContext(
        procedure=state.procedure, roster=roster, county_state=no_county, return_policy=state.policy
    )
    return next(check_person(context, proposal, resolved_action))


def _list_clear_counties(
    state: YearState, roster: Roster, resolved_action: ResolvedAction, area_prefixes: set[str]
) -> list[str]:
    """Return the counties of these areas that await the action and have no finding, in the order of the roster."""
    area_digits = resolved_action.level.area_digits
    counties = []
    for due_county in roster.due_counties:
        county_state = state.county_states[due_county.code]
        if (
            county_state.state in resolved_action.action.from_states
            and due_county.code[:area_digits] in area_prefixes
            and _is_clear(county_state.newest_version)
        ):
            counties.append(due_county.code)
    return counties


def _is_clear(version: SubmissionVersion | None) -> bool:
    if version is None or not version.is_checked:
        return False
    return not (version.hard_count or version.soft_count or version.note_count)


def _record_proposal(context: _RecordingContext, proposal: Proposal) -> RecordedDecision | DecisionRefusal:
    for _ in range(MAX_ATTEMPTS):
        # The head is taken before the record is read, so that an append in between is noticed.
        guarded_ledger = GuardedLedger(context.ledger)
        head = guarded_ledger.head
        if context.expected_head not in ("", head):
            return DecisionRefusal("head_moved", {"expected": context.expected_head[:12], "found": head[:12]})
        state = context.load_state()
        event = evaluate_decision(state, context.roster, _bind_version(state, proposal))
        if isinstance(event, DecisionRefusal):
            return event
        if event is None:
            return RecordedDecision(None, state)
        try:
            guarded_ledger.append(event, key=build_recording_key(state, event))
        except HeadMovedError:
            # Somebody else recorded something first: evaluate the proposal again on top of it.
            continue
        return RecordedDecision(event, context.load_state())
    return DecisionRefusal("conflict", {"county": proposal.county})
