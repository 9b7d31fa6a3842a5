"""The progress of a year: whose turn it is, who is late, how long each step took, what blocks a county."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from contracts.procedures import Action, Effect, Level, Procedure
from review.county_state import CountyState
from review.decision_dates import list_late_steps
from review.events import Event
from review.roster import DueCounty, Roster


@dataclass(frozen=True, slots=True)
class WorkflowStep:
    """A completed step, its day and the days since the step before; None if a date is not known.

    *lateness* is how the step was late (`review.decision_dates`), else empty.
    """

    action: str
    day: date | None
    days_since_previous: int | None
    lateness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyProgress:
    """The progress of one county.

    *next_level* and *next_action* are whose turn it is and what to do; *days_waiting* counts from the last step.
    *block_code* is the key of what blocks the county, and *reason* the detail of it (an opinion or a count).
    """

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
    """The numbers of a city's counties: due, submitted, filed, excused and late."""

    name: str
    due: int
    sent: int
    done: int
    excused: int
    late: int


def compute_progress(
    procedure: Procedure, roster: Roster, county_states: Mapping[str, CountyState], today: date
) -> tuple[CountyProgress, ...]:
    """Return the progress of every due county on a day, in the order of the roster."""
    actions = {(action.level, action.id): action for action in procedure.actions}
    context = _ProgressContext(procedure, roster, actions, today)
    return tuple(
        _build_county_progress(context, due_county, county_states[due_county.code])
        for due_county in roster.due_counties
        if due_county.code in county_states
    )


def count_by_city(
    procedure: Procedure, roster: Roster, counties: tuple[CountyProgress, ...]
) -> tuple[CityProgress, ...]:
    """Return the numbers of counties by city, in the order in which the roster names the cities."""
    counties_by_city: dict[str, list[CountyProgress]] = {}
    for county in counties:
        counties_by_city.setdefault(county.due_county.city, []).append(county)
    return tuple(
        _count_city(procedure, roster.cities.get(city, city), city_counties)
        for city, city_counties in counties_by_city.items()
    )


def _count_city(procedure: Procedure, name: str, counties: Sequence[CountyProgress]) -> CityProgress:
    sent = done = excused = late = 0
    for county in counties:
        sent += county.version is not None
        done += bool(county.county_state.filed_sha256s)
        excused += county.state in procedure.excused_states
        late += county.is_late
    return CityProgress(name=name, due=len(counties), sent=sent, done=done, excused=excused, late=late)


@dataclass(frozen=True, slots=True)
class _ProgressContext:
    """What the progress of every county is computed from; *actions* is keyed by level and id."""

    procedure: Procedure
    roster: Roster
    actions: Mapping[tuple[str, str], Action]
    today: date


def _build_county_progress(
    context: _ProgressContext, due_county: DueCounty, county_state: CountyState
) -> CountyProgress:
    procedure = context.procedure
    version, hard_count, soft_count = _count_findings(county_state)
    progress = CountyProgress(
        due_county=due_county,
        county_state=county_state,
        version=version,
        hard_count=hard_count,
        soft_count=soft_count,
        next_level=None,
        next_action="",
        deadline=None,
        is_late=False,
        days_waiting=None,
        block_code="",
    )
    if county_state.state in procedure.excused_states:
        return replace(progress, block_code="excused", reason=_format_excuse(county_state))
    if county_state.state in procedure.final_states:
        return progress
    return _add_next_step(context, progress)


def _count_findings(county_state: CountyState) -> tuple[int | None, int, int]:
    """Return the number of the newest version (None if there is none), its hard and its soft findings."""
    newest = county_state.newest_version
    if newest is None:
        return None, 0, 0
    return newest.number, newest.hard_count or 0, newest.soft_count or 0


def _add_next_step(context: _ProgressContext, progress: CountyProgress) -> CountyProgress:
    procedure, county_state = context.procedure, progress.county_state
    action = procedure.find_next_action(county_state.state)
    level = _find_next_level(procedure, action)
    deadline = context.roster.get_deadline(procedure, level.id)
    block_code, reason = _find_block(procedure, county_state, action)
    return replace(
        progress,
        next_level=level,
        next_action=action.name if action else "",
        deadline=deadline,
        is_late=deadline is not None and context.today > deadline,
        days_waiting=_count_days_waiting(context, county_state),
        block_code=block_code,
        reason=reason,
    )


def _find_next_level(procedure: Procedure, action: Action | None) -> Level:
    """Return the level whose turn it is: the lowest one if the county must submit a version."""
    if action is None:
        return procedure.levels[0]
    return procedure.find_level(action.level) or procedure.levels[0]


def _count_days_waiting(context: _ProgressContext, county_state: CountyState) -> int | None:
    last_day = _find_last_step_day(context, county_state)
    if last_day is None:
        return None
    return max(0, (context.today - last_day).days)


def list_steps(procedure: Procedure, roster: Roster, county_state: CountyState) -> Iterator[WorkflowStep]:
    """Yield the forward steps taken on the newest version, with the days between them."""
    previous_day: date | None = None
    late_steps = list(list_late_steps(procedure, roster, county_state))
    for decision in county_state.get_newest_decisions():
        action = procedure.find_action(decision.level, decision.action)
        if action is not None and action.is_forward:
            day = _parse_decision_day(decision)
            days = (day - previous_day).days if day and previous_day else None
            lateness = next((lateness for late_step, lateness in late_steps if late_step is decision), "")
            yield WorkflowStep(action.name, day, days, lateness)
            previous_day = day or previous_day


def _find_last_step_day(context: _ProgressContext, county_state: CountyState) -> date | None:
    """Return the day of the last forward step, or None; `list_steps` would be slow for many counties."""
    for decision in reversed(county_state.get_newest_decisions()):
        action = context.actions.get((decision.level, decision.action))
        if action is not None and action.is_forward:
            return _parse_decision_day(decision)
    return None


def _parse_decision_day(decision: Event) -> date | None:
    """Return the day of a recorded decision (2025-01-20), or None."""
    try:
        return date.fromisoformat(str(decision.facts.get("date", "")))
    except ValueError:
        return None


def _find_block(procedure: Procedure, county_state: CountyState, action: Action | None) -> tuple[str, str]:
    """Return the key of what blocks a county, and its detail: the opinion of a return or a number of findings."""
    if action is not None:
        return "waiting", ""
    if county_state.refused_files:
        return "refused", _format_refused_file(county_state)
    if county_state.newest_version is None:
        return "nothing", ""
    for decision in reversed(county_state.get_newest_decisions()):
        if _is_return(procedure, decision):
            return "returned", str(decision.facts.get("opinion", ""))
    for severity in ("hard", "soft"):
        count = county_state.count_open_findings(severity)
        if count:
            return severity, str(count)
    return "version", ""


def _format_excuse(county_state: CountyState) -> str:
    """Return number and opinion of the decision that excused a county."""
    facts = county_state.decisions[-1].facts if county_state.decisions else {}
    return f"{facts.get('number', '')} {facts.get('opinion', '')}".strip()


def _format_refused_file(county_state: CountyState) -> str:
    """Return the name of the file that was refused last, and why."""
    refused_file = county_state.refused_files[-1]
    return f"{refused_file.name}：{refused_file.message}"


def _is_return(procedure: Procedure, decision: Event) -> bool:
    action = procedure.find_action(decision.level, decision.action)
    return action is not None and action.effect is Effect.RETURN
