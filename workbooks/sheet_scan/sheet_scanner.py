"""One sheet's markup, judged by the gate: its rows by one grammar, what is hidden and merged; nothing is read yet."""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from checks.model.cell_ref import LAST_COLUMN, LAST_ROW, Position, parse_range
from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.workbook_parts import SHEET_NAMESPACES, SheetPart
from workbooks.gate.xml_events import parse_elements
from workbooks.gate.zip_container import Container
from workbooks.sheet_scan.cell_faults import locate_fault
from workbooks.sheet_scan.sheet_grammar import HIDDEN_ROW_ATTRIBUTE, ROW_ATTRIBUTES, ROW_NUMBERS, SHEET_ROWS
from workbooks.sheet_scan.sheet_normaliser import SheetNormaliser
from workbooks.sheet_scan.sheet_stream import SheetRows
from workbooks.sheet_scan.uniform_rows import UniformRowParser, UniformRows

_ZERO_WIDTH: Final = re.compile(r"0+(?:\.0*)?")  # no width at all
_MAX_COLUMN_DIGITS: Final = 5  # of a column's number
_MAX_MERGES: Final = 100_000
_OUTLINE_ELEMENTS: Final = frozenset({"worksheet", "sheetData", "col", "mergeCell", "autoFilter"})

CellRange = tuple[Position, Position]
RowSink = Callable[[bytes, UniformRows | None], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetScan:
    """A judged sheet. *last_row* is the last one that may hold a value; the rows themselves went into the sink."""

    sheet: SheetPart
    merges: tuple[CellRange, ...]
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]
    last_row: int


@dataclass(slots=True)
class _RowTracker:
    """What is known of the rows that went by."""

    sheet: SheetPart
    row_numbers: "array[int]" = field(default_factory=lambda: array("L"))
    is_ordered: bool = True
    hidden_rows: list[int] = field(default_factory=list)
    last_row: int = 0

    def add_rows(self, rows: bytes) -> bool:
        """Take note of some rows; tell whether a value may stand in them."""
        heads = ROW_ATTRIBUTES.findall(rows)
        numbers = [int(number) for number, _ in heads]
        self._record_rows(numbers, [look for _, look in heads])
        mark = max(rows.rfind(b"<v"), 0)
        mark = max(rows.rfind(b"<is", mark), rows.rfind(b"<f", mark), mark or -1)
        if mark < 0:
            return False
        last = rows.rfind(b"<row ", 0, mark)
        valued = numbers if last == rows.rfind(b"<row ") else map(int, ROW_NUMBERS.findall(rows, 0, mark))
        self.last_row = max(self.last_row, *valued)
        return True

    def add_uniform_rows(self, rows: UniformRows) -> bool:
        """Take note of rows that have been taken apart; tell whether a value stands in them."""
        self._record_rows(rows.row_numbers, rows.row_attributes)
        self.last_row = max(self.last_row, *rows.row_numbers[: rows.filled_row_count], 0)
        return rows.filled_row_count > 0

    def _record_rows(self, numbers: Sequence[int], row_attributes: Sequence[bytes]) -> None:
        before = self.row_numbers[-1] if self.row_numbers else 0
        in_order = all(map(int.__lt__, [before, *numbers], numbers))
        self.is_ordered = self.is_ordered and in_order
        self.row_numbers.extend(numbers)
        unseen = {
            look for look in set(row_attributes) if HIDDEN_ROW_ATTRIBUTE.search(look)
        }  # few rows look unlike the rest
        self.hidden_rows += [number for number, look in zip(numbers, row_attributes, strict=True) if look in unseen]

    def refuse_bad_rows(self) -> None:
        """Each row stands there once; rows may be out of order, every reader then finds them by their number."""
        highest = max(self.row_numbers, default=0)
        if highest > LAST_ROW:
            raise intake_error(
                "bad_reference", sheet=self.sheet.name, cell=f"A{highest}", part=format_part_name(self.sheet.part)
            )
        if not self.is_ordered and (twice := _find_duplicate(self.row_numbers)):
            raise intake_error("row_twice", sheet=self.sheet.name, cell=f"A{twice}", row=str(twice))


def _find_duplicate(numbers: Sequence[int]) -> int | None:
    seen: set[int] = set()
    return next((one for one in numbers if one in seen or seen.add(one)), None)  # type: ignore[func-returns-value]


