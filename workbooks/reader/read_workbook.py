"""An .xlsx file into cells with their addresses, read in a child process that the file may kill."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from workbooks.gate.fault_messages import in_words
from workbooks.gate.file_type import opened
from workbooks.gate.intake_fault import Fault, FaultFound
from workbooks.reader.worker_pool import shared_pool

if TYPE_CHECKING:  # a refused file never needs the frames
    from collections.abc import Sequence

    import polars as pl

    from checks.model.finding import Refusal
    from checks.model.raw_workbook import RawBook, RawSheet
    from contracts.messages import Wording
    from workbooks.gate.zip_container import Container


def read_book(data: bytes, words: Wording, *, alone: bool = False) -> RawBook | Refusal:
    """Return every worksheet of a workbook, or why it is refused; the gate speaks before anything is read.

    A file that comes *alone* and is small and plain is read here: a process of its own would cost more than reading.
    """
    try:
        container = opened(data)  # its directory, which costs nothing; the rest is unpacked in the child
        return (_read_here(data, container) if alone else None) or _read_apart(data)
    except FaultFound as error:
        return in_words(error.fault, words)


def _read_here(data: bytes, container: Container) -> RawBook | None:
    from workbooks.reader.in_process_limit import MOST_BYTES, is_small  # noqa: PLC0415 - as above
    from workbooks.reader.inspection import pass_through  # noqa: PLC0415 - where a child reads, it needs the grammar, we do not
    from workbooks.reader.worker import any_failure_as_fault, header_of  # noqa: PLC0415 - as above

    if container.unpacked > MOST_BYTES:
        return None
    with any_failure_as_fault():
        passed = pass_through(container)
        if not is_small(container, passed):
            return None
        from checks.model.raw_workbook import RawBook  # noqa: PLC0415 - polars only behind the gate
        from workbooks.reader.library_frames import read_frames  # noqa: PLC0415 - as above

        read = zip(passed.sheets, read_frames(data, passed), strict=True)
        return RawBook(
            tuple(_sheet(header_of(sheet, passed.book, one.formulas), one.text, one.kinds) for sheet, one in read)
        )


def _read_apart(data: bytes) -> RawBook:
    answer = shared_pool().read(data)
    if "fault" in answer.header:
        raise FaultFound(Fault.of_json(answer.header["fault"]))
    import polars as pl  # noqa: PLC0415 - polars only behind the gate

    from checks.model.raw_workbook import RawBook  # noqa: PLC0415 - as above

    def frame(messages: Sequence[bytes]) -> pl.DataFrame:
        return pl.concat([pl.read_ipc_stream(BytesIO(one)) for one in messages])

    halves = ((header, sheet[: len(sheet) // 2], sheet[len(sheet) // 2 :]) for header, sheet in answer.sheets())
    return RawBook(tuple(_sheet(header, frame(text), frame(kinds)) for header, text, kinds in halves))


def _sheet(header: dict[str, Any], text: pl.DataFrame, kinds: pl.DataFrame) -> RawSheet:
    from checks.model.raw_workbook import Masked, RawSheet  # noqa: PLC0415 - polars only behind the gate

    return RawSheet(
        name=header["name"],
        visible=header["state"] == "visible",
        text=text,
        kinds=kinds,
        formulas=header["formulas"],
        merges=tuple((tuple(first), tuple(last)) for first, last in header["merges"]),
        hidden_rows=tuple(header["hidden_rows"]),
        hidden_columns=tuple(header["hidden_columns"]),
        masked=tuple(
            Masked(effect, column, tuple((first, last) for first, last in rows))
            for effect, column, rows in header["masked"]
        ),
        since_1904=header["since_1904"],
    )
