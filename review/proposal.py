"""What is asked of the chain: a proposal, all that it is judged by, and why it may be refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.procedures import Action, Level, Procedure
from contracts.return_policy import ReturnPolicy
from review.county_state import CountyState
from review.events import Event
from review.roster import Officer, Roster

NO_VERSION_SEEN = "-"
"""Stands for a version's sha256 where a review workbook showed that nothing had been received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A decision as somebody wrote it down; nothing in it is trusted yet.

    *county* is the code of an area where a roll-up is sealed. *action* is an action's id, verb or Chinese name,
    *level* a level's id or Chinese name. *version* 0 and an empty *sha256* leave open which version is meant: the
    newest. *points* are lines as `review.points` reads them.
    """

    county: str
    level: str
    action: str
    by: str
    on: str
    number: str = ""
    opinion: str = ""
    version: int = 0
    sha256: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRefusal:
    """Why a decision is refused: the key of the sentence, its facts, the rule of procedure behind it."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionContext:
    """All that a decision is judged by.

    *policy* says what an explanation must hold. *sealed* are the roll-ups sealed now, by level and area. *figures* are
    the amounts of the newest version by sheet and cell. *today* is the day on which it is judged; without one no date
    counts as in the future.
    """

    procedure: Procedure
    roster: Roster
    county_state: CountyState
    return_policy: ReturnPolicy
    sealed_areas: frozenset[tuple[str, str]] = frozenset()
    figures: Mapping[tuple[str, str], str] = field(default_factory=dict)
    today: date | None = None


@dataclass(frozen=True, slots=True)
class ResolvedAction:
    """A proposal understood: whose level, which action, on which day."""

    level: Level
    action: Action
    day: date


def resolve_proposal(procedure: Procedure, proposal: Proposal) -> ResolvedAction | DecisionRefusal:
    """Return what a proposal means, or why it cannot be told."""
    level = procedure.find_level(proposal.level)
    action = procedure.find_action(level.id, proposal.action) if level else None
    if level is None or action is None:
        offered = (one.name for one in procedure.actions if level is None or one.level == level.id)
        names = "、".join(dict.fromkeys(offered))
        levels = "／".join(one.name for one in procedure.levels)
        facts = {"level": proposal.level, "action": proposal.action, "levels": levels, "names": names}
        return DecisionRefusal("unknown_action", facts)
    day = parse_day(proposal.on)
    return DecisionRefusal("bad_date", {"value": proposal.on}) if day is None else ResolvedAction(level, action, day)


def normalise_points(points: str) -> str:
    """Return the points of a proposal as they are recorded: a line each, nothing around them."""
    return "\n".join(one.strip() for one in points.splitlines() if one.strip())


def cite_rule(procedure: Procedure, refusal: DecisionRefusal) -> DecisionRefusal:
    """Name the rule of procedure on which a refusal rests."""
    rule = procedure.find_rule_for_refusal(refusal.code)
    return DecisionRefusal(refusal.code, refusal.facts, rule.id, rule.basis) if rule else refusal


def parse_day(text: str) -> date | None:
    """Read a date as people write it: 2025-01-20, 2025/1/20, 2025.1.20, 2025年1月20日, with or without a time."""
    found = re.match(r"^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?\s*$", text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def is_responsible_for(office: Officer, area: str, level: Level) -> bool:
    """Tell whether an office is of a level and its area holds a county or area."""
    return office.level == level.id and office.area[: level.area_digits] == area[: level.area_digits]


def find_office(roster: Roster, proposal: Proposal, resolved_action: ResolvedAction) -> Officer | None:
    """Return the office that lets a person act in this case."""
    held = (
        one
        for one in roster.find_offices(proposal.by)
        if is_responsible_for(one, proposal.county, resolved_action.level)
    )
    return next((one for one in held if one.is_in_office(resolved_action.day)), None)


def find_soft_violations(
    context: DecisionContext, resolved_action: ResolvedAction, earlier_decisions: tuple[Event, ...]
) -> list[str]:
    """Return the soft rules of procedure that a decision breaks: it is recorded all the same, and shown."""
    before = [parse_day(str(one.facts.get("date", ""))) for one in earlier_decisions]
    late = context.today is not None and resolved_action.day > context.today
    disorder = late or any(one is not None and one > resolved_action.day for one in before)
    return [one.id for one in context.procedure.rules if one.severity == "soft" and disorder]
