"""``hesuan decide``: put one decision on record."""

from desk.console import complain, say
from desk.exits import Exit
from desk.outlook_lines import denial_sentence
from flows.deciding import record_decision
from flows.places import Places
from ledger.errors import LedgerMissing
from review.decisions import Denial, Proposal


def record(places: Places, proposal: Proposal) -> Exit:
    """Record the decision, or say why it is refused."""
    words = places.library().wording()
    try:
        decided = record_decision(places, proposal)
    except LedgerMissing:
        decided = Denial("nothing_received", {"county": proposal.county})
    if isinstance(decided, Denial):
        complain(words("decide.refused", reason=denial_sentence(decided, words)))
        return Exit.REFUSED_ACTION
    event, scene = decided.event, decided.scene
    if event is None:
        say(words("decide.repeated"))
        return Exit.CLEAR
    action = scene.procedure.action(event.level, event.action)
    facts = {
        "code": event.county,
        "version": str(event.version),
        "number": str(event.facts["number"]),
        "action": action.name if action else event.action,
        "state": scene.procedure.states[scene.standings[event.county].state],
    }
    say(words("decide.done", **facts))
    return Exit.CLEAR
