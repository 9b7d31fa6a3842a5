"""Evaluates submitted decisions against the record as it stands."""

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from functools import partial

from checks.model.finding import Finding, Refusal
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from checks.versions.point_answers import find_point_answers
from contracts.procedures import Action, Effect, Precondition, Procedure
from flows.decisions.contradictions import ReadyDecision, find_contradictions
from flows.decisions.recorded_decisions import find_action, index_same_rows, is_recorded
from flows.decisions.reduction_check import find_inconsistency, load_reducible_amounts
from flows.year.office_day import get_office_day
from flows.year.year_state import SubmittedDecision, YearInputs, YearState
from review.changed_figures import find_changed_figures
from review.county_state import CountyState, SubmissionVersion
from review.decision import build_decision_key, decide_proposal, decide_roll_up
from review.decision_points import parse_points
from review.events import Event, EventKind
from review.explanations.decided_explanations import add_decided_explanations
from review.explanations.named_findings import list_open_findings
from review.proposal import DecisionContext, DecisionRefusal, Proposal
from review.rollup_seals import find_sealed_areas, list_roll_up_days
from review.roster import Roster
from review.submissions.cover_submission import CoverSubmission, find_cover_submission
from review.submissions.return_points import find_open_return

MAX_CHANGED_FIGURES_LISTED = 3


def evaluate_decisions(
    state: YearState, inputs: YearInputs
) -> tuple[list[Event], list[tuple[SubmittedDecision, DecisionRefusal]]]:
    """Return the decisions that can be recorded now, at most one for each county, and those refused now.

    Of several decisions on one county the one with the earliest date is recorded first, and of the same date one that
    leaves the county where it is, such as 核减, then the one that the procedure names first, such as 接收复核 before
    复核同意. Decisions that contradict each other are all refused.
    """
    ready_by_county: dict[str, list[ReadyDecision]] = {}
    refused: list[tuple[SubmittedDecision, DecisionRefusal]] = []
    for decision, row_index in index_same_rows(inputs.decisions):
        event = evaluate_decision(state, inputs.roster, decision.proposal, row_index=row_index)
        if isinstance(event, DecisionRefusal):
            refused.append((decision, event))
        elif event is not None:
            ready_by_county.setdefault(event.county, []).append(ReadyDecision(decision, event))
    events: list[Event] = []
    for county, ready_decisions in ready_by_county.items():
        contradictions = _find_contradictions(state, inputs, county, ready_decisions)
        refused += contradictions
        contradicting_rows = [decision for decision, _ in contradictions]
        consistent = [ready for ready in ready_decisions if ready.submitted not in contradicting_rows]
        if consistent:
            events.append(min(consistent, key=partial(_get_order, state.procedure)).event)
    return [*events, *_list_cover_events(state, ready_by_county)], refused


def _list_cover_events(state: YearState, handed_in_counties: Container[str]) -> Iterator[Event]:
    """Yield the reports that counties make on the covers of their files, unless something else is due for them."""
    for submission in evaluate_cover_submissions(state):
        if isinstance(submission.result, Event) and submission.county not in handed_in_counties:
            yield submission.result


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedCover:
    """The cover of a version that reports itself, and the event to record or why its report is refused."""

    county: str
    version: SubmissionVersion
    submission: CoverSubmission
    result: Event | DecisionRefusal


def evaluate_cover_submissions(state: YearState) -> Iterator[EvaluatedCover]:
    """Yield the result for each newest version whose own cover reports it and that waits for that."""
    for county, county_state in state.county_states.items():
        submission = find_cover_submission(state.procedure, state.roster, county_state)
        newest = county_state.newest_version
        if submission is None or newest is None:
            continue
        result = evaluate_decision(state, state.roster, submission.proposal, row_index=0)
        if result is not None:
            yield EvaluatedCover(county=county, version=newest, submission=submission, result=result)


def _find_contradictions(
    state: YearState, inputs: YearInputs, county: str, ready_decisions: list[ReadyDecision]
) -> list[tuple[SubmittedDecision, DecisionRefusal]]:
    if len(ready_decisions) == 1:
        return []
    rows = [decision for decision in inputs.decisions if decision.proposal.county == county]

    def evaluate(later_state: YearState, proposal: Proposal) -> Event | DecisionRefusal | None:
        return evaluate_decision(later_state, inputs.roster, proposal)

    return find_contradictions(state, ready_decisions, rows, evaluate)


def _get_order(procedure: Procedure, ready: ReadyDecision) -> tuple[str, bool, int]:
    action = procedure.find_action(ready.event.level, ready.event.action)
    if action is None:
        return ready.day, False, 0
    return ready.day, bool(action.to_state), procedure.actions.index(action)


def evaluate_decision(
    state: YearState, roster: Roster, proposal: Proposal, *, row_index: int | None = None
) -> Event | DecisionRefusal | None:
    """Return the event of a proposal, the reason why it is refused, or None if it is on record already.

    *row_index* is the number of the same rows before it in the inbox, None for a decision at the command line.
    """
    county_state = _get_county_state(state, proposal.county)
    if is_recorded(state, county_state, proposal, row_index=row_index):
        return None
    context = DecisionContext(
        procedure=state.procedure,
        roster=roster,
        county_state=county_state,
        return_policy=state.policy,
        sealed_areas=find_sealed_areas(state.procedure, state.roll_ups),
        today=get_office_day(),
        roll_ups=state.roll_ups,
        roll_up_days=list_roll_up_days(state.history),
    )
    action = find_action(state.procedure, proposal)
    if action is not None and action.effect.is_on_area:
        return decide_roll_up(context, proposal, state.county_states)
    if action is not None:
        context = _complete_context(state, context, action, proposal)
    event = decide_proposal(context, proposal)
    if isinstance(event, DecisionRefusal):
        return _add_changed_figures(state, county_state, proposal, event)
    if action is not None and action.effect is Effect.REDUCE:
        return find_inconsistency(state, county_state, event) or event
    return event


