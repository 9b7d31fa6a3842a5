"""The worker process that reads workbooks: files on standard input, their cells on standard output.

A file that crashes or hangs the library does so in this process. A file is one message; the reply is a JSON header,
then the frames that it announces, as Arrow streams. A file in another format is not read but converted: the reply is
an .xlsx, which is sent in again to be read as any other.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from workbooks.gate.file_type import compute_file_limits, detect_convertible_form, open_container
from workbooks.gate.intake_fault import IntakeError, intake_error
from workbooks.gate.resource_limits import apply_limits, clear_timer
from workbooks.gate.workbook_parts import WorkbookOutline
from workbooks.reader.inspection import InspectedSheet, InspectedWorkbook, inspect_workbook
from workbooks.reader.pipe_protocol import receive_message, send_message

if TYPE_CHECKING:  # loaded only when a file has passed the gate
    import polars as pl

# A long table is never packed as one message.
MAX_ROWS_PER_MESSAGE: Final = 16_384


def main() -> None:
    """Serve files until the input ends."""
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Output that a library prints must not get between the frames.
    os.dup2(2, 1)
    while (data := receive_message(source)) is not None:
        apply_limits(compute_file_limits(data), time.process_time())
        header, frames = build_reply(data)
        for message in (json.dumps(header).encode(), *frames):
            send_message(target, message)
        target.flush()
        clear_timer()


def build_reply(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return the header and the frames of a file, or a header with its fault and no frames.

    The only frame of a file in another format is the .xlsx made of it.
    """
    try:
        with convert_failures_to_faults():
            if form := detect_convertible_form(data):
                return _convert_to_xlsx(data, form)
            return _pack_workbook(inspect_workbook(open_container(data)), data)
    except IntakeError as error:
        return {"fault": error.fault.as_json()}, []


@contextmanager
def convert_failures_to_faults() -> Iterator[None]:
    """Turn any exception of a library into an IntakeError; a panic of native code is a BaseException."""
    try:
        yield
    except (IntakeError, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError as error:
        raise intake_error("too_costly") from error
    except BaseException as error:
        raise intake_error("not_readable_book") from error


def _pack_workbook(workbook: InspectedWorkbook, data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    from workbooks.reader.library_frames import load_frames  # noqa: PLC0415 - loads polars

    headers: list[dict[str, Any]] = []
    messages: list[bytes] = []
    for sheet, frames in zip(workbook.sheets, load_frames(data, workbook), strict=True):
        sheet_messages = list(map(_encode_frame, _iter_slices(frames.text, frames.kinds)))
        header = build_header(sheet, workbook.outline, frames.formulas)
        headers.append({**header, "messages": len(sheet_messages)})
        messages += sheet_messages
    return {"sheets": headers, "foreign_content": dict(workbook.foreign_content)}, messages


def _convert_to_xlsx(data: bytes, form: str) -> tuple[dict[str, Any], list[bytes]]:
    from workbooks.conversion.convert_file import convert_file  # noqa: PLC0415 - most files are .xlsx

    converted = convert_file(data, form)
    header = {
        "form": form,
        "lost_formulas": list(converted.lost_formulas),
        "foreign_content": dict(converted.foreign_content),
        "messages": 1,
    }
    return header, [converted.data]


def _iter_slices(*frames: "pl.DataFrame") -> "Iterator[pl.DataFrame]":
    """Yield the slices of each frame; an empty frame is one slice."""
    for frame in frames:
        if frame.height:
            yield from frame.iter_slices(MAX_ROWS_PER_MESSAGE)
        else:
            yield frame


def _encode_frame(frame: "pl.DataFrame") -> bytes:
    stream = BytesIO()
    frame.write_ipc_stream(stream)
    return stream.getvalue()


def build_header(sheet: InspectedSheet, outline: WorkbookOutline, formulas: Mapping[str, str]) -> dict[str, Any]:
    """Return the properties of a sheet other than its cells, as values that JSON can hold."""
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
