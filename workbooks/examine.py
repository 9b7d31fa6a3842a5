"""From bytes to verdict: gate, reader, checks in one call; what every edge uses."""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

from checks.model.filing_history import History
from checks.model.finding import Refusal
from checks.model.report import Report
from contracts.contract_library import Library
from contracts.messages import Wording
from workbooks.reader.read_workbook import read_book

if TYPE_CHECKING:  # a refused file never needs the frames
    from checks.model.raw_workbook import RawBook

CheckBook = Callable[..., Report | Refusal]
ReadBook = Callable[[bytes, Wording], "RawBook | Refusal"]


def examine(
    data: bytes,
    library: Library,
    words: Wording,
    *,
    expected: tuple[str, int] | None = None,
    history: History | None = None,
    alone: bool = False,
    read: ReadBook = read_book,
) -> Report | Refusal:
    """Return the report on a workbook, or why it is refused. The gate speaks before anything heavy is imported.

    *expected* is the county code and the year in whose folder the file lies, where it lies in one; *history* is what
    is on file from the year before. *alone* says that no other file follows, so that a process for reading them is
    not worth its start. *read* is how a workbook is read where no process is to be saved: a run measures it.
    """
    book = read_book(data, words, alone=True) if alone else read(data, words)
    if isinstance(book, Refusal):
        return book
    check_book = _loaded_checks()
    if not gc.isenabled():  # a command line holds the collector while modules load; from here on there are data
        gc.freeze()  # what is loaded stays: looking through it for garbage, now and at exit, would find none
        gc.enable()
    return check_book(book, library, words, expected=expected, history=history)


def _loaded_checks() -> CheckBook:
    """Load the checks only behind the gate: pandera and polars cost more than a second."""
    from checks.validation import check_book  # noqa: PLC0415

    return check_book
