"""``hesuan decide``: put one decision on record, or one for every county without findings."""

from contracts.messages import Messages
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from desk.run_summary_text import format_decision_refusal
from flows.decisions.record_decision import RecordedDecision, record_clear_counties, record_decision
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError
from review.events import EventKind
from review.proposal import DecisionRefusal, Proposal


def record_for_county(paths: YearPaths, proposal: Proposal, *, head: str = "") -> ExitCode:
    """Record the decision, or say why it is refused; with a *head*, only while that is the record's."""
    words = paths.open_contracts().get_messages()
    try:
        decided = record_decision(paths, proposal, head=head)
    except LedgerMissingError:
        decided = DecisionRefusal("nothing_received", {"county": proposal.county})
    return _print_decision(decided, words)


def record_for_clear_counties(paths: YearPaths, proposal: Proposal) -> ExitCode:
    """Record the decision for every county of the person's area that has no finding and awaits it."""
    words = paths.open_contracts().get_messages()
    try:
        recorded = record_clear_counties(paths, proposal)
    except LedgerMissingError:
        recorded = DecisionRefusal("nothing_received", {"county": proposal.level})
    if isinstance(recorded, DecisionRefusal):
        return _print_decision(recorded, words)
    told = [_print_decision(one, words) for _, one in recorded]
    refused = sum(code is not ExitCode.CLEAR for code in told)
    print_line(words("decide.bulk", count=str(len(told) - refused), refused=str(refused)))
    return ExitCode.REFUSED_ACTION if refused else ExitCode.CLEAR


def _print_decision(decision: RecordedDecision | DecisionRefusal, messages: Messages) -> ExitCode:
    if isinstance(decision, DecisionRefusal):
        print_error(messages("decide.refused", reason=format_decision_refusal(decision, messages)))
        return ExitCode.REFUSED_ACTION
    print_line(_format_decision(decision, messages))
    flags = decision.event.facts.get("flags") if decision.event else None
    if isinstance(flags, list):
        print_line(messages("decide.flagged", rules="、".join(map(str, flags))))
    return ExitCode.CLEAR


def _format_decision(decision: RecordedDecision, messages: Messages) -> str:
    event, scene = decision.event, decision.state
    if event is None:
        return messages("decide.repeated")
    action = scene.procedure.find_action(event.level, event.action)
    name, number = action.name if action else event.action, str(event.facts["number"])
    number = messages("decide.number", number=number) if number else ""
    if event.kind is EventKind.ROLL_UP:
        return messages("decide.sealed", code=event.county, action=name, number=number)
    state = scene.procedure.states[scene.county_states[event.county].state]
    return messages(
        "decide.done", code=event.county, version=str(event.version), number=number, action=name, state=state
    )
