"""The outputs that a run writes once nothing more can be decided, in the order of writing."""

from collections.abc import Callable, Iterator
from functools import partial

from flows.outputs.county_notices import list_due_notices, write_notice
from flows.outputs.filings_due import list_due_filings
from flows.outputs.review_copies import list_due_copies, write_copy
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

PlannedOutput = tuple[str, Callable[[], JobOutcome]]
"""The name of a stage, and the function that writes one output."""


def plan_outputs(state: YearState, roster: Roster, *, reload_state: Callable[[], YearState]) -> list[PlannedOutput]:
    """Return the outputs to write in their order; *reload_state* reads the record again for the manifest."""
    return list(_plan_in_order(state, roster, reload_state))


def _plan_in_order(state: YearState, roster: Roster, reload_state: Callable[[], YearState]) -> Iterator[PlannedOutput]:
    filing_writer, manifest_writer = FilingWriter.create(state, roster), ManifestWriter(reload_state, roster)
    for path in find_outputs_to_withdraw(state, roster):
        yield "withdraw", partial(withdraw_output, state, path)
    for notice in list_due_notices(state):
        yield "mark", partial(write_notice, state, roster, notice)
    for copy in list_due_copies(state):
        yield "review", partial(write_copy, state, copy)
    for planned_workbook in list_due_review_workbooks(state, roster):
        yield "review", partial(write_review_workbook, state, roster, planned_workbook)
    for planned_filing in list_due_filings(state, roster):
        yield "file", partial(filing_writer.write_filing, planned_filing)
    for path in list_due_boards(state, roster):
        yield "board", partial(write_board, state, roster, path)
    # The manifest comes last because it lists all other outputs.
    for name in MANIFEST_FILES:
        yield "manifest", partial(manifest_writer.write_part, name)


def archive_contracts(paths: YearPaths) -> None:
    """Store the current contracts under their version: an archive includes the contracts of each check."""
    library, store = paths.open_contracts(), paths.open_store()
    if not store.has_object(library.compute_version()):
        store.store_object(library.pack_data_files())
