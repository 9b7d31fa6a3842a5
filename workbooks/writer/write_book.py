"""Writing a book of values as a spreadsheet file: the same book gives the same bytes on every machine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from filing.book.canonical_values import WorkbookPresentation
from filing.book.workbook_model import Cell, FilingBook, FilingSheet
from workbooks.writer.book_presentation import describe_book
from workbooks.writer.cell_checks import (
    TargetCell,
    check_cached_value,
    check_choices,
    check_formula,
    check_text,
    check_value,
    raise_on_error,
    refuse_dead_link,
)
from workbooks.writer.cell_formats import BODY_FONT_SIZE, SONG_FONT, has_link
from workbooks.writer.charts import add_chart
from workbooks.writer.format_cache import FormatCache
from workbooks.writer.page_heights import estimate_row_heights
from workbooks.writer.page_setup import configure_paper, format_footer

FIRST_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
_ALLOWED_ACTIONS: Final = {"format_columns": True, "format_rows": True, "autofilter": True}


@dataclass(frozen=True, slots=True)
class PresentedBook:
    """A book as an xlsx file, and what it shows besides its values."""

    data: bytes
    presentation: WorkbookPresentation


def write_book(book: FilingBook) -> bytes:
    """Return *book* as an xlsx file.

    Raise ValueError or TypeError, with the sheet and the cell, for what a spreadsheet cannot hold unchanged.
    """
    return _pack_parts(_build_parts(book))


def write_presented_book(book: FilingBook) -> PresentedBook:
    """Return *book* as an xlsx file with its presentation, which is not read back from the file. Raises as above."""
    parts = _build_parts(book)
    chart_parts: list[bytes] = []
    for sheet in book.sheets:
        for _ in sheet.charts:
            chart_parts.append(parts[f"xl/charts/chart{len(chart_parts) + 1}.xml"])
    return PresentedBook(_pack_parts(parts), describe_book(book, _read_creation_time(book), chart_parts))


def _build_parts(book: FilingBook) -> dict[str, bytes]:
    """Return the parts of the file by name, in their order."""
    if not book.sheets:
        raise ValueError(f"a book needs at least one sheet, got none in {book.title!r}")
    store = BytesIO()
    workbook = Workbook(store, _choose_options())
    workbook.set_properties(_describe_book(book))
    formats = FormatCache(workbook, {})
    sheet_names = frozenset(sheet.name for sheet in book.sheets)
    for sheet in book.sheets:
        _write_sheet(workbook, sheet, formats, sheet_names=sheet_names, footer=format_footer(book))
    workbook.close()
    with ZipFile(store) as archive:
        parts = {}
        for name in archive.namelist():
            parts[name] = _correct_part(name, archive.read(name))
    return parts


def _correct_part(name: str, content: bytes) -> bytes:
    if name.endswith(".rels"):
        # xlsxwriter writes links with the backslashes of Windows, which other systems cannot follow.
        return content.replace(b"\\", b"/")
    return content


def _choose_options() -> dict[str, object]:
    return {
        # No temporary files beside those of the clerk.
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        # Column widths are counted in digits of this font, 72 pixels being the measure that xlsxwriter has for it.
        "default_format_properties": {
            "font_name": SONG_FONT,
            "font_size": BODY_FONT_SIZE,
            "font_charset": 134,
            "font_family": 3,
            "font_scheme": "none",
        },
        "default_column_width": 72,
    }


def _describe_book(book: FilingBook) -> dict[str, object]:
    return {
        "title": check_text("the book's title", book.title),
        "subject": check_text("the book's subject", book.subject),
        "created": _read_creation_time(book),
    }


def _read_creation_time(book: FilingBook) -> datetime:
    """Return the time in UTC, without its zone."""
    created_at = datetime.fromisoformat(book.created_at)
    if created_at.tzinfo:
        created_at = created_at.astimezone(UTC)
    return created_at.replace(tzinfo=None)


def _write_sheet(
    workbook: Workbook, sheet: FilingSheet, formats: FormatCache, *, sheet_names: frozenset[str], footer: str
) -> None:
    page = _add_page(workbook, sheet)
    _prepare_page(page, sheet, footer)
    for target_cell, cell in _iter_cells(page, sheet):
        refuse_dead_link(target_cell, cell, sheet_names)
        _write_cell(target_cell, cell, formats.get_format(cell))
        _offer_choices(target_cell, cell)
    for chart in sheet.charts:
        raise_on_error(add_chart(workbook, page, chart), f"sheet {sheet.name!r}, chart {chart.title!r}")
    if sheet.is_locked:
        page.protect("", _ALLOWED_ACTIONS)


def _add_page(workbook: Workbook, sheet: FilingSheet) -> Worksheet:
    try:
        return workbook.add_worksheet(check_text("a sheet's name", sheet.name))
    except XlsxWriterException as error:
        raise ValueError(f"sheet {sheet.name!r} cannot have this name: {error}") from error


def _prepare_page(page: Worksheet, sheet: FilingSheet, footer: str) -> None:
    row_heights = estimate_row_heights(sheet)
    configure_paper(page, sheet, row_heights, footer)
    _apply_grid(page, sheet, row_heights)
    _repeat_header(page, sheet)


def _apply_grid(page: Worksheet, sheet: FilingSheet, row_heights: Sequence[float]) -> None:
    for column, width in enumerate(sheet.widths):
        raise_on_error(page.set_column(column, column, width), f"sheet {sheet.name!r}, column {column + 1}")
    for row, height in enumerate(row_heights):
        if height:
            raise_on_error(page.set_row(row, height), f"sheet {sheet.name!r}, row {row + 1}")
    column_count = max(map(_count_columns, sheet.rows), default=0)
    if column_count:
        last_row, last_column = len(sheet.rows) - 1, column_count - 1
        raise_on_error(page.print_area(0, 0, last_row, last_column), f"sheet {sheet.name!r}, print area")


def _count_columns(row: tuple[Cell, ...]) -> int:
    return sum(cell.span for cell in row)


def _repeat_header(page: Worksheet, sheet: FilingSheet) -> None:
    if sheet.header_rows is None:
        return
    first, last = sheet.header_rows
    if not 1 <= first <= last <= len(sheet.rows):
        raise ValueError(f"sheet {sheet.name!r}: header rows {first} to {last} are not among its rows")
    page.repeat_rows(first - 1, last - 1)
    if sheet.has_frozen_header:
        page.freeze_panes(last, sheet.title_column_count)


def _iter_cells(page: Worksheet, sheet: FilingSheet) -> Iterator[tuple[TargetCell, Cell]]:
    for row_index, row in enumerate(sheet.rows):
        column = 0
        for cell in row:
            yield TargetCell(page, row_index, column), cell
            column += cell.span


def _write_cell(target_cell: TargetCell, cell: Cell, style: Format) -> None:
    if cell.span < 1:
        raise ValueError(f"{target_cell}: a cell spans one column or more, got {cell.span}")
    if cell.span > 1:
        last = (target_cell.row, target_cell.column + cell.span - 1)
        raise_on_error(target_cell.page.merge_range(*target_cell.coordinates, *last, None, style), target_cell)
    if has_link(cell):
        _write_link(target_cell, cell, style)
    # After the merge and the link, because both put a text of their own into the cell.
    _write_content(target_cell, cell, style)


def _write_link(target_cell: TargetCell, cell: Cell, style: Format) -> None:
    address = f"external:{cell.source_link}"
    if cell.link:
        address = f"internal:{cell.link}"
    text = ""
    if cell.value is not None:
        text = check_text(target_cell, str(cell.value))
    raise_on_error(target_cell.page.write_url(*target_cell.coordinates, address, style, text), target_cell)


def _offer_choices(target_cell: TargetCell, cell: Cell) -> None:
    if not cell.choices:
        return
    validation = {"validate": "list", "source": check_choices(target_cell, cell.choices)}
    cell_range = (*target_cell.coordinates, *target_cell.coordinates)
    raise_on_error(target_cell.page.data_validation(*cell_range, validation), target_cell)


def _write_content(target_cell: TargetCell, cell: Cell, style: Format) -> None:
    value = check_value(target_cell, cell.value)
    if cell.formula is not None:
        formula, cached_value = check_formula(target_cell, cell.formula), check_cached_value(target_cell, value)
        code = target_cell.page.write_formula(*target_cell.coordinates, formula, style, cached_value)
    elif value is None or value == "":
        code = target_cell.page.write_blank(*target_cell.coordinates, None, style)
    elif isinstance(value, str):
        code = _write_text(target_cell, value, style)
    else:
        code = target_cell.page.write_number(*target_cell.coordinates, value, style)
    raise_on_error(code, target_cell)


def _write_text(target_cell: TargetCell, text: str, style: Format) -> int | None:
    """Write a text cell and return the error code of xlsxwriter, or 0 or None."""
    code: int | None
    if text.startswith("<r>") and text.endswith("</r>"):
        # xlsxwriter would take such a text for markup and write it unescaped. In two runs of one font it is escaped
        # and looks the same.
        code = target_cell.page.write_rich_string(*target_cell.coordinates, style, text[0], style, text[1:], style)
    else:
        code = target_cell.page.write_string(*target_cell.coordinates, text, style)
    return code


def _pack_parts(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive with fixed dates and without the mark of the operating system that wrote it."""
    store = BytesIO()
    with ZipFile(store, "w") as target:
        for name, content in parts.items():
            part = ZipInfo(name, FIRST_ZIP_DATE)
            part.create_system = 0
            part.compress_type = ZIP_DEFLATED
            target.writestr(part, content)
    return store.getvalue()
