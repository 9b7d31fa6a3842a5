"""May this person do this now? The chain's only gate; it decides, and writes nothing."""

import hashlib
import json
from collections.abc import Mapping

from contracts.procedures import Effect
from review.county_state import CountyState
from review.decision_content import build_decision_facts
from review.decision_rules import check_completeness, check_person, find_first_refusal
from review.events import Event, EventKind, JsonValue
from review.proposal import (
    DecisionContext,
    DecisionRefusal,
    Proposal,
    ResolvedAction,
    cite_rule,
    find_office,
    find_soft_violations,
    normalise_points,
    resolve_proposal,
)
from review.rollup_seals import find_pending_counties, list_due_counties

_MAX_COUNTIES_NAMED = 6


def decide_proposal(context: DecisionContext, proposal: Proposal) -> Event | DecisionRefusal:
    """Return the event to record, or why the decision is refused."""
    judged = _evaluate_proposal(context, proposal)
    return cite_rule(context.procedure, judged) if isinstance(judged, DecisionRefusal) else judged


def decide_roll_up(
    context: DecisionContext, proposal: Proposal, county_states: Mapping[str, CountyState]
) -> Event | DecisionRefusal:
    """Return the event that seals or opens the roll-up of an area, or why it is refused; *found* is by county."""
    judged = _evaluate_roll_up(context, proposal, county_states)
    return cite_rule(context.procedure, judged) if isinstance(judged, DecisionRefusal) else judged


def build_decision_key(event: Event) -> str:
    """Return what makes a decision the same decision when it is handed in again."""
    parts = [
        event.year,
        event.county,
        event.sha256,
        event.level,
        event.action,
        event.actor,
        dict(event.facts),
    ]
    return "decision:" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _evaluate_proposal(context: DecisionContext, proposal: Proposal) -> Event | DecisionRefusal:
    case = resolve_proposal(context.procedure, proposal)
    if isinstance(case, DecisionRefusal):
        return case
    if case.action.effect.is_on_area:
        return DecisionRefusal("not_an_area", {"county": proposal.county, "action": case.action.name})
    denial = find_first_refusal(context, proposal, case)
    if denial is not None:
        return denial
    said = build_decision_facts(context, proposal, case)
    return said if isinstance(said, DecisionRefusal) else _build_event(context, proposal, case, said)


def _build_event(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction, content: dict[str, JsonValue]
) -> Event:
    newest = context.county_state.newest_version
    judged = (newest.number, newest.sha256) if newest else (0, "")
    facts = _build_facts(context, proposal, resolved_action)
    flagged = find_soft_violations(context, resolved_action, context.county_state.get_newest_decisions())
    if flagged:
        facts["flags"] = list(flagged)
    return Event(
        kind=EventKind.DECISION,
        year=context.roster.year,
        county=proposal.county,
        version=judged[0],
        sha256=judged[1],
        level=resolved_action.level.id,
        action=resolved_action.action.id,
        actor=proposal.by,
        unit=_get_unit(context, proposal, resolved_action),
        facts={**facts, **content},
    )


def _build_facts(context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction) -> dict[str, JsonValue]:
    office = find_office(context.roster, proposal, resolved_action)
    lines = normalise_points(proposal.points)
    return {
        "number": proposal.number.strip(),
        "opinion": proposal.opinion.strip(),
        "date": resolved_action.day.isoformat(),
        "title": office.title if office else "",
        **({"lines": lines} if lines else {}),  # as written: by it the same decision handed in again is known
    }


def _get_unit(context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction) -> str:
    office = find_office(context.roster, proposal, resolved_action)
    if office is None:
        raise RuntimeError("a decision without an office passed the questions")
    return office.unit


def _evaluate_roll_up(
    context: DecisionContext, proposal: Proposal, county_states: Mapping[str, CountyState]
) -> Event | DecisionRefusal:
    case = resolve_proposal(context.procedure, proposal)
    if isinstance(case, DecisionRefusal):
        return case
    asked = (*check_person(context, proposal, case), *check_completeness(context, proposal, case))
    denial = next(iter(asked), None) or _find_roll_up_refusal(context, proposal, case, county_states)
    if denial is not None:
        return denial
    due = list_due_counties(context.roster, case.level, proposal.county)
    states: list[JsonValue] = [_build_sealed_row(context, county_states, one.code) for one in due]
    return Event(
        kind=EventKind.ROLL_UP,
        year=context.roster.year,
        county=proposal.county,
        level=case.level.id,
        action=case.action.id,
        actor=proposal.by,
        unit=_get_unit(context, proposal, case),
        facts={**_build_facts(context, proposal, case), "counties": states},
    )


def _build_sealed_row(context: DecisionContext, county_states: Mapping[str, CountyState], county: str) -> JsonValue:
    standing = county_states.get(county) or CountyState(county=county, state=context.procedure.initial_state)
    sha256 = standing.newest_version.sha256 if standing.newest_version else ""
    return {"county": county, "state": standing.state, "sha256": sha256}


def _find_roll_up_refusal(
    context: DecisionContext,
    proposal: Proposal,
    resolved_action: ResolvedAction,
    county_states: Mapping[str, CountyState],
) -> DecisionRefusal | None:
    due = list_due_counties(context.roster, resolved_action.level, proposal.county)
    facts = {"county": proposal.county, "level": resolved_action.level.name, "action": resolved_action.action.name}
    sealed = (resolved_action.level.id, proposal.county) in context.sealed_areas
    sealing = resolved_action.action.effect is Effect.SEAL
    if not due or not resolved_action.action.effect.is_on_area:
        return DecisionRefusal("not_an_area", facts)
    if sealed is sealing:
        return DecisionRefusal("sealed_already" if sealed else "not_sealed", facts)
    if not sealing:
        return _find_seal_above(context, proposal, resolved_action)
    waiting = find_pending_counties(context.procedure, resolved_action.level, due, county_states)
    names = "、".join(one.name for one in waiting[:_MAX_COUNTIES_NAMED])
    return DecisionRefusal("roll_up_open", {**facts, "count": str(len(waiting)), "names": names}) if waiting else None


def _find_seal_above(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionRefusal | None:
    levels = context.procedure.levels
    for level in levels[levels.index(resolved_action.level) + 1 :]:
        if (level.id, level.get_area_code(proposal.county)) in context.sealed_areas:
            return DecisionRefusal("seal_above", {"county": proposal.county, "level": level.name})
    return None
