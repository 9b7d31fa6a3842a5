"""What is asked of the chain: a proposal, all that it is judged by, and why it may be refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.procedures import Action, Level, Procedure
from contracts.return_policy import Returning
from review.county_state import Standing
from review.events import Event
from review.roster import Officer, Roster

NOTHING_SEEN = "-"
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
class Denial:
    """Why a decision is refused: the key of the sentence, its facts, the rule of procedure behind it."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All that a decision is judged by.

    *policy* says what an explanation must hold. *sealed* are the roll-ups sealed now, by level and area. *figures* are
    the amounts of the newest version by sheet and cell. *today* is the day on which it is judged; without one no date
    counts as in the future.
    """

    procedure: Procedure
    roster: Roster
    standing: Standing
    policy: Returning
    sealed: frozenset[tuple[str, str]] = frozenset()
    figures: Mapping[tuple[str, str], str] = field(default_factory=dict)
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A proposal understood: whose level, which action, on which day."""

    level: Level
    action: Action
    day: date


def understand(procedure: Procedure, proposal: Proposal) -> Case | Denial:
    """Return what a proposal means, or why it cannot be told."""
    level = procedure.level(proposal.level)
    action = procedure.action(level.id, proposal.action) if level else None
    if level is None or action is None:
        offered = (one.name for one in procedure.actions if level is None or one.level == level.id)
        names = "、".join(dict.fromkeys(offered))
        levels = "／".join(one.name for one in procedure.levels)
        facts = {"level": proposal.level, "action": proposal.action, "levels": levels, "names": names}
        return Denial("unknown_action", facts)
    day = read_day(proposal.on)
    return Denial("bad_date", {"value": proposal.on}) if day is None else Case(level, action, day)


def said_lines(points: str) -> str:
    """Return the points of a proposal as they are recorded: a line each, nothing around them."""
    return "\n".join(one.strip() for one in points.splitlines() if one.strip())


def with_rule(procedure: Procedure, denial: Denial) -> Denial:
    """Name the rule of procedure on which a refusal rests."""
    rule = procedure.rule_behind(denial.code)
    return Denial(denial.code, denial.facts, rule.id, rule.basis) if rule else denial


def read_day(text: str) -> date | None:
    """Read a date as people write it: 2025-01-20, 2025/1/20, 2025.1.20, 2025年1月20日, with or without a time."""
    found = re.match(r"^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?\s*$", text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def covers(office: Officer, area: str, level: Level) -> bool:
    """Tell whether an office is of a level and its area holds a county or area."""
    return office.level == level.id and office.area[: level.area_digits] == area[: level.area_digits]


def office_of(roster: Roster, proposal: Proposal, case: Case) -> Officer | None:
    """Return the office that lets a person act in this case."""
    held = (one for one in roster.offices(proposal.by) if covers(one, proposal.county, case.level))
    return next((one for one in held if one.in_office(case.day)), None)


def flags(bench: Bench, case: Case, earlier: tuple[Event, ...]) -> list[str]:
    """Return the soft rules of procedure that a decision breaks: it is recorded all the same, and shown."""
    before = [read_day(str(one.facts.get("date", ""))) for one in earlier]
    late = bench.today is not None and case.day > bench.today
    disorder = late or any(one is not None and one > case.day for one in before)
    return [one.id for one in bench.procedure.rules if one.severity == "soft" and disorder]
