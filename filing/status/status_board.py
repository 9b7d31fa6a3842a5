"""The status board of a year, and how it is written as a workbook; `filing.status_page` writes it as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from contracts.messages import Wording
from contracts.procedures import Procedure
from filing.book.cell_builders import Heading, Row, clean, headers, say_date, text
from filing.book.workbook_model import Cell, FilingBook, Look, Sheet
from review.progress import CityProgress, Progress, steps_taken
from review.roster import Roster

CITY_COLUMNS = ("city", "due", "sent", "done", "excused", "open", "late")
CITY_WIDTHS = (20.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0)
COUNTY_COLUMNS = ("city", "county", "code", "state", "version", "turn", "deadline", "steps", "waiting", "block")
COUNTY_WIDTHS = (13.0, 15.0, 9.0, 12.0, 7.0, 16.0, 20.0, 34.0, 9.0, 34.0)
MOST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that a status board shows; *as_of* is the day of the newest entry that it rests on.

    *shaken* names by county the earlier years whose filing has changed since this year was checked.
    """

    roster: Roster
    procedure: Procedure
    counties: tuple[Progress, ...]
    cities: tuple[CityProgress, ...]
    as_of: date
    created: str
    shaken: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def board_book(board: Board, words: Wording) -> FilingBook:
    """Return the board as a workbook: cities first, then county by county."""
    listed = (
        _sheet(board, "cities", [_city_row(one) for one in board.cities], words),
        _sheet(board, "counties", [_row(board, one, words) for one in board.counties], words),
    )
    year = words("filing.year", year=board.roster.year)
    return FilingBook(title=_title(board, words), subject=year, created=board.created, sheets=listed)


def _title(board: Board, words: Wording) -> str:
    return words("board.title", province=clean(board.roster.province[1]), year=board.roster.year)


def _as_of(board: Board, words: Wording) -> str:
    return words("board.as_of", date=say_date(board.as_of, words))


def _sheet(board: Board, name: str, rows: list[Row], words: Wording) -> Sheet:
    columns, widths = {"cities": (CITY_COLUMNS, CITY_WIDTHS), "counties": (COUNTY_COLUMNS, COUNTY_WIDTHS)}[name]
    heading = Heading(
        right=_as_of(board, words),
        title=f"{_title(board, words)}：{words(f'board.sheet.{name}')}",
        columns=len(columns),
    )
    return Sheet(
        name=words(f"board.sheet.{name}"),
        rows=(*heading.rows(), headers(words(f"board.column.{one}") for one in columns), *rows),
        widths=widths,
        landscape=len(columns) > len(CITY_COLUMNS),
        header_rows=(3, 3),
    )


def _city_row(one: CityProgress) -> Row:
    return (text(one.name), *(Cell(count, Look.FIGURE) for count in city_counts(one)))


def city_counts(one: CityProgress) -> tuple[int, ...]:
    """Return a city's counts in the order of the columns: due, sent, done, excused, open, late."""
    return one.due, one.sent, one.done, one.excused, one.due - one.done - one.excused, one.late


def _row(board: Board, one: Progress, words: Wording) -> Row:
    dash = words("filing.not_applicable")
    turn = words("board.turn", level=one.turn.name, action=one.action) if one.turn else dash
    deadline = say_date(one.deadline, words) if one.deadline else dash
    return (
        text(board.roster.cities.get(one.due.city, one.due.city)),
        text(one.due.name),
        text(one.due.code, Look.CENTRE),
        text(board.procedure.states.get(one.state, one.state), Look.CENTRE),
        text("" if one.version is None else str(one.version), Look.CENTRE),
        text(turn),
        text(words("filing.late", date=deadline) if one.late else deadline, Look.HARD if one.late else Look.TEXT),
        text(say_steps(board, one, words)),
        text("" if one.waiting is None else str(one.waiting), Look.CENTRE),
        text(say_block(board, one, turn, words)),
    )


def say_block(board: Board, one: Progress, turn: str, words: Wording) -> str:
    """Return what holds a county up, and whether its figures rest on an earlier year that has changed."""
    reason = clean(one.reason)[:MOST_REASON]
    block = words(f"board.block.{one.block}", reason=reason, turn=turn) if one.block else ""
    shaken = say_shaken(board.shaken.get(one.due.code, ()), words)
    return "\n".join(part for part in (block, shaken) if part)


def say_shaken(years: Sequence[int], words: Wording) -> str:
    """Say that earlier years have changed since; nothing where none has."""
    said = words("filing.separator").join(words("filing.year", year=one) for one in years)
    return words("board.shaken", years=said) if years else ""


def say_steps(board: Board, one: Progress, words: Wording) -> str:
    """Return the steps taken and the days between them, a line each."""
    said = []
    for step in steps_taken(board.procedure, one.standing):
        key = "board.step" if step.days is None else "board.step_days"
        said.append(words(key, action=step.action, day=say_date(step.day, words) if step.day else "", days=step.days))
    return "\n".join(said)
