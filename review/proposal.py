"""A proposed decision, the data that it is evaluated against, and the reasons for a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from checks.model.finding import Finding
from contracts.procedures import Action, Level, Procedure
from contracts.recognition_words import compile_pattern
from contracts.return_policy import ReturnPolicy
from review.county_state import CountyState
from review.events import Event
from review.roster import Officer, Roster

NO_VERSION_SEEN = "-"
"""The sha256 in a review workbook that was written when nothing had been received yet."""

_DECISION_DAY = compile_pattern("decision_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A decision as an officer wrote it; nothing in it has been verified yet.

    *county* is a county code, or the code of an area if a roll-up is sealed or unsealed. *level* is a level's id or
    Chinese name, *action* an action's id, verb or Chinese name. *by* is the officer's id and *on* the day. *version* 0
    and an empty *sha256* mean the newest version. *points* are lines in the format of `review.decision_points`.
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
    """Why a decision is refused: the message key, the facts for the message, the rule of procedure and its basis."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionContext:
    """The data that a decision is evaluated against.

    *return_policy* states what an explanation must contain. *sealed_areas* are the sealed roll-ups as pairs of level
    and area. *figures* are the amounts of the newest version by sheet and cell, *sheet_sizes* its sheets with the
    numbers of their rows and columns, and *rule_ids* the rules in force; if they are empty, the cells of points are not
    verified. *workbook_answers* are the answers to the last return in the newest version, by number of the point.
    *findings* are those of the newest version that wait for an explanation. *roll_ups* are every sealing and unsealing
    so far, *roll_up_days* the days on which they were recorded. *today* is the day of the recording; if it is None,
    only the date of the decision counts.
    """

    procedure: Procedure
    roster: Roster
    county_state: CountyState
    return_policy: ReturnPolicy
    sealed_areas: frozenset[tuple[str, str]] = frozenset()
    figures: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sheet_sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    rule_ids: frozenset[str] = frozenset()
    workbook_answers: Mapping[int, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    today: date | None = None
    roll_ups: tuple[Event, ...] = ()
    roll_up_days: tuple[date | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolvedAction:
    """The level, the action and the day that a proposal refers to."""

    level: Level
    action: Action
    day: date


def resolve_proposal(procedure: Procedure, proposal: Proposal) -> ResolvedAction | DecisionRefusal:
    """Return the level, action and day of a proposal, or why they cannot be determined."""
    level = procedure.find_level(proposal.level)
    action = procedure.find_action(level.id, proposal.action) if level else None
    if level is None or action is None:
        return _refuse_unknown_action(procedure, proposal, level)
    day = parse_day(proposal.on)
    if day is None:
        return DecisionRefusal("bad_date", {"value": proposal.on})
    return ResolvedAction(level, action, day)


def _refuse_unknown_action(procedure: Procedure, proposal: Proposal, level: Level | None) -> DecisionRefusal:
    actions = procedure.actions
    if level is not None:
        actions = tuple(action for action in actions if action.level == level.id)
    names = "、".join(dict.fromkeys(map(attrgetter("name"), actions)))
    levels = "／".join(map(attrgetter("name"), procedure.levels))
    facts = {"level": proposal.level, "action": proposal.action, "levels": levels, "names": names}
    return DecisionRefusal("unknown_action", facts)


def normalise_points(points: str) -> str:
    """Return the points of a proposal as they are recorded: without blank lines and surrounding space."""
    return "\n".join(filter(None, map(str.strip, points.splitlines())))


def cite_rule(procedure: Procedure, refusal: DecisionRefusal) -> DecisionRefusal:
    """Name the rule of procedure on which a refusal rests."""
    rule = procedure.find_rule_for_refusal(refusal.code)
    if rule is None:
        return refusal
    return DecisionRefusal(refusal.code, refusal.facts, rule.id, rule.basis)


def parse_day(text: str) -> date | None:
    """Parse a date as people write it: 2025-01-20, 2025/1/20, 2025.1.20, 2025年1月20日, with or without a time.

    Return None if the text is not a date.
    """
    match = _DECISION_DAY.match(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def is_responsible_for(office: Officer, area: str, level: Level) -> bool:
    """Return whether an office is at this level and its area contains the given county or area."""
    return office.level == level.id and office.area[: level.area_digits] == area[: level.area_digits]


def find_office(context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction) -> Officer | None:
    """Return the office that entitles a person to this action, on its day and on the day of recording, or None."""
    days = {resolved_action.day, context.today or resolved_action.day}
    for office in context.roster.find_offices(proposal.by):
        is_responsible = is_responsible_for(office, proposal.county, resolved_action.level)
        if is_responsible and all(map(office.is_in_office, days)):
            return office
    return None
