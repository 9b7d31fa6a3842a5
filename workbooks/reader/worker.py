"""The process that reads workbooks for another one: a file on standard input, its cells on standard output.

Whatever a file does to the library, it does here. A file comes as one message;
the answer is a JSON header, then the frames that it announces as Arrow streams.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from workbooks.gate.file_type import opened, unpacked_size
from workbooks.gate.intake_fault import FaultFound, found
from workbooks.gate.resource_limits import allowance, limit, rest
from workbooks.gate.workbook_parts import Book
from workbooks.reader.inspection import Passed, PassedSheet, pass_through
from workbooks.reader.pipe_protocol import receive, send

if TYPE_CHECKING:  # frames only behind the gate
    import polars as pl

SLICE: Final = 16_384  # rows to a message: a long table is never packed as one


def main() -> None:
    """Serve files until the input ends."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    while (data := receive(source)) is not None:
        limit(allowance(unpacked_size(data)), time.process_time())
        header, frames = answer(data)
        for message in (json.dumps(header).encode(), *frames):
            send(target, message)
        target.flush()
        rest()


def answer(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return what stands in a file, or its fault."""
    try:
        with any_failure_as_fault():
            return _packed(pass_through(opened(data)), data)
    except FaultFound as error:
        return {"fault": error.fault.as_json()}, []


@contextmanager
def any_failure_as_fault() -> Iterator[None]:
    """Turn whatever a library raises on bytes from outside into a fault; a panic is none of Python's exceptions."""
    try:
        yield
    except (FaultFound, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError as error:
        raise found("too_costly") from error
    except BaseException as error:
        raise found("not_readable_book") from error


def _packed(passed: Passed, data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    from workbooks.reader.library_frames import read_frames  # noqa: PLC0415 - polars only behind the gate

    headers, messages = [], []
    for sheet, read in zip(passed.sheets, read_frames(data, passed), strict=True):
        packed = [_stream(part) for frame in (read.text, read.kinds) for part in _slices(frame)]
        headers.append({**header_of(sheet, passed.book, read.formulas), "messages": len(packed)})
        messages += packed
    return {"sheets": headers}, messages


def _slices(frame: "pl.DataFrame") -> "Iterator[pl.DataFrame]":
    return frame.iter_slices(SLICE) if frame.height else iter((frame,))


def _stream(frame: "pl.DataFrame") -> bytes:
    store = BytesIO()
    frame.write_ipc_stream(store)
    return store.getvalue()


def header_of(sheet: PassedSheet, book: Book, formulas: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of a sheet beside its cells, in plain values."""
    return {
        "name": sheet.xml.sheet.name,
        "state": sheet.xml.sheet.state,
        "merges": sheet.xml.merges,
        "hidden_rows": sheet.xml.hidden_rows,
        "hidden_columns": sheet.xml.hidden_columns,
        "masked": sheet.masked,
        "since_1904": book.since_1904,
        "formulas": dict(formulas),
    }


if __name__ == "__main__":
    main()
