"""The outputs that a run writes once nothing more can be decided, in the order of writing.

Review workbooks and files of the filing do not depend on each other and are jobs; all others are written one by one.
"""

from collections.abc import Callable, Iterator
from functools import partial

from flows.outputs.county_notices import list_due_notices, write_notice
from flows.outputs.review_copies import list_due_copies, write_copy
from flows.outputs.withdraw_outputs import find_outputs_to_withdraw, withdraw_output
from flows.outputs.write_manifest import ManifestWriter
from flows.outputs.write_status_board import write_board
from flows.year.issued_outputs import list_due_boards
from flows.year.jobs import JobOutcome
from flows.year.locations import YearPaths
from flows.year.manifest_names import MANIFEST_FILES
from flows.year.year_state import YearState
from review.roster import Roster

PlannedOutput = tuple[str, Callable[[], JobOutcome]]
"""The name of a stage, and the function that writes one output."""


def plan_notices(state: YearState, roster: Roster) -> Iterator[PlannedOutput]:
    """Yield what comes before the jobs: outputs to withdraw, notices for counties, and copies for reviewers."""
    for path in find_outputs_to_withdraw(state, roster):
        yield "withdraw", partial(withdraw_output, state, path)
    for notice in list_due_notices(state):
        yield "mark", partial(write_notice, state, roster, notice)
    for copy in list_due_copies(state):
        yield "review", partial(write_copy, state, copy)


def plan_summaries(state: YearState, roster: Roster, reload_state: Callable[[], YearState]) -> Iterator[PlannedOutput]:
    """Yield what comes after the jobs: the status board, and the manifest, which lists all other outputs.

    *reload_state* reads the record again for the manifest.
    """
    manifest_writer = ManifestWriter(reload_state, roster)
    for path in list_due_boards(state, roster):
        yield "board", partial(write_board, state, roster, path)
    for name in MANIFEST_FILES:
        yield "manifest", partial(manifest_writer.write_part, name)


def archive_contracts(paths: YearPaths) -> None:
    """Store the current contracts under their version: an archive includes the contracts of each check."""
    library, store = paths.open_contracts(), paths.open_store()
    if not store.has_object(library.compute_version()):
        store.store_object(library.pack_data_files())
