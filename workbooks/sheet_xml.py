"""One sheet's markup, judged by the gate: where its rows lie, what is hidden and merged; nothing is read yet."""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workbooks.faults import FaultFound, found, shown_part
from workbooks.parts import SPACES, SheetPart
from workbooks.positions import LAST_COLUMN, LAST_ROW, Position, address, column_number, corners
from workbooks.sheet_grammar import HIDDEN_ROWS, ROW_HEAD, ROW_NUMBERS, SHEET, VALUED_COLUMNS, cell_in
from workbooks.sheet_normal import normal
from workbooks.xml_outline import elements

MOST_CELLS: Final = 5_000_000  # a reader lays the used range out in full; a lone cell in the last corner makes it huge
_MOST_MERGES: Final = 100_000
_SINGLE_LETTERS: Final = 26
_ROWS: Final = re.compile(rb"<(?:([A-Za-z_][\w.-]{0,30}):)?sheetData\s*(/?)>")
_WANTED: Final = frozenset({"worksheet", "col", "mergeCell", "autoFilter"})
_TAG: Final = re.compile(rb"<c\b[^<>]*>?")
_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']([^"'<]{0,40})""")

Range = tuple[Position, Position]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetXml:
    """A judged sheet: its rows stand in *xml* from *start* to *end*, written as the grammar has them."""

    sheet: SheetPart
    xml: bytes
    start: int
    end: int
    merges: tuple[Range, ...]
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]

    def chunks(self, size: int = 8 * 1024 * 1024) -> Iterator[tuple[int, int]]:
        """Yield stretches that begin and end between rows, so that a long sheet is worked on piece by piece."""
        start = self.start
        while start < self.end:
            end = min(start + size, self.end)
            if end < self.end:
                end = self.xml.find(b"<row ", end, self.end)
                end = self.end if end < 0 else end
            yield start, end
            start = end


def scan_sheet(sheet: SheetPart, xml: bytes) -> SheetXml:
    """Judge one sheet; raise the fault with its cell where there is one."""
    prefix, start, end = _rows_within(sheet, xml)
    merges, hidden_columns = _around(
        sheet, xml[:start] + b"</" + (prefix + b":" if prefix else b"") + b"sheetData>" + _behind(xml, end)
    )
    if prefix or _matched(xml, start, end) < end:
        xml = normal(xml[start:end], prefix)
        start, end = 0, len(xml)
        if (stop := _matched(xml, start, end)) < end:
            raise _explained(sheet, xml, stop)
    _judge_rows(sheet, array("L", map(int, ROW_NUMBERS.findall(xml, start, end))))
    scanned = SheetXml(
        sheet=sheet,
        xml=xml,
        start=start,
        end=end,
        merges=merges,
        hidden_rows=tuple(map(int, HIDDEN_ROWS.findall(xml, start, end))) if xml.count(b" hidden=") else (),
        hidden_columns=hidden_columns,
    )
    _refuse_undecodable(scanned)
    _refuse_far(scanned)
    return scanned


def _refuse_undecodable(sheet: SheetXml) -> None:
    """What is no UTF-8 is nobody's text; decoded piece by piece, so that a long sheet is not held twice."""
    try:
        for start, end in sheet.chunks():
            sheet.xml[start:end].decode("utf-8")
    except UnicodeDecodeError as error:
        raise found("encoding", part=shown_part(sheet.sheet.part), sheet=sheet.sheet.name) from error


def _matched(xml: bytes, start: int, end: int) -> int:
    match = SHEET.match(xml, start, end)
    return match.end() if match else start


def _rows_within(sheet: SheetPart, xml: bytes) -> tuple[bytes, int, int]:
    """Return the prefix of the sheet's tags and where its rows begin and end."""
    opening = _ROWS.search(xml)
    if opening is None or b"<!" in xml[: opening.start()]:
        raise found("damaged", part=shown_part(sheet.part), sheet=sheet.name)
    prefix = opening[1] or b""
    if opening[2]:
        return prefix, opening.end(), opening.end()
    closing = b"</" + (prefix + b":" if prefix else b"") + b"sheetData"
    end = xml.rfind(closing, opening.end())
    if end < 0:
        raise found("damaged", part=shown_part(sheet.part), sheet=sheet.name)
    return prefix, opening.end(), end


def _behind(xml: bytes, end: int) -> bytes:
    """Return what stands behind the rows; a sheet without rows closed itself."""
    return xml[xml.find(b">", end) + 1 :] if xml.startswith(b"</", end) else xml[end:]


