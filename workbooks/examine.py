"""From bytes to verdict: gate, reader, checks in one call; what every edge uses."""

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
    """Return the report on a workbook, or why it is refused. The gate speaks before anything heavy is imported.

    *expected* is the county code and the year of the folder in which the file lies, if it lies in one; *history* is
    what is on file from the year before. *is_only_file* says that no other file follows, so that it is not worth
    starting a worker process to read it.
    """
    book = read_workbook(data, messages, is_only_file=is_only_file)
    if isinstance(book, Refusal):
        return book
    check_book = _load_checks()
    if not gc.isenabled():  # a command line holds the collector while modules load; from here on there are data
        gc.freeze()  # what is loaded stays: looking through it for garbage, now and at exit, would find none
        gc.enable()
    return check_book(book, library, messages, expected=expected, history=history)


def _load_checks() -> WorkbookValidator:
    """Load the checks only behind the gate: pandera and polars cost more than a second."""
    from checks.validation import validate_workbook  # noqa: PLC0415

    return validate_workbook
