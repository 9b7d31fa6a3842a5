"""The status board of a year, as a workbook; `filing.status.status_page` shows it as a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from contracts.messages import Messages
from contracts.procedures import Procedure
from filing.book.cell_builders import (
    PORTRAIT_WIDTH,
    CellRow,
    TableHeading,
    build_header_row,
    build_text_cell,
    clean_text,
    format_date,
)
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from filing.context.decision_text import mark_late_day
from filing.status.reminders import Reminder, ReminderContext, list_reminders
from review.progress import CityProgress, CountyProgress, WorkflowStep, list_steps
from review.roster import Roster
from review.roster_gaps import RosterGaps

CITY_COLUMNS = ("city", "due", "sent", "done", "excused", "open", "late")
CITY_WIDTHS = (20.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0)
COUNTY_COLUMNS = ("city", "county", "code", "state", "version", "turn", "deadline", "steps", "waiting", "block")
COUNTY_WIDTHS = (13.0, 15.0, 9.0, 12.0, 7.0, 16.0, 20.0, 34.0, 9.0, 34.0)
REMINDER_COLUMNS = ("recipient", "reminder")
REMINDER_WIDTHS = (24.0, 92.0)
MAX_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusBoard:
    """The data of a status board; *as_of* is the day of the newest ledger entry that it is based on.

    *outdated_years* are, by county code, the earlier years whose filing has changed since this year was checked.
    """

    roster: Roster
    procedure: Procedure
    counties: tuple[CountyProgress, ...]
    cities: tuple[CityProgress, ...]
    as_of: date
    created_at: str
    outdated_years: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    roster_gaps: RosterGaps = field(default_factory=RosterGaps)


def build_board_book(board: StatusBoard, messages: Messages) -> FilingBook:
    """Return the board as a workbook: a sheet of cities and a sheet of counties."""
    city_rows = [_build_city_row(city) for city in (*board.cities, sum_cities(board, messages))]
    county_rows = [_build_county_row(board, county, messages) for county in board.counties]
    reminder_rows = [_build_reminder_row(reminder) for reminder in list_board_reminders(board, messages)]
    note = format_year_notes(board.roster, board.roster_gaps, messages)
    if note:
        county_rows.append((build_text_cell(note, span=len(COUNTY_COLUMNS)),))
    sheets = (
        _build_sheet(board, "cities", city_rows, messages),
        _build_sheet(board, "counties", county_rows, messages),
        _build_sheet(board, "reminders", reminder_rows, messages),
    )
    year = messages("filing.year", year=board.roster.year)
    return FilingBook(
        title=_format_title(board, messages),
        subject=year,
        created_at=board.created_at,
        sheets=sheets,
        page_number=messages("filing.page_number"),
    )


def _format_title(board: StatusBoard, messages: Messages) -> str:
    return messages("board.title", province=clean_text(board.roster.province[1]), year=board.roster.year)


def _format_as_of(board: StatusBoard, messages: Messages) -> str:
    return messages("board.as_of", date=format_date(board.as_of, messages))


def _build_sheet(board: StatusBoard, name: str, rows: list[CellRow], messages: Messages) -> FilingSheet:
    columns, widths = {
        "cities": (CITY_COLUMNS, CITY_WIDTHS),
        "counties": (COUNTY_COLUMNS, COUNTY_WIDTHS),
        "reminders": (REMINDER_COLUMNS, REMINDER_WIDTHS),
    }[name]
    heading = TableHeading(
        right_text=_format_as_of(board, messages),
        title=messages("board.sheet_title", title=_format_title(board, messages), name=messages(f"board.sheet.{name}")),
        column_count=len(columns),
    )
    return FilingSheet(
        name=messages(f"board.sheet.{name}"),
        rows=(*heading.build_rows(), build_header_row(messages(f"board.column.{column}") for column in columns), *rows),
        widths=widths,
        landscape=sum(widths) > PORTRAIT_WIDTH,
        header_rows=(3, 3),
    )


def _build_city_row(city: CityProgress) -> CellRow:
    return (build_text_cell(city.name), *(Cell(count, CellStyle.FIGURE) for count in list_city_counts(city)))


def sum_cities(board: StatusBoard, messages: Messages) -> CityProgress:
    """Return the numbers of all cities together."""
    counts = {
        name: sum(getattr(city, name) for city in board.cities) for name in ("due", "sent", "done", "excused", "late")
    }
    return CityProgress(name=messages("filing.total"), **counts)


def list_board_reminders(board: StatusBoard, messages: Messages) -> Iterator[Reminder]:
    """Yield the reminders of the offices that have to act."""
    context = ReminderContext(
        procedure=board.procedure, roster=board.roster, counties=board.counties, as_of=board.as_of
    )
    return list_reminders(context, messages)


def _build_reminder_row(reminder: Reminder) -> CellRow:
    return build_text_cell(reminder.recipient), build_text_cell(reminder.text)


def list_city_counts(city: CityProgress) -> tuple[int, ...]:
    """Return a city's numbers of counties in the order of the columns: due, sent, done, excused, open, late."""
    return city.due, city.sent, city.done, city.excused, city.due - city.done - city.excused, city.late


