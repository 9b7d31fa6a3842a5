"""Validation of one file in one call: gate, reader and checks."""

import gc
from collections.abc import Callable

from checks.model.filing_history import FilingHistory
from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from workbooks.reader.read_workbook import read_workbook

WorkbookValidator = Callable[..., ValidationReport | Refusal]


def validate_file(
    data: bytes,
    library: ContractLibrary,
    messages: Messages,
    *,
    expected: tuple[str, int] | None = None,
    history: FilingHistory | None = None,
    is_only_file: bool = False,
) -> ValidationReport | Refusal:
    """Return the report on the workbook *data*, or the refusal if it cannot be read.

    *expected* is the county code and the year of the folder that the file is in, if it is in one; *history* is what
    was filed for the year before. *is_only_file* means that no other file follows, so that starting a worker process
    to read it would not pay.
    """
    book = read_workbook(data, messages, is_only_file=is_only_file)
    if isinstance(book, Refusal):
        return book
    validate_workbook = _load_checks()
    if not gc.isenabled():
        # The command line disables the collector while modules load; from here on there are data. The modules
        # stay loaded, so searching them for garbage, now and at exit, would find none.
        gc.freeze()
        gc.enable()
    return validate_workbook(book, library, messages, expected=expected, history=history)


def _load_checks() -> WorkbookValidator:
    """Import the checks, which takes more than a second (pandera, polars); a refused file never needs them."""
    from checks.validation import validate_workbook  # noqa: PLC0415

    return validate_workbook