def scan_sheet(
    container: Container, sheet: SheetPart, sink: RowSink, *, uniform_row_parser: UniformRowParser | None = None
) -> SheetScan:
    """Judge one sheet, handing on its rows as the grammar has them; raise the fault with its cell.

    With *alike*, stretches of rows that are written so are handed on taken apart, too.
    """
    source, judged = SheetRows(container, sheet), _RowTracker(sheet)
    for rows, apart in _iter_row_batches(source, uniform_row_parser):
        valued = judged.add_uniform_rows(apart) if apart else judged.add_rows(rows)
        if valued:
            sink(rows, apart)
    merges, hidden_columns = _extract_merges_and_hidden_columns(sheet, source.build_skeleton())
    judged.refuse_bad_rows()
    return SheetScan(
        sheet=sheet,
        merges=merges,
        hidden_rows=tuple(judged.hidden_rows),
        hidden_columns=hidden_columns,
        last_row=judged.last_row,
    )


def iter_normal_rows(source: SheetRows) -> Iterator[bytes]:
    """Yield the rows of a sheet written as the grammar has them; raise the fault of those that cannot be."""
    return (rows for rows, _ in _iter_row_batches(source, None))


def _iter_row_batches(
    source: SheetRows, uniform_row_parser: UniformRowParser | None
) -> Iterator[tuple[bytes, UniformRows | None]]:
    rewriting, number = SheetNormaliser(), 0
    for rows in source:
        plain = rewriting.remove_prefix(rows, source.prefix)
        apart = uniform_row_parser.parse_rows(plain) if uniform_row_parser else None
        if apart is None and _count_matched_bytes(plain) < len(plain):
            plain = rewriting.normalise_rows(plain, previous_row=number)
            if (stop := _count_matched_bytes(plain)) < len(plain):
                raise locate_fault(source.sheet, plain, stop)
        if last := ROW_NUMBERS.match(plain, max(plain.rfind(b"<row "), 0)):
            number = int(last[1])
        yield plain, apart


def _count_matched_bytes(rows: bytes) -> int:
    match = SHEET_ROWS.match(rows)
    return match.end() if match else 0


def _extract_merges_and_hidden_columns(
    sheet: SheetPart, skeleton: bytes
) -> tuple[tuple[CellRange, ...], tuple[int, ...]]:
    """Read what stands before and behind the rows: it must be well formed, and name the right language."""
    skeleton = re.sub(rb"<((?:[\w.-]+:)?)sheetData\s*></(?:[\w.-]+:)?sheetData>", rb"<\1sheetData/>", skeleton)
    outline = list(parse_elements(sheet.part, skeleton, max_elements=3_000_000, wanted_names=_OUTLINE_ELEMENTS))
    if not outline or outline[0].name != "worksheet" or outline[0].namespace not in SHEET_NAMESPACES:
        raise intake_error("namespace", part=format_part_name(sheet.part), sheet=sheet.name)
    if sum(1 for one in outline if one.name == "sheetData") != 1:  # the rows of one, read by us, are not all of them
        raise intake_error("sheet_markup", sheet=sheet.name, cell="A1", part=format_part_name(sheet.part))
    merges = [_parse_range(sheet, one.attributes.get("ref", "")) for one in outline if one.name == "mergeCell"]
    if len(merges) > _MAX_MERGES:
        raise intake_error("too_many_merges", sheet=sheet.name, count=str(len(merges)), most=str(_MAX_MERGES))
    hidden = [one.attributes for one in outline if one.name == "col" and _is_hidden(one.attributes)]
    return tuple(merges), _expand_column_ranges((one.get("min", ""), one.get("max", "")) for one in hidden)


def _is_hidden(column: Mapping[str, str]) -> bool:
    return column.get("hidden") in ("1", "true") or bool(_ZERO_WIDTH.fullmatch(column.get("width", "")))


def _parse_range(sheet: SheetPart, reference: str) -> CellRange:
    place = parse_range(reference)
    if place is None or place[0] > place[1]:
        raise intake_error("bad_reference", sheet=sheet.name, cell=reference[:40], part=format_part_name(sheet.part))
    return place


def _expand_column_ranges(column_ranges: Iterable[tuple[str, str]]) -> tuple[int, ...]:
    """Return the columns from first to last of each stretch; many may say the same, at no cost."""
    flags = bytearray(LAST_COLUMN + 1)
    for first, last in column_ranges:
        if (
            len(first) <= _MAX_COLUMN_DIGITS
            and len(last) <= _MAX_COLUMN_DIGITS
            and first.isdecimal()
            and last.isdecimal()
        ):
            end = min(int(last), LAST_COLUMN) + 1
            flags[int(first) : end] = b"\1" * (end - int(first))
    return tuple(number for number, hidden in enumerate(flags) if hidden and number)
