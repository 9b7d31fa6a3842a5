"""From bytes to verdict: gate, reader, checks in one call; what every edge uses."""

import gc

from checks.findings import Refusal
from checks.history import History
from checks.report import Report
from contracts.library import Library
from contracts.messages import Wording
from workbooks.reading import read_book


def examine(
    data: bytes,
    library: Library,
    words: Wording,
    *,
    expected: tuple[str, int] | None = None,
    history: History | None = None,
    alone: bool = False,
) -> Report | Refusal:
    """Return the report on a workbook, or why it is refused. The gate speaks before anything heavy is imported.

    *expected* is the county code and the year in whose folder the file lies, where it lies in one; *history* is what
    is on file from the year before. *alone* says that no other file follows, so that a process for reading them is
    not worth its start.
    """
    book = read_book(data, words, alone=alone)
    if isinstance(book, Refusal):
        return book
    from checks.judge import check_book  # noqa: PLC0415 - pandera and polars cost a second

    gc.enable()  # a command line holds the collector while modules load; from here on there are data
    return check_book(book, library, words, expected=expected, history=history)