def _complete_context(
    state: YearState, context: DecisionContext, action: Action, proposal: Proposal
) -> DecisionContext:
    """Return the context with what an action is evaluated against besides the record; each is read only if needed."""
    county_state = context.county_state
    if action.effect is Effect.REDUCE:
        amounts = load_reducible_amounts(state, county_state, parse_points(proposal.points))
        context = replace(context, figures=amounts)
    if action.effect is Effect.RETURN:
        context = _add_sheet_sizes(state, county_state, context)
    if Precondition.ANSWERS in action.preconditions:
        context = replace(context, workbook_answers=_load_answers(state, county_state))
    if action.effect is Effect.EXPLAIN:
        context = replace(context, findings=_list_open_findings(state, county_state))
    if action.effect is Effect.WAIVE:
        rule_ids = frozenset(rule.id for form in state.library.compile_all_forms() for rule in form.rules)
        context = replace(context, rule_ids=rule_ids)
    return context


def build_recording_key(state: YearState, event: Event) -> str:
    """Return the key under which a decision is recorded: another one after the same decision was undone."""
    if event.kind is EventKind.ROLL_UP:
        return build_decision_key(event, state.roll_ups)
    return build_decision_key(event, _get_county_state(state, event.county).decisions)


def _get_county_state(state: YearState, county: str) -> CountyState:
    recorded_state = state.county_states.get(county)
    return recorded_state or CountyState(county=county, state=state.procedure.initial_state)


def _add_changed_figures(
    state: YearState, county_state: CountyState, proposal: Proposal, refusal: DecisionRefusal
) -> DecisionRefusal:
    """Add to the refusal of a decision on an older version which figures have changed since that version."""
    newest = county_state.newest_version
    if refusal.code != "version_moved" or newest is None:
        return refusal
    proposed = _find_proposed_version(county_state, proposal)
    if proposed is None or not proposed.is_checked or not newest.is_checked:
        return refusal
    return replace(refusal, facts={**refusal.facts, "moved": _format_changed_figures(state, proposed, newest)})


def _find_proposed_version(county_state: CountyState, proposal: Proposal) -> SubmissionVersion | None:
    """Return the first version that has the proposal's sha256 or its number, or None."""
    for version in county_state.versions:
        if proposal.sha256 == version.sha256 or proposal.version == version.number:
            return version
    return None


def _format_changed_figures(state: YearState, older: SubmissionVersion, newer: SubmissionVersion) -> str:
    """Return a sentence with the first figures that differ between two versions, empty if none does."""
    changes = list(find_changed_figures(_load_report(state, older), _load_report(state, newer)))
    if not changes:
        return ""
    listed = "、".join(
        f"{change.location} {change.before}→{change.after}" for change in changes[:MAX_CHANGED_FIGURES_LISTED]
    )
    if len(changes) > MAX_CHANGED_FIGURES_LISTED:
        listed += "、……"
    return state.messages("denial.moved", count=str(len(changes)), listed=listed)


def _add_sheet_sizes(state: YearState, county_state: CountyState, context: DecisionContext) -> DecisionContext:
    """Add what the cells of points are verified against: the sheets of the newest version, and the rules."""
    newest = county_state.newest_version
    if newest is None:
        return context
    from checks.versions.returned_sheets import remove_returned_sheets  # noqa: PLC0415 - imports polars, which is slow
    from workbooks.reader.read_workbook import read_workbook  # noqa: PLC0415 - as above

    workbook = read_workbook(state.paths.open_store().load_object(newest.sha256), state.messages)
    if isinstance(workbook, Refusal):
        return context
    sheets = remove_returned_sheets(workbook, state.messages).sheets
    sizes = {sheet.name: (sheet.text.height, sheet.text.width) for sheet in sheets}
    return replace(context, sheet_sizes=sizes, rule_ids=_list_rule_ids(state, county_state.county))


def _list_rule_ids(state: YearState, county: str) -> frozenset[str]:
    """Return the ids of the rules in force for a county and of the rules of procedure."""
    rule_ids = {rule.id for rule in state.procedure.rules}
    package = state.library.find_package(county, state.paths.year)
    if package is not None:
        forms = state.library.compile_submission(package, state.paths.year).forms
        rule_ids.update(rule.id for form in forms for rule in form.rules)
    return frozenset(rule_ids)


def _load_answers(state: YearState, county_state: CountyState) -> dict[int, str]:
    """Return the answers to the last return that the newest version itself brings, by number of the point."""
    open_return = find_open_return(state.procedure, county_state)
    newest = county_state.newest_version
    if open_return is None or newest is None or not newest.is_checked:
        return {}
    return find_point_answers(_load_report(state, newest).explanations, open_return.decision.sha256)


def _list_open_findings(state: YearState, county_state: CountyState) -> tuple[Finding, ...]:
    """Return the findings of the newest version that neither its workbook nor a decision explains."""
    newest = county_state.newest_version
    if newest is None or not newest.is_checked:
        return ()
    report = _load_report(state, newest)
    report = add_decided_explanations(report, county_state, newest.sha256, state.policy, state.messages)
    return list_open_findings(report.findings)


def _load_report(state: YearState, version: SubmissionVersion) -> ValidationReport:
    return decode_report(json.loads(state.paths.open_store().load_object(version.report_sha256)))
