"""Convert a file in another format to .xlsx, by what it holds and not by its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbooks.conversion.converted_workbook import MAX_CELLS, ConvertedWorkbook
from workbooks.conversion.csv_reader import read_csv
from workbooks.conversion.ods_reader import read_ods
from workbooks.conversion.write_xlsx import write_xlsx
from workbooks.gate.compound_file import list_foreign_storages
from workbooks.gate.file_type import CSV, ODS, XLS
from workbooks.gate.intake_fault import IntakeError, intake_error
from workbooks.gate.zip_container import Container

_MAX_LOST_FORMULAS = 2000


@dataclass(frozen=True, slots=True)
class ConvertedFile:
    """The .xlsx made of a file, the cells whose formula is not kept, and what the file holds besides cells."""

    data: bytes
    lost_formulas: Sequence[str]
    foreign_content: Mapping[str, list[str]]


def convert_file(data: bytes, form: str) -> ConvertedFile:
    """Return the .xlsx of a file of this form (``xls``, ``ods`` or ``csv``).

    Raise IntakeError if the file is protected by a password, damaged or too large.
    """
    try:
        workbook, foreign_content = _read_workbook(data, form)
        _refuse_empty_or_oversized(workbook)
        return ConvertedFile(write_xlsx(workbook), workbook.lost_formulas[:_MAX_LOST_FORMULAS], foreign_content)
    except (IntakeError, MemoryError):
        raise
    except Exception as error:
        # The libraries fail in any way on a damaged file.
        raise intake_error("not_convertible", kind=form) from error


def _refuse_empty_or_oversized(workbook: ConvertedWorkbook) -> None:
    if not workbook.sheets:
        raise intake_error("no_sheet")
    if sum(len(sheet.cells) for sheet in workbook.sheets) > MAX_CELLS:
        raise intake_error("too_costly")


def _read_workbook(data: bytes, form: str) -> tuple[ConvertedWorkbook, Mapping[str, list[str]]]:
    if form == ODS:
        workbook = read_ods(Container.open_zip(data))
        return workbook, workbook.foreign_content
    if form == CSV:
        return read_csv(data), {}
    return _read_xls(data), list_foreign_storages(data)


def _read_xls(data: bytes) -> ConvertedWorkbook:
    try:
        from workbooks.conversion.xls_reader import read_xls  # noqa: PLC0415 - its library may not be installed
    except ImportError as error:
        raise intake_error("converter_missing", kind=XLS, library=error.name or "") from error
    return read_xls(data)
