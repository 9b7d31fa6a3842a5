"""All sheets of a judged workbook into frames, the library's reading held against the markup's."""

from collections.abc import Iterator
from dataclasses import dataclass

import fastexcel
import polars as pl

from workbooks.gate.intake_fault import FaultFound, found
from workbooks.gate.zip_container import Container
from workbooks.reader.cross_check import SheetFrames, combine
from workbooks.reader.inspection import Passed, PassedSheet
from workbooks.reader.merged_cells import refuse_hidden_figures
from workbooks.sheet_scan.markup_values import Gathering, Markup
from workbooks.sheet_scan.sheet_grammar import TEXT_INDEX
from workbooks.sheet_scan.sheet_scanner import normal_rows
from workbooks.sheet_scan.sheet_stream import SheetRows

_KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def read_frames(data: bytes, passed: Passed) -> Iterator[SheetFrames]:
    """Yield the cells of each sheet; raise the fault of a file that cannot be read, or is read in two ways."""
    markups = [_markup(sheet) for sheet in passed.sheets]
    reader = _opened(data)
    for sheet, markup in zip(passed.sheets, markups, strict=True):
        read = _Reading(data, reader, sheet, markup, passed.strings).frame()
        frames = combine(sheet.xml.sheet.name, read, markup, since_1904=passed.book.since_1904)
        refuse_hidden_figures(sheet.xml, frames)
        yield frames


def _markup(sheet: PassedSheet) -> Markup:
    gathering = sheet.gathered or Gathering(sheet.xml.sheet)
    for rows in sheet.rows:
        gathering.take(rows)
    return gathering.markup()


def _opened(data: bytes) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(data)
    except Exception as error:  # a library may fail in any way on bytes from outside
        raise found("not_readable_book") from error


@dataclass(frozen=True, slots=True)
class _Reading:
    """The library's reading of one sheet."""

    data: bytes
    reader: fastexcel.ExcelReader
    sheet: PassedSheet
    markup: Markup
    strings: int

    def frame(self) -> pl.DataFrame:
        """Read the sheet with every column declared as text; no row is left out, none taken for a heading."""
        name = self.sheet.xml.sheet.name
        try:
            return self.reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        except Exception as error:
            raise self._why() from error
        except BaseException as error:  # a panic of the library is none of Python's own exceptions
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            raise found("not_readable_book", sheet=name) from error

    def _why(self) -> FaultFound:
        """The library stops at an error word or a text that it does not know, and does not say where."""
        part = self.sheet.xml.sheet
        for rows in normal_rows(SheetRows(Container.opened(self.data), part)):
            for match in TEXT_INDEX.finditer(rows):
                if int(match[2]) >= self.strings:
                    return found("string_index", sheet=part.name, cell=match[1].decode())
        for at, kind, value in self.markup.special:
            if kind == "e" and value not in _KNOWN_ERRORS:
                return found("error_value", sheet=part.name, cell=at, value=value or "")
        return found("not_readable_book", sheet=part.name)
