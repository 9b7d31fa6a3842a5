"""Which proposals are on record already: a row that stays in the inbox, or a decision that still stands."""

from datetime import date

from contracts.procedures import Action, Effect, Procedure
from flows.year.year_state import SubmittedDecision, YearState
from review.county_state import CountyState
from review.events import Event
from review.proposal import NO_VERSION_SEEN, Proposal, normalise_points, parse_day
from review.rollup_seals import find_sealed_areas


def find_action(procedure: Procedure, proposal: Proposal) -> Action | None:
    """Return the action of a proposal, or None if there is none of this name at its level."""
    level = procedure.find_level(proposal.level)
    if level is None:
        return None
    return procedure.find_action(level.id, proposal.action)


def is_recorded(state: YearState, county_state: CountyState, proposal: Proposal, *, row_index: int | None) -> bool:
    """Return whether a proposal asks for nothing new.

    *row_index* counts the same rows before it in the inbox: the first as many as were recorded are those on record,
    whatever has become of them since. A row beyond them, or a decision at the command line (None), is on record only as
    long as it stands: the same 备案 after 撤销备案 is a new one.
    """
    action, day = find_action(state.procedure, proposal), parse_day(proposal.on)
    if action is None or day is None:
        return False
    decisions = list_decisions(state, county_state, proposal.county, action)
    same_decisions = [event for event in decisions if _is_same_decision(event, proposal, action=action, day=day)]
    if not same_decisions:
        return False
    if row_index is not None and row_index < len(same_decisions):
        return True
    return _still_stands(state, county_state, same_decisions[-1], action)


def list_decisions(state: YearState, county_state: CountyState, area: str, action: Action) -> tuple[Event, ...]:
    """Return the decisions on record among which an action may be found: those on the roll-up, or on the county."""
    if action.effect.is_on_area:
        return tuple(event for event in state.roll_ups if event.county == area)
    return county_state.decisions


def index_same_rows(decisions: tuple[SubmittedDecision, ...]) -> list[tuple[SubmittedDecision, int]]:
    """Return every row of the inbox with the number of rows before it that say the same."""
    counts: dict[Proposal, int] = {}
    indexed = []
    for decision in decisions:
        key = _normalise_proposal(decision.proposal)
        indexed.append((decision, counts.get(key, 0)))
        counts[key] = counts.get(key, 0) + 1
    return indexed


def _normalise_proposal(proposal: Proposal) -> Proposal:
    """Return a proposal as it is compared with others: without the version, which need not be given."""
    return Proposal(
        county=proposal.county,
        level=proposal.level,
        action=proposal.action,
        by=proposal.by,
        on=str(parse_day(proposal.on)),
        number=proposal.number.strip(),
        opinion=proposal.opinion.strip(),
        points=normalise_points(proposal.points),
    )


def _still_stands(state: YearState, county_state: CountyState, event: Event, action: Action) -> bool:
    """Return whether a recorded decision has not been undone: an action that moves a county leaves its own states."""
    if action.effect.is_on_area:
        sealed_areas = find_sealed_areas(state.procedure, state.roll_ups)
        return ((event.level, event.county) in sealed_areas) == (action.effect is Effect.SEAL)
    if event.sha256 != county_state.newest_sha256 or not action.to_state:
        return True
    return county_state.state not in action.from_states


def _is_same_decision(event: Event, proposal: Proposal, *, action: Action, day: date) -> bool:
    return (
        (event.level, event.action, event.actor) == (action.level, action.id, proposal.by)
        and event.facts["date"] == day.isoformat()
        and (event.facts["number"], event.facts["opinion"]) == (proposal.number.strip(), proposal.opinion.strip())
        and event.facts.get("lines", "") == normalise_points(proposal.points)
        and _is_same_version(event, proposal)
    )


def _is_same_version(event: Event, proposal: Proposal) -> bool:
    """Return whether the version that a proposal gives, if it gives any, is the one that the event is about."""
    if proposal.version not in (0, event.version):
        return False
    if proposal.sha256 == NO_VERSION_SEEN and not event.sha256:
        return True
    return proposal.sha256 in ("", event.sha256)
