"""What a decision says, in one text: the opinion, then its points, answers, waivers, explanations and reductions."""

from collections.abc import Iterator, Mapping

from contracts.messages import Messages
from review.events import Event

_DECISION_PARTS = ("points", "answers", "explanations", "waivers", "reductions")


def format_decision(event: Event, messages: Messages) -> str:
    """Return the opinion and everything bound to it, a line each; empty where nothing was said."""
    opinion = str(event.facts.get("opinion") or "")
    points = [line for part in _DECISION_PARTS for line in _format_part_lines(event, part, messages)]
    flags = event.facts.get("flags")
    if isinstance(flags, list) and flags:
        points.append(messages("filing.substance.flags", rules="、".join(map(str, flags))))
    bare = [line for line in points if line != opinion]  # an opinion that is its own only point is said once
    return "\n".join(one for one in (opinion, *bare) if one)


def _format_part_lines(event: Event, part: str, messages: Messages) -> Iterator[str]:
    raw = event.facts.get(part)
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, Mapping):
            facts = {name: str(value) for name, value in one.items()}
            key = f"{part}_whole" if part == "points" and not facts["target"] else part
            yield messages(f"filing.substance.{key}", **facts)
