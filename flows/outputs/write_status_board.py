"""The status board of the year: a workbook and a page, as of the newest entry of the record."""

from filing.book.cell_builders import day_of
from filing.html_pages import status_html
from filing.status.status_board import Board, board_book
from filing.status.status_page import status_page
from flows.outputs.status_page_data import beside_board
from flows.year.earlier_filings import grounds_of
from flows.year.issued_outputs import basis_of_board, output_event, write_output
from flows.year.jobs import Line, Outcome
from flows.year.year_state import Scene
from review.events import Kind
from review.progress import by_city, progress
from review.roster import Roster
from workbooks.writer.write_book import write_book


def write_board(scene: Scene, roster: Roster, path: str) -> Outcome:
    """Write the workbook or the page."""
    board = board_of(scene, roster)
    if path.endswith(".html"):
        data = status_html(status_page(board, beside_board(scene, roster), scene.words))
    else:
        data = write_book(board_book(board, scene.words))
    basis = basis_of_board(scene)
    event = output_event(scene.places, path, data, basis=basis)
    written = write_output(scene.places, path, data)
    key = f"issued:{path}:{basis}:after {len(scene.history)}"
    return Outcome(((event, key),), (Line("marked", {"path": path}),), (written,))


def board_of(scene: Scene, roster: Roster) -> Board:
    """Return what the board shows."""
    resting = next(one for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED)
    counties = progress(scene.procedure, roster, scene.standings, day_of(resting.at))
    return Board(
        roster=roster,
        procedure=scene.procedure,
        counties=counties,
        cities=by_city(scene.procedure, roster, counties),
        as_of=day_of(resting.at),
        created=resting.at,
        shaken=grounds_of(scene.shaken),
    )
