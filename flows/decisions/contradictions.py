"""Finds decisions of one batch that contradict each other: neither can be made once the other is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from flows.decisions.recorded_decisions import find_action
from flows.year.year_state import SubmittedDecision, YearState
from review.decision_points import parse_points
from review.event_replay import add_decision
from review.events import Event
from review.proposal import DecisionRefusal, Proposal, parse_day

Evaluate = Callable[[YearState, Proposal], Event | DecisionRefusal | None]


@dataclass(frozen=True, slots=True)
class ReadyDecision:
    """A row of the inbox whose decision could be recorded now."""

    submitted: SubmittedDecision
    event: Event

    @property
    def day(self) -> str:
        """The date of the decision, in ISO 8601."""
        return str(self.event.facts["date"])


def find_contradictions(
    state: YearState, ready_decisions: Sequence[ReadyDecision], rows: Sequence[SubmittedDecision], evaluate: Evaluate
) -> list[tuple[SubmittedDecision, DecisionRefusal]]:
    """Return the rows that contradict another one, each with a refusal that names the other.

    *ready_decisions* are those of one county, *rows* everything handed in for it.
    """
    refused: dict[tuple[str, int], tuple[SubmittedDecision, DecisionRefusal]] = {}
    for first, second in combinations(ready_decisions, 2):
        if first.event != second.event and _do_contradict(state, first, second, rows, evaluate):
            for one_side, other_side in ((first, second), (second, first)):
                key = one_side.submitted.file, one_side.submitted.row
                refused.setdefault(key, (one_side.submitted, _name_other(state, one_side, other_side)))
    return list(refused.values())


def _name_other(state: YearState, decision: ReadyDecision, other: ReadyDecision) -> DecisionRefusal:
    names = [_get_action_name(state, ready.event) for ready in (decision, other)]
    facts = {
        "action": names[0],
        "other": names[1],
        "file": other.submitted.file,
        "row": str(other.submitted.row),
    }
    rule = state.procedure.find_rule_for_refusal("contradicts")
    if rule is None:
        return DecisionRefusal("contradicts", facts)
    return DecisionRefusal("contradicts", facts, rule.id, rule.basis)


def _get_action_name(state: YearState, event: Event) -> str:
    action = state.procedure.find_action(event.level, event.action)
    return action.name if action else event.action


def _do_contradict(
    state: YearState,
    first: ReadyDecision,
    second: ReadyDecision,
    rows: Sequence[SubmittedDecision],
    evaluate: Evaluate,
) -> bool:
    if _have_same_target(state, first, second):
        return True
    earlier, later = sorted((first, second), key=lambda ready: ready.day)
    if _can_follow(state, earlier, later, rows, evaluate):
        return False
    return earlier.day != later.day or not _can_follow(state, later, earlier, rows, evaluate)


def _have_same_target(state: YearState, first: ReadyDecision, second: ReadyDecision) -> bool:
    """Return whether two decisions without a move, such as 核减, say different things of the same cell or rule."""
    actions = [find_action(state.procedure, ready.submitted.proposal) for ready in (first, second)]
    if actions[0] is None or actions[0] != actions[1] or actions[0].to_state or actions[0].effect.is_on_area:
        return False
    first_texts, second_texts = (_index_points(ready.submitted.proposal) for ready in (first, second))
    return any(first_texts[target] != second_texts[target] for target in first_texts.keys() & second_texts.keys())


def _index_points(proposal: Proposal) -> Mapping[str, str]:
    return {point.target: point.text for point in parse_points(proposal.points)}


def _can_follow(
    state: YearState,
    earlier: ReadyDecision,
    later: ReadyDecision,
    rows: Sequence[SubmittedDecision],
    evaluate: Evaluate,
) -> bool:
    """Return whether *later* may be made after *earlier*, with rows dated between the two made in between."""
    state = _add_to_state(state, earlier.event)
    waiting = [row for row in rows if row not in (earlier.submitted, later.submitted)]
    waiting = [row for row in waiting if earlier.day <= str(parse_day(row.proposal.on)) <= later.day]
    while not isinstance(evaluate(state, later.submitted.proposal), Event):
        for row in waiting:
            event = evaluate(state, row.proposal)
            if isinstance(event, Event):
                state = _add_to_state(state, event)
                waiting.remove(row)
                break
        else:
            return False
    return True


def _add_to_state(state: YearState, event: Event) -> YearState:
    action = state.procedure.find_action(event.level, event.action)
    if action is not None and action.effect.is_on_area:
        return replace(state, roll_ups=(*state.roll_ups, event))
    county_state = add_decision(state.procedure, state.county_states[event.county], event)
    return replace(state, county_states={**state.county_states, event.county: county_state})
