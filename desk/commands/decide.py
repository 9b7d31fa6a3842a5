"""``hesuan decide``: put one decision on record, or one for every county without findings."""

from contracts.messages import Wording
from desk.console import complain, say
from desk.exit_codes import Exit
from desk.run_summary_text import denial_sentence
from flows.decisions.record_decision import Decided, record_all_clear, record_decision
from flows.year.locations import Places
from ledger.errors import LedgerMissing
from review.events import Kind
from review.proposal import Denial, Proposal


def record(places: Places, proposal: Proposal, *, head: str = "") -> Exit:
    """Record the decision, or say why it is refused; with a *head*, only while that is the record's."""
    words = places.library().wording()
    try:
        decided = record_decision(places, proposal, head=head)
    except LedgerMissing:
        decided = Denial("nothing_received", {"county": proposal.county})
    return _tell(decided, words)


def record_bulk(places: Places, proposal: Proposal) -> Exit:
    """Record the decision for every county of the person's area that has no finding and awaits it."""
    words = places.library().wording()
    try:
        recorded = record_all_clear(places, proposal)
    except LedgerMissing:
        recorded = Denial("nothing_received", {"county": proposal.level})
    if isinstance(recorded, Denial):
        return _tell(recorded, words)
    told = [_tell(one, words) for _, one in recorded]
    refused = sum(code is not Exit.CLEAR for code in told)
    say(words("decide.bulk", count=str(len(told) - refused), refused=str(refused)))
    return Exit.REFUSED_ACTION if refused else Exit.CLEAR


def _tell(decided: Decided | Denial, words: Wording) -> Exit:
    if isinstance(decided, Denial):
        complain(words("decide.refused", reason=denial_sentence(decided, words)))
        return Exit.REFUSED_ACTION
    say(_done(decided, words))
    flags = decided.event.facts.get("flags") if decided.event else None
    if isinstance(flags, list):
        say(words("decide.flagged", rules="、".join(map(str, flags))))
    return Exit.CLEAR


def _done(decided: Decided, words: Wording) -> str:
    event, scene = decided.event, decided.scene
    if event is None:
        return words("decide.repeated")
    action = scene.procedure.action(event.level, event.action)
    name, number = action.name if action else event.action, str(event.facts["number"])
    number = words("decide.number", number=number) if number else ""
    if event.kind is Kind.ROLL_UP:
        return words("decide.sealed", code=event.county, action=name, number=number)
    state = scene.procedure.states[scene.standings[event.county].state]
    return words("decide.done", code=event.county, version=str(event.version), number=number, action=name, state=state)
