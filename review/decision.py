"""The only gate of the review chain: accepts or refuses a decision, and writes nothing."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import chain

from review.county_state import CountyState
from review.decision_content import build_decision_facts
from review.decision_dates import list_date_flags
from review.decision_rules import check_completeness, check_person, find_first_refusal
from review.events import Event, EventKind, JsonValue
from review.proposal import (
    DecisionContext,
    DecisionRefusal,
    Proposal,
    ResolvedAction,
    cite_rule,
    find_office,
    normalise_points,
    resolve_proposal,
)
from review.rollup_refusals import find_roll_up_refusal
from review.rollup_seals import list_due_counties
from review.roster import Officer


def decide_proposal(context: DecisionContext, proposal: Proposal) -> Event | DecisionRefusal:
    """Return the event to record for a decision on one submission, or why the decision is refused."""
    return _cite_rule_if_refused(context, _evaluate_proposal(context, proposal))


def decide_roll_up(
    context: DecisionContext, proposal: Proposal, county_states: Mapping[str, CountyState]
) -> Event | DecisionRefusal:
    """Return the event that seals or unseals the roll-up of an area, or why the decision is refused.

    *county_states* is keyed by county code.
    """
    return _cite_rule_if_refused(context, _evaluate_roll_up(context, proposal, county_states))


def _cite_rule_if_refused(context: DecisionContext, result: Event | DecisionRefusal) -> Event | DecisionRefusal:
    if isinstance(result, DecisionRefusal):
        return cite_rule(context.procedure, result)
    return result


def build_decision_key(event: Event, earlier_decisions: Iterable[Event] = ()) -> str:
    """Return the key by which a decision that is submitted again is recognised.

    The same decision after it was undone is another one: it is told by how often it is among *earlier_decisions*.
    """
    repetition = sum(earlier == event for earlier in earlier_decisions)
    parts = [
        event.year,
        event.county,
        event.sha256,
        event.level,
        event.action,
        event.actor,
        dict(event.facts),
        *[repetition] * bool(repetition),
    ]
    return "decision:" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _evaluate_proposal(context: DecisionContext, proposal: Proposal) -> Event | DecisionRefusal:
    resolved_action = resolve_proposal(context.procedure, proposal)
    if isinstance(resolved_action, DecisionRefusal):
        return resolved_action
    action = resolved_action.action
    if action.effect.is_on_area:
        return DecisionRefusal("not_an_area", {"county": proposal.county, "action": action.name})
    refusal = find_first_refusal(context, proposal, resolved_action)
    if refusal is not None:
        return refusal
    content = build_decision_facts(context, proposal, resolved_action)
    if isinstance(content, DecisionRefusal):
        return content
    return _build_event(context, proposal, resolved_action, content)


def _build_event(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction, content: dict[str, JsonValue]
) -> Event:
    county_state = context.county_state
    newest = county_state.newest_version
    facts = _build_facts(context, proposal, resolved_action)
    return Event(
        kind=EventKind.DECISION,
        year=context.roster.year,
        county=proposal.county,
        version=newest.number if newest else 0,
        sha256=county_state.newest_sha256,
        level=resolved_action.level.id,
        action=resolved_action.action.id,
        actor=proposal.by,
        unit=_get_office(context, proposal, resolved_action).unit,
        facts={**facts, **content},
    )


def _build_facts(context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction) -> dict[str, JsonValue]:
    facts: dict[str, JsonValue] = {
        "number": proposal.number.strip(),
        "opinion": proposal.opinion.strip(),
        "date": resolved_action.day.isoformat(),
        "title": _get_office(context, proposal, resolved_action).title,
    }
    flags = list_date_flags(context, resolved_action)
    if flags:
        facts["flags"] = list(flags)
    points = normalise_points(proposal.points)
    if points:
        # Kept as written, so that the same decision is recognised if it is submitted again.
        facts["lines"] = points
    return facts


def _get_office(context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction) -> Officer:
    office = find_office(context, proposal, resolved_action)
    if office is None:
        raise RuntimeError("a decision passed all checks, but its author holds no office")
    return office


def _evaluate_roll_up(
    context: DecisionContext, proposal: Proposal, county_states: Mapping[str, CountyState]
) -> Event | DecisionRefusal:
    resolved_action = resolve_proposal(context.procedure, proposal)
    if isinstance(resolved_action, DecisionRefusal):
        return resolved_action
    refusals = chain(
        check_person(context, proposal, resolved_action), check_completeness(context, proposal, resolved_action)
    )
    refusal = next(refusals, None) or find_roll_up_refusal(context, proposal, resolved_action, county_states)
    if refusal is not None:
        return refusal
    return _build_roll_up_event(context, proposal, resolved_action, county_states)


def _build_roll_up_event(
    context: DecisionContext,
    proposal: Proposal,
    resolved_action: ResolvedAction,
    county_states: Mapping[str, CountyState],
) -> Event:
    due_counties = list_due_counties(context.roster, resolved_action.level, proposal.county)
    rows: list[JsonValue] = [_build_sealed_row(context, county_states, due_county.code) for due_county in due_counties]
    return Event(
        kind=EventKind.ROLL_UP,
        year=context.roster.year,
        county=proposal.county,
        level=resolved_action.level.id,
        action=resolved_action.action.id,
        actor=proposal.by,
        unit=_get_office(context, proposal, resolved_action).unit,
        facts={**_build_facts(context, proposal, resolved_action), "counties": rows},
    )


def _build_sealed_row(context: DecisionContext, county_states: Mapping[str, CountyState], county: str) -> JsonValue:
    county_state = county_states.get(county) or CountyState(county=county, state=context.procedure.initial_state)
    return {"county": county, "state": county_state.state, "sha256": county_state.newest_sha256}
