"""One sheet's markup, judged by the gate: its rows by one grammar, what is hidden and merged; nothing is read yet."""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from checks.model.cell_ref import LAST_COLUMN, LAST_ROW, Position, parse_range
from workbooks.gate.intake_fault import found, shown_part
from workbooks.gate.workbook_parts import SPACES, SheetPart
from workbooks.gate.xml_events import elements
from workbooks.gate.zip_container import Container
from workbooks.sheet_scan.cell_faults import explained
from workbooks.sheet_scan.sheet_grammar import HIDDEN, ROW_LOOKS, ROW_NUMBERS, SHEET
from workbooks.sheet_scan.sheet_normaliser import Rewriting
from workbooks.sheet_scan.sheet_stream import SheetRows
from workbooks.sheet_scan.uniform_rows import Alike, RowsAlike

_NOTHING: Final = re.compile(r"0+(?:\.0*)?")  # no width at all
_DIGITS: Final = 5  # of a column's number
_MOST_MERGES: Final = 100_000
_WANTED: Final = frozenset({"worksheet", "sheetData", "col", "mergeCell", "autoFilter"})

Range = tuple[Position, Position]
Sink = Callable[[bytes, RowsAlike | None], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetXml:
    """A judged sheet. *last_row* is the last one that may hold a value; the rows themselves went into the sink."""

    sheet: SheetPart
    merges: tuple[Range, ...]
    hidden_rows: tuple[int, ...]
    hidden_columns: tuple[int, ...]
    last_row: int


@dataclass(slots=True)
class _Judged:
    """What is known of the rows that went by."""

    sheet: SheetPart
    numbers: "array[int]" = field(default_factory=lambda: array("L"))
    ordered: bool = True
    hidden: list[int] = field(default_factory=list)
    last_row: int = 0

    def take(self, rows: bytes) -> bool:
        """Take note of some rows; tell whether a value may stand in them."""
        heads = ROW_LOOKS.findall(rows)
        numbers = [int(number) for number, _ in heads]
        self._note(numbers, [look for _, look in heads])
        mark = max(rows.rfind(b"<v"), 0)
        mark = max(rows.rfind(b"<is", mark), rows.rfind(b"<f", mark), mark or -1)
        if mark < 0:
            return False
        last = rows.rfind(b"<row ", 0, mark)
        valued = numbers if last == rows.rfind(b"<row ") else map(int, ROW_NUMBERS.findall(rows, 0, mark))
        self.last_row = max(self.last_row, *valued)
        return True

    def take_alike(self, rows: RowsAlike) -> bool:
        """Take note of rows that have been taken apart; tell whether a value stands in them."""
        self._note(rows.numbers, rows.looks)
        self.last_row = max(self.last_row, *rows.numbers[: rows.valued], 0)
        return rows.valued > 0

    def _note(self, numbers: Sequence[int], looks: Sequence[bytes]) -> None:
        before = self.numbers[-1] if self.numbers else 0
        in_order = all(map(int.__lt__, [before, *numbers], numbers))
        self.ordered = self.ordered and in_order
        self.numbers.extend(numbers)
        unseen = {look for look in set(looks) if HIDDEN.search(look)}  # few rows look unlike the rest
        self.hidden += [number for number, look in zip(numbers, looks, strict=True) if look in unseen]

    def refuse_odd(self) -> None:
        """Each row stands there once; rows may be out of order, every reader then finds them by their number."""
        highest = max(self.numbers, default=0)
        if highest > LAST_ROW:
            raise found("bad_reference", sheet=self.sheet.name, cell=f"A{highest}", part=shown_part(self.sheet.part))
        if not self.ordered and (twice := _twice(self.numbers)):
            raise found("row_twice", sheet=self.sheet.name, cell=f"A{twice}", row=str(twice))


def _twice(numbers: Sequence[int]) -> int | None:
    seen: set[int] = set()
    return next((one for one in numbers if one in seen or seen.add(one)), None)  # type: ignore[func-returns-value]


def scan_sheet(container: Container, sheet: SheetPart, sink: Sink, *, alike: Alike | None = None) -> SheetXml:
    """Judge one sheet, handing on its rows as the grammar has them; raise the fault with its cell.

    With *alike*, stretches of rows that are written so are handed on taken apart, too.
    """
    source, judged = SheetRows(container, sheet), _Judged(sheet)
    for rows, apart in _stretches(source, alike):
        valued = judged.take_alike(apart) if apart else judged.take(rows)
        if valued:
            sink(rows, apart)
    merges, hidden_columns = _around(sheet, source.skeleton())
    judged.refuse_odd()
    return SheetXml(
        sheet=sheet,
        merges=merges,
        hidden_rows=tuple(judged.hidden),
        hidden_columns=hidden_columns,
        last_row=judged.last_row,
    )


def normal_rows(source: SheetRows) -> Iterator[bytes]:
    """Yield the rows of a sheet written as the grammar has them; raise the fault of those that cannot be."""
    return (rows for rows, _ in _stretches(source, None))


def _stretches(source: SheetRows, alike: Alike | None) -> Iterator[tuple[bytes, RowsAlike | None]]:
    rewriting, number = Rewriting(), 0
    for rows in source:
        plain = rewriting.without_prefix(rows, source.prefix)
        apart = alike.taken_apart(plain) if alike else None
        if apart is None and _matched(plain) < len(plain):
            plain = rewriting.rewritten(plain, row=number)
            if (stop := _matched(plain)) < len(plain):
                raise explained(source.sheet, plain, stop)
        if last := ROW_NUMBERS.match(plain, max(plain.rfind(b"<row "), 0)):
            number = int(last[1])
        yield plain, apart


def _matched(rows: bytes) -> int:
    match = SHEET.match(rows)
    return match.end() if match else 0


def _around(sheet: SheetPart, skeleton: bytes) -> tuple[tuple[Range, ...], tuple[int, ...]]:
    """Read what stands before and behind the rows: it must be well formed, and name the right language."""
    skeleton = re.sub(rb"<((?:[\w.-]+:)?)sheetData\s*></(?:[\w.-]+:)?sheetData>", rb"<\1sheetData/>", skeleton)
    outline = list(elements(sheet.part, skeleton, most=3_000_000, wanted=_WANTED))
    if not outline or outline[0].name != "worksheet" or outline[0].space not in SPACES:
        raise found("namespace", part=shown_part(sheet.part), sheet=sheet.name)
    if sum(1 for one in outline if one.name == "sheetData") != 1:  # the rows of one, read by us, are not all of them
        raise found("sheet_markup", sheet=sheet.name, cell="A1", part=shown_part(sheet.part))
    merges = [_range(sheet, one.attributes.get("ref", "")) for one in outline if one.name == "mergeCell"]
    if len(merges) > _MOST_MERGES:
        raise found("too_many_merges", sheet=sheet.name, count=str(len(merges)), most=str(_MOST_MERGES))
    hidden = [one.attributes for one in outline if one.name == "col" and _is_hidden(one.attributes)]
    return tuple(merges), _columns((one.get("min", ""), one.get("max", "")) for one in hidden)


def _is_hidden(column: Mapping[str, str]) -> bool:
    return column.get("hidden") in ("1", "true") or bool(_NOTHING.fullmatch(column.get("width", "")))


def _range(sheet: SheetPart, reference: str) -> Range:
    place = parse_range(reference)
    if place is None or place[0] > place[1]:
        raise found("bad_reference", sheet=sheet.name, cell=reference[:40], part=shown_part(sheet.part))
    return place


def _columns(stretches: Iterable[tuple[str, str]]) -> tuple[int, ...]:
    """Return the columns from first to last of each stretch; many may say the same, at no cost."""
    flags = bytearray(LAST_COLUMN + 1)
    for first, last in stretches:
        if len(first) <= _DIGITS and len(last) <= _DIGITS and first.isdecimal() and last.isdecimal():
            end = min(int(last), LAST_COLUMN) + 1
            flags[int(first) : end] = b"\1" * (end - int(first))
    return tuple(number for number, hidden in enumerate(flags) if hidden and number)
