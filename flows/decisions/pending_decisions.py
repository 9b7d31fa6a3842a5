"""Judge what people decided by the record as it stands."""

import json
from dataclasses import replace

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from contracts.procedures import Effect, Procedure
from flows.year.office_day import get_office_day
from flows.year.year_state import SubmittedDecision, YearInputs, YearState
from review.changed_figures import find_changed_figures
from review.county_state import CountyState, SubmissionVersion
from review.decision import decide_proposal, decide_roll_up
from review.events import Event
from review.proposal import NO_VERSION_SEEN, DecisionContext, DecisionRefusal, Proposal, normalise_points, parse_day
from review.rollup_seals import find_sealed_areas
from review.roster import Roster

MAX_CHANGED_FIGURES_LISTED = 3


def evaluate_decisions(
    state: YearState, inputs: YearInputs
) -> tuple[list[Event], list[tuple[SubmittedDecision, DecisionRefusal]]]:
    """Return the decisions that can be recorded now, one a county at most, and those refused as things stand."""
    ready: dict[str, Event] = {}
    denied: list[tuple[SubmittedDecision, DecisionRefusal]] = []
    for handed in inputs.decisions:
        judged = evaluate_decision(state, inputs.roster, handed.proposal)
        if isinstance(judged, DecisionRefusal):
            denied.append((handed, judged))
        elif judged is not None:
            ready.setdefault(judged.county, judged)
    return list(ready.values()), denied


def evaluate_decision(state: YearState, roster: Roster, proposal: Proposal) -> Event | DecisionRefusal | None:
    """Return the event of one proposal, why it is refused, or nothing where it is on record already."""
    standing = state.county_states.get(proposal.county) or CountyState(
        county=proposal.county, state=state.procedure.initial_state
    )
    bench = DecisionContext(
        procedure=state.procedure,
        roster=roster,
        county_state=standing,
        return_policy=state.policy,
        sealed_areas=find_sealed_areas(state.procedure, state.roll_ups),
        today=get_office_day(),
    )
    if _is_recorded(state, bench, proposal):
        return None
    effect = _find_effect(state.procedure, proposal)
    if effect is not None and effect.is_on_area:
        return decide_roll_up(bench, proposal, state.county_states)
    judged = decide_proposal(
        replace(bench, figures=_load_figures(state, standing)) if effect is Effect.REDUCE else bench, proposal
    )
    return _add_changed_figures(state, standing, proposal, judged) if isinstance(judged, DecisionRefusal) else judged


def _add_changed_figures(
    state: YearState, county_state: CountyState, proposal: Proposal, refusal: DecisionRefusal
) -> DecisionRefusal:
    """Who decided on an older version is told which figures have moved since."""
    meant = [one for one in county_state.versions if proposal.sha256 == one.sha256 or proposal.version == one.number]
    newest = county_state.newest_version
    if (
        refusal.code != "version_moved"
        or not meant
        or newest is None
        or not (meant[0].is_checked and newest.is_checked)
    ):
        return refusal
    moved = list(find_changed_figures(_load_report(state, meant[0]), _load_report(state, newest)))
    listed = "、".join(f"{one.location} {one.before}→{one.after}" for one in moved[:MAX_CHANGED_FIGURES_LISTED])
    more = "、……" if len(moved) > MAX_CHANGED_FIGURES_LISTED else ""
    said = state.messages("denial.moved", count=str(len(moved)), listed=listed + more) if moved else ""
    return replace(refusal, facts={**refusal.facts, "moved": said})


def _find_effect(procedure: Procedure, proposal: Proposal) -> Effect | None:
    level = procedure.find_level(proposal.level)
    action = procedure.find_action(level.id, proposal.action) if level else None
    return action.effect if action else None


def _load_figures(state: YearState, county_state: CountyState) -> dict[tuple[str, str], str]:
    """Return the newest version's figures by place, as its check read them."""
    if county_state.newest_version is None or not county_state.newest_version.is_checked:
        return {}
    report = _load_report(state, county_state.newest_version)
    return {(one.sheet, one.cell): one.amount for one in report.figures if one.township}


def _load_report(state: YearState, version: SubmissionVersion) -> ValidationReport:
    return decode_report(json.loads(state.paths.open_store().load_object(version.report_sha256)))


def _is_recorded(state: YearState, context: DecisionContext, proposal: Proposal) -> bool:
    """A row stays in its workbook after it was carried out; the same row again is no new decision."""
    level = context.procedure.find_level(proposal.level)
    action = context.procedure.find_action(level.id, proposal.action) if level else None
    day = parse_day(proposal.on)
    if level is None or action is None or day is None:
        return False
    done = context.county_state.decisions
    if action.effect.is_on_area:
        done = tuple(one for one in state.roll_ups if one.county == proposal.county)
    return any(
        (one.level, one.action, one.actor) == (level.id, action.id, proposal.by)
        and one.facts["date"] == day.isoformat()
        and (one.facts["number"], one.facts["opinion"]) == (proposal.number.strip(), proposal.opinion.strip())
        and one.facts.get("lines", "") == normalise_points(proposal.points)
        and (proposal.sha256 in ("", one.sha256) or (proposal.sha256 == NO_VERSION_SEEN and not one.sha256))
        and proposal.version in (0, one.version)
        for one in done
    )
