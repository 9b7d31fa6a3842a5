"""An .xlsx file into cells with their addresses, read in a child process that the file may kill."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from workbooks.gate.fault_messages import build_fault_refusal
from workbooks.gate.file_type import open_container
from workbooks.gate.intake_fault import IntakeError, IntakeFault
from workbooks.reader.worker_pool import get_shared_pool

if TYPE_CHECKING:  # a refused file never needs the frames
    from collections.abc import Sequence

    import polars as pl

    from checks.model.finding import Refusal
    from checks.model.raw_workbook import RawSheet, RawWorkbook
    from contracts.messages import Messages
    from workbooks.gate.zip_container import Container


def read_workbook(data: bytes, messages: Messages, *, is_only_file: bool = False) -> RawWorkbook | Refusal:
    """Return every worksheet of a workbook, or why it is refused; the gate speaks before anything is read.

    A file that comes *alone* and is small and plain is read here: a process of its own would cost more than reading.
    """
    try:
        container = open_container(data)  # its directory, which costs nothing; the rest is unpacked in the child
        return (_load_in_process(data, container) if is_only_file else None) or _load_in_worker(data)
    except IntakeError as error:
        return build_fault_refusal(error.fault, messages)


def _load_in_process(data: bytes, container: Container) -> RawWorkbook | None:
    from workbooks.reader.in_process_limit import MAX_BYTES_IN_PROCESS, is_small  # noqa: PLC0415 - as above
    from workbooks.reader.inspection import inspect_workbook  # noqa: PLC0415 - where a child reads, it needs the grammar, we do not
    from workbooks.reader.worker import build_header, convert_failures_to_faults  # noqa: PLC0415 - as above

    if container.total_unpacked_size > MAX_BYTES_IN_PROCESS:
        return None
    with convert_failures_to_faults():
        passed = inspect_workbook(container)
        if not is_small(container, passed):
            return None
        from checks.model.raw_workbook import RawWorkbook  # noqa: PLC0415 - polars only behind the gate
        from workbooks.reader.library_frames import load_frames  # noqa: PLC0415 - as above

        read = zip(passed.sheets, load_frames(data, passed), strict=True)
        return RawWorkbook(
            tuple(
                _build_sheet(build_header(sheet, passed.outline, one.formulas), one.text, one.kinds)
                for sheet, one in read
            )
        )


def _load_in_worker(data: bytes) -> RawWorkbook:
    answer = get_shared_pool().read_file(data)
    if "fault" in answer.header:
        raise IntakeError(IntakeFault.from_json(answer.header["fault"]))
    import polars as pl  # noqa: PLC0415 - polars only behind the gate

    from checks.model.raw_workbook import RawWorkbook  # noqa: PLC0415 - as above

    def join_frames(streams: Sequence[bytes]) -> pl.DataFrame:
        return pl.concat([pl.read_ipc_stream(BytesIO(one)) for one in streams])

    halves = ((header, sheet[: len(sheet) // 2], sheet[len(sheet) // 2 :]) for header, sheet in answer.iter_sheets())
    return RawWorkbook(
        tuple(_build_sheet(header, join_frames(text), join_frames(kinds)) for header, text, kinds in halves)
    )


def _build_sheet(header: dict[str, Any], text: pl.DataFrame, kinds: pl.DataFrame) -> RawSheet:
    from checks.model.raw_workbook import HiddenCells, RawSheet  # noqa: PLC0415 - polars only behind the gate

    return RawSheet(
        name=header["name"],
        visible=header["state"] == "visible",
        text=text,
        kinds=kinds,
        formulas=header["formulas"],
        merges=tuple((tuple(first), tuple(last)) for first, last in header["merges"]),
        hidden_rows=tuple(header["hidden_rows"]),
        hidden_columns=tuple(header["hidden_columns"]),
        hidden_cells=tuple(
            HiddenCells(effect, column, tuple((first, last) for first, last in rows))
            for effect, column, rows in header["masked"]
        ),
        uses_1904_dates=header["since_1904"],
    )
