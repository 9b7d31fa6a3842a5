"""The questions that a decision on one submission must pass, in the order in which they are asked."""

from collections.abc import Callable, Iterator

from contracts.procedures import Effect, Need
from review.county_state import state_after
from review.decision_points import points_from_json, read_points
from review.proposal import Bench, Case, Denial, Proposal, covers, office_of
from review.roster import Officer

Question = Callable[[Bench, Proposal, Case], Iterator[Denial]]


def ask(bench: Bench, proposal: Proposal, case: Case) -> Denial | None:
    """Return why a decision is refused, or nothing."""
    found = (denial for question in _QUESTIONS for denial in question(bench, proposal, case))
    return next(found, None)


def ask_person(bench: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    """May this person act at this level, here and on that day?"""
    offices = bench.roster.offices(proposal.by)
    facts = {"by": proposal.by, "level": case.level.name, "county": proposal.county, "day": case.day.isoformat()}
    if not proposal.by:
        yield Denial("incomplete", {**facts, "missing": "by"})
    elif not offices:
        yield Denial("unknown_person", facts)
    elif not any(one.level == case.level.id for one in offices):
        held = "、".join(sorted({_level_name(bench, one) for one in offices}))
        yield Denial("wrong_level", {**facts, "held": held})
    elif not any(covers(one, proposal.county, case.level) for one in offices):
        yield Denial("wrong_area", facts)
    elif office_of(bench.roster, proposal, case) is None:
        yield Denial("not_in_office", facts)


def ask_complete(_: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    """Is everything filled in that the action requires?"""
    given = {"number": proposal.number, "opinion": proposal.opinion, "by": proposal.by, "date": proposal.on}
    for name in case.action.requires:
        if not given[name].strip():
            yield Denial("incomplete", {"missing": name, "action": case.action.name})
    if Need.POINTS in case.action.needs and not proposal.points.strip():
        yield Denial("incomplete", {"missing": "points", "action": case.action.name})


def _subject(bench: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    if bench.roster.county(proposal.county) is None:
        yield Denial("not_due", {"county": proposal.county, "year": str(bench.roster.year)})
    elif bench.standing.newest is None and case.action.effect is not Effect.EXCUSE:
        yield Denial("nothing_received", {"county": proposal.county})


def _version(bench: Bench, proposal: Proposal, _: Case) -> Iterator[Denial]:
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
        yield Denial(code, {**facts, "named": str(meant), "moved": ""})


def _two_levels(bench: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    for earlier in bench.standing.decisions:
        if earlier.actor == proposal.by and earlier.level != case.level.id:
            other = bench.procedure.level(earlier.level)
            facts = {"by": proposal.by, "level": case.level.name, "other": other.name if other else earlier.level}
            yield Denial("two_levels", facts)


def _turn(bench: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    state, newest = bench.standing.state, bench.standing.newest
    facts = {
        "county": proposal.county,
        "action": case.action.name,
        "state": bench.procedure.states[state],
        "needed": "、".join(bench.procedure.states[one] for one in case.action.from_states),
    }
    if newest is not None and not newest.checked:
        yield Denial("not_checked", facts)
    elif state not in case.action.from_states:
        yield _why_not_now(bench, case, facts)
    elif case.action.effect is Effect.EXCUSE and bench.standing.filed:
        yield Denial("filed_sealed", facts)


def _why_not_now(bench: Bench, case: Case, facts: dict[str, str]) -> Denial:
    """A hard or unexplained finding, or a filing, is a better reason than the state that it led to."""
    standing, asks = bench.standing, case.action.needs
    if standing.state in bench.procedure.final:
        return Denial("filed_sealed", facts)
    undecided = standing.state in bench.procedure.on_check.values()
    if Need.CLEAR in asks and undecided and set(bench.procedure.on_check.values()) & set(case.action.from_states):
        severity = "hard" if standing.open_findings("hard") else "soft"
        return Denial(f"open_{severity}", {**facts, "count": str(standing.open_findings(severity))})
    return Denial("wrong_state", facts)


def _clear(bench: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    if Need.CLEAR not in case.action.needs:
        return
    for severity in ("hard", "soft"):
        count = bench.standing.open_findings(severity, case.day)
        if count:
            yield Denial(f"open_{severity}", {"county": proposal.county, "count": str(count)})


def _answers(bench: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    if Need.ANSWERS not in case.action.needs:
        return
    asked = open_points(bench)
    given = answered_points(proposal, len(asked))
    missing = [one for one in range(1, len(asked) + 1) if one not in given]
    if missing:
        facts = {"county": proposal.county, "missing": "、".join(map(str, missing)), "example": asked[missing[0] - 1]}
        yield Denial("unanswered", facts)


def open_points(bench: Bench) -> list[str]:
    """Return the points of the last return that no submission has answered yet."""
    asked: list[str] = []
    for event in bench.standing.decisions:
        action = bench.procedure.action(event.level, event.action)
        if action is not None and action.effect is Effect.RETURN:
            asked = [one.text for one in points_from_json(event.facts.get("points"))] or [str(event.facts["opinion"])]
        elif event.facts.get("answers"):
            asked = []
    return asked


def answered_points(proposal: Proposal, asked: int) -> dict[int, str]:
    """Return the answers by number; where one point was asked, a text without a number answers it."""
    given = read_points(proposal.points or proposal.opinion)
    found = {one.answered: one.text for one in given if 1 <= one.answered <= asked}
    return {1: given[0].text} if asked == 1 and given and not found else found


def _seals(bench: Bench, proposal: Proposal, case: Case) -> Iterator[Denial]:
    """What is sealed in a roll-up stays decided until the roll-up is opened, the highest first."""
    standing = bench.standing
    newest = standing.newest.sha256 if standing.newest else ""
    after = state_after(case.action, standing.state, filed=standing.filed, newest=newest)
    for level in reversed(bench.procedure.levels):
        settled = bench.procedure.settled.get(level.id, ())
        sealed = (level.id, level.area(proposal.county)) in bench.sealed
        if sealed and standing.state in settled and after not in settled:
            yield Denial("roll_up_sealed", {"county": proposal.county, "level": level.name})


def _level_name(bench: Bench, office: Officer) -> str:
    level = bench.procedure.level(office.level)
    return level.name if level else office.level


_QUESTIONS: tuple[Question, ...] = (
    _subject,
    ask_person,
    _version,
    _two_levels,
    _turn,
    _seals,
    ask_complete,
    _clear,
    _answers,
)
