"""The status board of the year: a workbook and a page, as of the newest entry of the record."""

from filing.board import Board, board_book
from filing.cells import day_of
from filing.html import status_html
from filing.status_page import status_page
from flows.beside_board import beside_board
from flows.earlier import grounds_of
from flows.issuing import basis_of_board
from flows.jobs import Line, Outcome
from flows.scene import Scene
from flows.stages import output_event, write_output
from review.events import Kind
from review.progress import by_city, progress
from review.roster import Roster
from workbooks.writing import write_book


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
