"""Read a workbook into cells with their addresses, in a worker process that the file may crash."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from workbooks.gate.fault_messages import build_fault_refusal
from workbooks.gate.file_type import open_container
from workbooks.gate.intake_fault import IntakeError, IntakeFault
from workbooks.reader.conversion import ConversionReply, convert_in_worker
from workbooks.reader.worker_pool import get_shared_pool

if TYPE_CHECKING:  # loaded only when a file has passed the gate
    from collections.abc import Sequence

    import polars as pl

    from checks.model.finding import Refusal
    from checks.model.raw_workbook import RawSheet, RawWorkbook
    from contracts.messages import Messages
    from workbooks.gate.zip_container import Container
    from workbooks.reader.inspection import InspectedWorkbook


def read_workbook(data: bytes, messages: Messages, *, is_only_file: bool = False) -> RawWorkbook | Refusal:
    """Return every worksheet of a workbook, or its refusal; the gate inspects the file before it is read.

    With *is_only_file*, a small and plain .xlsx is read in this process: a worker would cost more than reading. A file
    in another format is converted to .xlsx first, and read like any other.
    """
    try:
        conversion = convert_in_worker(data)
        if conversion is not None:
            return _load_converted(conversion)
        # Checks the zip directory only, which is cheap; the worker unpacks the parts.
        container = open_container(data)
        workbook = None
        if is_only_file:
            workbook = _load_in_process(data, container)
        return workbook or _load_in_worker(data)
    except IntakeError as error:
        return build_fault_refusal(error.fault, messages)


def _load_converted(reply: ConversionReply) -> RawWorkbook:
    from checks.model.raw_workbook import Conversion  # noqa: PLC0415 - loads polars

    workbook = _load_in_worker(reply.data)
    conversion = Conversion(reply.form, tuple(reply.lost_formulas))
    return replace(workbook, foreign_content=reply.foreign_content, conversion=conversion)


def _load_in_process(data: bytes, container: Container) -> RawWorkbook | None:
    """Return the workbook, or None if it is not small enough to be read in this process."""
    from workbooks.reader.in_process_limit import MAX_BYTES_IN_PROCESS, is_small  # noqa: PLC0415 - as below
    from workbooks.reader.inspection import inspect_workbook  # noqa: PLC0415 - compiles the grammar, which only a reader needs
    from workbooks.reader.worker import convert_failures_to_faults  # noqa: PLC0415 - as above

    if container.total_unpacked_size > MAX_BYTES_IN_PROCESS:
        return None
    with convert_failures_to_faults():
        inspected_workbook = inspect_workbook(container)
        if not is_small(container, inspected_workbook):
            return None
        return _build_inspected_workbook(data, inspected_workbook)


def _build_inspected_workbook(data: bytes, workbook: InspectedWorkbook) -> RawWorkbook:
    from checks.model.raw_workbook import RawWorkbook  # noqa: PLC0415 - loads polars
    from workbooks.reader.library_frames import load_frames  # noqa: PLC0415 - as above
    from workbooks.reader.worker import build_header  # noqa: PLC0415 - compiles the grammar

    sheets: list[RawSheet] = []
    for sheet, frames in zip(workbook.sheets, load_frames(data, workbook), strict=True):
        header = build_header(sheet, workbook.outline, frames.formulas)
        sheets.append(_build_sheet(header, frames.text, frames.kinds))
    return RawWorkbook(tuple(sheets), workbook.foreign_content)


def _load_in_worker(data: bytes) -> RawWorkbook:
    reply = get_shared_pool().read_file(data)
    if "fault" in reply.header:
        raise IntakeError(IntakeFault.from_json(reply.header["fault"]))
    from checks.model.raw_workbook import RawWorkbook  # noqa: PLC0415 - loads polars

    sheets: list[RawSheet] = []
    for header, streams in reply.iter_sheets():
        half = len(streams) // 2
        sheets.append(_build_sheet(header, _decode_frame(streams[:half]), _decode_frame(streams[half:])))
    return RawWorkbook(tuple(sheets), reply.header["foreign_content"])


def _decode_frame(streams: Sequence[bytes]) -> pl.DataFrame:
    """Join the slices of a frame, each an Arrow stream."""
    import polars as pl  # noqa: PLC0415 - a refused file never needs it

    return pl.concat([pl.read_ipc_stream(BytesIO(stream)) for stream in streams])


def _build_sheet(header: dict[str, Any], text: pl.DataFrame, kinds: pl.DataFrame) -> RawSheet:
    from checks.model.raw_workbook import HiddenCells, RawSheet  # noqa: PLC0415 - loads polars

    hidden_cells: list[HiddenCells] = []
    for effect, column, row_ranges in header["masked"]:
        hidden_cells.append(HiddenCells(effect, column, tuple((first, last) for first, last in row_ranges)))
    return RawSheet(
        name=header["name"],
        visible=header["state"] == "visible",
        text=text,
        kinds=kinds,
        formulas=header["formulas"],
        merges=tuple((tuple(first), tuple(last)) for first, last in header["merges"]),
        hidden_rows=tuple(header["hidden_rows"]),
        hidden_columns=tuple(header["hidden_columns"]),
        hidden_cells=tuple(hidden_cells),
        uses_1904_dates=header["since_1904"],
    )
