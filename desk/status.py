"""``hesuan status``: who stands where, who is late; read from the record alone."""

from datetime import date

from desk.console import say, say_json
from desk.exits import Exit
from desk.outlook_lines import standing_line
from flows.outlook import Row, rows_of, to_json
from flows.places import Places
from flows.survey import Scene, set_scene
from ledger.errors import LedgerMissing
from review.roster import Roster
from review.standing import recorded_roster


def show_status(places: Places, *, as_json: bool, today: date) -> Exit:
    """Print where every due county of the year stands."""
    try:
        with places.open_ledger(must_exist=True) as ledger:
            roster = recorded_roster(ledger.entries(places.year))
            scene = set_scene(places, ledger, roster) if roster else None
    except LedgerMissing:
        roster = scene = None
    if roster is None or scene is None:
        _print_nothing(places, as_json=as_json)
        return Exit.CLEAR
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
    for row in rows:
        say("  " + standing_line(row, scene) + _late(row, scene, roster, today))


def _late(row: Row, scene: Scene, roster: Roster, today: date) -> str:
    """Tell which level's deadline has passed while the submission still waits for it."""
    if row.state in scene.procedure.final:
        return ""
    action = scene.procedure.next_action(row.state)
    level = (scene.procedure.level(action.level) if action else None) or scene.procedure.levels[0]
    day = roster.deadlines.get(level.id)
    return scene.words("status.late", level=level.name, day=day.isoformat()) if day and today > day else ""
