"""The checks that a decision on one submission must pass, in the order in which they are made."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from contracts.procedures import Effect, Precondition
from review.county_state import compute_next_state
from review.decision_dates import check_order_of_dates, check_recorded_basis
from review.decision_points import parse_points
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, find_office, is_responsible_for
from review.submissions.return_points import find_open_return

DecisionCheck = Callable[[DecisionContext, Proposal, ResolvedAction], Iterator[DecisionRefusal]]


def find_first_refusal(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionRefusal | None:
    """Return the first reason why a decision is refused, or None."""
    for check in _DECISION_CHECKS:
        refusal = next(check(context, proposal, resolved_action), None)
        if refusal is not None:
            return refusal
    return None


def check_person(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """Check that the person may act at this level, for this area and on this day."""
    offices = context.roster.find_offices(proposal.by)
    levels = {office.level for office in offices}
    facts = {
        "by": proposal.by,
        "level": resolved_action.level.name,
        "county": proposal.county,
        "day": resolved_action.day.isoformat(),
    }
    if not proposal.by:
        yield DecisionRefusal("incomplete", {**facts, "missing": "by"})
    elif not offices:
        yield DecisionRefusal("unknown_person", facts)
    elif resolved_action.level.id not in levels:
        level_names = {_get_level_name(context, level) for level in levels}
        yield DecisionRefusal("wrong_level", {**facts, "held": "、".join(sorted(level_names))})
    elif not any(is_responsible_for(office, proposal.county, resolved_action.level) for office in offices):
        yield DecisionRefusal("wrong_area", facts)
    elif find_office(replace(context, today=None), proposal, resolved_action) is None:
        yield DecisionRefusal("not_in_office", facts)
    elif find_office(context, proposal, resolved_action) is None:
        yield DecisionRefusal("term_ended", {**facts, "today": str(context.today)})


def check_completeness(
    _: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """Check that every field that the action requires is filled in."""
    action = resolved_action.action
    values = {"number": proposal.number, "opinion": proposal.opinion, "by": proposal.by, "date": proposal.on}
    for name in action.required_fields:
        if not values[name].strip():
            yield DecisionRefusal("incomplete", {"missing": name, "action": action.name})
    if Precondition.POINTS in action.preconditions and not proposal.points.strip():
        yield DecisionRefusal("incomplete", {"missing": "points", "action": action.name})


def _check_county(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    if context.roster.find_county(proposal.county) is None:
        yield DecisionRefusal("not_due", {"county": proposal.county, "year": str(context.roster.year)})
    elif context.county_state.newest_version is None and resolved_action.action.effect is not Effect.EXCUSE:
        yield DecisionRefusal("nothing_received", {"county": proposal.county})


def _check_version(context: DecisionContext, proposal: Proposal, _: ResolvedAction) -> Iterator[DecisionRefusal]:
    newest = context.county_state.newest_version
    if newest is None:
        return
    facts = {"county": proposal.county, "newest": str(newest.number), "sha": newest.sha256[:12]}
    numbers_by_sha256 = {version.sha256: version.number for version in context.county_state.versions}
    number = numbers_by_sha256.get(proposal.sha256, proposal.version)
    if proposal.sha256 and proposal.sha256 not in numbers_by_sha256:
        yield DecisionRefusal("unknown_version", {**facts, "named": proposal.sha256[:12]})
    elif proposal.sha256 and proposal.version and number != proposal.version:
        yield DecisionRefusal("version_disagrees", {**facts, "named": str(proposal.version)})
    elif number and number not in numbers_by_sha256.values():
        yield DecisionRefusal("unknown_version", {**facts, "named": str(number), "moved": ""})
    elif number and number != newest.number:
        yield DecisionRefusal("version_moved", {**facts, "named": str(number), "moved": ""})


def _check_other_levels(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    level = resolved_action.level
    for decision in context.county_state.decisions:
        if decision.actor == proposal.by and decision.level != level.id:
            other_level = _get_level_name(context, decision.level)
            yield DecisionRefusal("two_levels", {"by": proposal.by, "level": level.name, "other": other_level})


def _check_turn(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    action = resolved_action.action
    state, newest = context.county_state.state, context.county_state.newest_version
    state_names = context.procedure.states
    facts = {
        "county": proposal.county,
        "action": action.name,
        "state": state_names[state],
        "needed": "、".join(map(state_names.__getitem__, action.from_states)),
    }
    if newest is not None and not newest.is_checked:
        yield DecisionRefusal("not_checked", facts)
    elif state not in action.from_states:
        yield _explain_wrong_state(context, resolved_action, facts)
    elif action.effect is Effect.EXCUSE and context.county_state.filed_sha256s:
        yield DecisionRefusal("filed_sealed", facts)


def _explain_wrong_state(
    context: DecisionContext, resolved_action: ResolvedAction, facts: dict[str, str]
) -> DecisionRefusal:
    """Name the filing or the open findings that led to the state, if any: they explain more than the state itself."""
    county_state = context.county_state
    if county_state.state in context.procedure.final_states:
        return DecisionRefusal("filed_sealed", facts)
    if not _is_blocked_by_findings(context, resolved_action):
        return DecisionRefusal("wrong_state", facts)
    hard_count = county_state.count_open_findings("hard")
    if hard_count:
        return DecisionRefusal("open_hard", {**facts, "count": str(hard_count)})
    return DecisionRefusal("open_soft", {**facts, "count": str(county_state.count_open_findings("soft"))})


def _is_blocked_by_findings(context: DecisionContext, resolved_action: ResolvedAction) -> bool:
    """Return whether only the outcome of the check keeps the action, which needs a clear check, from being taken."""
    checked_states = set(context.procedure.state_by_outcome.values())
    return (
        Precondition.CLEAR in resolved_action.action.preconditions
        and context.county_state.state in checked_states
        and not checked_states.isdisjoint(resolved_action.action.from_states)
    )


def _check_open_findings(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    if Precondition.CLEAR not in resolved_action.action.preconditions:
        return
    for severity in ("hard", "soft"):
        count = context.county_state.count_open_findings(severity, resolved_action.day, context.today)
        if count:
            yield DecisionRefusal(f"open_{severity}", {"county": proposal.county, "count": str(count)})


def _check_answers(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    if Precondition.ANSWERS not in resolved_action.action.preconditions:
        return
    open_points = find_open_points(context)
    answers = parse_answers(context, proposal, len(open_points))
    missing = sorted(set(range(1, len(open_points) + 1)) - answers.keys())
    if missing:
        example = open_points[missing[0] - 1]
        facts = {"county": proposal.county, "missing": "、".join(map(str, missing)), "example": example}
        yield DecisionRefusal("unanswered", facts)


def find_open_points(context: DecisionContext) -> list[str]:
    """Return the texts of the points of the last return that no submission has answered yet."""
    open_return = find_open_return(context.procedure, context.county_state)
    if open_return is None:
        return []
    return [point.text for point in open_return.points]


def parse_answers(context: DecisionContext, proposal: Proposal, point_count: int) -> dict[int, str]:
    """Return the answers by point number: those of the proposal, and beside them those of the returned workbook.

    If there is only one point and no answer with a number, a text without a number answers it.
    """
    points = parse_points(proposal.points or proposal.opinion)
    answers = {number: text for number, text in context.workbook_answers.items() if 1 <= number <= point_count}
    for point in points:
        if 1 <= point.target_number <= point_count:
            answers[point.target_number] = point.text
    if point_count == 1 and points and not answers:
        return {1: points[0].text}
    return answers


def _check_seals(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """Refuse to reopen a county in a sealed roll-up; the seal of the highest level is reported first."""
    county_state = context.county_state
    next_state = compute_next_state(
        resolved_action.action,
        county_state.state,
        filed_sha256s=county_state.filed_sha256s,
        newest_sha256=county_state.newest_sha256,
    )
    for level in reversed(context.procedure.levels):
        closed_states = context.procedure.closed_states.get(level.id, ())
        is_sealed = (level.id, level.get_area_code(proposal.county)) in context.sealed_areas
        if is_sealed and county_state.state in closed_states and next_state not in closed_states:
            yield DecisionRefusal("roll_up_sealed", {"county": proposal.county, "level": level.name})


def _get_level_name(context: DecisionContext, level_id: str) -> str:
    level = context.procedure.find_level(level_id)
    return level.name if level else level_id


_DECISION_CHECKS: tuple[DecisionCheck, ...] = (
    _check_county,
    check_person,
    _check_version,
    _check_other_levels,
    _check_turn,
    _check_seals,
    check_completeness,
    check_order_of_dates,
    check_recorded_basis,
    _check_open_findings,
    _check_answers,
)
