"""A decision as one text: the opinion, then its points, answers, explanations, waivers and reductions."""

from collections.abc import Iterator, Mapping

from contracts.messages import Messages
from review.events import Event

_DECISION_PARTS = ("points", "answers", "explanations", "waivers", "reductions")


def get_decision_fact(decision: Event | None, name: str) -> str:
    """Return a fact of a decision as text; empty if there is no decision or the decision does not have the fact."""
    if decision is None:
        return ""
    return str(decision.facts.get(name) or "")


def format_decision(event: Event, messages: Messages) -> str:
    """Return the opinion and everything that the decision lists, one line each; empty if there is neither."""
    opinion = get_decision_fact(event, "opinion")
    # the only point of a decision is often its opinion, word for word
    other_lines = [line for line in _format_lines(event, messages) if line != opinion]
    return "\n".join(filter(None, (opinion, *other_lines)))


def _format_lines(event: Event, messages: Messages) -> Iterator[str]:
    for part in _DECISION_PARTS:
        yield from _format_part_lines(event, part, messages)
    flags = event.facts.get("flags")
    if isinstance(flags, list) and flags:
        yield messages("filing.substance.flags", rules="、".join(map(str, flags)))


def _format_part_lines(event: Event, part: str, messages: Messages) -> Iterator[str]:
    items = event.facts.get(part)
    if not isinstance(items, list):
        return
    for item in items:
        if isinstance(item, Mapping):
            facts = {name: str(value) for name, value in item.items()}
            is_on_whole_submission = part == "points" and not facts["target"]
            key = f"{part}_whole" if is_on_whole_submission else part
            yield messages(f"filing.substance.{key}", **facts)


def mark_late_day(day: str, lateness: str, messages: Messages) -> str:
    """Return the day of a step, marked 逾期 or 逾期登记 if it was late."""
    if not lateness:
        return day
    return messages(f"filing.late_step.{lateness}", day=day)
