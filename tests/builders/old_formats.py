"""Workbooks in other formats, written byte by byte: BIFF8 (.xls, .et), OpenDocument (.ods) and text (.csv)."""

import csv
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO, StringIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

Rows = Sequence[Sequence[Any]]
Sheets = Mapping[str, Rows]

_END_OF_CHAIN, _FREE, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512
needs_xlrd = pytest.mark.skipif(find_spec("xlrd") is None, reason="xlrd of constraints.txt is not installed")
DATE_XF, TWO_DECIMALS_XF, STRUCK_XF = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Sum:
    """A formula that adds up rows *first* to *last* of its own column (from 1), with the result that is stored."""

    first: int
    last: int
    result: float


@dataclass(frozen=True, slots=True)
class Styled:
    """A value with one of the cell formats of the workbook."""

    value: Any
    xf: int


def xls_file(
    sheets: Sheets,
    *,
    merges: Mapping[str, Sequence[tuple[int, int, int, int]]] | None = None,
    hidden_rows: Mapping[str, Sequence[int]] | None = None,
    hidden_sheets: Sequence[str] = (),
    extra: bytes = b"",
) -> bytes:
    """Return a compound file with the workbook in it; *extra* are records that are put into the first sheet."""
    return compound(xls_stream(sheets, merges or {}, hidden_rows or {}, hidden_sheets=hidden_sheets, extra=extra))


def xls_stream(
    sheets: Sheets,
    merges: Mapping[str, Sequence[tuple[int, int, int, int]]],
    hidden_rows: Mapping[str, Sequence[int]],
    *,
    hidden_sheets: Sequence[str] = (),
    extra: bytes = b"",
) -> bytes:
    """Return the stream of an .xls workbook; rows, in merges and hidden rows as well, count from 0."""
    bodies = []
    for number, (name, rows) in enumerate(sheets.items()):
        records = [_bof(0x10)]
        records += [
            record(0x0208, struct.pack("<HHHHHHHH", row, 0, 9, 255, 0, 0, 0x20, 0)) for row in hidden_rows.get(name, ())
        ]
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                records += cell_records(row, column, value)
        records.append(extra if number == 0 else b"")
        areas = merges.get(name, ())
        if areas:
            packed = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in areas)
            records.append(record(0x00E5, struct.pack("<H", len(areas)) + packed))
        bodies.append(b"".join([*records, record(0x000A, b"")]))
    globals_length = len(_globals(sheets, [0] * len(bodies), hidden_sheets))
    offsets, position = [], globals_length
    for body in bodies:
        offsets.append(position)
        position += len(body)
    return _globals(sheets, offsets, hidden_sheets) + b"".join(bodies)


def _globals(sheets: Sheets, offsets: Sequence[int], hidden_sheets: Sequence[str]) -> bytes:
    records = [_bof(0x05), record(0x0042, struct.pack("<H", 1200))]
    for font_flags in (0, 0, 0, 0, 0x0008):
        font_head = struct.pack("<HHHHHBBBxBB", 220, font_flags, 0x7FFF, 400, 0, 0, 0, 134, 2, 1)
        records.append(record(0x0031, font_head + "宋体".encode("utf-16-le")))
    records.append(record(0x041E, struct.pack("<HHB", 164, 10, 0) + b"yyyy-mm-dd"))
    for format_key, font in ((0, 0), (164, 0), (2, 0), (0, 5)):
        records.append(record(0x00E0, struct.pack("<HHHBBBBLLH", font, format_key, 1, 0x20, 0, 0, 0xFC, 0, 0, 0x20C0)))
    for name, offset in zip(sheets, offsets, strict=True):
        text = name.encode("utf-16-le")
        state = 1 if name in hidden_sheets else 0
        records.append(record(0x0085, struct.pack("<LBBBB", offset, state, 0, len(name), 1) + text))
    return b"".join([*records, record(0x000A, b"")])


