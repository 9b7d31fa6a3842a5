"""The dates of a decision: after what it follows, in the term of its author, late or not.

A decision has two days: the date that its author writes, and the day on which it is recorded. A term, a waiver and a
deadline are judged by both, so that a date before the fact does not help.
"""

from collections.abc import Iterator
from datetime import date
from itertools import chain, zip_longest

from contracts.procedures import Procedure
from review.county_state import CountyState
from review.events import Event
from review.office_day import parse_office_day
from review.proposal import DecisionContext, DecisionRefusal, Proposal, ResolvedAction, parse_day
from review.roster import Roster

LATE_BY_DATE, LATE_BY_RECORDING = "date", "record"


def check_order_of_dates(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """Refuse a decision whose date is before that of a decision which it follows."""
    for day, action_name in _list_earlier_days(context):
        if resolved_action.day < day:
            facts = {
                "county": proposal.county,
                "action": resolved_action.action.name,
                "day": resolved_action.day.isoformat(),
                "earlier": action_name,
                "earlier_day": day.isoformat(),
            }
            yield DecisionRefusal("date_before_previous", facts)


def _list_earlier_days(context: DecisionContext) -> Iterator[tuple[date, str]]:
    """Yield the day of each decision on the county, with the name of its action.

    A date in the future counts as the day of its recording: otherwise one slip of the pen would bar what follows.
    """
    county_state = context.county_state
    for decision, recorded_day in zip_longest(county_state.decisions, county_state.decision_days):
        day = parse_day(str(decision.facts.get("date", "")))
        if day is None:
            continue
        action = context.procedure.find_action(decision.level, decision.action)
        action_name = action.name if action else decision.action
        yield min(day, recorded_day or day), action_name


def check_recorded_basis(
    context: DecisionContext, proposal: Proposal, resolved_action: ResolvedAction
) -> Iterator[DecisionRefusal]:
    """Refuse a decision that is dated before the recording of what it rests on.

    It rests on the file, unless the county itself decides on its own, and on the decisions of other levels: before they
    were on record, nobody could decide on them. A year that is entered afterwards (补录) is exempt.
    """
    if context.today is None or context.roster.is_entered_afterwards:
        return
    for recorded_day, basis_name in chain(
        _list_recorded_files(context, resolved_action), _list_recorded_decisions(context, resolved_action)
    ):
        if resolved_action.day < recorded_day:
            facts = {
                "county": proposal.county,
                "action": resolved_action.action.name,
                "day": resolved_action.day.isoformat(),
                "basis": basis_name,
                "recorded_day": recorded_day.isoformat(),
            }
            yield DecisionRefusal("date_before_record", facts)


def _list_recorded_files(context: DecisionContext, resolved_action: ResolvedAction) -> Iterator[tuple[date, str]]:
    """Yield the day on which the newest version was received, with its name; nothing for the lowest level."""
    newest = context.county_state.newest_version
    if newest is None or resolved_action.level == context.procedure.levels[0]:
        return
    day = parse_office_day(newest.received_at)
    if day is not None:
        yield day, newest.name


def _list_recorded_decisions(context: DecisionContext, resolved_action: ResolvedAction) -> Iterator[tuple[date, str]]:
    """Yield the days on which other levels' decisions on the county and roll-ups of its area were recorded."""
    county_state = context.county_state
    decisions = chain(
        zip_longest(county_state.decisions, county_state.decision_days),
        zip_longest(context.roll_ups, context.roll_up_days),
    )
    for decision, recorded_day in decisions:
        is_related = not county_state.county or _is_same_area(context, decision, county_state.county)
        if recorded_day is None or decision.level == resolved_action.level.id or not is_related:
            continue
        action = context.procedure.find_action(decision.level, decision.action)
        yield recorded_day, action.name if action else decision.action


def _is_same_area(context: DecisionContext, decision: Event, county: str) -> bool:
    level = context.procedure.find_level(decision.level)
    return level is None or level.get_area_code(decision.county) == level.get_area_code(county)


def list_late_steps(procedure: Procedure, roster: Roster, county_state: CountyState) -> Iterator[tuple[Event, str]]:
    """Yield the forward steps up to the first filing that were late, with how: ``date`` or ``record``.

    A step is late if its date is after the deadline, or if it was recorded after the deadline, whatever its date. The
    steps of a correction have no deadline.
    """
    first_filing = next(iter(county_state.filings), None)
    for decision, recorded_day in zip_longest(county_state.decisions, county_state.decision_days):
        action = procedure.find_action(decision.level, decision.action)
        deadline = roster.get_deadline(procedure, decision.level)
        if action is None or deadline is None or not action.is_forward:
            continue
        lateness = _find_lateness(decision, recorded_day, deadline)
        if lateness:
            yield decision, lateness
        if first_filing is not None and action.to_state in procedure.final_states:
            return


def _find_lateness(decision: Event, recorded_day: date | None, deadline: date) -> str:
    day = parse_day(str(decision.facts.get("date", "")))
    if day is not None and day > deadline:
        return LATE_BY_DATE
    if recorded_day is not None and recorded_day > deadline:
        return LATE_BY_RECORDING
    return ""


def list_date_flags(context: DecisionContext, resolved_action: ResolvedAction) -> list[str]:
    """Return the ids of the rules of procedure that flag a decision because its date is in the future."""
    if context.today is None or resolved_action.day <= context.today:
        return []
    return [rule.id for rule in context.procedure.rules if "future_date" in rule.flags]
