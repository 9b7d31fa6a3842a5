"""An .xlsx file into cells with their addresses, read in a child process that the file may kill."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from workbooks.child import Answer, shared_pool
from workbooks.faults import Fault, FaultFound
from workbooks.gate import opened

if TYPE_CHECKING:
    from checks.findings import Refusal
    from checks.rawbook import RawBook
    from contracts.messages import Wording


def read_book(data: bytes, words: Wording) -> RawBook | Refusal:
    """Return every worksheet of a workbook, or why it is refused; the gate speaks before anything is read."""
    answer = _answer(data)
    if isinstance(answer, Fault):
        return answer.in_words(words)
    return _book(answer)


def _answer(data: bytes) -> Answer | Fault:
    """Judge the directory here, which costs nothing; everything that is unpacked is unpacked in the child."""
    try:
        opened(data)
    except FaultFound as error:
        return error.fault
    answer = shared_pool().read(data)
    return Fault.of_json(answer.header["fault"]) if "fault" in answer.header else answer


def _book(answer: Answer) -> RawBook:
    import polars as pl  # noqa: PLC0415 - a refused file never gets here

    from checks.rawbook import RawBook, RawSheet  # noqa: PLC0415 - as above

    frames = [pl.read_ipc_stream(BytesIO(one)) for one in answer.frames]
    return RawBook(
        tuple(
            RawSheet(
                name=one["name"],
                visible=one["state"] == "visible",
                text=frames[2 * at],
                kinds=frames[2 * at + 1],
                formulas=one["formulas"],
                merges=tuple((tuple(first), tuple(last)) for first, last in one["merges"]),
                hidden_rows=tuple(one["hidden_rows"]),
                hidden_columns=tuple(one["hidden_columns"]),
            )
            for at, one in enumerate(answer.header["sheets"])
        )
    )
