"""The status page of a year, as plain values: the progress of each city and county, delays, blocks and plots."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from contracts.messages import Messages
from filing.book.cell_builders import format_date
from filing.pages.progress_plots import ProgressPlot
from filing.status.reminders import Reminder
from filing.status.status_board import (
    StatusBoard,
    format_block,
    format_deadline,
    format_number,
    format_steps,
    format_turn,
    format_year_notes,
    list_board_reminders,
    list_city_counts,
    sum_cities,
)
from review.progress import CityProgress, CountyProgress

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CityRow:
    """One city: the numbers of its counties in the order of the columns, and the share that is done, in per cent."""

    name: str
    counts: tuple[int, ...]
    late: int
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyRow:
    """One county; *link* leads to the page of its newest version and is empty if there is none."""

    code: str
    name: str
    city: str
    state: str
    version: str
    counts: str
    turn: str
    deadline: str
    late: bool
    steps: str
    waiting: str
    block: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    """The status of a year; *as_of* and *head* are the day and the digest of the ledger's last entry."""

    title: str
    as_of: str
    head: str
    tally: tuple[tuple[str, int], ...]
    city_columns: tuple[str, ...]
    cities: tuple[CityRow, ...]
    county_columns: tuple[str, ...]
    counties: tuple[CountyRow, ...]
    total: int
    plots: tuple[ProgressPlot, ...] = ()
    filing: str = ""
    reminders: tuple[Reminder, ...] = ()
    summary: str = ""
    dropped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPageExtras:
    """What the page shows besides the board.

    *head* is the digest of the ledger's last entry; *links* are by county code; *filing* is the link to the filing,
    *summary* that to the page for the head of the province.
    """

    head: str
    links: Mapping[str, str]
    plots: tuple[ProgressPlot, ...]
    filing: str
    max_counties: int
    summary: str = ""


CITY_COLUMNS = ("city", "due", "sent", "done", "excused", "open", "late", "share")
COUNTY_COLUMNS = ("county", "state", "version", "turn", "deadline", "steps", "waiting", "block")


def build_status_page(board: StatusBoard, extras: StatusPageExtras, messages: Messages) -> StatusPage:
    """Return the status page of a year, with at most *max_counties* counties."""
    counties = tuple(
        _build_county_row(board, county, extras, messages) for county in board.counties[: extras.max_counties]
    )
    return StatusPage(
        title=messages("board.title", province=board.roster.province[1], year=board.roster.year),
        as_of=format_date(board.as_of, messages),
        head=extras.head,
        tally=tuple(build_tally(board, messages)),
        city_columns=_list_titles(CITY_COLUMNS, messages),
        cities=(*map(_build_city_row, board.cities), _build_city_row(sum_cities(board, messages))),
        county_columns=_list_titles(COUNTY_COLUMNS, messages),
        counties=counties,
        total=len(board.counties),
        plots=extras.plots,
        filing=extras.filing,
        reminders=tuple(list_board_reminders(board, messages)),
        summary=extras.summary,
        dropped=format_year_notes(board.roster, board.roster_gaps, messages),
    )


def _list_titles(columns: Iterable[str], messages: Messages) -> tuple[str, ...]:
    return tuple(messages(f"board.column.{column}") for column in columns)


def build_tally(board: StatusBoard, messages: Messages) -> Iterator[tuple[str, int]]:
    """Yield name and number of each tile: due counties, counties in each state, late ones."""
    yield messages("board.column.due"), len(board.counties)
    for state, count in Counter(map(attrgetter("state"), board.counties)).items():
        name = board.procedure.states.get(state, state)
        if state == board.procedure.initial_state:
            # The name of this state is that of the number of due counties too.
            name = messages("board.unsent")
        yield name, count
    yield messages("board.column.late"), sum(map(attrgetter("is_late"), board.counties))


def _build_city_row(city: CityProgress) -> CityRow:
    share = Decimal(0)
    if city.due:
        share = _PERCENT * (city.done + city.excused) / city.due
    return CityRow(name=city.name, counts=list_city_counts(city), late=city.late, share=f"{share:.2f}")


def _build_county_row(
    board: StatusBoard, county: CountyProgress, extras: StatusPageExtras, messages: Messages
) -> CountyRow:
    turn = format_turn(county, messages)
    return CountyRow(
        code=county.due_county.code,
        name=county.due_county.name,
        city=board.roster.cities.get(county.due_county.city, county.due_county.city),
        state=board.procedure.states.get(county.state, county.state),
        version=format_number(county.version),
        counts=_format_counts(county, messages),
        turn=turn,
        deadline=format_deadline(county, messages),
        late=county.is_late,
        steps=format_steps(board, county, messages),
        waiting=format_number(county.days_waiting),
        block=format_block(board, county, turn, messages),
        link=extras.links.get(county.due_county.code, ""),
    )


def _format_counts(county: CountyProgress, messages: Messages) -> str:
    if county.version is None:
        return ""
    return messages("board.counts", hard=county.hard_count, soft=county.soft_count)
