"""Painting cells of a sheet: in one pass, blank ones made where they are due, merged ones found."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checks.model.cell_ref import Position, format_address, format_range, parse_address, parse_range
from workbooks.ooxml.xml_parts import LxmlElement, ensure_child, find_child, is_on, make_sibling_tag

# The order that the schema of a worksheet asks for; Excel calls a file with another order damaged.
WORKSHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
    "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing "
    "legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts "
    "extLst"
)

StylePainter: TypeAlias = Callable[[int, str], int]  # from style and colour to the style of the painted cell
NumberedElements: TypeAlias = Sequence[tuple[int, LxmlElement]]


@dataclass(frozen=True, slots=True)
class _CellPainter:
    paint_style: StylePainter
    column_styles: Sequence[tuple[range, str]]

    def paint_cell(self, cell: LxmlElement, colour: str) -> None:
        cell.set("s", str(self.paint_style(int(cell.get("s", "0")), colour)))

    def find_inherited_style(self, row: LxmlElement, column: int) -> str | None:
        """Return the style that a blank cell shows: its row's, else its column's."""
        if row.get("s") and is_on(row.get("customFormat")):
            return str(row.get("s"))
        return next((style for columns, style in self.column_styles if column in columns), None)


def paint_cells(sheet: LxmlElement, colours: Mapping[Position, str], paint_style: StylePainter) -> None:
    """Give each cell its colour, keeping the rest of its looks; blank cells come into being."""
    if not colours:
        return
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), colour in colours.items():
        by_row.setdefault(row, {})[column] = colour
    brush = _CellPainter(paint_style, _collect_column_styles(sheet))
    rows = _ensure_rows(ensure_child(sheet, "sheetData", WORKSHEET_ORDER), by_row)
    for number, wanted in by_row.items():
        _paint_row(rows[number], wanted, number=number, painter=brush)
    _extend_dimension(sheet, colours)


def find_visible_cells(sheet: LxmlElement, cells: Iterable[Position]) -> dict[Position, Position]:
    """Return for each cell the one that is seen: itself, or the first of the merged cells it lies in."""
    ordered = sorted(cells)
    shown = {cell: cell for cell in ordered}
    merged = find_child(sheet, "mergeCells")
    for area in [] if merged is None else merged.iterchildren("{*}mergeCell"):
        if ends := parse_range(area.get("ref", "")):
            (top, left), (bottom, right) = ends
            from_row, to_row = bisect_left(ordered, (top, 0)), bisect_right(ordered, (bottom, right))
            for cell in ordered[from_row:to_row]:
                if left <= cell[1] <= right:
                    shown[cell] = ends[0]
    return shown


def iter_numbered_rows(sheet_data: LxmlElement) -> Iterator[tuple[int, LxmlElement]]:
    """Yield the rows with their numbers, which a file may leave out where they follow on."""
    number = 0
    for row in sheet_data.iterchildren(make_sibling_tag(sheet_data, "row")):
        number = int(row.get("r") or number + 1)
        yield number, row


def index_cells(sheet: LxmlElement) -> dict[Position, LxmlElement]:
    """Return the cells of a sheet by their places."""
    data = find_child(sheet, "sheetData")
    rows = () if data is None else iter_numbered_rows(data)
    return {(number, column): cell for number, row in rows for column, cell in _iter_numbered_cells(row)}


def drop_blank_cell(cell: LxmlElement) -> bool:
    """Take out a cell that says nothing, its row with it where nothing else is left; tell whether that was done."""
    row = cell.getparent()
    if len(cell) or row is None:
        return False
    row.remove(cell)
    if not len(row) and not set(row.attrib) - {"r", "spans"} and (data := row.getparent()) is not None:
        data.remove(row)
    return True


def _iter_numbered_cells(row: LxmlElement) -> Iterator[tuple[int, LxmlElement]]:
    number = 0
    for cell in row.iterchildren(make_sibling_tag(row, "c")):
        place = parse_address(cell.get("r", ""))
        number = place[1] if place else number + 1
        yield number, cell


def _ensure_rows(sheet_data: LxmlElement, row_numbers: Iterable[int]) -> dict[int, LxmlElement]:
    rows = list(iter_numbered_rows(sheet_data))
    tag = make_sibling_tag(sheet_data, "row")
    missing = [
        (number, sheet_data.makeelement(tag, r=str(number))) for number in sorted({*row_numbers} - {n for n, _ in rows})
    ]
    _insert_missing(sheet_data, rows, missing)
    return dict(rows + missing)


def _paint_row(row: LxmlElement, colours: Mapping[int, str], *, number: int, painter: _CellPainter) -> None:
    cells = list(_iter_numbered_cells(row))
    missing = [
        (column, _make_blank_cell(row, (number, column), painter.find_inherited_style(row, column)))
        for column in sorted({*colours} - {n for n, _ in cells})
    ]
    _insert_missing(row, cells, missing)
    if missing:
        row.attrib.pop("spans", None)  # a hint at the columns in use, no longer true
    for column, cell in cells + missing:
        if column in colours:
            painter.paint_cell(cell, colours[column])


def _make_blank_cell(row: LxmlElement, cell: Position, style: str | None) -> LxmlElement:
    return row.makeelement(make_sibling_tag(row, "c"), {"r": format_address(*cell)} | ({"s": style} if style else {}))


def _insert_missing(parent: LxmlElement, present: NumberedElements, missing: NumberedElements) -> None:
    """Put the missing among the present by their numbers, both taken in order."""
    waiting = deque(missing)
    for number, element in present:
        while waiting and waiting[0][0] < number:
            element.addprevious(waiting.popleft()[1])
    parent.extend([element for _, element in waiting])


def _collect_column_styles(sheet: LxmlElement) -> list[tuple[range, str]]:
    columns = find_child(sheet, "cols")
    return [
        (range(int(column.get("min")), int(column.get("max")) + 1), str(column.get("style")))
        for column in ([] if columns is None else columns.iterchildren("{*}col"))
        if column.get("style")
    ]


def _extend_dimension(sheet: LxmlElement, cells: Iterable[Position]) -> None:
    """Let the stated extent of the sheet take in the painted cells: some readers stop at its edge."""
    dimension = find_child(sheet, "dimension")
    if dimension is None or not (ends := parse_range(dimension.get("ref", ""))):
        return
    every = [*ends, *cells]
    first = min(row for row, _ in every), min(column for _, column in every)
    last = max(row for row, _ in every), max(column for _, column in every)
    dimension.set("ref", format_range(first, last))
