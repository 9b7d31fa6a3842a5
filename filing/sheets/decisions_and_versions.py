"""The record behind a filing: every decision taken, every version received, who has not filed yet."""

from collections.abc import Iterator

from contracts.messages import Wording
from contracts.procedures import Level
from filing.book.cell_builders import Row, day_of, say_date, text
from filing.book.workbook_model import Look, Sheet
from filing.context.decision_text import say_decision
from filing.context.filing_context import FilingScene
from filing.sheets.numbered_list import list_sheet
from review.county_state import Standing, Version
from review.events import Event
from review.roster import Due

OPINION_COLUMNS = (
    "serial",
    "county",
    "version",
    "level",
    "action",
    "number",
    "opinion",
    "unit",
    "officer",
    "date",
)
OPINION_WIDTHS = (5.5, 12.0, 7.5, 6.5, 10.0, 23.0, 30.0, 24.0, 12.0, 15.0)
VERSION_COLUMNS = ("serial", "county", "version", "file", "received", "sha256", "outcome")
VERSION_WIDTHS = (5.5, 16.0, 8.0, 33.0, 16.0, 36.0, 18.0)
OPEN_COLUMNS = ("serial", "city", "county", "code", "state", "turn", "deadline")
OPEN_WIDTHS = (6.0, 13.0, 21.0, 9.0, 12.0, 7.0, 24.0)
SHORT_DIGEST = 12


def opinions_of(scene: FilingScene, words: Wording) -> Sheet:
    """Return every decision on the filed counties, oldest first in each county."""
    decided = [(one.due, event) for one in scene.in_order for event in one.standing.decisions]
    rows = [_opinion(scene, due, event, words) for due, event in decided]
    return list_sheet(scene, "opinions", (OPINION_COLUMNS, OPINION_WIDTHS, rows), ("dated",), words)


def versions_of(scene: FilingScene, words: Wording) -> Sheet:
    """Return every version received, of counties still open too, with the digest that proves its bytes."""
    rows = [_version(scene, due, one, words) for due, standing in _standings(scene) for one in standing.versions]
    return list_sheet(scene, "versions", (VERSION_COLUMNS, VERSION_WIDTHS, rows), ("digest", "received"), words)


def open_of(scene: FilingScene, words: Wording) -> Sheet:
    """Return the due counties that are not counted, with whose turn it is and until when."""
    rows = [_open(scene, due, standing, words) for due, standing in scene.missing]
    return list_sheet(scene, scene.waiting, (OPEN_COLUMNS, OPEN_WIDTHS, rows), ("turn",), words)


def _opinion(scene: FilingScene, due: Due, event: Event, words: Wording) -> Row:
    level, action = scene.procedure.level(event.level), scene.procedure.action(event.level, event.action)
    dash = words("filing.not_applicable")
    facts = {name: str(event.facts.get(name) or dash) for name in ("number", "title")}
    return (
        text(due.name),
        text(words("filing.version", version=event.version), Look.CENTRE),
        text(level.name if level else event.level, Look.CENTRE),
        text(action.name if action else event.action, Look.CENTRE),
        text(facts["number"]),
        text(say_decision(event, words) or dash),
        text(event.unit),
        text(facts["title"]),
        text(say_date(str(event.facts.get("date") or words("filing.not_applicable")), words), Look.CENTRE),
    )


def _standings(scene: FilingScene) -> Iterator[tuple[Due, Standing]]:
    """Give every due county's standing in the order of the roster."""
    known = {one.due.code: one.standing for one in scene.counted} | {one.code: two for one, two in scene.missing}
    for due in scene.due:
        if due.code in known:
            yield due, known[due.code]


def _version(scene: FilingScene, due: Due, version: Version, words: Wording) -> Row:
    return (
        text(due.name),
        text(words("filing.version", version=version.number), Look.CENTRE),
        text(version.name),
        text(say_date(day_of(version.received), words), Look.CENTRE),
        text(version.sha256, Look.HASH),
        text(_say_outcome(version, scene.contracts, words)),
    )


def _say_outcome(version: Version, contracts: str, words: Wording) -> str:
    if not version.checked:
        return words("filing.outcome.unchecked")
    key = "filing.outcome.counts" if version.hard or version.soft else "filing.outcome.accepted"
    said = words(key, hard=version.hard, soft=version.soft, notes=version.notes)
    if version.contracts in ("", contracts):
        return said
    # the cover names the rules in force now; whoever checks the filing has to know that these were others
    return words("filing.outcome.other_rules", outcome=said, rules=version.contracts[:SHORT_DIGEST])


def _open(scene: FilingScene, due: Due, standing: Standing, words: Wording) -> Row:
    level = _whose_turn(scene, standing)
    deadline = scene.roster.deadline(scene.procedure, level.id)
    said = say_date(deadline, words) if deadline else words("filing.not_applicable")
    late = deadline is not None and day_of(scene.as_of) > deadline
    return (
        text(scene.city(due)),
        text(due.name),
        text(due.code, Look.CENTRE),
        text(say_state(scene, standing), Look.CENTRE),
        text(level.name, Look.CENTRE),
        text(words("filing.late", date=said) if late else said, Look.CENTRE),
    )


def say_state(scene: FilingScene, standing: Standing) -> str:
    """Return the name of the state in which a county stands."""
    return scene.procedure.states.get(standing.state, standing.state)


def _whose_turn(scene: FilingScene, standing: Standing) -> Level:
    """Return the level that may act next; where none may, the county has to send a version first."""
    action = scene.procedure.next_action(standing.state)
    return (scene.procedure.level(action.level) if action else None) or scene.procedure.levels[0]
