"""May this person do this now? The chain's only gate; it decides, and writes nothing."""

import hashlib
import json
from collections.abc import Mapping

from contracts.procedures import Effect
from review.county_state import Standing
from review.decision_content import substance
from review.decision_rules import ask, ask_complete, ask_person
from review.events import Event, JsonValue, Kind
from review.proposal import Bench, Case, Denial, Proposal, flags, office_of, said_lines, understand, with_rule
from review.rollup_seals import due_in, holding_up

_LISTED = 6


def decide(bench: Bench, proposal: Proposal) -> Event | Denial:
    """Return the event to record, or why the decision is refused."""
    judged = _decide(bench, proposal)
    return with_rule(bench.procedure, judged) if isinstance(judged, Denial) else judged


def decide_roll_up(bench: Bench, proposal: Proposal, found: Mapping[str, Standing]) -> Event | Denial:
    """Return the event that seals or opens the roll-up of an area, or why it is refused; *found* is by county."""
    judged = _decide_roll_up(bench, proposal, found)
    return with_rule(bench.procedure, judged) if isinstance(judged, Denial) else judged


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


def _decide(bench: Bench, proposal: Proposal) -> Event | Denial:
    case = understand(bench.procedure, proposal)
    if isinstance(case, Denial):
        return case
    if case.action.effect.on_area:
        return Denial("not_an_area", {"county": proposal.county, "action": case.action.name})
    denial = ask(bench, proposal, case)
    if denial is not None:
        return denial
    said = substance(bench, proposal, case)
    return said if isinstance(said, Denial) else _event(bench, proposal, case, said)


def _event(bench: Bench, proposal: Proposal, case: Case, said: dict[str, JsonValue]) -> Event:
    newest = bench.standing.newest
    judged = (newest.number, newest.sha256) if newest else (0, "")
    facts = _facts(bench, proposal, case)
    flagged = flags(bench, case, bench.standing.decided())
    if flagged:
        facts["flags"] = list(flagged)
    return Event(
        kind=Kind.DECISION,
        year=bench.roster.year,
        county=proposal.county,
        version=judged[0],
        sha256=judged[1],
        level=case.level.id,
        action=case.action.id,
        actor=proposal.by,
        unit=_unit(bench, proposal, case),
        facts={**facts, **said},
    )


def _facts(bench: Bench, proposal: Proposal, case: Case) -> dict[str, JsonValue]:
    office = office_of(bench.roster, proposal, case)
    lines = said_lines(proposal.points)
    return {
        "number": proposal.number.strip(),
        "opinion": proposal.opinion.strip(),
        "date": case.day.isoformat(),
        "title": office.title if office else "",
        **({"lines": lines} if lines else {}),  # as written: by it the same decision handed in again is known
    }


def _unit(bench: Bench, proposal: Proposal, case: Case) -> str:
    office = office_of(bench.roster, proposal, case)
    if office is None:
        raise RuntimeError("a decision without an office passed the questions")
    return office.unit


def _decide_roll_up(bench: Bench, proposal: Proposal, found: Mapping[str, Standing]) -> Event | Denial:
    case = understand(bench.procedure, proposal)
    if isinstance(case, Denial):
        return case
    asked = (*ask_person(bench, proposal, case), *ask_complete(bench, proposal, case))
    denial = next(iter(asked), None) or _roll_up_denial(bench, proposal, case, found)
    if denial is not None:
        return denial
    due = due_in(bench.roster, case.level, proposal.county)
    states: list[JsonValue] = [_sealed_row(bench, found, one.code) for one in due]
    return Event(
        kind=Kind.ROLL_UP,
        year=bench.roster.year,
        county=proposal.county,
        level=case.level.id,
        action=case.action.id,
        actor=proposal.by,
        unit=_unit(bench, proposal, case),
        facts={**_facts(bench, proposal, case), "counties": states},
    )


def _sealed_row(bench: Bench, found: Mapping[str, Standing], county: str) -> JsonValue:
    standing = found.get(county) or Standing(county=county, state=bench.procedure.start)
    sha256 = standing.newest.sha256 if standing.newest else ""
    return {"county": county, "state": standing.state, "sha256": sha256}


def _roll_up_denial(bench: Bench, proposal: Proposal, case: Case, found: Mapping[str, Standing]) -> Denial | None:
    due = due_in(bench.roster, case.level, proposal.county)
    facts = {"county": proposal.county, "level": case.level.name, "action": case.action.name}
    sealed = (case.level.id, proposal.county) in bench.sealed
    sealing = case.action.effect is Effect.SEAL
    if not due or not case.action.effect.on_area:
        return Denial("not_an_area", facts)
    if sealed is sealing:
        return Denial("sealed_already" if sealed else "not_sealed", facts)
    if not sealing:
        return _sealed_above(bench, proposal, case)
    waiting = holding_up(bench.procedure, case.level, due, found)
    names = "、".join(one.name for one in waiting[:_LISTED])
    return Denial("roll_up_open", {**facts, "count": str(len(waiting)), "names": names}) if waiting else None


def _sealed_above(bench: Bench, proposal: Proposal, case: Case) -> Denial | None:
    levels = bench.procedure.levels
    for level in levels[levels.index(case.level) + 1 :]:
        if (level.id, level.area(proposal.county)) in bench.sealed:
            return Denial("seal_above", {"county": proposal.county, "level": level.name})
    return None