def _build_county_row(board: StatusBoard, county: CountyProgress, messages: Messages) -> CellRow:
    turn = format_turn(county, messages) or messages("filing.not_applicable")
    return (
        build_text_cell(board.roster.cities.get(county.due_county.city, county.due_county.city)),
        build_text_cell(county.due_county.name),
        build_text_cell(county.due_county.code, CellStyle.CENTRE),
        build_text_cell(board.procedure.states.get(county.state, county.state), CellStyle.CENTRE),
        build_text_cell(format_number(county.version), CellStyle.CENTRE),
        build_text_cell(turn),
        _build_deadline_cell(county, messages),
        build_text_cell(format_steps(board, county, messages)),
        build_text_cell(format_number(county.days_waiting), CellStyle.CENTRE),
        build_text_cell(format_block(board, county, turn, messages)),
    )


def _build_deadline_cell(county: CountyProgress, messages: Messages) -> Cell:
    deadline = format_deadline(county, messages) or messages("filing.not_applicable")
    if county.is_late:
        return build_text_cell(messages("filing.late", date=deadline), CellStyle.HARD)
    return build_text_cell(deadline)


def format_number(number: int | None) -> str:
    """Return a number as text, empty if it is None."""
    if number is None:
        return ""
    return str(number)


def format_turn(county: CountyProgress, messages: Messages) -> str:
    """Return the level and action that a county waits for, empty if it waits for none."""
    if county.next_level is None:
        return ""
    return messages("board.turn", level=county.next_level.name, action=county.next_action)


def format_deadline(county: CountyProgress, messages: Messages) -> str:
    """Return the deadline of a county's next step, empty if there is none."""
    if county.deadline is None:
        return ""
    return format_date(county.deadline, messages)


def format_block(board: StatusBoard, county: CountyProgress, turn: str, messages: Messages) -> str:
    """Return what blocks a county, and whether the earlier year that it is based on has changed or is not filed."""
    lines: list[str] = []
    if county.block_code:
        reason = clean_text(county.reason)[:MAX_REASON_CHARACTERS]
        lines.append(messages(f"board.block.{county.block_code}", reason=reason, turn=turn))
    lines.append(format_outdated_years(board.outdated_years.get(county.due_county.code, ()), messages))
    lines.append(format_unfiled_year(board.roster_gaps, county.due_county.code, messages))
    return "\n".join(filter(None, lines))


def format_unfiled_year(roster_gaps: RosterGaps, county: str, messages: Messages) -> str:
    """Return the note that a county reports without last year's filing, empty if last year is filed."""
    if county not in roster_gaps.unfiled_codes:
        return ""
    return messages("board.unfiled", year=messages("filing.year", year=roster_gaps.prior_year))


def format_year_notes(roster: Roster, roster_gaps: RosterGaps, messages: Messages) -> str:
    """Return the notes on a whole year: counties that are no longer due, and that it is entered afterwards (补录)."""
    notes = [_format_dropped_counties(roster_gaps, messages)]
    if roster.is_entered_afterwards:
        notes.append(messages("board.entered_afterwards"))
    return messages("board.note_separator").join(filter(None, notes))


def _format_dropped_counties(roster_gaps: RosterGaps, messages: Messages) -> str:
    """Return the note of the counties filed last year that are not due this year, empty if there are none."""
    if not roster_gaps.dropped_counties:
        return ""
    names = [f"{county.name}({county.code})" for county in roster_gaps.dropped_counties]
    year = messages("filing.year", year=roster_gaps.prior_year)
    return messages("board.dropped", year=year, names=messages("filing.separator").join(names))


def format_outdated_years(years: Sequence[int], messages: Messages) -> str:
    """Return the note that earlier years have changed since the check, empty if there are none."""
    if not years:
        return ""
    year_names = (messages("filing.year", year=year) for year in years)
    return messages("board.shaken", years=messages("filing.separator").join(year_names))


def format_steps(board: StatusBoard, county: CountyProgress, messages: Messages) -> str:
    """Return the steps taken and the days between them, one a line."""
    steps = list_steps(board.procedure, board.roster, county.county_state)
    return "\n".join(_format_step(step, messages) for step in steps)


def _format_step(step: WorkflowStep, messages: Messages) -> str:
    day = ""
    if step.day:
        day = mark_late_day(format_date(step.day, messages), step.lateness, messages)
    if step.days_since_previous is None:
        return messages("board.step", action=step.action, day=day)
    return messages("board.step_days", action=step.action, day=day, days=step.days_since_previous)
