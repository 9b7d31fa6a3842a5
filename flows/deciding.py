"""Record one decision that was made at the command line."""

from dataclasses import dataclass, replace

from flows.places import Places
from flows.survey import Scene, judge_one, set_scene
from flows.year_lock import hold_year
from review.decisions import Denial, Proposal, decision_key
from review.events import Event
from review.standing import recorded_roster


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


def record_decision(places: Places, proposal: Proposal) -> Decided | Denial:
    """Judge a proposal by the record as it stands and record it, or return why not.

    The roster is the recorded one: `LedgerMissing` is raised where no run has recorded any yet.
    """
    with hold_year(places), places.open_ledger(must_exist=True) as ledger:
        roster = recorded_roster(ledger.entries(places.year))
        if roster is None:
            return Denial("nothing_received", {"county": proposal.county})
        scene = set_scene(places, ledger, roster)
        judged = judge_one(scene, roster, _bound(scene, proposal))
        if isinstance(judged, Denial):
            return judged
        if judged is not None:
            head = ledger.head()
            ledger.append(judged, key=decision_key(judged), expected_head=head)
        return Decided(judged, set_scene(places, ledger, roster))
