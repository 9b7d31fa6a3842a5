"""Scan the markup of a sheet without reading values: check its rows, find hidden rows and columns and merged cells."""

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import Final

from checks.model.cell_ref import LAST_COLUMN, LAST_ROW, Position, parse_range
from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.workbook_parts import SHEET_NAMESPACES, SheetPart
from workbooks.gate.xml_events import parse_elements
from workbooks.gate.zip_container import Container
from workbooks.sheet_scan.cell_faults import locate_fault
from workbooks.sheet_scan.formula_lengths import refuse_long_formulas
from workbooks.sheet_scan.remote_rules import find_remote_rules
from workbooks.sheet_scan.sheet_grammar import HIDDEN_ROW_ATTRIBUTE, ROW_ATTRIBUTES, ROW_NUMBERS, SHEET_ROWS
from workbooks.sheet_scan.sheet_normaliser import SheetNormaliser
from workbooks.sheet_scan.sheet_stream import SheetRows
from workbooks.sheet_scan.uniform_rows import UniformRowParser, UniformRows

_ZERO_WIDTH: Final = re.compile(r"0+(?:\.0*)?")
_SHEET_DATA_TAGS: Final = re.compile(rb"<((?:[\w.-]+:)?)sheetData\s*></(?:[\w.-]+:)?sheetData>")
_MAX_COLUMN_DIGITS: Final = 5
_MAX_MERGES: Final = 100_000
_OUTLINE_ELEMENTS: Final = frozenset({"worksheet", "sheetData", "col", "mergeCell", "autoFilter"})

CellRange = tuple[Position, Position]
RowSink = Callable[[bytes, UniformRows | None], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetScan:
    """A scanned sheet. *last_row* is the last one that may have a value; the rows themselves went to the sink.

    *remote_rules* are the ranges of data validations and conditional formats whose formula asks the network.
    """

    sheet: SheetPart
    merges: tuple[CellRange, ...]
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]
    last_row: int
    remote_rules: tuple[str, ...] = ()


@dataclass(slots=True)
class _RowTracker:
    """Tracks number, order and visibility of the rows scanned so far."""

    sheet: SheetPart
    row_numbers: "array[int]" = field(default_factory=lambda: array("L"))
    is_ordered: bool = True
    hidden_rows: list[int] = field(default_factory=list)
    last_row: int = 0

    def add_rows(self, rows: bytes) -> bool:
        """Record some rows; return whether they may have a value."""
        rows_with_attributes = ROW_ATTRIBUTES.findall(rows)
        numbers = [int(number) for number, _ in rows_with_attributes]
        self._record_rows(numbers, [attributes for _, attributes in rows_with_attributes])
        last_content = _find_last_content(rows)
        if last_content < 0:
            return False
        if rows.rfind(b"<row ", 0, last_content) != rows.rfind(b"<row "):
            numbers = list(map(int, ROW_NUMBERS.findall(rows, 0, last_content)))
        self.last_row = max(self.last_row, *numbers)
        return True

    def add_uniform_rows(self, rows: UniformRows) -> bool:
        """Record rows that are already parsed; return whether they have a value."""
        self._record_rows(rows.row_numbers, rows.row_attributes)
        self.last_row = max(self.last_row, *rows.row_numbers[: rows.filled_row_count], 0)
        return rows.filled_row_count > 0

    def _record_rows(self, numbers: Sequence[int], row_attributes: Sequence[bytes]) -> None:
        last_number = self.row_numbers[-1] if self.row_numbers else 0
        if not all(map(int.__lt__, [last_number, *numbers], numbers)):
            self.is_ordered = False
        self.row_numbers.extend(numbers)
        # Few rows have attributes of their own, so the distinct ones are searched.
        hiding_attributes = set(filter(HIDDEN_ROW_ATTRIBUTE.search, set(row_attributes)))
        if hiding_attributes:
            is_hidden = map(hiding_attributes.__contains__, row_attributes)
            self.hidden_rows += compress(numbers, is_hidden)

    def refuse_bad_rows(self) -> None:
        """Raise IntakeError for a duplicate row or a row number beyond the last; the order of rows is free."""
        highest_row = max(self.row_numbers, default=0)
        if highest_row > LAST_ROW:
            part = format_part_name(self.sheet.part)
            raise intake_error("bad_reference", sheet=self.sheet.name, cell=f"A{highest_row}", part=part)
        if not self.is_ordered and (row := _find_duplicate(self.row_numbers)):
            raise intake_error("row_twice", sheet=self.sheet.name, cell=f"A{row}", row=str(row))


def _find_last_content(rows: bytes) -> int:
    """Return the offset of the last value, inline text or formula, or -1 if there is none."""
    offset = max(rows.rfind(b"<v"), 0)
    return max(rows.rfind(b"<is", offset), rows.rfind(b"<f", offset), offset or -1)


def _find_duplicate(numbers: Sequence[int]) -> int | None:
    """Return the first number that occurred before, or None if all are distinct."""
    previous_numbers: set[int] = set()
    for number in numbers:
        if number in previous_numbers:
            return number
        previous_numbers.add(number)
    return None


