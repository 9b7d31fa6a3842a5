"""The page of a year, in plain values: how far each city and county is, who is late, what blocks, and the progress."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.messages import Wording
from filing.book.cell_builders import say_date
from filing.pages.progress_plots import Plot
from filing.status.status_board import Board, city_counts, say_block, say_steps
from review.progress import CityProgress, Progress

_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class CityLine:
    """One city: the counts of its counties in the order of the columns, and the share that is done, in per cent."""

    name: str
    counts: tuple[int, ...]
    late: int
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyLine:
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
    cities: tuple[CityLine, ...]
    county_columns: tuple[str, ...]
    counties: tuple[CountyLine, ...]
    total: int
    plots: tuple[Plot, ...] = ()
    filing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the page shows besides the board: head of the record, links by county, plots, the filing, a cap."""

    head: str
    links: Mapping[str, str]
    plots: tuple[Plot, ...]
    filing: str
    most: int


CITY_COLUMNS = ("city", "due", "sent", "done", "excused", "open", "late", "share")
COUNTY_COLUMNS = ("county", "state", "version", "turn", "deadline", "steps", "waiting", "block")


def status_page(board: Board, beside: Beside, words: Wording) -> StatusPage:
    """Return the page of a year."""
    return StatusPage(
        title=words("board.title", province=board.roster.province[1], year=board.roster.year),
        as_of=say_date(board.as_of, words),
        head=beside.head,
        tally=tuple(_tally(board, words)),
        city_columns=tuple(words(f"board.column.{one}") for one in CITY_COLUMNS),
        cities=tuple(_city(one) for one in board.cities),
        county_columns=tuple(words(f"board.column.{one}") for one in COUNTY_COLUMNS),
        counties=tuple(_county(board, one, beside, words) for one in board.counties[: beside.most]),
        total=len(board.counties),
        plots=beside.plots,
        filing=beside.filing,
    )


def _tally(board: Board, words: Wording) -> Iterator[tuple[str, int]]:
    yield words("board.column.due"), len(board.counties)
    for state in dict.fromkeys(one.state for one in board.counties):
        yield board.procedure.states.get(state, state), sum(one.state == state for one in board.counties)
    yield words("board.column.late"), sum(one.late for one in board.counties)


def _city(one: CityProgress) -> CityLine:
    share = _WHOLE * (one.done + one.excused) / one.due if one.due else Decimal(0)
    return CityLine(name=one.name, counts=city_counts(one), late=one.late, share=f"{share:.2f}")


def _county(board: Board, one: Progress, beside: Beside, words: Wording) -> CountyLine:
    turn = words("board.turn", level=one.turn.name, action=one.action) if one.turn else ""
    return CountyLine(
        code=one.due.code,
        name=one.due.name,
        city=board.roster.cities.get(one.due.city, one.due.city),
        state=board.procedure.states.get(one.state, one.state),
        version="" if one.version is None else str(one.version),
        counts="" if one.version is None else words("board.counts", hard=one.hard, soft=one.soft),
        turn=turn,
        deadline=say_date(one.deadline, words) if one.deadline else "",
        late=one.late,
        steps=say_steps(board, one, words),
        waiting="" if one.waiting is None else str(one.waiting),
        block=say_block(board, one, turn, words),
        link=beside.links.get(one.due.code, ""),
    )
