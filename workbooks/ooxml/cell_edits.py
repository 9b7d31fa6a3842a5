"""Finding and painting the cells of a sheet; a blank cell that is to be painted is created."""

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checks.model.cell_ref import Position, format_address, format_range, parse_address, parse_range
from workbooks.ooxml.xml_parts import (
    LxmlElement,
    ensure_child,
    find_child,
    is_on,
    iter_grandchildren,
    make_sibling_tag,
    parse_index,
)

# The order that the schema of a worksheet asks for; Excel calls a file with another order damaged.
WORKSHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
    "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing "
    "legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts "
    "extLst"
)

StylePainter: TypeAlias = Callable[[int, str], int]
"""Takes the number of a style and a colour, returns the number of the style in that colour."""

NumberedElements: TypeAlias = Sequence[tuple[int, LxmlElement]]
"""Rows or cells with their row or column numbers, in ascending order."""


@dataclass(frozen=True, slots=True)
class _CellPainter:
    """Paints cells; *column_styles* are the styles that blank cells take from their column."""

    paint_style: StylePainter
    column_styles: Sequence[tuple[range, str]]

    def paint_cell(self, cell: LxmlElement, colour: str) -> None:
        cell.set("s", str(self.paint_style(parse_index(cell.get("s")), colour)))

    def find_inherited_style(self, row: LxmlElement, column: int) -> str | None:
        """Return the style that a blank cell takes from its row or else from its column, or None."""
        if row.get("s") and is_on(row.get("customFormat")):
            return str(row.get("s"))
        for columns, style in self.column_styles:
            if column in columns:
                return style
        return None


def paint_cells(sheet: LxmlElement, colours: Mapping[Position, str], paint_style: StylePainter) -> None:
    """Give each cell its colour and leave the rest of its style alone; create the cells that are blank."""
    if not colours:
        return
    colours_by_row: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for (row_number, column), colour in colours.items():
        colours_by_row[row_number][column] = colour
    painter = _CellPainter(paint_style, _collect_column_styles(sheet))
    rows = _ensure_rows(ensure_child(sheet, "sheetData", WORKSHEET_ORDER), colours_by_row)
    for row_number, row_colours in colours_by_row.items():
        _paint_row(rows[row_number], row_colours, number=row_number, painter=painter)
    _extend_dimension(sheet, colours)


def find_visible_cells(sheet: LxmlElement, cells: Iterable[Position]) -> dict[Position, Position]:
    """Return for each cell the one that a reader sees: itself, or the first of the merged cells it lies in."""
    ordered = sorted(cells)
    visible_cells = dict(zip(ordered, ordered, strict=True))
    for first, last in _iter_merged_ranges(sheet):
        for cell in _iter_cells_within(ordered, first, last):
            visible_cells[cell] = first
    return visible_cells


def iter_numbered_rows(sheet_data: LxmlElement) -> Iterator[tuple[int, LxmlElement]]:
    """Yield the rows with their numbers; a row without a number follows the one before it."""
    row_number = 0
    for row in sheet_data.iterchildren(make_sibling_tag(sheet_data, "row")):
        row_number = parse_index(row.get("r"), row_number + 1)
        yield row_number, row


def iter_sheet_rows(sheet: LxmlElement) -> Iterator[tuple[int, LxmlElement]]:
    """Yield the rows of a sheet with their numbers; yield nothing if it has no rows at all."""
    sheet_data = find_child(sheet, "sheetData")
    if sheet_data is not None:
        yield from iter_numbered_rows(sheet_data)


def index_cells(sheet: LxmlElement) -> dict[Position, LxmlElement]:
    """Return the cells of a sheet by row and column."""
    return {
        (row_number, column): cell
        for row_number, row in iter_sheet_rows(sheet)
        for column, cell in _iter_numbered_cells(row)
    }


