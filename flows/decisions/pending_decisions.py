"""Evaluates submitted decisions against the record as it stands."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from checks.versions.point_answers import find_point_answers
from contracts.procedures import Action, Effect, Precondition, Procedure
from flows.year.office_day import get_office_day
from flows.year.year_state import SubmittedDecision, YearInputs, YearState
from review.changed_figures import find_changed_figures
from review.county_state import CountyState, SubmissionVersion
from review.cover_submission import CoverSubmission, find_cover_submission
from review.decision import decide_proposal, decide_roll_up
from review.events import Event
from review.proposal import NO_VERSION_SEEN, DecisionContext, DecisionRefusal, Proposal, normalise_points, parse_day
from review.return_points import find_open_return
from review.rollup_seals import find_sealed_areas
from review.roster import Roster

MAX_CHANGED_FIGURES_LISTED = 3


def evaluate_decisions(
    state: YearState, inputs: YearInputs
) -> tuple[list[Event], list[tuple[SubmittedDecision, DecisionRefusal]]]:
    """Return the decisions that can be recorded now, at most one for each county, and those refused now."""
    ready_by_county: dict[str, Event] = {}
    refused: list[tuple[SubmittedDecision, DecisionRefusal]] = []
    for decision in inputs.decisions:
        event = evaluate_decision(state, inputs.roster, decision.proposal)
        if isinstance(event, DecisionRefusal):
            refused.append((decision, event))
        elif event is not None:
            ready_by_county.setdefault(event.county, event)
    for submission in evaluate_cover_submissions(state):
        if isinstance(submission.result, Event):
            ready_by_county.setdefault(submission.result.county, submission.result)
    return list(ready_by_county.values()), refused


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
        result = evaluate_decision(state, state.roster, submission.proposal)
        if result is not None:
            yield EvaluatedCover(county=county, version=newest, submission=submission, result=result)


def evaluate_decision(state: YearState, roster: Roster, proposal: Proposal) -> Event | DecisionRefusal | None:
    """Return the event of a proposal, the reason why it is refused, or None if it is on record already."""
    county_state = _get_county_state(state, proposal.county)
    context = DecisionContext(
        procedure=state.procedure,
        roster=roster,
        county_state=county_state,
        return_policy=state.policy,
        sealed_areas=find_sealed_areas(state.procedure, state.roll_ups),
        today=get_office_day(),
    )
    if _is_recorded(state, context, proposal):
        return None
    action = _find_action(state.procedure, proposal)
    if action is not None and action.effect.is_on_area:
        return decide_roll_up(context, proposal, state.county_states)
    if action is not None and action.effect is Effect.REDUCE:
        context = replace(context, figures=_load_figures(state, county_state))
    if action is not None and action.effect is Effect.RETURN:
        context = _add_sheet_sizes(state, county_state, context)
    if action is not None and Precondition.ANSWERS in action.preconditions:
        context = replace(context, workbook_answers=_load_answers(state, county_state))
    event = decide_proposal(context, proposal)
    if isinstance(event, DecisionRefusal):
        return _add_changed_figures(state, county_state, proposal, event)
    return event


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


def _find_action(procedure: Procedure, proposal: Proposal) -> Action | None:
    level = procedure.find_level(proposal.level)
    if level is None:
        return None
    return procedure.find_action(level.id, proposal.action)


def _load_figures(state: YearState, county_state: CountyState) -> dict[tuple[str, str], str]:
    """Return the township figures of the newest version as its check read them, by sheet and cell."""
    if county_state.newest_version is None or not county_state.newest_version.is_checked:
        return {}
    report = _load_report(state, county_state.newest_version)
    return {(figure.sheet, figure.cell): figure.amount for figure in report.figures if figure.township}


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


def _load_report(state: YearState, version: SubmissionVersion) -> ValidationReport:
    return decode_report(json.loads(state.paths.open_store().load_object(version.report_sha256)))


def _is_recorded(state: YearState, context: DecisionContext, proposal: Proposal) -> bool:
    """Return whether a proposal was recorded already: its row stays in the workbook and is handed in again."""
    action, day = _find_action(context.procedure, proposal), parse_day(proposal.on)
    if action is None or day is None:
        return False
    decisions = context.county_state.decisions
    if action.effect.is_on_area:
        decisions = tuple(event for event in state.roll_ups if event.county == proposal.county)
    return any(_is_same_decision(event, proposal, action=action, day=day) for event in decisions)


def _is_same_decision(event: Event, proposal: Proposal, *, action: Action, day: date) -> bool:
    return (
        (event.level, event.action, event.actor) == (action.level, action.id, proposal.by)
        and event.facts["date"] == day.isoformat()
        and (event.facts["number"], event.facts["opinion"]) == (proposal.number.strip(), proposal.opinion.strip())
        and event.facts.get("lines", "") == normalise_points(proposal.points)
        and _is_same_version(event, proposal)
    )


def _is_same_version(event: Event, proposal: Proposal) -> bool:
    """Return whether the version that a proposal gives, if it gives any, is the one that the event is about."""
    if proposal.version not in (0, event.version):
        return False
    if proposal.sha256 == NO_VERSION_SEEN and not event.sha256:
        return True
    return proposal.sha256 in ("", event.sha256)
