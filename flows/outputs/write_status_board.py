"""Writes the status board of the year: a workbook and a page, as of the newest entry of the record."""

from urllib.parse import quote

from filing.book.cell_builders import get_local_date
from filing.html_pages import render_province_summary, render_status_page
from filing.status.status_board import StatusBoard, build_board_book
from filing.status.status_page import build_status_page
from flows.outputs.province_summary_data import collect_province_summary
from flows.outputs.status_page_data import collect_page_extras
from flows.year.earlier_filings import group_changed_years
from flows.year.issued_outputs import (
    build_output_event,
    compute_board_basis,
    get_basis_entry,
    get_board_paths,
    write_output,
)
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from review.progress import compute_progress, count_by_city
from review.roster import Roster
from workbooks.writer.write_book import write_book


def write_board(state: YearState, roster: Roster, path: str) -> JobOutcome:
    """Write the board's workbook, its page or the summary for the head of the province, whichever *path* is."""
    board = collect_board_data(state, roster)
    _, page_path, summary_path = get_board_paths(roster)
    if path == summary_path:
        link = quote(page_path.rsplit("/", 1)[-1])
        data = render_province_summary(collect_province_summary(state, roster, board, link), state.messages)
    elif path == page_path:
        page = build_status_page(board, collect_page_extras(state, roster), state.messages)
        data = render_status_page(page, state.messages)
    else:
        data = write_book(build_board_book(board, state.messages))
    basis = compute_board_basis(state)
    event = build_output_event(state.paths, path, data, basis=basis)
    staged_output = write_output(state.paths, path, data)
    key = f"issued:{path}:{basis}:after {len(state.history)}"
    return JobOutcome(((event, key),), (ProgressLine("marked", {"path": path}),), (staged_output,))


def collect_board_data(state: YearState, roster: Roster) -> StatusBoard:
    """Return the data that the board shows."""
    entry = get_basis_entry(state)
    day = get_local_date(entry.at)
    counties = compute_progress(state.procedure, roster, state.county_states, day)
    return StatusBoard(
        roster=roster,
        procedure=state.procedure,
        counties=counties,
        cities=count_by_city(state.procedure, roster, counties),
        as_of=day,
        created_at=entry.at,
        outdated_years=group_changed_years(state.outdated_filings),
        roster_gaps=state.roster_gaps,
    )
