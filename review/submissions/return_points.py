"""The returns of a submission to its county: the points of each, and the county's answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from contracts.procedures import Effect, Procedure
from review.county_state import CountyState, SubmissionVersion
from review.decision_points import decode_points
from review.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPoint:
    """One point of a return: its number (from 1), its target (empty for the whole submission), text and answer."""

    number: int
    target: str
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyReturn:
    """A decision that returned a version to its county, with its points in order.

    *answered_with* is the sha256 of the version with whose report the points were answered, empty before that.
    """

    decision: Event
    points: tuple[ReturnPoint, ...]
    answered_with: str = ""

    def with_answers(self, answers: Mapping[int, str]) -> "CountyReturn":
        """Return the same return with *answers*, by number of the point, where there are any."""
        points = [replace(point, answer=answers.get(point.number) or point.answer) for point in self.points]
        return replace(self, points=tuple(points))


def list_returns(procedure: Procedure, county_state: CountyState) -> tuple[CountyReturn, ...]:
    """Return every return of a county, oldest first; only the last one may be open."""
    returns: list[CountyReturn] = []
    for decision in county_state.decisions:
        action = procedure.find_action(decision.level, decision.action)
        if action is not None and action.effect is Effect.RETURN:
            returns.append(CountyReturn(decision=decision, points=tuple(_list_points(decision))))
        elif returns and decision.facts.get("answers"):
            answered = returns[-1].with_answers(decode_answers(decision))
            returns[-1] = replace(answered, answered_with=decision.sha256)
    return tuple(returns)


def find_open_return(procedure: Procedure, county_state: CountyState) -> CountyReturn | None:
    """Return the last return if no report of the county has answered it yet, else None."""
    returns = list_returns(procedure, county_state)
    if not returns or returns[-1].answered_with:
        return None
    return returns[-1]


def find_returns_of_version(
    procedure: Procedure, county_state: CountyState, version: SubmissionVersion
) -> tuple[CountyReturn, ...]:
    """Return the return that a version answers or has to answer, then the one by which it was itself returned."""
    numbers = {recorded.sha256: recorded.number for recorded in county_state.versions}
    related: list[CountyReturn] = []
    for county_return in list_returns(procedure, county_state):
        returned_number = numbers.get(county_return.decision.sha256, 0)
        answered_number = numbers.get(county_return.answered_with, version.number)
        if returned_number == version.number or returned_number < version.number <= answered_number:
            related.append(county_return)
    return tuple(related[-2:])


def decode_answers(decision: Event) -> dict[int, str]:
    """Return the answers that a decision records, by number of the point."""
    raw = decision.facts.get("answers")
    if not isinstance(raw, list):
        return {}
    return {int(str(answer["number"])): str(answer["text"]) for answer in raw if isinstance(answer, dict)}


def _list_points(decision: Event) -> Iterator[ReturnPoint]:
    """Yield the points of a return; the opinion is the only point of a return without any."""
    points = list(decode_points(decision.facts.get("points")))
    for point in points:
        yield ReturnPoint(number=point.number, target=point.target, text=point.text)
    if not points:
        yield ReturnPoint(number=1, target="", text=str(decision.facts.get("opinion", "")))
