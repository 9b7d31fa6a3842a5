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
from typing import Any, Final

from workbooks.faults import FaultFound, found
from workbooks.messages import receive, send
from workbooks.opening import opened
from workbooks.passage import Passed, pass_through
from workbooks.sheet_xml import SheetXml

CPU_SECONDS: Final = 20  # for one file; an honest one of the largest size takes half of it
ADDRESS_SPACE: Final = 3 * 1024**3


def main() -> None:
    """Serve files until the input ends."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    limit_memory()
    while (data := receive(source)) is not None:
        limit_time()
        header, frames = answer(data)
        for message in (json.dumps(header).encode(), *frames):
            send(target, message)
        target.flush()


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
    from workbooks.sheet_frames import read_frames  # noqa: PLC0415 - polars only behind the gate

    headers, frames = [], []
    for sheet, read in zip(passed.sheets, read_frames(data, passed), strict=True):
        headers.append(header_of(sheet.xml, read.formulas))
        for frame in (read.text, read.kinds):
            store = BytesIO()
            frame.write_ipc_stream(store)
            frames.append(store.getvalue())
    return {"sheets": headers}, frames


def header_of(sheet: SheetXml, formulas: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of a sheet beside its cells, in plain values."""
    return {
        "name": sheet.sheet.name,
        "state": sheet.sheet.state,
        "merges": sheet.merges,
        "hidden_rows": sheet.hidden_rows,
        "hidden_columns": sheet.hidden_columns,
        "formulas": dict(formulas),
    }


def limit_memory() -> None:
    """Let the system refuse memory beyond the limit, where it can; elsewhere the parent watches."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_time() -> None:
    """Let the system end this process when one file has taken too long."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_SECONDS, hard))


if __name__ == "__main__":
    main()
