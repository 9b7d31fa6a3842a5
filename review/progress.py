"""How far a year has come: whose turn it is, who is late, how long each step took, what blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from contracts.procedures import Action, Effect, Level, Procedure
from review.county_state import CountyState
from review.events import Event
from review.roster import DueCounty, Roster


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """A step taken: what it was, and the days since the one before, where their dates say so."""

    action: str
    day: date | None
    days_since_previous: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyProgress:
    """How far one county has come. *block* is the key of what holds it up, *waiting* the days since the last step."""

    due_county: DueCounty
    county_state: CountyState
    version: int | None
    hard_count: int
    soft_count: int
    next_level: Level | None
    next_action: str
    deadline: date | None
    is_late: bool
    days_waiting: int | None
    block_code: str
    reason: str = ""

    @property
    def state(self) -> str:
        """The key of the county's state."""
        return self.county_state.state


@dataclass(frozen=True, slots=True)
class CityProgress:
    """A city's counties, counted."""

    name: str
    due: int
    sent: int
    done: int
    excused: int
    late: int


def compute_progress(
    procedure: Procedure, roster: Roster, county_states: Mapping[str, CountyState], today: date
) -> tuple[CountyProgress, ...]:
    """Return how far every due county has come by a day, in the order of the roster."""
    sight = _ProgressContext(procedure, roster, {(one.level, one.id): one for one in procedure.actions}, today)
    return tuple(
        _build_county_progress(sight, one, county_states[one.code])
        for one in roster.due_counties
        if one.code in county_states
    )


def count_by_city(
    procedure: Procedure, roster: Roster, counties: tuple[CountyProgress, ...]
) -> tuple[CityProgress, ...]:
    """Count the counties city by city, in the order in which the roster names them."""
    grouped: dict[str, list[CountyProgress]] = {}
    for one in counties:
        grouped.setdefault(one.due_county.city, []).append(one)
    return tuple(
        CityProgress(
            name=roster.cities.get(city, city),
            due=len(own),
            sent=sum(one.version is not None for one in own),
            done=sum(one.state in procedure.final_states for one in own),
            excused=sum(one.state in procedure.excused_states for one in own),
            late=sum(one.is_late for one in own),
        )
        for city, own in grouped.items()
    )


@dataclass(frozen=True, slots=True)
class _ProgressContext:
    """What every county is looked at with: the procedure, its actions by level and id, the roster, the day."""

    procedure: Procedure
    roster: Roster
    actions: Mapping[tuple[str, str], Action]
    today: date


def _build_county_progress(
    context: _ProgressContext, due_county: DueCounty, county_state: CountyState
) -> CountyProgress:
    procedure, today = context.procedure, context.today
    ended = county_state.state in (*procedure.final_states, *procedure.excused_states)
    action = None if ended else procedure.find_next_action(county_state.state)
    turn = None if ended else (procedure.find_level(action.level) if action else None) or procedure.levels[0]
    deadline = context.roster.get_deadline(procedure, turn.id) if turn else None
    last = None if ended else _find_last_step_day(context, county_state)
    block, reason = ("", "") if ended else _find_block(procedure, county_state, action)
    newest = county_state.newest_version
    return CountyProgress(
        due_county=due_county,
        county_state=county_state,
        version=newest.number if newest else None,
        hard_count=(newest.hard_count or 0) if newest else 0,
        soft_count=(newest.soft_count or 0) if newest else 0,
        next_level=turn,
        next_action=action.name if action else "",
        deadline=deadline,
        is_late=deadline is not None and today > deadline,
        days_waiting=max(0, (today - last).days) if last else None,
        block_code=block,
        reason=reason,
    )


def list_steps(procedure: Procedure, county_state: CountyState) -> Iterator[WorkflowStep]:
    """Give the steps of the road that were taken on the newest version, with the days in between."""
    before: date | None = None
    for event in county_state.get_newest_decisions():
        action = procedure.find_action(event.level, event.action)
        if action is not None and action.is_forward:
            day = _parse_decision_day(event)
            yield WorkflowStep(action.name, day, (day - before).days if day and before else None)
            before = day or before


def _find_last_step_day(context: _ProgressContext, county_state: CountyState) -> date | None:
    """Return the day of the last step of the road; the years of many counties are asked for nothing else."""
    for event in reversed(county_state.get_newest_decisions()):
        action = context.actions.get((event.level, event.action))
        if action is not None and action.is_forward:
            return _parse_decision_day(event)
    return None


def _parse_decision_day(event: Event) -> date | None:
    """Return the day of a recorded decision, which stands there as 2025-01-20."""
    try:
        return date.fromisoformat(str(event.facts.get("date", "")))
    except ValueError:
        return None


def _find_block(procedure: Procedure, county_state: CountyState, action: Action | None) -> tuple[str, str]:
    newest = county_state.newest_version
    if newest is None:
        return "nothing", ""
    if action is not None:
        return "waiting", ""
    returned = [one for one in county_state.get_newest_decisions() if _is_return(procedure, one)]
    if returned:
        return "returned", str(returned[-1].facts.get("opinion", ""))
    if county_state.count_open_findings("hard"):
        return "hard", str(county_state.count_open_findings("hard"))
    if county_state.count_open_findings("soft"):
        return "soft", str(county_state.count_open_findings("soft"))
    return "version", ""


def _is_return(procedure: Procedure, event: Event) -> bool:
    action = procedure.find_action(event.level, event.action)
    return action is not None and action.effect is Effect.RETURN
