"""What a run writes once nothing more can be decided, in the order in which it is written."""

from collections.abc import Callable
from functools import partial

from flows.board_stage import write_board
from flows.filing_stage import Filer
from flows.filings import filings_due
from flows.issuing import boards_due, reviews_due
from flows.jobs import Outcome
from flows.manifest import OURS
from flows.manifest_stage import ManifestMaker
from flows.places import Places
from flows.review_stage import write_review
from flows.scene import Scene
from flows.withdrawing import withdraw, withdrawn
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
