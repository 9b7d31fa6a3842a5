"""May this person do this now? The chain's only gate; it decides, and writes nothing."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.procedures import Action, Level, Procedure
from review.events import Event, Kind
from review.roster import Officer, Roster
from review.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A decision as somebody wrote it down; nothing in it is trusted yet.

    *action* is an action's id, verb or Chinese name, *level* a level's id or Chinese name. *version* 0 and an empty
    *sha256* leave open which version is meant: the newest.
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


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a decision is refused: the key of the sentence, and its facts."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All that a decision is judged by."""

    procedure: Procedure
    roster: Roster
    standing: Standing


def decide(bench: Bench, proposal: Proposal) -> Event | Denial:
    """Return the event to record, or why the decision is refused."""
    level = bench.procedure.level(proposal.level)
    action = bench.procedure.action(level.id, proposal.action) if level else None
    if level is None or action is None:
        return Denial("unknown_action", {"level": proposal.level, "action": proposal.action})
    day = read_day(proposal.on)
    if day is None:
        return Denial("bad_date", {"value": proposal.on})
    for question in _QUESTIONS:
        denial = next(question(bench, proposal, _Case(level, action, day)), None)
        if denial is not None:
            return denial
    return _event(bench, proposal, _Case(level, action, day))


def decision_key(event: Event) -> str:
    """Return what makes a decision the same decision when it is handed in again."""
    parts = [
        event.year,
        event.county,
        event.sha256,
        event.level,
        event.action,
        event.actor,
        dict(event.facts),
    ]
    return "decision:" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def read_day(text: str) -> date | None:
    """Read a date as people write it: 2025-01-20, 2025/1/20, 2025.1.20, 2025年1月20日, with or without a time."""
    found = re.match(r"^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?\s*$", text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Case:
    level: Level
    action: Action
    day: date


def _subject(bench: Bench, proposal: Proposal, _: _Case) -> Iterator[Denial]:
    if bench.roster.county(proposal.county) is None:
        yield Denial("not_due", {"county": proposal.county, "year": str(bench.roster.year)})
    elif bench.standing.newest is None:
        yield Denial("nothing_received", {"county": proposal.county})


def _person(bench: Bench, proposal: Proposal, case: _Case) -> Iterator[Denial]:
    offices = bench.roster.offices(proposal.by)
    facts = {
        "by": proposal.by,
        "level": case.level.name,
        "county": proposal.county,
        "day": case.day.isoformat(),
    }
    if not proposal.by:
        yield Denial("incomplete", {**facts, "missing": "by"})
    elif not offices:
        yield Denial("unknown_person", facts)
    elif not any(one.level == case.level.id for one in offices):
        held = "、".join(sorted({_level_name(bench, one) for one in offices}))
        yield Denial("wrong_level", {**facts, "held": held})
    elif not any(_covers(one, proposal.county, case.level) for one in offices):
        yield Denial("wrong_area", facts)
    elif _office(bench, proposal, case) is None:
        yield Denial("not_in_office", facts)


def _version(bench: Bench, proposal: Proposal, _: _Case) -> Iterator[Denial]:
    newest = bench.standing.newest
    if newest is None:
        return
    facts = {"county": proposal.county, "newest": str(newest.number), "sha": newest.sha256[:12]}
    known = {one.sha256: one.number for one in bench.standing.versions}
    meant = known.get(proposal.sha256, proposal.version) if proposal.sha256 else proposal.version
    if proposal.sha256 and proposal.sha256 not in known:
        yield Denial("unknown_version", {**facts, "named": proposal.sha256[:12]})
    elif proposal.sha256 and proposal.version and known[proposal.sha256] != proposal.version:
        yield Denial("version_disagrees", {**facts, "named": str(proposal.version)})
    elif meant and meant != newest.number:
        code = "version_moved" if meant in known.values() else "unknown_version"
        yield Denial(code, {**facts, "named": str(meant)})


def _turn(bench: Bench, proposal: Proposal, case: _Case) -> Iterator[Denial]:
    state = bench.standing.state
    newest = bench.standing.newest
    facts = {
        "county": proposal.county,
        "action": case.action.name,
        "state": bench.procedure.states[state],
        "needed": "、".join(bench.procedure.states[one] for one in case.action.from_states),
    }
    if newest is not None and not newest.checked:
        yield Denial("not_checked", facts)
    elif state not in case.action.from_states:
        yield Denial("wrong_state", facts)


def _two_levels(bench: Bench, proposal: Proposal, case: _Case) -> Iterator[Denial]:
    for earlier in bench.standing.decisions:
        if earlier.actor == proposal.by and earlier.level != case.level.id:
            other = bench.procedure.level(earlier.level)
            facts = {
                "by": proposal.by,
                "level": case.level.name,
                "other": other.name if other else earlier.level,
            }
            yield Denial("two_levels", facts)


def _complete(_: Bench, proposal: Proposal, case: _Case) -> Iterator[Denial]:
    given = {"number": proposal.number, "opinion": proposal.opinion, "by": proposal.by, "date": proposal.on}
    for name in case.action.requires:
        if not given[name].strip():
            yield Denial("incomplete", {"missing": name, "action": case.action.name})


_QUESTIONS: tuple[Callable[[Bench, Proposal, _Case], Iterator[Denial]], ...] = (
    _subject,
    _person,
    _version,
    _two_levels,
    _turn,
    _complete,
)


def _event(bench: Bench, proposal: Proposal, case: _Case) -> Event:
    newest, office = bench.standing.newest, _office(bench, proposal, case)
    if newest is None or office is None:
        raise RuntimeError("a decision without a version or an office passed the questions")
    return Event(
        kind=Kind.DECISION,
        year=bench.roster.year,
        county=proposal.county,
        version=newest.number,
        sha256=newest.sha256,
        level=case.level.id,
        action=case.action.id,
        actor=proposal.by,
        unit=office.unit,
        facts={
            "number": proposal.number.strip(),
            "opinion": proposal.opinion.strip(),
            "date": case.day.isoformat(),
            "title": office.title,
        },
    )


def _office(bench: Bench, proposal: Proposal, case: _Case) -> Officer | None:
    held = (one for one in bench.roster.offices(proposal.by) if one.level == case.level.id)
    return next((one for one in held if _covers(one, proposal.county, case.level) and one.in_office(case.day)), None)


def _covers(office: Officer, county: str, level: Level) -> bool:
    return office.level == level.id and office.area[: level.area_digits] == county[: level.area_digits]


def _level_name(bench: Bench, office: Officer) -> str:
    level = bench.procedure.level(office.level)
    return level.name if level else office.level
