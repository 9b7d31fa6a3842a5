"""How far a year has come: whose turn it is, who is late, how long each step took, what blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from contracts.procedures import Action, Effect, Level, Procedure
from review.county_state import Standing
from review.events import Event
from review.roster import Due, Roster


@dataclass(frozen=True, slots=True)
class Step:
    """A step taken: what it was, and the days since the one before, where their dates say so."""

    action: str
    day: date | None
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one county has come. *block* is the key of what holds it up, *waiting* the days since the last step."""

    due: Due
    standing: Standing
    version: int | None
    hard: int
    soft: int
    turn: Level | None
    action: str
    deadline: date | None
    late: bool
    waiting: int | None
    block: str
    reason: str = ""

    @property
    def state(self) -> str:
        """The key of the county's state."""
        return self.standing.state


@dataclass(frozen=True, slots=True)
class CityProgress:
    """A city's counties, counted."""

    name: str
    due: int
    sent: int
    done: int
    excused: int
    late: int


def progress(procedure: Procedure, roster: Roster, found: Mapping[str, Standing], today: date) -> tuple[Progress, ...]:
    """Return how far every due county has come by a day, in the order of the roster."""
    sight = _Sight(procedure, roster, {(one.level, one.id): one for one in procedure.actions}, today)
    return tuple(_one(sight, one, found[one.code]) for one in roster.due if one.code in found)


def by_city(procedure: Procedure, roster: Roster, rows: tuple[Progress, ...]) -> tuple[CityProgress, ...]:
    """Count the counties city by city, in the order in which the roster names them."""
    grouped: dict[str, list[Progress]] = {}
    for one in rows:
        grouped.setdefault(one.due.city, []).append(one)
    return tuple(
        CityProgress(
            name=roster.cities.get(city, city),
            due=len(own),
            sent=sum(one.version is not None for one in own),
            done=sum(one.state in procedure.final for one in own),
            excused=sum(one.state in procedure.excused for one in own),
            late=sum(one.late for one in own),
        )
        for city, own in grouped.items()
    )


@dataclass(frozen=True, slots=True)
class _Sight:
    """What every county is looked at with: the procedure, its actions by level and id, the roster, the day."""

    procedure: Procedure
    roster: Roster
    actions: Mapping[tuple[str, str], Action]
    today: date


def _one(sight: _Sight, due: Due, standing: Standing) -> Progress:
    procedure, today = sight.procedure, sight.today
    ended = standing.state in (*procedure.final, *procedure.excused)
    action = None if ended else procedure.next_action(standing.state)
    turn = None if ended else (procedure.level(action.level) if action else None) or procedure.levels[0]
    deadline = sight.roster.deadline(procedure, turn.id) if turn else None
    last = None if ended else _last_step(sight, standing)
    block, reason = ("", "") if ended else _block(procedure, standing, action)
    newest = standing.newest
    return Progress(
        due=due,
        standing=standing,
        version=newest.number if newest else None,
        hard=(newest.hard or 0) if newest else 0,
        soft=(newest.soft or 0) if newest else 0,
        turn=turn,
        action=action.name if action else "",
        deadline=deadline,
        late=deadline is not None and today > deadline,
        waiting=max(0, (today - last).days) if last else None,
        block=block,
        reason=reason,
    )


def steps_taken(procedure: Procedure, standing: Standing) -> Iterator[Step]:
    """Give the steps of the road that were taken on the newest version, with the days in between."""
    before: date | None = None
    for event in standing.decided():
        action = procedure.action(event.level, event.action)
        if action is not None and action.onward:
            day = _day_of(event)
            yield Step(action.name, day, (day - before).days if day and before else None)
            before = day or before


def _last_step(sight: _Sight, standing: Standing) -> date | None:
    """Return the day of the last step of the road; the years of many counties are asked for nothing else."""
    for event in reversed(standing.decided()):
        action = sight.actions.get((event.level, event.action))
        if action is not None and action.onward:
            return _day_of(event)
    return None


def _day_of(event: Event) -> date | None:
    """Return the day of a recorded decision, which stands there as 2025-01-20."""
    try:
        return date.fromisoformat(str(event.facts.get("date", "")))
    except ValueError:
        return None


def _block(procedure: Procedure, standing: Standing, action: Action | None) -> tuple[str, str]:
    newest = standing.newest
    if newest is None:
        return "nothing", ""
    if action is not None:
        return "waiting", ""
    returned = [one for one in standing.decided() if _returns(procedure, one)]
    if returned:
        return "returned", str(returned[-1].facts.get("opinion", ""))
    if standing.open_findings("hard"):
        return "hard", str(standing.open_findings("hard"))
    if standing.open_findings("soft"):
        return "soft", str(standing.open_findings("soft"))
    return "version", ""


def _returns(procedure: Procedure, event: Event) -> bool:
    action = procedure.action(event.level, event.action)
    return action is not None and action.effect is Effect.RETURN
