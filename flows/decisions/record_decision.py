"""Record decisions that were made at the command line."""

from dataclasses import dataclass, replace

from flows.decisions.guarded_ledger import GuardedLedger
from flows.decisions.pending_decisions import evaluate_decision
from flows.year.locations import YearPaths
from flows.year.year_lock import lock_year
from flows.year.year_state import YearState, load_year_state
from ledger.errors import HeadMovedError
from ledger.ledger import Ledger
from review.county_state import CountyState, find_recorded_roster
from review.decision import build_decision_key
from review.decision_rules import check_person
from review.events import Event
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, resolve_proposal
from review.roster import Roster

MAX_LOCK_WAIT_SECONDS = 60.0
MAX_ATTEMPTS = 20


def _bind_version(state: YearState, proposal: Proposal) -> Proposal:
    """Said at the command line without a version, a decision means the newest one of this moment."""
    standing = state.county_states.get(proposal.county)
    newest = standing.newest_version if standing else None
    if newest is None or proposal.version or proposal.sha256:
        return proposal
    return replace(proposal, version=newest.number, sha256=newest.sha256)


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """What came of a proposal: the event recorded (None where it was recorded before), and the scene after it."""

    event: Event | None
    state: YearState


@dataclass(frozen=True, slots=True)
class _RecordingContext:
    paths: YearPaths
    ledger: Ledger
    roster: Roster
    expected_head: str = ""  # what the person has read ends here; empty where that was not said

    def load_state(self) -> YearState:
        return load_year_state(self.paths, self.ledger, self.roster)


def record_decision(paths: YearPaths, proposal: Proposal, *, head: str = "") -> RecordedDecision | DecisionRefusal:
    """Judge a proposal by the record as it stands and record it, or return why not.

    With a *head*, what the person has read ends there: anything recorded since refuses the decision. The roster is the
    recorded one: `LedgerMissing` is raised where no run has recorded any yet. `YearBusy` is raised where a run holds
    the year for longer than a person would wait.
    """
    with lock_year(paths, wait_seconds=MAX_LOCK_WAIT_SECONDS), paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        if roster is None:
            return DecisionRefusal("nothing_received", {"county": proposal.county})
        return _record_proposal(_RecordingContext(paths, ledger, roster, head), proposal)


def record_clear_counties(
    paths: YearPaths, proposal: Proposal
) -> DecisionRefusal | list[tuple[str, RecordedDecision | DecisionRefusal]]:
    """Record one decision for every county that has no finding and awaits it, within the person's area.

    A person who holds no such office, and an action that there is not, are refused before any county is looked at.
    """
    with lock_year(paths, wait_seconds=MAX_LOCK_WAIT_SECONDS), paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        if roster is None:
            return DecisionRefusal("nothing_received", {"county": proposal.level})
        record = _RecordingContext(paths, ledger, roster)
        scene = record.load_state()
        case = resolve_proposal(scene.procedure, proposal)
        if isinstance(case, DecisionRefusal):
            return case
        areas = [one for one in roster.find_offices(proposal.by) if one.level == case.level.id]
        if not areas:
            return _refuse_without_office(scene, roster, proposal, case)
        clear = _list_clear_counties(scene, roster, case, {one.area[: case.level.area_digits] for one in areas})
        return [(county, _record_proposal(record, replace(proposal, county=county))) for county in clear]


def _refuse_without_office(
    state: YearState, roster: Roster, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionRefusal:
    """Say why nobody of that name may act at that level."""
    nobody = CountyState(county="", state=state.procedure.initial_state)
    bench = DecisionContext(procedure=state.procedure, roster=roster, county_state=nobody, return_policy=state.policy)
    return next(check_person(bench, proposal, resolved_action))


def _list_clear_counties(
    state: YearState, roster: Roster, resolved_action: ResolvedAction, area_prefixes: set[str]
) -> list[str]:
    found = []
    for due in roster.due_counties:
        standing = state.county_states[due.code]
        newest = standing.newest_version
        ready = (
            standing.state in resolved_action.action.from_states
            and due.code[: resolved_action.level.area_digits] in area_prefixes
        )
        if (
            ready
            and newest is not None
            and newest.is_checked
            and not (newest.hard_count or newest.soft_count or newest.note_count)
        ):
            found.append(due.code)
    return found


def _record_proposal(context: _RecordingContext, proposal: Proposal) -> RecordedDecision | DecisionRefusal:
    for _ in range(MAX_ATTEMPTS):
        pen = GuardedLedger(context.ledger)  # before the record is read: what comes in between is noticed
        if context.expected_head not in ("", pen.head):
            return DecisionRefusal("head_moved", {"expected": context.expected_head[:12], "found": pen.head[:12]})
        scene = context.load_state()
        judged = evaluate_decision(scene, context.roster, _bind_version(scene, proposal))
        if isinstance(judged, DecisionRefusal):
            return judged
        if judged is None:
            return RecordedDecision(None, scene)
        try:
            pen.append(judged, key=build_decision_key(judged))
        except HeadMovedError:
            continue  # somebody else was faster: judge anew by what they recorded
        return RecordedDecision(judged, context.load_state())
    return DecisionRefusal("conflict", {"county": proposal.county})
