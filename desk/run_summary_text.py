"""The closing lines of a run: what was refused or skipped, the state of each county, what to do next."""

from collections.abc import Iterator, Sequence

from contracts.messages import Messages
from desk.county_line import format_county_line
from flows.decisions.pending_decisions import EvaluatedCover
from flows.decisions.refusal_text import explain_refused_decision
from flows.run.next_steps import NextStep, list_next_steps, list_operator_steps
from flows.run.run_summary import RunSummary
from flows.year.earlier_filings import OutdatedFiling
from flows.year.year_state import YearState
from review.proposal import DecisionRefusal
from review.roster import Roster


def format_run_summary(state: YearState, summary: RunSummary, failures: int) -> Iterator[str]:
    """Yield the closing lines of a run; the next steps come last."""
    messages = state.messages
    for name, reason in summary.skipped:
        yield messages("run.skipped", name=name, reason=messages(f"skipped.{reason}"))
    for name, refusal in summary.refused:
        yield messages("run.refused", name=name, message=refusal.message, remedy=refusal.remedy)
    for submitted, decision_refusal in summary.refused_decisions:
        reason = explain_refused_decision(state, submitted.proposal.county, decision_refusal)
        yield messages("run.denied", file=submitted.file, row=str(submitted.row), reason=reason)
    for cover in summary.refused_covers:
        yield _format_refused_cover(state, cover)
    for row in summary.rows:
        yield format_county_line(row, messages, state.procedure)
    next_steps = [*list_operator_steps(state, summary, failures), *list_next_steps(state, summary)]
    steps = [_format_step(step, messages) for step in next_steps]
    evidence = ""
    if summary.evidence:
        evidence = messages("run.next_evidence", **summary.evidence)
    yield from steps[:-1]
    if steps or evidence:
        yield "".join(steps[-1:]) + evidence


def format_outdated_filings(
    outdated_filings: Sequence[OutdatedFiling], roster: Roster, messages: Messages
) -> Iterator[str]:
    """Yield a line for each filing that is based on an earlier filing which has changed since."""
    for outdated in outdated_filings:
        due_county = roster.find_county(outdated.county)
        yield messages(
            "run.shaken",
            code=outdated.county,
            name=due_county.name if due_county else outdated.county,
            year=str(outdated.year),
            ground=str(outdated.changed_year),
        )


def _format_refused_cover(state: YearState, cover: EvaluatedCover) -> str:
    """Return the line about a cover that reports its file, but may not: its cell and the reason."""
    refusal = cover.result
    if not isinstance(refusal, DecisionRefusal):
        return ""
    field = cover.submission.find_cell(refusal.code, refusal.facts)
    place = f"{field.sheet}!{field.cell}" if field else cover.version.name
    reason = explain_refused_decision(state, cover.county, refusal)
    return state.messages("run.cover", code=cover.county, version=cover.version.number, place=place, reason=reason)


def _format_step(step: NextStep, messages: Messages) -> str:
    sentence = step.format_sentence(messages)
    if not step.actor:
        return sentence
    return messages("next_step.prefix", step=sentence)
