"""Writes the page of a run beside the year's outputs: when it ran, what waits for somebody, what it did.

The page tells of a run and not of the record: it is no output of record, and no manifest lists it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Final
from urllib.parse import quote

from contracts.messages import Messages
from filing.html_pages import render_run_page
from filing.pages.run_page import AttentionRow, RunRecord, StepRow, build_run_page
from flows.decisions.refusal_text import explain_refused_decision
from flows.run.next_steps import list_next_steps
from flows.run.run_context import JobFailure, ProgressListener
from flows.run.run_summary import RunSummary, summarise_run
from flows.year.issued_outputs import get_board_paths
from flows.year.jobs import ProgressLine
from flows.year.locations import YearPaths
from flows.year.manifest_names import RUN_PAGE_FILE
from flows.year.program_version import PROGRAM_NAME, PROGRAM_VERSION
from flows.year.year_state import YearInputs, YearState
from ledger.atomic_files import write_atomically
from ledger.errors import OutputBusyError
from ledger.ledger import get_utc_now
from review.roster import Roster

_BEIJING: Final = timezone(timedelta(hours=8))
_TIME_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
_ATTENTION_KEYS: Final = frozenset({"refused", "denied", "failed"})


@dataclass(slots=True)
class RunPageWriter:
    """Collects the progress of a run, and writes its page at the start and at the end."""

    paths: YearPaths
    messages: Messages
    roster: Roster
    clock: Callable[[], datetime] = get_utc_now
    _start: str = ""
    _steps: list[StepRow] = field(default_factory=list)

    def write_start(self) -> None:
        """Write that the run has started: a run that is killed leaves this page."""
        self._start = self._format_now()
        self._write(self._create_record())

    def keep_step(self, stage: str, county: str, line: ProgressLine) -> None:
        """Keep a line of progress for the page, unless it is told under what needs attention."""
        if line.key not in _ATTENTION_KEYS:
            text = self.messages(f"run.{line.key}", **line.facts)
            self._steps.append(StepRow(self.messages(f"stage.{stage}"), county, text))

    def write_end(self, state: YearState, inputs: YearInputs, failures: Sequence[JobFailure]) -> None:
        """Write how the run ended and where the year stands."""
        summary = summarise_run(state, inputs)
        steps = [(step.actor, step.format_sentence(self.messages)) for step in list_next_steps(state, summary)]
        record = replace(
            self._create_record(),
            end=self._format_now(),
            attention_rows=tuple(_list_attention_rows(state, summary, failures)),
            next_steps=tuple(steps),
            steps=tuple(self._steps),
            board=_find_board_link(self.paths, self.roster),
        )
        self._write(record)

    def _create_record(self) -> RunRecord:
        return RunRecord(
            province=self.roster.province[1],
            year=self.paths.year,
            program=f"{PROGRAM_NAME} {PROGRAM_VERSION}",
            start=self._start,
        )

    def _format_now(self) -> str:
        return self.clock().astimezone(_BEIJING).strftime(_TIME_FORMAT)

    def _write(self, record: RunRecord) -> None:
        data = render_run_page(build_run_page(record, self.messages), self.messages)
        with suppress(OutputBusyError, OSError):  # the work does not depend on the page; the next run writes it anew
            write_atomically(self.paths.output_path(RUN_PAGE_FILE), data)


def add_listener(first: ProgressListener, second: ProgressListener) -> ProgressListener:
    """Return a listener that passes each line of progress on to both."""

    def pass_on(stage: str, county: str, line: ProgressLine) -> None:
        first(stage, county, line)
        second(stage, county, line)

    return pass_on


def _find_board_link(paths: YearPaths, roster: Roster) -> str:
    """Return the link to the status page, empty if there is none yet."""
    _, page, _ = get_board_paths(roster)
    if not paths.output_path(page).is_file():
        return ""
    return quote(page)


def _list_attention_rows(
    state: YearState, summary: RunSummary, failures: Sequence[JobFailure]
) -> Iterator[AttentionRow]:
    operator = state.messages("run_page.operator")
    for failure in failures:
        text = state.messages(f"run.{failure.line.key}", **failure.line.facts)
        yield AttentionRow(actor=operator, kind="failed", place=failure.county, text=text)
    county_level = state.procedure.levels[0].name  # the level that hands in
    for name, refusal in summary.refused:
        yield AttentionRow(actor=county_level, kind="refused", place=name, text=refusal.message + refusal.remedy)
    for submitted, decision_refusal in summary.refused_decisions:
        level = state.procedure.find_level(submitted.proposal.level)
        reason = explain_refused_decision(state, submitted.proposal.county, decision_refusal)
        yield AttentionRow(
            actor=level.name if level else submitted.proposal.level,
            kind="denied",
            place=f"{submitted.file}:{submitted.row}",
            text=reason,
        )
