"""The closing lines of a run: what was refused or skipped, the state of each county, what to do next."""

from collections.abc import Iterator, Sequence

from contracts.messages import Messages
from desk.county_line import format_county_line
from flows.run.run_summary import RunSummary
from flows.year.county_status import CountyStatusRow
from flows.year.earlier_filings import OutdatedFiling
from flows.year.issued_outputs import get_marked_workbook_path
from flows.year.year_state import YearState
from review.events import EventKind
from review.proposal import DecisionRefusal
from review.roster import Roster

_CITED_KINDS = (EventKind.RECEIVED, EventKind.CHECKED, EventKind.DECISION, EventKind.ROLL_UP)


def format_run_summary(state: YearState, summary: RunSummary, failures: int) -> Iterator[str]:
    """Yield the closing lines of a run; the next steps come last."""
    messages = state.messages
    for name, reason in summary.skipped:
        yield messages("run.skipped", name=name, reason=messages(f"skipped.{reason}"))
    for name, refusal in summary.refused:
        yield messages("run.refused", name=name, message=refusal.message, remedy=refusal.remedy)
    for submitted, decision_refusal in summary.refused_decisions:
        reason = format_decision_refusal(decision_refusal, messages)
        reason += _cite_entry(state, submitted.proposal.county, decision_refusal)
        yield messages("run.denied", file=submitted.file, row=str(submitted.row), reason=reason)
    for row in summary.rows:
        yield format_county_line(row, messages, state.procedure)
    steps = list(_format_next_steps(state, summary, failures))
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


def _format_next_steps(state: YearState, summary: RunSummary, failures: int) -> Iterator[str]:
    messages = state.messages
    if failures:
        yield messages("run.next_failed", count=str(failures), path=str(state.paths.failure_log))
    if summary.refused:
        yield messages("run.next_refused", count=str(len(summary.refused)))
    if summary.refused_decisions:
        yield messages("run.next_denied", count=str(len(summary.refused_decisions)))
    waiting = [row for row in summary.rows if row.state not in state.procedure.final_states]
    for row in waiting:
        yield _format_next_step(row, state)
    if summary.rows and not waiting:
        path = ""
        if summary.filing:
            path = str(state.paths.output_path(summary.filing))
        yield messages("run.next_done", path=path)


def _format_next_step(row: CountyStatusRow, state: YearState) -> str:
    messages = state.messages
    newest = state.county_states[row.code].newest_version
    if newest is not None and (row.hard or row.soft) and row.state in state.procedure.state_by_outcome.values():
        path = state.paths.output_path(get_marked_workbook_path(state, row.code, newest))
        return messages("run.next_return", code=row.code, name=row.name, path=str(path))
    action = state.procedure.find_next_action(row.state)
    level = state.procedure.find_level(action.level) if action else None
    if action is None or level is None:
        return messages("run.next_send", code=row.code, name=row.name)
    return messages("run.next_wait", code=row.code, name=row.name, level=level.name, action=action.name)