def scan_sheet(
    container: Container, sheet: SheetPart, sink: RowSink, *, uniform_row_parser: UniformRowParser | None = None
) -> SheetScan:
    """Scan one sheet and pass its rows to the sink, in the notation of the grammar; raise IntakeError with the cell.

    With *uniform_row_parser*, batches of rows in a uniform notation are passed on parsed, too.
    """
    source, tracker = SheetRows(container, sheet), _RowTracker(sheet)
    for rows, uniform_rows in _iter_row_batches(source, uniform_row_parser):
        refuse_long_formulas(sheet, rows)
        has_values = tracker.add_uniform_rows(uniform_rows) if uniform_rows else tracker.add_rows(rows)
        if has_values:
            sink(rows, uniform_rows)
    skeleton = source.build_skeleton()
    merges, hidden_columns = _extract_merges_and_hidden_columns(sheet, skeleton)
    tracker.refuse_bad_rows()
    return SheetScan(
        sheet=sheet,
        merges=merges,
        hidden_rows=tuple(tracker.hidden_rows),
        hidden_columns=hidden_columns,
        last_row=tracker.last_row,
        remote_rules=find_remote_rules(skeleton),
    )


def iter_normal_rows(source: SheetRows) -> Iterator[bytes]:
    """Yield batches of rows in the notation of the grammar; raise IntakeError for rows that violate it."""
    for rows, _ in _iter_row_batches(source, None):
        yield rows


def _iter_row_batches(
    source: SheetRows, uniform_row_parser: UniformRowParser | None
) -> Iterator[tuple[bytes, UniformRows | None]]:
    normaliser, last_number = SheetNormaliser(), 0
    for prefixed_rows in source:
        written_rows = normaliser.remove_space(normaliser.remove_prefix(prefixed_rows, source.prefix))
        match = _find_matching_notation(written_rows, normaliser, uniform_row_parser)
        rows, uniform_rows = match or (_normalise_rows(source.sheet, normaliser, written_rows, last_number), None)
        if last_row := ROW_NUMBERS.match(rows, max(rows.rfind(b"<row "), 0)):
            last_number = int(last_row[1])
        yield rows, uniform_rows


def _find_matching_notation(
    rows: bytes, normaliser: SheetNormaliser, uniform_row_parser: UniformRowParser | None
) -> tuple[bytes, UniformRows | None] | None:
    """Return the rows in a notation that matches the grammar, parsed if they are uniform; None if none matches."""
    for rewritten_rows in chain([rows], normaliser.iter_rewritings(rows)):
        uniform_rows = None
        if uniform_row_parser is not None:
            uniform_rows = uniform_row_parser.parse_rows(rewritten_rows)
        if uniform_rows is not None or _count_matched_bytes(rewritten_rows) == len(rewritten_rows):
            return rewritten_rows, uniform_rows
    return None


def _normalise_rows(sheet: SheetPart, normaliser: SheetNormaliser, rows: bytes, previous_row: int) -> bytes:
    """Return rows in the notation of the grammar; raise IntakeError with the cell that violates it."""
    normal_rows = normaliser.normalise_rows(rows, previous_row=previous_row)
    if (stop_offset := _count_matched_bytes(normal_rows)) < len(normal_rows):
        raise locate_fault(sheet, normal_rows, stop_offset)
    return normal_rows


def _count_matched_bytes(rows: bytes) -> int:
    match = SHEET_ROWS.match(rows)
    if match is None:
        return 0
    return match.end()


def _extract_merges_and_hidden_columns(
    sheet: SheetPart, skeleton: bytes
) -> tuple[tuple[CellRange, ...], tuple[int, ...]]:
    """Return merged ranges and hidden columns from the markup around the rows; refuse it if it is malformed."""
    part = format_part_name(sheet.part)
    skeleton = _SHEET_DATA_TAGS.sub(rb"<\1sheetData/>", skeleton)
    elements = list(parse_elements(sheet.part, skeleton, max_elements=3_000_000, wanted_names=_OUTLINE_ELEMENTS))
    if not elements or elements[0].name != "worksheet" or elements[0].namespace not in SHEET_NAMESPACES:
        raise intake_error("namespace", part=part, sheet=sheet.name)
    elements_by_name: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for element in elements:
        elements_by_name[element.name].append(element.attributes)
    # Rows in a second sheetData element would not be scanned.
    if len(elements_by_name["sheetData"]) != 1:
        raise intake_error("sheet_markup", sheet=sheet.name, cell="A1", part=part)
    merges = [_parse_range(sheet, merged_cell.get("ref", "")) for merged_cell in elements_by_name["mergeCell"]]
    if len(merges) > _MAX_MERGES:
        raise intake_error("too_many_merges", sheet=sheet.name, count=str(len(merges)), most=str(_MAX_MERGES))
    return tuple(merges), _expand_column_ranges(filter(_is_hidden, elements_by_name["col"]))


def _is_hidden(column: Mapping[str, str]) -> bool:
    return column.get("hidden") in ("1", "true") or bool(_ZERO_WIDTH.fullmatch(column.get("width", "")))


def _parse_range(sheet: SheetPart, reference: str) -> CellRange:
    cell_range = parse_range(reference)
    if cell_range is None or cell_range[0] > cell_range[1]:
        part = format_part_name(sheet.part)
        raise intake_error("bad_reference", sheet=sheet.name, cell=reference[:40], part=part)
    return cell_range


def _expand_column_ranges(columns: Iterable[Mapping[str, str]]) -> tuple[int, ...]:
    """Return the numbers of all columns from *min* to *max* of each element; overlapping ranges cost nothing."""
    flags = bytearray(LAST_COLUMN + 1)
    for column in columns:
        first, last = column.get("min", ""), column.get("max", "")
        if _is_column_number(first) and _is_column_number(last):
            end = min(int(last), LAST_COLUMN) + 1
            flags[int(first) : end] = b"\1" * (end - int(first))
    return tuple(number for number, is_flagged in enumerate(flags) if is_flagged and number)


def _is_column_number(text: str) -> bool:
    return len(text) <= _MAX_COLUMN_DIGITS and text.isdecimal()
