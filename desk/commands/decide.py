"""``hesuan decide``: record one decision, or one for each county without findings."""

from contracts.messages import Messages
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.decisions.record_decision import RecordedDecision, record_clear_counties, record_decision
from flows.decisions.refusal_text import format_decision_refusal
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError
from review.events import EventKind
from review.proposal import DecisionRefusal, Proposal


def record_for_county(paths: YearPaths, proposal: Proposal, *, head: str = "") -> ExitCode:
    """Record a decision, or print why it is refused.

    If *head* is given, the decision is refused unless it is the digest of the ledger's newest entry.
    """
    messages = paths.open_contracts().get_messages()
    try:
        decision = record_decision(paths, proposal, head=head)
    except LedgerMissingError:
        decision = DecisionRefusal("nothing_received", {"county": proposal.county})
    return _print_decision(decision, messages)


def record_for_clear_counties(paths: YearPaths, proposal: Proposal) -> ExitCode:
    """Record the decision for each county of the officer's area that has no finding and waits for it."""
    messages = paths.open_contracts().get_messages()
    try:
        decisions = record_clear_counties(paths, proposal)
    except LedgerMissingError:
        decisions = DecisionRefusal("nothing_received", {"county": proposal.level})
    if isinstance(decisions, DecisionRefusal):
        return _print_decision(decisions, messages)
    codes = [_print_decision(decision, messages) for _, decision in decisions]
    recorded_count = codes.count(ExitCode.CLEAR)
    refused_count = len(codes) - recorded_count
    print_line(messages("decide.bulk", count=str(recorded_count), refused=str(refused_count)))
    if refused_count:
        return ExitCode.REFUSED_ACTION
    return ExitCode.CLEAR


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
    event, year_state = decision.event, decision.state
    if event is None:
        return messages("decide.repeated")
    action = year_state.procedure.find_action(event.level, event.action)
    name = action.name if action else event.action
    number = str(event.facts["number"])
    if number:
        number = messages("decide.number", number=number)
    if event.kind is EventKind.ROLL_UP:
        return messages("decide.sealed", code=event.county, action=name, number=number)
    state = year_state.procedure.states[year_state.county_states[event.county].state]
    return messages(
        "decide.done", code=event.county, version=str(event.version), number=number, action=name, state=state
    )
