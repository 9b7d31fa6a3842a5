"""The status board of a year, and how it is written as a workbook; `filing.status_page` writes it as a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from contracts.messages import Messages
from contracts.procedures import Procedure
from filing.book.cell_builders import CellRow, TableHeading, build_header_row, build_text_cell, clean_text, format_date
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from review.progress import CityProgress, CountyProgress, list_steps
from review.roster import Roster

CITY_COLUMNS = ("city", "due", "sent", "done", "excused", "open", "late")
CITY_WIDTHS = (20.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0)
COUNTY_COLUMNS = ("city", "county", "code", "state", "version", "turn", "deadline", "steps", "waiting", "block")
COUNTY_WIDTHS = (13.0, 15.0, 9.0, 12.0, 7.0, 16.0, 20.0, 34.0, 9.0, 34.0)
MAX_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBoard:
    """All that a status board shows; *as_of* is the day of the newest entry that it rests on.

    *shaken* names by county the earlier years whose filing has changed since this year was checked.
    """

    roster: Roster
    procedure: Procedure
    counties: tuple[CountyProgress, ...]
    cities: tuple[CityProgress, ...]
    as_of: date
    created_at: str
    outdated_years: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def build_board_book(board: StatusBoard, messages: Messages) -> FilingBook:
    """Return the board as a workbook: cities first, then county by county."""
    listed = (
        _build_sheet(board, "cities", [_build_city_row(one) for one in board.cities], messages),
        _build_sheet(board, "counties", [_build_county_row(board, one, messages) for one in board.counties], messages),
    )
    year = messages("filing.year", year=board.roster.year)
    return FilingBook(title=_format_title(board, messages), subject=year, created_at=board.created_at, sheets=listed)


def _format_title(board: StatusBoard, messages: Messages) -> str:
    return messages("board.title", province=clean_text(board.roster.province[1]), year=board.roster.year)


def _format_as_of(board: StatusBoard, messages: Messages) -> str:
    return messages("board.as_of", date=format_date(board.as_of, messages))


def _build_sheet(board: StatusBoard, name: str, rows: list[CellRow], messages: Messages) -> FilingSheet:
    columns, widths = {"cities": (CITY_COLUMNS, CITY_WIDTHS), "counties": (COUNTY_COLUMNS, COUNTY_WIDTHS)}[name]
    heading = TableHeading(
        right_text=_format_as_of(board, messages),
        title=f"{_format_title(board, messages)}：{messages(f'board.sheet.{name}')}",
        column_count=len(columns),
    )
    return FilingSheet(
        name=messages(f"board.sheet.{name}"),
        rows=(*heading.build_rows(), build_header_row(messages(f"board.column.{one}") for one in columns), *rows),
        widths=widths,
        landscape=len(columns) > len(CITY_COLUMNS),
        header_rows=(3, 3),
    )


def _build_city_row(city: CityProgress) -> CellRow:
    return (build_text_cell(city.name), *(Cell(count, CellStyle.FIGURE) for count in list_city_counts(city)))


def list_city_counts(city: CityProgress) -> tuple[int, ...]:
    """Return a city's counts in the order of the columns: due, sent, done, excused, open, late."""
    return city.due, city.sent, city.done, city.excused, city.due - city.done - city.excused, city.late


def _build_county_row(board: StatusBoard, county: CountyProgress, messages: Messages) -> CellRow:
    dash = messages("filing.not_applicable")
    turn = (
        messages("board.turn", level=county.next_level.name, action=county.next_action) if county.next_level else dash
    )
    deadline = format_date(county.deadline, messages) if county.deadline else dash
    return (
        build_text_cell(board.roster.cities.get(county.due_county.city, county.due_county.city)),
        build_text_cell(county.due_county.name),
        build_text_cell(county.due_county.code, CellStyle.CENTRE),
        build_text_cell(board.procedure.states.get(county.state, county.state), CellStyle.CENTRE),
        build_text_cell("" if county.version is None else str(county.version), CellStyle.CENTRE),
        build_text_cell(turn),
        build_text_cell(
            messages("filing.late", date=deadline) if county.is_late else deadline,
            CellStyle.HARD if county.is_late else CellStyle.TEXT,
        ),
        build_text_cell(format_steps(board, county, messages)),
        build_text_cell("" if county.days_waiting is None else str(county.days_waiting), CellStyle.CENTRE),
        build_text_cell(format_block(board, county, turn, messages)),
    )


def format_block(board: StatusBoard, county: CountyProgress, turn: str, messages: Messages) -> str:
    """Return what holds a county up, and whether its figures rest on an earlier year that has changed."""
    reason = clean_text(county.reason)[:MAX_REASON_CHARACTERS]
    block = messages(f"board.block.{county.block_code}", reason=reason, turn=turn) if county.block_code else ""
    shaken = format_outdated_years(board.outdated_years.get(county.due_county.code, ()), messages)
    return "\n".join(part for part in (block, shaken) if part)


def format_outdated_years(years: Sequence[int], messages: Messages) -> str:
    """Say that earlier years have changed since; nothing where none has."""
    said = messages("filing.separator").join(messages("filing.year", year=one) for one in years)
    return messages("board.shaken", years=said) if years else ""


def format_steps(board: StatusBoard, county: CountyProgress, messages: Messages) -> str:
    """Return the steps taken and the days between them, a line each."""
    said = []
    for step in list_steps(board.procedure, county.county_state):
        key = "board.step" if step.days_since_previous is None else "board.step_days"
        said.append(
            messages(
                key,
                action=step.action,
                day=format_date(step.day, messages) if step.day else "",
                days=step.days_since_previous,
            )
        )
    return "\n".join(said)
