"""All sheets of a judged workbook into frames, the library's reading held against the markup's."""

from collections.abc import Iterator

import fastexcel
import polars as pl

from workbooks.faults import FaultFound, found
from workbooks.hidden_by_merge import refuse_hidden_figures
from workbooks.passage import Passed
from workbooks.sheet_grammar import TEXT_INDEX
from workbooks.sheet_reading import Markup, SheetFrames, combine, read_markup
from workbooks.sheet_xml import SheetXml

_KNOWN_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")


def read_frames(data: bytes, passed: Passed) -> Iterator[SheetFrames]:
    """Yield the cells of each sheet; raise the fault of a file that cannot be read, or is read in two ways."""
    reader = _opened(data)
    for sheet in passed.sheets:
        markup = read_markup(sheet)
        frames = combine(sheet, _read(reader, sheet, markup, passed.strings), markup, since_1904=passed.book.since_1904)
        refuse_hidden_figures(sheet, frames)
        yield frames


def _opened(data: bytes) -> fastexcel.ExcelReader:
    try:
        return fastexcel.read_excel(data)
    except Exception as error:  # a library may fail in any way on bytes from outside
        raise found("not_readable_book") from error


def _read(reader: fastexcel.ExcelReader, sheet: SheetXml, markup: Markup, strings: int) -> pl.DataFrame:
    """Read one sheet with every column declared as text; no row is left out, none taken for a heading."""
    name = sheet.sheet.name
    try:
        return reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except Exception as error:
        raise _why(sheet, markup, strings) from error
    except BaseException as error:  # a panic of the library is none of Python's own exceptions
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise found("not_readable_book", sheet=name) from error


def _why(sheet: SheetXml, markup: Markup, strings: int) -> FaultFound:
    """The library stops at an error word or a text that it does not know, and does not say where."""
    name = sheet.sheet.name
    for match in TEXT_INDEX.finditer(sheet.xml, sheet.start, sheet.end):
        if int(match[2]) >= strings:
            return found("string_index", sheet=name, cell=match[1].decode())
    unknown = ((at, value) for at, kind, value in markup.special if kind == "e" and value not in _KNOWN_ERRORS)
    for at, value in unknown:
        return found("error_value", sheet=name, cell=at, value=value or "")
    return found("not_readable_book", sheet=name)
