"""Load all sheets of an inspected workbook into frames and cross-check the library's reading with the markup."""

from collections.abc import Iterator
from dataclasses import dataclass

import fastexcel
import polars as pl

from workbooks.gate.intake_fault import IntakeError, intake_error
from workbooks.gate.zip_container import Container
from workbooks.reader.cross_check import SheetFrames, cross_check
from workbooks.reader.inspection import InspectedSheet, InspectedWorkbook
from workbooks.reader.merged_cells import refuse_hidden_figures
from workbooks.sheet_scan.markup_values import MarkupReader, MarkupValues
from workbooks.sheet_scan.sheet_grammar import SHARED_STRING_CELL
from workbooks.sheet_scan.sheet_scanner import iter_normal_rows
from workbooks.sheet_scan.sheet_stream import SheetRows

_KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def load_frames(data: bytes, workbook: InspectedWorkbook) -> Iterator[SheetFrames]:
    """Yield the cells of each sheet; raise IntakeError if a sheet cannot be read or the two readings differ."""
    markups = [_collect_markup_values(sheet) for sheet in workbook.sheets]
    reader = _open_reader(data)
    for sheet, markup in zip(workbook.sheets, markups, strict=True):
        library_frame = _SheetLoader(data, reader, sheet, markup, workbook.shared_string_count).load_frame()
        frames = cross_check(sheet.scan.sheet.name, library_frame, markup, since_1904=workbook.outline.since_1904)
        refuse_hidden_figures(sheet.scan, frames)
        yield frames


def _collect_markup_values(sheet: InspectedSheet) -> MarkupValues:
    markup_reader = sheet.markup_reader or MarkupReader(sheet.scan.sheet)
    for rows in sheet.row_batches:
        markup_reader.add_rows(rows)
    return markup_reader.build_values()


def _open_reader(data: bytes) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(data)
    except Exception as error:
        # The library may fail in any way on hostile bytes.
        raise intake_error("not_readable_book") from error


@dataclass(frozen=True, slots=True)
class _SheetLoader:
    """Reads one sheet with the library."""

    data: bytes
    reader: fastexcel.ExcelReader
    sheet: InspectedSheet
    markup: MarkupValues
    shared_string_count: int

    def load_frame(self) -> pl.DataFrame:
        """Return the sheet with every column as text; no row is skipped or taken for a heading."""
        name = self.sheet.scan.sheet.name
        try:
            return self.reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        except Exception as error:
            raise self._diagnose_failure() from error
        except BaseException as error:
            # A panic of the library is a BaseException.
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            raise intake_error("not_readable_book", sheet=name) from error

    def _diagnose_failure(self) -> IntakeError:
        """Locate an error value or string index that the library does not know; its exception names no cell."""
        part = self.sheet.scan.sheet
        for rows in iter_normal_rows(SheetRows(Container.open_zip(self.data), part)):
            for match in SHARED_STRING_CELL.finditer(rows):
                if int(match[2]) >= self.shared_string_count:
                    return intake_error("string_index", sheet=part.name, cell=match[1].decode())
        for address, kind, value in self.markup.typed_cells:
            if kind == "e" and value not in _KNOWN_ERRORS:
                return intake_error("error_value", sheet=part.name, cell=address, value=value or "")
        return intake_error("not_readable_book", sheet=part.name)
