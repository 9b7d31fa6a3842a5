"""Record decisions that were made at the command line."""

from dataclasses import dataclass, replace

from flows.decisions.guarded_ledger import Pen
from flows.decisions.pending_decisions import judge_one
from flows.year.locations import Places
from flows.year.year_lock import hold_year
from flows.year.year_state import Scene, set_scene
from ledger.errors import HeadMoved
from ledger.ledger import Ledger
from review.county_state import Standing, recorded_roster
from review.decision import decision_key
from review.decision_rules import ask_person
from review.events import Event
from review.proposal import Bench, Case, Denial, Proposal, understand
from review.roster import Roster

PATIENCE_SECONDS = 60.0
TRIES = 20


def _bound(scene: Scene, proposal: Proposal) -> Proposal:
    """Said at the command line without a version, a decision means the newest one of this moment."""
    standing = scene.standings.get(proposal.county)
    newest = standing.newest if standing else None
    if newest is None or proposal.version or proposal.sha256:
        return proposal
    return replace(proposal, version=newest.number, sha256=newest.sha256)


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a proposal: the event recorded (None where it was recorded before), and the scene after it."""

    event: Event | None
    scene: Scene


@dataclass(frozen=True, slots=True)
class _Record:
    places: Places
    ledger: Ledger
    roster: Roster
    head: str = ""  # what the person has read ends here; empty where that was not said

    def scene(self) -> Scene:
        return set_scene(self.places, self.ledger, self.roster)


def record_decision(places: Places, proposal: Proposal, *, head: str = "") -> Decided | Denial:
    """Judge a proposal by the record as it stands and record it, or return why not.

    With a *head*, what the person has read ends there: anything recorded since refuses the decision. The roster is the
    recorded one: `LedgerMissing` is raised where no run has recorded any yet. `YearBusy` is raised where a run holds
    the year for longer than a person would wait.
    """
    with hold_year(places, wait=PATIENCE_SECONDS), places.open_ledger(must_exist=True) as ledger:
        roster = recorded_roster(ledger.entries(places.year))
        if roster is None:
            return Denial("nothing_received", {"county": proposal.county})
        return _record_one(_Record(places, ledger, roster, head), proposal)


def record_all_clear(places: Places, proposal: Proposal) -> Denial | list[tuple[str, Decided | Denial]]:
    """Record one decision for every county that has no finding and awaits it, within the person's area.

    A person who holds no such office, and an action that there is not, are refused before any county is looked at.
    """
    with hold_year(places, wait=PATIENCE_SECONDS), places.open_ledger(must_exist=True) as ledger:
        roster = recorded_roster(ledger.entries(places.year))
        if roster is None:
            return Denial("nothing_received", {"county": proposal.level})
        record = _Record(places, ledger, roster)
        scene = record.scene()
        case = understand(scene.procedure, proposal)
        if isinstance(case, Denial):
            return case
        areas = [one for one in roster.offices(proposal.by) if one.level == case.level.id]
        if not areas:
            return _no_office(scene, roster, proposal, case)
        clear = _all_clear(scene, roster, case, {one.area[: case.level.area_digits] for one in areas})
        return [(county, _record_one(record, replace(proposal, county=county))) for county in clear]


def _no_office(scene: Scene, roster: Roster, proposal: Proposal, case: Case) -> Denial:
    """Say why nobody of that name may act at that level."""
    nobody = Standing(county="", state=scene.procedure.start)
    bench = Bench(procedure=scene.procedure, roster=roster, standing=nobody, policy=scene.policy)
    return next(ask_person(bench, proposal, case))


def _all_clear(scene: Scene, roster: Roster, case: Case, areas: set[str]) -> list[str]:
    found = []
    for due in roster.due:
        standing = scene.standings[due.code]
        newest = standing.newest
        ready = standing.state in case.action.from_states and due.code[: case.level.area_digits] in areas
        if ready and newest is not None and newest.checked and not (newest.hard or newest.soft or newest.notes):
            found.append(due.code)
    return found


def _record_one(record: _Record, proposal: Proposal) -> Decided | Denial:
    for _ in range(TRIES):
        pen = Pen(record.ledger)  # before the record is read: what comes in between is noticed
        if record.head not in ("", pen.head):
            return Denial("head_moved", {"expected": record.head[:12], "found": pen.head[:12]})
        scene = record.scene()
        judged = judge_one(scene, record.roster, _bound(scene, proposal))
        if isinstance(judged, Denial):
            return judged
        if judged is None:
            return Decided(None, scene)
        try:
            pen.append(judged, key=decision_key(judged))
        except HeadMoved:
            continue  # somebody else was faster: judge anew by what they recorded
        return Decided(judged, record.scene())
    return Denial("conflict", {"county": proposal.county})
