"""Painting cells of a sheet: in one pass, blank ones made where they are due, merged ones found."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checks.model.cell_ref import Position, format_address, format_range, parse_address, parse_range
from workbooks.ooxml.xml_parts import Element, child, ensure, is_on, sibling_tag

# The order that the schema of a worksheet asks for; Excel calls a file with another order damaged.
SHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
    "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing "
    "legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts "
    "extLst"
)

Paint: TypeAlias = Callable[[int, str], int]  # from style and colour to the style of the painted cell
Numbered: TypeAlias = Sequence[tuple[int, Element]]


@dataclass(frozen=True, slots=True)
class _Brush:
    paint: Paint
    column_styles: Sequence[tuple[range, str]]

    def apply(self, cell: Element, colour: str) -> None:
        cell.set("s", str(self.paint(int(cell.get("s", "0")), colour)))

    def inherited(self, row: Element, column: int) -> str | None:
        """Return the style that a blank cell shows: its row's, else its column's."""
        if row.get("s") and is_on(row.get("customFormat")):
            return str(row.get("s"))
        return next((style for columns, style in self.column_styles if column in columns), None)


def paint_cells(sheet: Element, colours: Mapping[Position, str], paint: Paint) -> None:
    """Give each cell its colour, keeping the rest of its looks; blank cells come into being."""
    if not colours:
        return
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), colour in colours.items():
        by_row.setdefault(row, {})[column] = colour
    brush = _Brush(paint, _column_styles(sheet))
    rows = _rows_made(ensure(sheet, "sheetData", SHEET_ORDER), by_row)
    for number, wanted in by_row.items():
        _paint_row(rows[number], wanted, number=number, brush=brush)
    _widen_dimension(sheet, colours)


def shown_at(sheet: Element, cells: Iterable[Position]) -> dict[Position, Position]:
    """Return for each cell the one that is seen: itself, or the first of the merged cells it lies in."""
    ordered = sorted(cells)
    shown = {cell: cell for cell in ordered}
    merged = child(sheet, "mergeCells")
    for area in [] if merged is None else merged.iterchildren("{*}mergeCell"):
        if ends := parse_range(area.get("ref", "")):
            (top, left), (bottom, right) = ends
            from_row, to_row = bisect_left(ordered, (top, 0)), bisect_right(ordered, (bottom, right))
            for cell in ordered[from_row:to_row]:
                if left <= cell[1] <= right:
                    shown[cell] = ends[0]
    return shown


def numbered_rows(data: Element) -> Iterator[tuple[int, Element]]:
    """Yield the rows with their numbers, which a file may leave out where they follow on."""
    number = 0
    for row in data.iterchildren(sibling_tag(data, "row")):
        number = int(row.get("r") or number + 1)
        yield number, row


def cells_at(sheet: Element) -> dict[Position, Element]:
    """Return the cells of a sheet by their places."""
    data = child(sheet, "sheetData")
    rows = () if data is None else numbered_rows(data)
    return {(number, column): cell for number, row in rows for column, cell in _numbered_cells(row)}


def drop_blank(cell: Element) -> bool:
    """Take out a cell that says nothing, its row with it where nothing else is left; tell whether that was done."""
    row = cell.getparent()
    if len(cell) or row is None:
        return False
    row.remove(cell)
    if not len(row) and not set(row.attrib) - {"r", "spans"} and (data := row.getparent()) is not None:
        data.remove(row)
    return True


def _numbered_cells(row: Element) -> Iterator[tuple[int, Element]]:
    number = 0
    for cell in row.iterchildren(sibling_tag(row, "c")):
        place = parse_address(cell.get("r", ""))
        number = place[1] if place else number + 1
        yield number, cell


def _rows_made(data: Element, wanted: Iterable[int]) -> dict[int, Element]:
    rows = list(numbered_rows(data))
    tag = sibling_tag(data, "row")
    missing = [(number, data.makeelement(tag, r=str(number))) for number in sorted({*wanted} - {n for n, _ in rows})]
    _interleave(data, rows, missing)
    return dict(rows + missing)


def _paint_row(row: Element, wanted: Mapping[int, str], *, number: int, brush: _Brush) -> None:
    cells = list(_numbered_cells(row))
    missing = [
        (column, _blank_cell(row, (number, column), brush.inherited(row, column)))
        for column in sorted({*wanted} - {n for n, _ in cells})
    ]
    _interleave(row, cells, missing)
    if missing:
        row.attrib.pop("spans", None)  # a hint at the columns in use, no longer true
    for column, cell in cells + missing:
        if column in wanted:
            brush.apply(cell, wanted[column])


def _blank_cell(row: Element, place: Position, style: str | None) -> Element:
    return row.makeelement(sibling_tag(row, "c"), {"r": format_address(*place)} | ({"s": style} if style else {}))


def _interleave(parent: Element, present: Numbered, missing: Numbered) -> None:
    """Put the missing among the present by their numbers, both taken in order."""
    waiting = deque(missing)
    for number, element in present:
        while waiting and waiting[0][0] < number:
            element.addprevious(waiting.popleft()[1])
    parent.extend([element for _, element in waiting])


def _column_styles(sheet: Element) -> list[tuple[range, str]]:
    columns = child(sheet, "cols")
    return [
        (range(int(column.get("min")), int(column.get("max")) + 1), str(column.get("style")))
        for column in ([] if columns is None else columns.iterchildren("{*}col"))
        if column.get("style")
    ]


def _widen_dimension(sheet: Element, cells: Iterable[Position]) -> None:
    """Let the stated extent of the sheet take in the painted cells: some readers stop at its edge."""
    dimension = child(sheet, "dimension")
    if dimension is None or not (ends := parse_range(dimension.get("ref", ""))):
        return
    every = [*ends, *cells]
    first = min(row for row, _ in every), min(column for _, column in every)
    last = max(row for row, _ in every), max(column for _, column in every)
    dimension.set("ref", format_range(first, last))
