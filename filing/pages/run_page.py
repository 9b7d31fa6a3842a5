"""The page of one run, as plain values: what has to be attended to and by whom, what was done, where it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.messages import Messages
from filing.pages.tables_page import PageTable

ATTENTION_COLUMNS = ("actor", "kind", "place", "text")
NEXT_COLUMNS = ("actor", "text")
STEP_COLUMNS = ("stage", "county", "result")
_RUNNING_MARK: Final = b'data-run="running"'


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRow:
    """One matter that waits for somebody: *actor* acts, *kind* is a key of ``run_page.kind``, *place* a file."""

    actor: str
    kind: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of progress: the names of stage and county, and what was done."""

    stage: str
    county: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """What a run did: *start* and *end* are times in Beijing; a run that has not ended has no *end*.

    *next_steps* are pairs: who acts, and the sentence that says what to do.
    """

    province: str
    year: int
    program: str
    start: str
    end: str = ""
    attention_rows: tuple[AttentionRow, ...] = ()
    next_steps: tuple[tuple[str, str], ...] = ()
    steps: tuple[StepRow, ...] = ()
    board: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """The page of a run; *board_link* leads to the status page and is empty if there is none."""

    title: str
    times: str
    verdict: str
    is_clear: bool
    has_ended: bool
    tables: tuple[PageTable, ...]
    board_title: str
    board_link: str
    program: str


def build_run_page(record: RunRecord, messages: Messages) -> RunPage:
    """Return the page of a run."""
    return RunPage(
        title=messages("run_page.title", province=record.province, year=record.year),
        times=_format_times(record, messages),
        verdict=_format_verdict(record, messages),
        is_clear=not record.attention_rows,
        has_ended=bool(record.end),
        tables=tuple(_build_tables(record, messages)),
        board_title=messages("run_page.heading.counties"),
        board_link=record.board,
        program=record.program,
    )


def is_page_of_running(page: bytes) -> bool:
    """Return whether the HTML page of a run says that the run goes on, as the page of a killed run does."""
    return _RUNNING_MARK in page


def _format_times(record: RunRecord, messages: Messages) -> str:
    if not record.end:
        return messages("run_page.started", start=record.start)
    return messages("run_page.ended", start=record.start, end=record.end)


def _format_verdict(record: RunRecord, messages: Messages) -> str:
    if not record.end:
        return ""
    if not record.attention_rows:
        return messages("run_page.clear")
    return messages("run_page.attention", count=len(record.attention_rows))


def _build_tables(record: RunRecord, messages: Messages) -> Iterator[PageTable]:
    if record.attention_rows:
        rows = [
            (row.actor, messages(f"run_page.kind.{row.kind}"), row.place, row.text) for row in record.attention_rows
        ]
        yield _build_table("attention", ATTENTION_COLUMNS, rows, messages)
    if record.next_steps:
        yield _build_table("next", NEXT_COLUMNS, record.next_steps, messages)
    if record.end:
        done_rows = [(step.stage, step.county, step.result) for step in record.steps]
        if not done_rows:
            done_rows = [("", "", messages("run_page.nothing_done"))]
        yield _build_table("done", STEP_COLUMNS, done_rows, messages)


def _build_table(name: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], messages: Messages) -> PageTable:
    headings = tuple(messages(f"run_page.column.{column}") for column in columns)
    return PageTable(title=messages(f"run_page.heading.{name}"), headings=headings, rows=tuple(rows))
