"""Why a decision was refused, in the words of the message catalogue."""

from typing import Final

from contracts.messages import Messages
from flows.year.year_state import YearState
from review.events import EventKind
from review.proposal import DecisionRefusal

_CITED_KINDS: Final = (EventKind.RECEIVED, EventKind.CHECKED, EventKind.DECISION, EventKind.ROLL_UP)


def explain_refused_decision(state: YearState, county: str, refusal: DecisionRefusal) -> str:
    """Return why a decision on a county was refused, with the ledger entry that the rule was applied to."""
    return format_decision_refusal(refusal, state.messages) + _cite_entry(state, county, refusal)


def _cite_entry(state: YearState, county: str, refusal: DecisionRefusal) -> str:
    """Name the newest ledger entry on the county, which the rule of procedure was applied to.

    Returns an empty text if the refusal cites no rule or there is no such entry.
    """
    if not refusal.rule:
        return ""
    for entry in reversed(state.history):
        if entry.event.county == county and entry.event.kind in _CITED_KINDS:
            return state.messages("denial.entry", sequence=str(entry.sequence), digest=entry.digest[:8])
    return ""


def format_decision_refusal(refusal: DecisionRefusal, messages: Messages) -> str:
    """Return why a decision was refused, with the rule of procedure if one is cited."""
    facts = dict(refusal.facts)
    if refusal.code == "incomplete":
        facts["missing"] = messages(f"missing.{facts['missing']}")
        facts.setdefault("action", messages("missing.decision"))
    reason = messages(f"denial.{refusal.code}", **facts)
    if not refusal.rule:
        return reason
    return messages("denial.with_rule", reason=reason, rule=refusal.rule, basis=refusal.basis)
