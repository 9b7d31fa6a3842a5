"""The end of a run in words: what was refused or passed over, where each county stands, what to do next."""

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


def format_run_summary(state: YearState, summary: RunSummary, failures: int) -> Iterator[str]:
    """Return the closing lines of a run, the next thing to do last."""
    words = state.messages
    for name, reason in summary.skipped:
        yield words("run.skipped", name=name, reason=words(f"skipped.{reason}"))
    for name, refusal in summary.refused:
        yield words("run.refused", name=name, message=refusal.message, remedy=refusal.remedy)
    for handed, denial in summary.refused_decisions:
        reason = format_decision_refusal(denial, words) + _cite_entry(state, handed.proposal.county, denial)
        yield words("run.denied", file=handed.file, row=str(handed.row), reason=reason)
    for row in summary.rows:
        yield format_county_line(row, words, state.procedure)
    steps = list(_format_next_steps(state, summary, failures))
    evidence = words("run.next_evidence", **summary.evidence) if summary.evidence else ""
    yield from steps[:-1]
    if steps or evidence:
        yield "".join(steps[-1:]) + evidence


def format_outdated_filings(
    outdated_filings: Sequence[OutdatedFiling], roster: Roster, messages: Messages
) -> Iterator[str]:
    """Return a line for each county's year that rests on a filing which has changed since."""
    for one in outdated_filings:
        due = roster.find_county(one.county)
        name = due.name if due else one.county
        yield messages("run.shaken", code=one.county, name=name, year=str(one.year), ground=str(one.changed_year))


def _cite_entry(state: YearState, county: str, refusal: DecisionRefusal) -> str:
    """Name the newest entry of the record about the county: what a rule of procedure was held against."""
    told = (EventKind.RECEIVED, EventKind.CHECKED, EventKind.DECISION, EventKind.ROLL_UP)
    found = (one for one in reversed(state.history) if one.event.county == county and one.event.kind in told)
    entry = next(found, None)
    if entry is None or not refusal.rule:
        return ""
    return state.messages("denial.entry", sequence=str(entry.sequence), digest=entry.digest[:8])


def format_decision_refusal(refusal: DecisionRefusal, messages: Messages) -> str:
    """Return why a decision was refused, in one sentence or two."""
    facts = dict(refusal.facts)
    if refusal.code == "incomplete":
        facts["missing"] = messages(f"missing.{facts['missing']}")
        facts.setdefault("action", messages("missing.decision"))
    reason = messages(f"denial.{refusal.code}", **facts)
    return (
        messages("denial.with_rule", reason=reason, rule=refusal.rule, basis=refusal.basis) if refusal.rule else reason
    )


def _format_next_steps(state: YearState, summary: RunSummary, failures: int) -> Iterator[str]:
    words = state.messages
    if failures:
        yield words("run.next_failed", count=str(failures), path=str(state.paths.failure_log))
    if summary.refused:
        yield words("run.next_refused", count=str(len(summary.refused)))
    if summary.refused_decisions:
        yield words("run.next_denied", count=str(len(summary.refused_decisions)))
    waiting = [row for row in summary.rows if row.state not in state.procedure.final_states]
    for row in waiting:
        yield _format_next_step(row, state)
    if summary.rows and not waiting:
        place = state.paths.output_path(summary.filing) if summary.filing else ""
        yield words("run.next_done", path=str(place))


def _format_next_step(row: CountyStatusRow, state: YearState) -> str:
    words = state.messages
    newest = state.county_states[row.code].newest_version
    if newest is not None and (row.hard or row.soft) and row.state in state.procedure.state_by_outcome.values():
        path = state.paths.output_path(get_marked_workbook_path(state, row.code, newest))
        return words("run.next_return", code=row.code, name=row.name, path=str(path))
    turn = state.procedure.find_next_action(row.state)
    level = state.procedure.find_level(turn.level) if turn else None
    if turn is None or level is None:
        return words("run.next_send", code=row.code, name=row.name)
    return words("run.next_wait", code=row.code, name=row.name, level=level.name, action=turn.name)
