"""A book of values written as a spreadsheet file: the same book gives the same bytes on every machine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from filing.book.workbook_model import Cell, FilingBook, FilingSheet
from workbooks.writer.cell_formats import BODY_FONT_SIZE, SONG_FONT, estimate_height
from workbooks.writer.charts import add_chart
from workbooks.writer.format_cache import FormatCache
from workbooks.writer.page_setup import configure_paper

MAX_TEXT_UNITS: Final = 32_767  # UTF-16 units; past this the format has no room and programs cut in silence
MAX_FORMULA_CHARACTERS: Final = 8_192
MAX_CHOICES_CHARACTERS: Final = 255  # characters of a drop-down's choices, commas included
MAX_DIGITS: Final = 15  # a spreadsheet keeps no more: the rest would be changed, not rounded
MIN_EXPONENT: Final = -300
FIRST_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
ERROR_VALUES: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})

_UNWRITABLE_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_QUOTED_TEXT: Final = re.compile(r'"[^"]*"')
_CELL_REFERENCE: Final = r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<bare>[^'!]+))!\$?[A-Z]{1,3}\$?[1-9]\d{0,6}"
_INTERNAL_LINK: Final = re.compile(_CELL_REFERENCE)
# another workbook of the same filing: never an address on a network, a drive or the root of one
_WORKBOOK_LINK: Final = re.compile(
    rf"(?:\.\./)*(?:[^\\/:#?%*|\"<>.]+/)*[^\\/:#?%*|\"<>]+\.xls[xm](?:#{_CELL_REFERENCE})?"
)


@dataclass(frozen=True, slots=True)
class _TargetCell:
    """Where a cell goes (*row* and *column* from zero), and the words for it in a message."""

    page: Worksheet
    row: int
    column: int

    def __str__(self) -> str:
        return f"sheet {self.page.get_name()!r}, cell {xl_rowcol_to_cell(self.row, self.column)}"

    @property
    def coordinates(self) -> tuple[int, int]:
        """Row and column, as the writing library wants them."""
        return self.row, self.column


def write_book(book: FilingBook) -> bytes:
    """Write *book* as an xlsx file; what a spreadsheet cannot hold unchanged is refused with its place."""
    if not book.sheets:
        raise ValueError(f"a book needs at least one sheet, got none in {book.title!r}")
    store = BytesIO()
    workbook = Workbook(store, _choose_options())
    workbook.set_properties(_describe_book(book))
    wardrobe = FormatCache(workbook, {})
    names = frozenset(sheet.name for sheet in book.sheets)
    for sheet in book.sheets:
        page = _add_page(workbook, sheet)
        _prepare_page(page, sheet)
        for spot, cell in _iter_cells(page, sheet):
            _refuse_dead_link(spot, cell, names)
            _write_cell(spot, cell, wardrobe.get_format(cell))
            _offer_choices(spot, cell)
        for chart in sheet.charts:
            _raise_on_error(add_chart(workbook, page, chart), f"sheet {sheet.name!r}, chart {chart.title!r}")
        if sheet.is_locked:
            page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    workbook.close()
    return _pack_reproducibly(store.getvalue())


def _choose_options() -> dict[str, object]:
    return {
        "in_memory": True,  # never a temporary file beside the clerk's own
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        # column widths are counted in digits of this font; 72 pixels is the library's measure for it
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
    created = datetime.fromisoformat(book.created_at)
    moment = created.astimezone(UTC) if created.tzinfo else created
    return {
        "title": _check_text("the book's title", book.title),
        "subject": _check_text("the book's subject", book.subject),
        "created": moment.replace(tzinfo=None),
    }


def _add_page(workbook: Workbook, sheet: FilingSheet) -> Worksheet:
    try:
        return workbook.add_worksheet(_check_text("a sheet's name", sheet.name))
    except XlsxWriterException as error:
        raise ValueError(f"sheet {sheet.name!r} cannot bear this name: {error}") from error


def _prepare_page(page: Worksheet, sheet: FilingSheet) -> None:
    configure_paper(page, sheet)
    _apply_grid(page, sheet)
    _repeat_header(page, sheet)


def _apply_grid(page: Worksheet, sheet: FilingSheet) -> None:
    for column, width in enumerate(sheet.widths):
        _raise_on_error(page.set_column(column, column, width), f"sheet {sheet.name!r}, column {column + 1}")
    for row, cells in enumerate(sheet.rows):
        height = sheet.row_heights.get(row + 1) or estimate_height(cells, sheet.widths)
        if height:
            _raise_on_error(page.set_row(row, height), f"sheet {sheet.name!r}, row {row + 1}")
    columns = max((sum(cell.span for cell in cells) for cells in sheet.rows), default=0)
    if columns:
        _raise_on_error(page.print_area(0, 0, len(sheet.rows) - 1, columns - 1), f"sheet {sheet.name!r}, print area")


def _repeat_header(page: Worksheet, sheet: FilingSheet) -> None:
    if sheet.header_rows is None:
        return
    first, last = sheet.header_rows
    if not 1 <= first <= last <= len(sheet.rows):
        raise ValueError(f"sheet {sheet.name!r}: header rows {first} to {last} are not among its rows")
    page.repeat_rows(first - 1, last - 1)
    if sheet.has_frozen_header:
        page.freeze_panes(last, sheet.title_column_count)


def _iter_cells(page: Worksheet, sheet: FilingSheet) -> Iterator[tuple[_TargetCell, Cell]]:
    for row, cells in enumerate(sheet.rows):
        column = 0
        for cell in cells:
            yield _TargetCell(page, row, column), cell
            column += cell.span


def _write_cell(target_cell: _TargetCell, cell: Cell, style: Format) -> None:
    if cell.span < 1:
        raise ValueError(f"{target_cell}: a cell spans one column or more, got {cell.span}")
    if cell.span > 1:
        last = (target_cell.row, target_cell.column + cell.span - 1)
        _raise_on_error(target_cell.page.merge_range(*target_cell.coordinates, *last, None, style), target_cell)
    leads = f"internal:{cell.link}" if cell.link else f"external:{cell.source_link}" if cell.source_link else None
    if leads is not None:
        shown = "" if cell.value is None else _check_text(target_cell, str(cell.value))
        _raise_on_error(target_cell.page.write_url(*target_cell.coordinates, leads, style, shown), target_cell)
    # after the merge and the link, because both put a text of their own into the cell
    _write_content(target_cell, cell, style)


def _offer_choices(target_cell: _TargetCell, cell: Cell) -> None:
    if not cell.choices:
        return
    for choice in cell.choices:
        _check_text(target_cell, choice)
    if len(",".join(cell.choices)) > MAX_CHOICES_CHARACTERS or any("," in one for one in cell.choices):
        raise ValueError(f"{target_cell}: a drop-down holds {MAX_CHOICES_CHARACTERS} characters, without commas")
    _raise_on_error(
        target_cell.page.data_validation(
            *target_cell.coordinates, *target_cell.coordinates, {"validate": "list", "source": list(cell.choices)}
        ),
        target_cell,
    )


def _write_content(target_cell: _TargetCell, cell: Cell, style: Format) -> None:
    value = _check_value(target_cell, cell.value)
    if cell.formula is not None:
        formula, cached = _check_formula(target_cell, cell.formula), _check_cached(target_cell, value)
        _raise_on_error(target_cell.page.write_formula(*target_cell.coordinates, formula, style, cached), target_cell)
    elif value is None or value == "":
        _raise_on_error(target_cell.page.write_blank(*target_cell.coordinates, None, style), target_cell)
    elif isinstance(value, str):
        _write_text(target_cell, value, style)
    else:
        _raise_on_error(target_cell.page.write_number(*target_cell.coordinates, value, style), target_cell)


def _write_text(target_cell: _TargetCell, text: str, style: Format) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        # the library takes such a text for ready markup and would copy it into the file unescaped;
        # written in two runs of one font it is escaped, and reads the same
        _raise_on_error(
            target_cell.page.write_rich_string(*target_cell.coordinates, style, text[0], style, text[1:], style),
            target_cell,
        )
    else:
        _raise_on_error(target_cell.page.write_string(*target_cell.coordinates, text, style), target_cell)


def _check_value(target_cell: _TargetCell, value: str | int | Decimal | None) -> str | int | Decimal | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _check_text(target_cell, value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{target_cell}: a value is text, int, Decimal or None, got {type(value).__name__}")
    return _check_figure(target_cell, Decimal(value))


def _check_figure(target_cell: _TargetCell, figure: Decimal) -> int | Decimal:
    """Refuse a figure that a spreadsheet would change; give it in its shortest form, so that 1.0 is 1."""
    if not figure.is_finite():
        raise ValueError(f"{target_cell}: a figure must be finite, got {figure}")
    digits = figure.as_tuple().digits
    kept = "".join(map(str, digits)).strip("0")
    if figure and not (len(kept) <= MAX_DIGITS and MIN_EXPONENT < figure.adjusted() < MAX_DIGITS):
        raise ValueError(
            f"{target_cell}: a spreadsheet keeps {MAX_DIGITS} digits, got {figure}; write a longer number as text"
        )
    return int(figure) if figure == figure.to_integral_value() else figure.normalize()


def _check_text(location: object, text: str) -> str:
    """Refuse, and never cut or clean, a text that the file cannot hold as it is."""
    if found := _UNWRITABLE_CHARACTERS.search(text):
        raise ValueError(f"{location}: U+{ord(found[0]):04X} cannot be written; remove it from the text")
    length = len(text.encode("utf-16-le")) // 2
    if length > MAX_TEXT_UNITS:
        raise ValueError(f"{location}: a text has at most {MAX_TEXT_UNITS} characters, got {length}; shorten it")
    return text


def _check_formula(target_cell: _TargetCell, formula: str) -> str:
    """Refuse a formula that is none, is too long, or reaches out of the book (``[1]Sheet1``, ``cmd|'…'``)."""
    _check_text(target_cell, formula)
    if not formula.startswith("=") or len(formula) > MAX_FORMULA_CHARACTERS:
        raise ValueError(f"{target_cell}: a formula starts with = and has at most {MAX_FORMULA_CHARACTERS} characters")
    if set("[|") & set(_QUOTED_TEXT.sub("", formula)):
        raise ValueError(f"{target_cell}: a formula may use this book only, got {formula!r}")
    return formula


def _check_cached(target_cell: _TargetCell, value: str | int | Decimal | None) -> str | int | Decimal:
    if value in ERROR_VALUES:
        raise ValueError(f"{target_cell}: a formula's value may not be an error, got {value}; mend what it refers to")
    return "" if value is None else value


def _refuse_dead_link(target_cell: _TargetCell, cell: Cell, sheet_names: frozenset[str]) -> None:
    _check_text(target_cell, f"{cell.link or ''}{cell.source_link or ''}")  # the library writes a link as it is
    if cell.source_link is not None and (cell.link is not None or _WORKBOOK_LINK.fullmatch(cell.source_link) is None):
        raise ValueError(
            f"{target_cell}: a link names a workbook of this filing as folder/file.xlsx, got {cell.source_link!r}"
        )
    if cell.link is None:
        return
    found = _INTERNAL_LINK.fullmatch(cell.link)
    target = (found["bare"] or found["quoted"].replace("''", "'")) if found else None
    if target not in sheet_names:
        raise ValueError(f"{target_cell}: a link names a cell of this book as 'sheet'!A1, got {cell.link!r}")


def _raise_on_error(code: int | None, location: object) -> None:
    """Stop where the library reports a write it has skipped or cut: it raises nothing by itself."""
    if code:
        raise ValueError(f"{location}: could not be written (code {code}); it is outside what a sheet can hold")


def _pack_reproducibly(data: bytes) -> bytes:
    """Pack the parts anew without the mark of the operating system that wrote them."""
    store = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(store, "w") as target:
        for name in source.namelist():
            part = ZipInfo(name, FIRST_ZIP_DATE)
            part.create_system = 0
            part.compress_type = ZIP_DEFLATED
            content = source.read(name)
            # the library writes the links of Windows, which lead nowhere on another system
            target.writestr(part, content.replace(b"\\", b"/") if name.endswith(".rels") else content)
    return store.getvalue()
