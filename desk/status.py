"""``hesuan status``: who stands where, who is late; read from the record alone."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from contracts.messages import Wording
from desk.console import say, say_json
from desk.exits import Exit
from desk.outlook_lines import standing_line
from flows.outlook import Row, rows_of, to_json
from flows.places import Places
from flows.scene import Scene, scene_of
from ledger.errors import LedgerMissing
from review.progress import CityProgress, Progress, by_city, progress
from review.roster import Roster
from review.standing import recorded_roster


def show_status(places: Places, *, as_json: bool, today: date) -> Exit:
    """Print where every due county of the year stands."""
    with _uncollected():
        return _show(places, as_json=as_json, today=today)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector rest: all that is read is needed to the end, and going over it again costs a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _show(places: Places, *, as_json: bool, today: date) -> Exit:
    try:
        with places.open_ledger(must_exist=True) as ledger:
            history = ledger.entries(places.year)
    except LedgerMissing:
        history = []
    roster = recorded_roster(history)
    if roster is None:
        _print_nothing(places, as_json=as_json)
        return Exit.CLEAR
    scene = scene_of(places, roster, history)
    rows = rows_of(scene, roster)
    if as_json:
        say_json(to_json(places.year, rows, dict(scene.procedure.states)))
    else:
        _print(rows, scene, roster, today)
    return Exit.CLEAR


def _print_nothing(places: Places, *, as_json: bool) -> None:
    if as_json:
        say_json({"year": places.year, "counties": []})
    else:
        say(places.library().wording()("status.empty", year=str(places.year)))


def _print(rows: tuple[Row, ...], scene: Scene, roster: Roster, today: date) -> None:
    words = scene.words
    filed = sum(row.state in scene.procedure.final for row in rows)
    say(words("status.heading", year=str(roster.year), due=str(len(rows)), filed=str(filed)))
    counties = progress(scene.procedure, roster, scene.standings, today)
    cities = by_city(scene.procedure, roster, counties)
    for city in cities if len(cities) > 1 else ():
        say(_city_line(city, words))
    for row, one in zip(rows, counties, strict=True):
        say("  " + standing_line(row, scene) + _late(one, words))


def _city_line(one: CityProgress, words: Wording) -> str:
    counts = {name: str(getattr(one, name)) for name in ("due", "sent", "done", "excused", "late")}
    return words("status.city", city=one.name, **counts)


def _late(one: Progress, words: Wording) -> str:
    """Tell which level's deadline has passed while the submission still waits for it."""
    if not one.late or one.turn is None or one.deadline is None:
        return ""
    return words("status.late", level=one.turn.name, day=one.deadline.isoformat())
