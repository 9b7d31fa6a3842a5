"""The page of a year, in plain values: how far each city and county is, who is late, what blocks, and the progress."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.messages import Messages
from filing.book.cell_builders import format_date
from filing.pages.progress_plots import ProgressPlot
from filing.status.status_board import StatusBoard, format_block, format_steps, list_city_counts
from review.progress import CityProgress, CountyProgress

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CityRow:
    """One city: the counts of its counties in the order of the columns, and the share that is done, in per cent."""

    name: str
    counts: tuple[int, ...]
    late: int
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyRow:
    """One county; *link* leads to the page of its newest version, empty where there is none."""

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
    """A year as it stands: *as_of* and *head* are those of the record's last entry."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPageExtras:
    """What the page shows besides the board: head of the record, links by county, plots, the filing, a cap."""

    head: str
    links: Mapping[str, str]
    plots: tuple[ProgressPlot, ...]
    filing: str
    max_counties: int


CITY_COLUMNS = ("city", "due", "sent", "done", "excused", "open", "late", "share")
COUNTY_COLUMNS = ("county", "state", "version", "turn", "deadline", "steps", "waiting", "block")


def build_status_page(board: StatusBoard, extras: StatusPageExtras, messages: Messages) -> StatusPage:
    """Return the page of a year."""
    return StatusPage(
        title=messages("board.title", province=board.roster.province[1], year=board.roster.year),
        as_of=format_date(board.as_of, messages),
        head=extras.head,
        tally=tuple(_build_tally(board, messages)),
        city_columns=tuple(messages(f"board.column.{one}") for one in CITY_COLUMNS),
        cities=tuple(_build_city_row(one) for one in board.cities),
        county_columns=tuple(messages(f"board.column.{one}") for one in COUNTY_COLUMNS),
        counties=tuple(
            _build_county_row(board, one, extras, messages) for one in board.counties[: extras.max_counties]
        ),
        total=len(board.counties),
        plots=extras.plots,
        filing=extras.filing,
    )


def _build_tally(board: StatusBoard, messages: Messages) -> Iterator[tuple[str, int]]:
    yield messages("board.column.due"), len(board.counties)
    for state in dict.fromkeys(one.state for one in board.counties):
        yield board.procedure.states.get(state, state), sum(one.state == state for one in board.counties)
    yield messages("board.column.late"), sum(one.is_late for one in board.counties)


def _build_city_row(city: CityProgress) -> CityRow:
    share = _PERCENT * (city.done + city.excused) / city.due if city.due else Decimal(0)
    return CityRow(name=city.name, counts=list_city_counts(city), late=city.late, share=f"{share:.2f}")


def _build_county_row(
    board: StatusBoard, county: CountyProgress, extras: StatusPageExtras, messages: Messages
) -> CountyRow:
    turn = messages("board.turn", level=county.next_level.name, action=county.next_action) if county.next_level else ""
    return CountyRow(
        code=county.due_county.code,
        name=county.due_county.name,
        city=board.roster.cities.get(county.due_county.city, county.due_county.city),
        state=board.procedure.states.get(county.state, county.state),
        version="" if county.version is None else str(county.version),
        counts=""
        if county.version is None
        else messages("board.counts", hard=county.hard_count, soft=county.soft_count),
        turn=turn,
        deadline=format_date(county.deadline, messages) if county.deadline else "",
        late=county.is_late,
        steps=format_steps(board, county, messages),
        waiting="" if county.days_waiting is None else str(county.days_waiting),
        block=format_block(board, county, turn, messages),
        link=extras.links.get(county.due_county.code, ""),
    )