def drop_blank_cell(cell: LxmlElement) -> bool:
    """Remove *cell* if it is blank, and its row if nothing else is left of it; return whether it was removed."""
    row = cell.getparent()
    if len(cell) or row is None:
        return False
    row.remove(cell)
    sheet_data = row.getparent()
    own_attributes = set(row.attrib) - {"r", "spans"}
    if sheet_data is not None and not len(row) and not own_attributes:
        sheet_data.remove(row)
    return True


def _iter_merged_ranges(sheet: LxmlElement) -> Iterator[tuple[Position, Position]]:
    for item in iter_grandchildren(sheet, "mergeCells", "{*}mergeCell"):
        if ends := parse_range(item.get("ref", "")):
            yield ends


def _iter_cells_within(ordered: Sequence[Position], first: Position, last: Position) -> Iterator[Position]:
    """Yield the cells of a sorted list that lie in the range from *first* to *last*."""
    (top, left), (bottom, right) = first, last
    start, end = bisect_left(ordered, (top, 0)), bisect_right(ordered, (bottom, right))
    for cell in ordered[start:end]:
        if left <= cell[1] <= right:
            yield cell


def _iter_numbered_cells(row: LxmlElement) -> Iterator[tuple[int, LxmlElement]]:
    column = 0
    for cell in row.iterchildren(make_sibling_tag(row, "c")):
        column += 1
        if position := parse_address(cell.get("r", "")):
            column = position[1]
        yield column, cell


def _ensure_rows(sheet_data: LxmlElement, row_numbers: Iterable[int]) -> dict[int, LxmlElement]:
    """Return the rows of a sheet by number; create those of *row_numbers* that are missing."""
    rows = list(iter_numbered_rows(sheet_data))
    tag = make_sibling_tag(sheet_data, "row")
    missing_numbers = sorted(set(row_numbers) - dict(rows).keys())
    missing_rows = [(number, sheet_data.makeelement(tag, r=str(number))) for number in missing_numbers]
    _insert_missing(sheet_data, rows, missing_rows)
    return dict(rows + missing_rows)


def _paint_row(row: LxmlElement, colours: Mapping[int, str], *, number: int, painter: _CellPainter) -> None:
    cells = list(_iter_numbered_cells(row))
    missing_cells = []
    for column in sorted(set(colours) - dict(cells).keys()):
        style = painter.find_inherited_style(row, column)
        missing_cells.append((column, _make_blank_cell(row, (number, column), style)))
    _insert_missing(row, cells, missing_cells)
    if missing_cells:
        # A hint at the columns in use, which is no longer true.
        row.attrib.pop("spans", None)
    for column, cell in cells + missing_cells:
        if column in colours:
            painter.paint_cell(cell, colours[column])


def _make_blank_cell(row: LxmlElement, cell: Position, style: str | None) -> LxmlElement:
    attributes = {"r": format_address(*cell)}
    if style:
        attributes["s"] = style
    return row.makeelement(make_sibling_tag(row, "c"), attributes)


def _insert_missing(parent: LxmlElement, present: NumberedElements, missing: NumberedElements) -> None:
    """Insert the missing elements among the present ones, in the order of their numbers."""
    remaining = deque(missing)
    for number, element in present:
        while remaining and remaining[0][0] < number:
            element.addprevious(remaining.popleft()[1])
    for _, element in remaining:
        parent.append(element)


def _collect_column_styles(sheet: LxmlElement) -> list[tuple[range, str]]:
    styles = []
    for item in iter_grandchildren(sheet, "cols", "{*}col"):
        if item.get("style"):
            columns = range(parse_index(item.get("min")), parse_index(item.get("max")) + 1)
            styles.append((columns, str(item.get("style"))))
    return styles


def _extend_dimension(sheet: LxmlElement, cells: Iterable[Position]) -> None:
    """Extend the range in the sheet's dimension to the painted cells: some readers ignore what lies outside it."""
    dimension = find_child(sheet, "dimension")
    if dimension is None:
        return
    ends = parse_range(dimension.get("ref", ""))
    if ends is None:
        return
    rows, columns = zip(*ends, *cells, strict=True)
    dimension.set("ref", format_range((min(rows), min(columns)), (max(rows), max(columns))))
