"""From bytes to verdict: gate, reader, checks in one call; what every edge uses."""

import gc

from checks.findings import Refusal
from checks.history import History
from checks.report import Report
from contracts.library import Library
from contracts.messages import Wording
from workbooks.gate import inspect


def examine(data: bytes, library: Library, words: Wording, *, history: History | None = None) -> Report | Refusal:
    """Return the report on a workbook, or why it is refused. The gate speaks before anything heavy is imported."""
    refusal = inspect(data, words)
    if refusal is not None:
        return refusal
    from checks.judge import check_book  # noqa: PLC0415 - pandera and polars cost a second
    from workbooks.reading import read_book  # noqa: PLC0415 - as above

    gc.enable()  # a command line holds the collector while modules load; from here on there are data
    book = read_book(data, words)
    return book if isinstance(book, Refusal) else check_book(book, library, words, history=history)
