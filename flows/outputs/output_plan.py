"""What a run writes once nothing more can be decided, in the order in which it is written."""

from collections.abc import Callable
from functools import partial

from flows.outputs.filings_due import list_due_filings
from flows.outputs.withdraw_outputs import find_outputs_to_withdraw, withdraw_output
from flows.outputs.write_filings import FilingWriter
from flows.outputs.write_manifest import ManifestWriter
from flows.outputs.write_review_books import write_review_workbook
from flows.outputs.write_status_board import write_board
from flows.year.issued_outputs import list_due_boards, list_due_review_workbooks
from flows.year.jobs import JobOutcome
from flows.year.locations import YearPaths
from flows.year.manifest_names import MANIFEST_FILES
from flows.year.year_state import YearState
from review.roster import Roster

PlannedOutput = tuple[str, Callable[[], JobOutcome]]  # the stage, and what writes one output


def plan_outputs(state: YearState, roster: Roster, *, reload_state: Callable[[], YearState]) -> list[PlannedOutput]:
    """Return what is to be written; *anew* reads the record again for what lists the outputs before it."""
    filer, manifest = FilingWriter.create(state, roster), ManifestWriter(reload_state, roster)
    return [
        *(("withdraw", partial(withdraw_output, state, path)) for path in find_outputs_to_withdraw(state, roster)),
        *(
            ("review", partial(write_review_workbook, state, roster, one))
            for one in list_due_review_workbooks(state, roster)
        ),
        *(("file", partial(filer.write_filing, one)) for one in list_due_filings(state, roster)),
        *(("board", partial(write_board, state, roster, path)) for path in list_due_boards(state, roster)),
        *(("manifest", partial(manifest.write_part, name)) for name in MANIFEST_FILES),  # last: it lists all the others
    ]


def archive_contracts(paths: YearPaths) -> None:
    """Keep the contracts as they are now, under their version: an archive shows those that a check rested on."""
    library, store = paths.open_contracts(), paths.open_store()
    if not store.has_object(library.compute_version()):
        store.store_object(library.pack_data_files())
