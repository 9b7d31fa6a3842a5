"""What a book shows besides its values, taken from the book itself: a file that was just written is not read back.

The result is what `workbooks.signed_content.presentation` reads from the file, which a property test holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final
from urllib.parse import unquote

from lxml import etree

from checks.model.cell_ref import column_letters
from filing.book.canonical_values import WorkbookPresentation, normalise_formula
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from workbooks.signed_content.drawings import describe_chart, format_chart_values
from workbooks.signed_content.sheet_presentation import PresentationEntry, remove_paper_codes
from workbooks.signed_content.style_presentation import join_descriptions
from workbooks.writer.cell_formats import STYLE_FORMATS, choose_number_format, has_link
from workbooks.writer.page_setup import format_footer

_GENERAL: Final = "General"
_TEXT_FORMAT: Final = "@"


@dataclass(frozen=True, slots=True)
class _PlacedCell:
    """A cell with its row and first column, both from 1."""

    cell: Cell
    row: int
    column: int

    @property
    def address(self) -> str:
        """The address of the cell, or of the first one that it covers."""
        return f"{column_letters(self.column)}{self.row}"


def describe_book(book: FilingBook, created_at: datetime, chart_parts: Sequence[bytes]) -> WorkbookPresentation:
    """Return the presentation of a book by sheet, kind and location.

    *created_at* is the time in the file's properties, and *chart_parts* are the parts of all charts, in the order of
    the sheets.
    """
    presentation: dict[str, dict[str, dict[str, str]]] = {"": _describe_properties(book, created_at)}
    footer = remove_paper_codes(format_footer(book))
    remaining_parts = iter(chart_parts)
    for sheet in book.sheets:
        contents_by_kind: dict[str, dict[str, str]] = {"paper": {"oddFooter": footer}}
        for kind, location, content in _describe_sheet(sheet, remaining_parts):
            contents_by_kind.setdefault(kind, {})[location] = content
        presentation[sheet.name] = contents_by_kind
    return presentation


def _describe_properties(book: FilingBook, created_at: datetime) -> dict[str, dict[str, str]]:
    texts = {"title": book.title, "subject": book.subject, "created": created_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for name, text in list(texts.items()):
        if not text:
            del texts[name]
    return {"order": {"": "\n".join(map(attrgetter("name"), book.sheets))}, "property": texts}


def _describe_sheet(sheet: FilingSheet, chart_parts: Iterator[bytes]) -> Iterator[PresentationEntry]:
    for placed in _iter_placed_cells(sheet):
        yield from _describe_cell(placed)
    yield from _describe_print_ranges(sheet)
    for number, _ in enumerate(sheet.charts, start=1):
        root = etree.fromstring(next(chart_parts))
        yield "chart", str(number), describe_chart(root)
        yield "chart_values", str(number), format_chart_values(root)


def _iter_placed_cells(sheet: FilingSheet) -> Iterator[_PlacedCell]:
    for row_number, row in enumerate(sheet.rows, start=1):
        column = 1
        for cell in row:
            yield _PlacedCell(cell, row_number, column)
            column += cell.span


def _describe_cell(placed: _PlacedCell) -> Iterator[PresentationEntry]:
    cell = placed.cell
    if cell.formula is not None or cell.value not in {None, ""}:
        description = _describe_look(cell)
        if description:
            yield "look", placed.address, description
    if cell.span > 1:
        yield "merge", f"{placed.address}:{column_letters(placed.column + cell.span - 1)}{placed.row}", "+"
    if has_link(cell):
        yield "link", placed.address, _describe_link(cell)
    if cell.choices:
        choices = ",".join(cell.choices)
        yield "choice", placed.address, "type=list " + normalise_formula(f'"{choices}"')


def _describe_look(cell: Cell) -> str:
    """Return number format and fill of a cell, as far as they differ from the plainest."""
    number_format = _TEXT_FORMAT
    if cell.style is not CellStyle.INPUT:
        number_format = choose_number_format(cell)
    if number_format == _GENERAL:
        number_format = ""
    fill = STYLE_FORMATS[cell.style].fill
    if fill is None:
        return number_format
    return join_descriptions([number_format, f"fill {fill.removeprefix('#')}"])


def _describe_link(cell: Cell) -> str:
    if cell.link:
        return _normalise_target(cell.link)
    file, _, target = (cell.source_link or "").partition("#")
    return f"{file}#{_normalise_target(target)}"


def _normalise_target(target: str) -> str:
    return normalise_formula(unquote(target))


def _describe_print_ranges(sheet: FilingSheet) -> Iterator[PresentationEntry]:
    """Yield the printed area, and the rows and columns that every page repeats."""
    column_count = max((sum(cell.span for cell in row) for row in sheet.rows), default=0)
    sheet_reference = "'" + sheet.name.replace("'", "''") + "'!"
    if column_count:
        last_cell = f"{column_letters(column_count)}{len(sheet.rows)}"
        area = "A1"
        if last_cell != area:
            area = f"A1:{last_cell}"
        yield "print", "Print_Area", normalise_formula(sheet_reference + area)
    titles = []
    if sheet.column_group_sizes and sheet.title_column_count:
        titles.append(f"{sheet_reference}A:{column_letters(sheet.title_column_count)}")
    if sheet.header_rows is not None:
        titles.append("{}{}:{}".format(sheet_reference, *sheet.header_rows))
    if titles:
        yield "print", "Print_Titles", normalise_formula(",".join(titles))
