"""What a run writes once nothing more can be decided, in the order in which it is written."""

from collections.abc import Callable
from functools import partial

from flows.outputs.filings_due import filings_due
from flows.outputs.withdraw_outputs import withdraw, withdrawn
from flows.outputs.write_filings import Filer
from flows.outputs.write_manifest import ManifestMaker
from flows.outputs.write_review_books import write_review
from flows.outputs.write_status_board import write_board
from flows.year.issued_outputs import boards_due, reviews_due
from flows.year.jobs import Outcome
from flows.year.locations import Places
from flows.year.manifest_names import OURS
from flows.year.year_state import Scene
from review.roster import Roster

Making = tuple[str, Callable[[], Outcome]]  # the stage, and what writes one output


def makings(scene: Scene, roster: Roster, *, anew: Callable[[], Scene]) -> list[Making]:
    """Return what is to be written; *anew* reads the record again for what lists the outputs before it."""
    filer, manifest = Filer.of(scene, roster), ManifestMaker(anew, roster)
    return [
        *(("withdraw", partial(withdraw, scene, path)) for path in withdrawn(scene, roster)),
        *(("review", partial(write_review, scene, roster, one)) for one in reviews_due(scene, roster)),
        *(("file", partial(filer.write, one)) for one in filings_due(scene, roster)),
        *(("board", partial(write_board, scene, roster, path)) for path in boards_due(scene, roster)),
        *(("manifest", partial(manifest.write, name)) for name in OURS),  # last: it lists all the others
    ]


def keep_contracts(places: Places) -> None:
    """Keep the contracts as they are now, under their version: an archive shows those that a check rested on."""
    library, store = places.library(), places.store()
    if not store.has(library.version()):
        store.put(library.packed())