def _bof(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHLL", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def record(code: int, content: bytes) -> bytes:
    """Return one record."""
    return struct.pack("<HH", code, len(content)) + content


def cell_records(row: int, column: int, value: Any) -> list[bytes]:
    """Return the records of one cell, none if it is empty."""
    xf = 0
    if isinstance(value, Styled):
        value, xf = value.value, value.xf
    head = struct.pack("<HHH", row, column, xf)
    if value is None:
        return []
    if isinstance(value, bool):
        return [record(0x0205, head + bytes([value, 0]))]
    if isinstance(value, Sum):
        area = struct.pack("<BHHHH", 0x25, value.first - 1, value.last - 1, column | 0xC000, column | 0xC000)
        tokens = area + b"\x19\x10\x00\x00"
        return [record(0x0006, head + struct.pack("<dHLH", value.result, 0, 0, len(tokens)) + tokens)]
    if isinstance(value, int | float):
        return [record(0x0203, head + struct.pack("<d", value))]
    text = str(value)
    return [record(0x0204, head + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))]


def compound(stream: bytes, name: str = "Workbook", *, storage: str = "") -> bytes:
    """Put a stream into a compound file, with the allocation table behind it; *storage* is a folder beside it."""
    stream += bytes(-len(stream) % _SECTOR) + bytes(max(0, 4096 - len(stream)) // _SECTOR * _SECTOR)
    stream_sectors = len(stream) // _SECTOR
    # The directory is sector 0; the stream follows, and then the table itself.
    table_sectors = -(-(stream_sectors + 2) // 127)
    chain = [_END_OF_CHAIN, *range(2, stream_sectors + 1), _END_OF_CHAIN, *[_FAT_SECTOR] * table_sectors]
    chain += [_FREE] * (table_sectors * 128 - len(chain))
    header = bytearray(_SECTOR)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<L", header, 44, table_sectors)
    struct.pack_into("<LLLLLLL", header, 48, 0, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0)
    first = stream_sectors + 1
    table_places = [*range(first, first + table_sectors), *[_FREE] * (109 - table_sectors)]
    struct.pack_into("<109L", header, 76, *table_places)
    entries = [
        _entry("Root Entry", 5, child=1),
        _entry(name, 2, start=1, size=len(stream), right=2 if storage else _FREE),
    ]
    if storage:
        entries.append(_entry(storage, 1))
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    return bytes(header) + directory + stream + struct.pack(f"<{len(chain)}L", *chain)


def _entry(
    name: str, kind: int, *, child: int = _FREE, right: int = _FREE, start: int = _END_OF_CHAIN, size: int = 0
) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<64sHBBLLL", written, len(written), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<LLL", start, size, 0)


_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.3"><office:automatic-styles>'
    '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="struck" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)
_ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods_file(sheets: Sheets, *, hidden_rows: Mapping[str, Sequence[int]] | None = None) -> bytes:
    """Return an OpenDocument file; a value that begins with ``<table:`` is markup of a cell as it stands."""
    tables = [_ods_table(name, rows, (hidden_rows or {}).get(name, ())) for name, rows in sheets.items()]
    return ods_package(_ODS_HEAD + "".join(tables) + _ODS_TAIL)


def ods_package(content: str, parts: Mapping[str, str] | None = None) -> bytes:
    """Return the archive around a content.xml."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ODS_TYPE, compress_type=ZIP_STORED)
        for name, part in {"content.xml": content, **(parts or {})}.items():
            archive.writestr(name, part)
    return target.getvalue()


def _ods_table(name: str, rows: Rows, hidden: Sequence[int]) -> str:
    written = []
    for number, values in enumerate(rows):
        state = ' table:visibility="collapse"' if number in hidden else ""
        written.append(f"<table:table-row{state}>{''.join(map(_ods_cell, values))}</table:table-row>")
    rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return f"<table:table table:name={quoteattr(name)}>{''.join(written)}{rest}</table:table>"


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str) and value.startswith("<table:"):
        return value
    if isinstance(value, int | float):
        number = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {number}><text:p>{value}</text:p></table:table-cell>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def csv_file(rows: Rows, *, encoding: str = "gb18030", delimiter: str = ",") -> bytes:
    """Return a table as text."""
    target = StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows(rows)
    return target.getvalue().encode(encoding)
