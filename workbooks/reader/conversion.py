"""Convert a file in another format to .xlsx in a worker process; an .xlsx stays as it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbooks.gate.file_type import detect_convertible_form
from workbooks.gate.intake_fault import IntakeError, IntakeFault
from workbooks.reader.worker_pool import get_shared_pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class ConversionReply:
    """The .xlsx made of a file of another *form*, the cells whose formula is not kept, and the file's other content."""

    data: bytes
    form: str
    lost_formulas: "Sequence[str]"
    foreign_content: "Mapping[str, Sequence[str]]"


def convert_in_worker(data: bytes) -> ConversionReply | None:
    """Return the .xlsx made of a file, or None for an .xlsx; raise IntakeError if it cannot be made."""
    if detect_convertible_form(data) is None:
        return None
    reply = get_shared_pool().read_file(data)
    header = reply.header
    if "fault" in header:
        raise IntakeError(IntakeFault.from_json(header["fault"]))
    return ConversionReply(reply.frames[0], header["form"], header["lost_formulas"], header["foreign_content"])


def convert_to_xlsx(data: bytes) -> bytes:
    """Return the .xlsx in which the findings on a file are marked: the file itself, or what is made of it.

    The same file gives the same bytes. Raise IntakeError if the file cannot be converted.
    """
    reply = convert_in_worker(data)
    if reply is None:
        return data
    return reply.data