def _around(sheet: SheetPart, skeleton: bytes) -> tuple[tuple[Range, ...], tuple[int, ...]]:
    """Read what stands before and behind the rows: it must be well formed, and name the right language."""
    skeleton = re.sub(rb"<((?:[\w.-]+:)?)sheetData\s*/></(?:[\w.-]+:)?sheetData>", rb"<\1sheetData/>", skeleton)
    outline = list(elements(sheet.part, skeleton, most=3_000_000, wanted=_WANTED))
    if not outline or outline[0].name != "worksheet" or outline[0].space not in SPACES:
        raise found("namespace", part=shown_part(sheet.part), sheet=sheet.name)
    merges = [_range(sheet, one.attributes.get("ref", "")) for one in outline if one.name == "mergeCell"]
    if len(merges) > _MOST_MERGES:
        raise found("too_many_merges", sheet=sheet.name, count=str(len(merges)), most=str(_MOST_MERGES))
    hidden = [one.attributes for one in outline if one.name == "col" and one.attributes.get("hidden") in ("1", "true")]
    return tuple(merges), tuple(number for one in hidden for number in _columns(one.get("min", ""), one.get("max", "")))


def _range(sheet: SheetPart, reference: str) -> Range:
    place = corners(reference)
    if place is None or place[0] > place[1]:
        raise found("bad_reference", sheet=sheet.name, cell=reference[:40], part=shown_part(sheet.part))
    return place


def _columns(first: str, last: str) -> range:
    if not (first.isdecimal() and last.isdecimal()):
        return range(0)
    return range(int(first), min(int(last), LAST_COLUMN) + 1)


def _judge_rows(sheet: SheetPart, numbers: Sequence[int]) -> None:
    """Each row stands there once; rows may be out of order, every reader then finds them by their number."""
    if not numbers:
        return
    if max(numbers) > LAST_ROW:
        raise found("bad_reference", sheet=sheet.name, cell=f"A{max(numbers)}", part=shown_part(sheet.part))
    if len(set(numbers)) != len(numbers):
        seen: set[int] = set()
        twice = next(one for one in numbers if one in seen or seen.add(one))  # type: ignore[func-returns-value]
        raise found("row_twice", sheet=sheet.name, cell=f"A{twice}", row=str(twice))


def _refuse_far(sheet: SheetXml) -> None:
    """Refuse a used range that is too large to lay out, naming its last corner."""
    mark = max(sheet.xml.rfind(b"<v", sheet.start, sheet.end), sheet.xml.rfind(b"<is", sheet.start, sheet.end))
    if mark < 0:
        return
    columns = _last_columns(sheet, rows := _last_row(sheet, mark))
    if columns > LAST_COLUMN or rows * columns > MOST_CELLS:
        raise found("sheet_too_large", sheet=sheet.sheet.name, cell=address((rows, columns)))


def _last_row(sheet: SheetXml, mark: int) -> int:
    """Return the last row with a value; in a sheet whose rows are shuffled that is the last row of all."""
    head = sheet.xml.rfind(b"<row ", sheet.start, mark)
    last = int(ROW_NUMBERS.match(sheet.xml, head)[1])  # type: ignore[index]  # the grammar has matched this row
    first = ROW_NUMBERS.match(sheet.xml, sheet.start)
    numbers = array("L", map(int, ROW_NUMBERS.findall(sheet.xml, sheet.start, mark))) if first else array("L", [last])
    return max(last, *numbers)


def _last_columns(sheet: SheetXml, rows: int) -> int:
    """Return the last column with a value; counted only where it can matter."""
    wide = re.compile(rb'<c r="[A-Z]{2,3}[0-9]').search(sheet.xml, sheet.start, sheet.end)
    if not wide and rows * _SINGLE_LETTERS <= MOST_CELLS:
        return _SINGLE_LETTERS
    letters = {one for start, end in sheet.chunks() for one in set(VALUED_COLUMNS.findall(sheet.xml, start, end))}
    return max((column_number(one.decode()) for one in letters), default=1)


def _explained(sheet: SheetPart, xml: bytes, stop: int) -> FaultFound:
    """Name the cell at which the grammar stopped, and what is wrong there."""
    head = ROW_HEAD.match(xml, stop)
    if head is None:
        return _bad_row(sheet, xml, stop)
    at = head.end()
    cell = cell_in(head[1])
    while match := cell.match(xml, at):
        at = match.end()
    tag = _TAG.match(xml, at)
    reference = _REFERENCE.search(tag[0]) if tag else None
    written = reference[1].decode("utf-8", "replace") if reference else f"A{head[1].decode()}"
    if reference and not re.fullmatch(rb"[A-Z]{1,3}" + head[1], reference[1]):
        return found("bad_reference", sheet=sheet.name, cell=written, part=shown_part(sheet.part))
    return found(
        _what(xml[at : xml.find(b"</c>", at) + 4]), sheet=sheet.name, cell=written, part=shown_part(sheet.part)
    )


def _what(cell: bytes) -> str:
    if cell.count(b"<v") > 1:
        return "value_twice"
    return "string_index" if b't="s"' in cell else "sheet_markup"


def _bad_row(sheet: SheetPart, xml: bytes, stop: int) -> FaultFound:
    reference = _REFERENCE.search(xml, stop, stop + 200) if xml.startswith(b"<row", stop) else None
    code = "bad_reference" if reference else "sheet_markup"
    written = shown_part(reference[1].decode("utf-8", "replace")) if reference else None
    return found(code, sheet=sheet.name, cell=f"A{written}" if written else None, part=shown_part(sheet.part))
