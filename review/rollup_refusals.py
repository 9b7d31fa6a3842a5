"""Why a roll-up may not be sealed or unsealed: open counties, unsealed areas below, persons, dates."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

from contracts.procedures import Effect, Precondition
from review.county_state import CountyState
from review.decision_dates import check_order_of_dates, check_recorded_basis
from review.events import Event
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, parse_day
from review.rollup_seals import find_pending_counties, list_due_counties

_MAX_COUNTIES_NAMED = 6


def find_roll_up_refusal(
    context: DecisionContext,
    proposal: Proposal,
    resolved_action: ResolvedAction,
    county_states: Mapping[str, CountyState],
) -> DecisionRefusal | None:
    """Return why a roll-up may not be sealed or unsealed, or None; *county_states* is keyed by county code."""
    level, action = resolved_action.level, resolved_action.action
    due_counties = list_due_counties(context.roster, level, proposal.county)
    facts = {"county": proposal.county, "level": level.name, "action": action.name}
    is_sealed = (level.id, proposal.county) in context.sealed_areas
    if not due_counties or not action.effect.is_on_area:
        return DecisionRefusal("not_an_area", facts)
    early = _find_earlier_seal(context, proposal, resolved_action)
    if early is not None:
        return early
    if action.effect is not Effect.SEAL:
        return _find_unsealing_refusal(context, proposal, resolved_action, facts, is_sealed=is_sealed)
    if is_sealed:
        return DecisionRefusal("sealed_already", facts)
    pending_counties = find_pending_counties(context.procedure, level, due_counties, county_states)
    if pending_counties:
        names = "、".join(county.name for county in pending_counties[:_MAX_COUNTIES_NAMED])
        return DecisionRefusal("roll_up_open", {**facts, "count": str(len(pending_counties)), "names": names})
    return (
        _find_unsealed_below(context, resolved_action, facts)
        or _find_other_level(context, proposal, resolved_action, county_states)
        or _find_date_refusal(context, proposal, resolved_action, county_states)
    )


def _find_earlier_seal(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionRefusal | None:
    """Refuse a date before that of a seal which the decision follows: of the same area, or of an area within it."""
    level = resolved_action.level
    for event in context.roll_ups:
        day = parse_day(str(event.facts.get("date", "")))
        if day is None or day <= resolved_action.day or level.get_area_code(event.county) != proposal.county:
            continue
        earlier = context.procedure.find_action(event.level, event.action)
        facts = {
            "county": proposal.county,
            "action": resolved_action.action.name,
            "day": resolved_action.day.isoformat(),
            "earlier": earlier.name if earlier else event.action,
            "earlier_day": day.isoformat(),
        }
        return DecisionRefusal("date_before_previous", facts)
    return None


def _find_unsealed_below(
    context: DecisionContext, resolved_action: ResolvedAction, facts: Mapping[str, str]
) -> DecisionRefusal | None:
    """Refuse to seal an area before the areas of the level below, if the action needs their seals."""
    if Precondition.LOWER_SEALS not in resolved_action.action.preconditions:
        return None
    levels = context.procedure.levels
    below = levels[levels.index(resolved_action.level) - 1]
    due_counties = list_due_counties(context.roster, resolved_action.level, facts["county"])
    areas = dict.fromkeys(below.get_area_code(due_county.code) for due_county in due_counties)
    open_areas = [area for area in areas if (below.id, area) not in context.sealed_areas]
    if not open_areas:
        return None
    names = "、".join(context.roster.cities.get(area, area) for area in open_areas[:_MAX_COUNTIES_NAMED])
    return DecisionRefusal("unsealed_below", {**facts, "below": below.name, "names": names})


def _find_other_level(
    context: DecisionContext,
    proposal: Proposal,
    resolved_action: ResolvedAction,
    county_states: Mapping[str, CountyState],
) -> DecisionRefusal | None:
    """Refuse to seal at a second level: a seal of the person, or a decision of the person on a county of the area."""
    decisions = chain(context.roll_ups, _list_decisions_in_area(context, proposal, resolved_action, county_states))
    for decision in decisions:
        if decision.actor == proposal.by and decision.level != resolved_action.level.id:
            other = context.procedure.find_level(decision.level)
            other_name = other.name if other else decision.level
            facts = {"by": proposal.by, "level": resolved_action.level.name, "other": other_name}
            return DecisionRefusal("two_levels", facts)
    return None


def _list_decisions_in_area(
    context: DecisionContext,
    proposal: Proposal,
    resolved_action: ResolvedAction,
    county_states: Mapping[str, CountyState],
) -> Iterator[Event]:
    for due_county in list_due_counties(context.roster, resolved_action.level, proposal.county):
        if due_county.code in county_states:
            yield from county_states[due_county.code].decisions


def _find_date_refusal(
    context: DecisionContext,
    proposal: Proposal,
    resolved_action: ResolvedAction,
    county_states: Mapping[str, CountyState],
) -> DecisionRefusal | None:
    """Refuse a seal that is dated before the decisions on a county of the area, or before their recording."""
    for due_county in list_due_counties(context.roster, resolved_action.level, proposal.county):
        if due_county.code in county_states:
            county_context = replace(context, county_state=county_states[due_county.code])
            refusals = chain(
                check_order_of_dates(county_context, proposal, resolved_action),
                check_recorded_basis(county_context, proposal, resolved_action),
            )
            refusal = next(refusals, None)
            if refusal is not None:
                return refusal
    return None


def _find_unsealing_refusal(
    context: DecisionContext,
    proposal: Proposal,
    resolved_action: ResolvedAction,
    facts: Mapping[str, str],
    *,
    is_sealed: bool,
) -> DecisionRefusal | None:
    if not is_sealed:
        return DecisionRefusal("not_sealed", facts)
    levels = context.procedure.levels
    for level in levels[levels.index(resolved_action.level) + 1 :]:
        if (level.id, level.get_area_code(proposal.county)) in context.sealed_areas:
            return DecisionRefusal("seal_above", {"county": proposal.county, "level": level.name})
    return None
