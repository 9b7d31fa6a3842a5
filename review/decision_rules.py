"""The questions that a decision on one submission must pass, in the order in which they are asked."""

from collections.abc import Callable, Iterator

from contracts.procedures import Effect, Precondition
from review.county_state import compute_next_state
from review.decision_points import decode_points, parse_points
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, find_office, is_responsible_for
from review.roster import Officer

DecisionCheck = Callable[[DecisionContext, Proposal, ResolvedAction], Iterator[DecisionRefusal]]


def find_first_refusal(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> DecisionRefusal | None:
    """Return why a decision is refused, or nothing."""
    found = (denial for question in _DECISION_CHECKS for denial in question(context, proposal, resolved_action))
    return next(found, None)


def check_person(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """May this person act at this level, here and on that day?"""
    offices = context.roster.find_offices(proposal.by)
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
    elif not any(one.level == resolved_action.level.id for one in offices):
        held = "、".join(sorted({_get_level_name(context, one) for one in offices}))
        yield DecisionRefusal("wrong_level", {**facts, "held": held})
    elif not any(is_responsible_for(one, proposal.county, resolved_action.level) for one in offices):
        yield DecisionRefusal("wrong_area", facts)
    elif find_office(context.roster, proposal, resolved_action) is None:
        yield DecisionRefusal("not_in_office", facts)


def check_completeness(
    _: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """Is everything filled in that the action requires?"""
    given = {"number": proposal.number, "opinion": proposal.opinion, "by": proposal.by, "date": proposal.on}
    for name in resolved_action.action.required_fields:
        if not given[name].strip():
            yield DecisionRefusal("incomplete", {"missing": name, "action": resolved_action.action.name})
    if Precondition.POINTS in resolved_action.action.preconditions and not proposal.points.strip():
        yield DecisionRefusal("incomplete", {"missing": "points", "action": resolved_action.action.name})


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
    known = {one.sha256: one.number for one in context.county_state.versions}
    meant = known.get(proposal.sha256, proposal.version) if proposal.sha256 else proposal.version
    if proposal.sha256 and proposal.sha256 not in known:
        yield DecisionRefusal("unknown_version", {**facts, "named": proposal.sha256[:12]})
    elif proposal.sha256 and proposal.version and known[proposal.sha256] != proposal.version:
        yield DecisionRefusal("version_disagrees", {**facts, "named": str(proposal.version)})
    elif meant and meant != newest.number:
        code = "version_moved" if meant in known.values() else "unknown_version"
        yield DecisionRefusal(code, {**facts, "named": str(meant), "moved": ""})


def _check_other_levels(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    for earlier in context.county_state.decisions:
        if earlier.actor == proposal.by and earlier.level != resolved_action.level.id:
            other = context.procedure.find_level(earlier.level)
            facts = {
                "by": proposal.by,
                "level": resolved_action.level.name,
                "other": other.name if other else earlier.level,
            }
            yield DecisionRefusal("two_levels", facts)


def _check_turn(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    state, newest = context.county_state.state, context.county_state.newest_version
    facts = {
        "county": proposal.county,
        "action": resolved_action.action.name,
        "state": context.procedure.states[state],
        "needed": "、".join(context.procedure.states[one] for one in resolved_action.action.from_states),
    }
    if newest is not None and not newest.is_checked:
        yield DecisionRefusal("not_checked", facts)
    elif state not in resolved_action.action.from_states:
        yield _explain_wrong_state(context, resolved_action, facts)
    elif resolved_action.action.effect is Effect.EXCUSE and context.county_state.filed_sha256s:
        yield DecisionRefusal("filed_sealed", facts)


def _explain_wrong_state(
    context: DecisionContext, resolved_action: ResolvedAction, facts: dict[str, str]
) -> DecisionRefusal:
    """A hard or unexplained finding, or a filing, is a better reason than the state that it led to."""
    standing, asks = context.county_state, resolved_action.action.preconditions
    if standing.state in context.procedure.final_states:
        return DecisionRefusal("filed_sealed", facts)
    undecided = standing.state in context.procedure.state_by_outcome.values()
    if (
        Precondition.CLEAR in asks
        and undecided
        and set(context.procedure.state_by_outcome.values()) & set(resolved_action.action.from_states)
    ):
        severity = "hard" if standing.count_open_findings("hard") else "soft"
        return DecisionRefusal(f"open_{severity}", {**facts, "count": str(standing.count_open_findings(severity))})
    return DecisionRefusal("wrong_state", facts)


def _check_open_findings(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    if Precondition.CLEAR not in resolved_action.action.preconditions:
        return
    for severity in ("hard", "soft"):
        count = context.county_state.count_open_findings(severity, resolved_action.day)
        if count:
            yield DecisionRefusal(f"open_{severity}", {"county": proposal.county, "count": str(count)})


def _check_answers(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    if Precondition.ANSWERS not in resolved_action.action.preconditions:
        return
    asked = find_open_points(context)
    given = parse_answers(proposal, len(asked))
    missing = [one for one in range(1, len(asked) + 1) if one not in given]
    if missing:
        facts = {"county": proposal.county, "missing": "、".join(map(str, missing)), "example": asked[missing[0] - 1]}
        yield DecisionRefusal("unanswered", facts)


def find_open_points(context: DecisionContext) -> list[str]:
    """Return the points of the last return that no submission has answered yet."""
    asked: list[str] = []
    for event in context.county_state.decisions:
        action = context.procedure.find_action(event.level, event.action)
        if action is not None and action.effect is Effect.RETURN:
            asked = [one.text for one in decode_points(event.facts.get("points"))] or [str(event.facts["opinion"])]
        elif event.facts.get("answers"):
            asked = []
    return asked


def parse_answers(proposal: Proposal, point_count: int) -> dict[int, str]:
    """Return the answers by number; where one point was asked, a text without a number answers it."""
    given = parse_points(proposal.points or proposal.opinion)
    found = {one.target_number: one.text for one in given if 1 <= one.target_number <= point_count}
    return {1: given[0].text} if point_count == 1 and given and not found else found


def _check_seals(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """What is sealed in a roll-up stays decided until the roll-up is opened, the highest first."""
    standing = context.county_state
    newest = standing.newest_version.sha256 if standing.newest_version else ""
    after = compute_next_state(
        resolved_action.action, standing.state, filed_sha256s=standing.filed_sha256s, newest_sha256=newest
    )
    for level in reversed(context.procedure.levels):
        settled = context.procedure.closed_states.get(level.id, ())
        sealed = (level.id, level.get_area_code(proposal.county)) in context.sealed_areas
        if sealed and standing.state in settled and after not in settled:
            yield DecisionRefusal("roll_up_sealed", {"county": proposal.county, "level": level.name})


def _get_level_name(context: DecisionContext, office: Officer) -> str:
    level = context.procedure.find_level(office.level)
    return level.name if level else office.level


_DECISION_CHECKS: tuple[DecisionCheck, ...] = (
    _check_county,
    check_person,
    _check_version,
    _check_other_levels,
    _check_turn,
    _check_seals,
    check_completeness,
    _check_open_findings,
    _check_answers,
)
