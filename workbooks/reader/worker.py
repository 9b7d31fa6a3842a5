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

from workbooks.gate.file_type import compute_unpacked_size, open_container
from workbooks.gate.intake_fault import IntakeError, intake_error
from workbooks.gate.resource_limits import apply_limits, clear_timer, compute_limits
from workbooks.gate.workbook_parts import WorkbookOutline
from workbooks.reader.inspection import InspectedSheet, InspectedWorkbook, inspect_workbook
from workbooks.reader.pipe_protocol import receive_message, send_message

if TYPE_CHECKING:  # frames only behind the gate
    import polars as pl

MAX_ROWS_PER_MESSAGE: Final = 16_384  # rows to a message: a long table is never packed as one


def main() -> None:
    """Serve files until the input ends."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    while (data := receive_message(source)) is not None:
        apply_limits(compute_limits(compute_unpacked_size(data)), time.process_time())
        header, frames = build_reply(data)
        for message in (json.dumps(header).encode(), *frames):
            send_message(target, message)
        target.flush()
        clear_timer()


def build_reply(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return what stands in a file, or its fault."""
    try:
        with convert_failures_to_faults():
            return _pack_workbook(inspect_workbook(open_container(data)), data)
    except IntakeError as error:
        return {"fault": error.fault.as_json()}, []


@contextmanager
def convert_failures_to_faults() -> Iterator[None]:
    """Turn whatever a library raises on bytes from outside into a fault; a panic is none of Python's exceptions."""
    try:
        yield
    except (IntakeError, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError as error:
        raise intake_error("too_costly") from error
    except BaseException as error:
        raise intake_error("not_readable_book") from error


def _pack_workbook(workbook: InspectedWorkbook, data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    from workbooks.reader.library_frames import load_frames  # noqa: PLC0415 - polars only behind the gate

    headers, messages = [], []
    for sheet, read in zip(workbook.sheets, load_frames(data, workbook), strict=True):
        packed = [_encode_frame(part) for frame in (read.text, read.kinds) for part in _iter_slices(frame)]
        headers.append({**build_header(sheet, workbook.outline, read.formulas), "messages": len(packed)})
        messages += packed
    return {"sheets": headers}, messages


def _iter_slices(frame: "pl.DataFrame") -> "Iterator[pl.DataFrame]":
    return frame.iter_slices(MAX_ROWS_PER_MESSAGE) if frame.height else iter((frame,))


def _encode_frame(frame: "pl.DataFrame") -> bytes:
    store = BytesIO()
    frame.write_ipc_stream(store)
    return store.getvalue()


def build_header(sheet: InspectedSheet, outline: WorkbookOutline, formulas: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of a sheet beside its cells, in plain values."""
    return {
        "name": sheet.scan.sheet.name,
        "state": sheet.scan.sheet.state,
        "merges": sheet.scan.merges,
        "hidden_rows": sheet.scan.hidden_rows,
        "hidden_columns": sheet.scan.hidden_columns,
        "masked": sheet.hidden_cells,
        "since_1904": outline.since_1904,
        "formulas": dict(formulas),
    }


if __name__ == "__main__":
    main()
