"""From bytes to verdict: gate, reader, checks in one call; what every edge uses."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from checks.findings import Refusal
from checks.report import Report
from contracts.library import Library
from contracts.messages import Wording
from workbooks.gate import inspect


def examine(data: bytes, library: Library, words: Wording) -> Report | Refusal:
    """Return the report on a workbook, or why it is refused. The gate speaks before anything heavy is imported."""
    refusal = inspect(data, words)
    if refusal is not None:
        return refusal
    with _nothing_to_collect():
        from checks.judge import check_book  # noqa: PLC0415 - pandera and polars cost a second
        from workbooks.reading import read_book  # noqa: PLC0415 - as above

    book = read_book(data, words)
    return book if isinstance(book, Refusal) else check_book(book, library, words)


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Hold the garbage collector while modules load: it finds nothing then, and takes a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
