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

from filing.book.workbook_model import Cell, FilingBook, Sheet
from workbooks.writer.cell_formats import BODY_SIZE, SONG, estimate_height
from workbooks.writer.charts import draw
from workbooks.writer.format_cache import Wardrobe
from workbooks.writer.page_setup import set_paper

LONGEST_TEXT: Final = 32_767  # UTF-16 units; past this the format has no room and programs cut in silence
LONGEST_FORMULA: Final = 8_192
LONGEST_LIST: Final = 255  # characters of a drop-down's choices, commas included
MOST_DIGITS: Final = 15  # a spreadsheet keeps no more: the rest would be changed, not rounded
SMALLEST_POWER: Final = -300
FIRST_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
ERROR_WORDS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})

_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_QUOTED: Final = re.compile(r'"[^"]*"')
_PLACE: Final = r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<bare>[^'!]+))!\$?[A-Z]{1,3}\$?[1-9]\d{0,6}"
_LINK: Final = re.compile(_PLACE)
# another workbook of the same filing: never an address on a network, a drive or the root of one
_SOURCE: Final = re.compile(rf"(?:\.\./)*(?:[^\\/:#?%*|\"<>.]+/)*[^\\/:#?%*|\"<>]+\.xls[xm](?:#{_PLACE})?")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a cell goes (*row* and *column* from zero), and the words for it in a message."""

    page: Worksheet
    row: int
    column: int

    def __str__(self) -> str:
        return f"sheet {self.page.get_name()!r}, cell {xl_rowcol_to_cell(self.row, self.column)}"

    @property
    def at(self) -> tuple[int, int]:
        """Row and column, as the writing library wants them."""
        return self.row, self.column


def write_book(book: FilingBook) -> bytes:
    """Write *book* as an xlsx file; what a spreadsheet cannot hold unchanged is refused with its place."""
    if not book.sheets:
        raise ValueError(f"a book needs at least one sheet, got none in {book.title!r}")
    store = BytesIO()
    workbook = Workbook(store, _choose_options())
    workbook.set_properties(_describe_book(book))
    wardrobe = Wardrobe(workbook, {})
    names = frozenset(sheet.name for sheet in book.sheets)
    for sheet in book.sheets:
        page = _add_page(workbook, sheet)
        _set_up_page(page, sheet)
        for spot, cell in _place_cells(page, sheet):
            _refuse_dead_link(spot, cell, names)
            _write_cell(spot, cell, wardrobe.dress(cell))
            _offer_choices(spot, cell)
        for chart in sheet.charts:
            _accept(draw(workbook, page, chart), f"sheet {sheet.name!r}, chart {chart.title!r}")
        if sheet.locked:
            page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    workbook.close()
    return _pack_alike(store.getvalue())


def _choose_options() -> dict[str, object]:
    return {
        "in_memory": True,  # never a temporary file beside the clerk's own
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        # column widths are counted in digits of this font; 72 pixels is the library's measure for it
        "default_format_properties": {
            "font_name": SONG,
            "font_size": BODY_SIZE,
            "font_charset": 134,
            "font_family": 3,
            "font_scheme": "none",
        },
        "default_column_width": 72,
    }


def _describe_book(book: FilingBook) -> dict[str, object]:
    created = datetime.fromisoformat(book.created)
    moment = created.astimezone(UTC) if created.tzinfo else created
    return {
        "title": _check_text("the book's title", book.title),
        "subject": _check_text("the book's subject", book.subject),
        "created": moment.replace(tzinfo=None),
    }


def _add_page(workbook: Workbook, sheet: Sheet) -> Worksheet:
    try:
        return workbook.add_worksheet(_check_text("a sheet's name", sheet.name))
    except XlsxWriterException as error:
        raise ValueError(f"sheet {sheet.name!r} cannot bear this name: {error}") from error


def _set_up_page(page: Worksheet, sheet: Sheet) -> None:
    set_paper(page, sheet)
    _set_grid(page, sheet)
    _repeat_header(page, sheet)


def _set_grid(page: Worksheet, sheet: Sheet) -> None:
    for column, width in enumerate(sheet.widths):
        _accept(page.set_column(column, column, width), f"sheet {sheet.name!r}, column {column + 1}")
    for row, cells in enumerate(sheet.rows):
        height = sheet.row_heights.get(row + 1) or estimate_height(cells, sheet.widths)
        if height:
            _accept(page.set_row(row, height), f"sheet {sheet.name!r}, row {row + 1}")
    columns = max((sum(cell.span for cell in cells) for cells in sheet.rows), default=0)
    if columns:
        _accept(page.print_area(0, 0, len(sheet.rows) - 1, columns - 1), f"sheet {sheet.name!r}, print area")


def _repeat_header(page: Worksheet, sheet: Sheet) -> None:
    if sheet.header_rows is None:
        return
    first, last = sheet.header_rows
    if not 1 <= first <= last <= len(sheet.rows):
        raise ValueError(f"sheet {sheet.name!r}: header rows {first} to {last} are not among its rows")
    page.repeat_rows(first - 1, last - 1)
    if sheet.frozen:
        page.freeze_panes(last, sheet.titles)


def _place_cells(page: Worksheet, sheet: Sheet) -> Iterator[tuple[_Spot, Cell]]:
    for row, cells in enumerate(sheet.rows):
        column = 0
        for cell in cells:
            yield _Spot(page, row, column), cell
            column += cell.span


def _write_cell(spot: _Spot, cell: Cell, style: Format) -> None:
    if cell.span < 1:
        raise ValueError(f"{spot}: a cell spans one column or more, got {cell.span}")
    if cell.span > 1:
        last = (spot.row, spot.column + cell.span - 1)
        _accept(spot.page.merge_range(*spot.at, *last, None, style), spot)
    leads = f"internal:{cell.link}" if cell.link else f"external:{cell.source}" if cell.source else None
    if leads is not None:
        shown = "" if cell.value is None else _check_text(spot, str(cell.value))
        _accept(spot.page.write_url(*spot.at, leads, style, shown), spot)
    # after the merge and the link, because both put a text of their own into the cell
    _write_content(spot, cell, style)


def _offer_choices(spot: _Spot, cell: Cell) -> None:
    if not cell.choices:
        return
    for choice in cell.choices:
        _check_text(spot, choice)
    if len(",".join(cell.choices)) > LONGEST_LIST or any("," in one for one in cell.choices):
        raise ValueError(f"{spot}: a drop-down holds {LONGEST_LIST} characters, without commas")
    _accept(spot.page.data_validation(*spot.at, *spot.at, {"validate": "list", "source": list(cell.choices)}), spot)


def _write_content(spot: _Spot, cell: Cell, style: Format) -> None:
    value = _check_value(spot, cell.value)
    if cell.formula is not None:
        formula, cached = _check_formula(spot, cell.formula), _check_cached(spot, value)
        _accept(spot.page.write_formula(*spot.at, formula, style, cached), spot)
    elif value is None or value == "":
        _accept(spot.page.write_blank(*spot.at, None, style), spot)
    elif isinstance(value, str):
        _write_text(spot, value, style)
    else:
        _accept(spot.page.write_number(*spot.at, value, style), spot)


def _write_text(spot: _Spot, text: str, style: Format) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        # the library takes such a text for ready markup and would copy it into the file unescaped;
        # written in two runs of one font it is escaped, and reads the same
        _accept(spot.page.write_rich_string(*spot.at, style, text[0], style, text[1:], style), spot)
    else:
        _accept(spot.page.write_string(*spot.at, text, style), spot)


def _check_value(spot: _Spot, value: str | int | Decimal | None) -> str | int | Decimal | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _check_text(spot, value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{spot}: a value is text, int, Decimal or None, got {type(value).__name__}")
    return _check_figure(spot, Decimal(value))


def _check_figure(spot: _Spot, figure: Decimal) -> int | Decimal:
    """Refuse a figure that a spreadsheet would change; give it in its shortest form, so that 1.0 is 1."""
    if not figure.is_finite():
        raise ValueError(f"{spot}: a figure must be finite, got {figure}")
    digits = figure.as_tuple().digits
    kept = "".join(map(str, digits)).strip("0")
    if figure and not (len(kept) <= MOST_DIGITS and SMALLEST_POWER < figure.adjusted() < MOST_DIGITS):
        raise ValueError(
            f"{spot}: a spreadsheet keeps {MOST_DIGITS} digits, got {figure}; write a longer number as text"
        )
    return int(figure) if figure == figure.to_integral_value() else figure.normalize()


def _check_text(place: object, text: str) -> str:
    """Refuse, and never cut or clean, a text that the file cannot hold as it is."""
    if found := _UNWRITABLE.search(text):
        raise ValueError(f"{place}: U+{ord(found[0]):04X} cannot be written; remove it from the text")
    length = len(text.encode("utf-16-le")) // 2
    if length > LONGEST_TEXT:
        raise ValueError(f"{place}: a text has at most {LONGEST_TEXT} characters, got {length}; shorten it")
    return text


def _check_formula(spot: _Spot, formula: str) -> str:
    """Refuse a formula that is none, is too long, or reaches out of the book (``[1]Sheet1``, ``cmd|'…'``)."""
    _check_text(spot, formula)
    if not formula.startswith("=") or len(formula) > LONGEST_FORMULA:
        raise ValueError(f"{spot}: a formula starts with = and has at most {LONGEST_FORMULA} characters")
    if set("[|") & set(_QUOTED.sub("", formula)):
        raise ValueError(f"{spot}: a formula may use this book only, got {formula!r}")
    return formula


def _check_cached(spot: _Spot, value: str | int | Decimal | None) -> str | int | Decimal:
    if value in ERROR_WORDS:
        raise ValueError(f"{spot}: a formula's value may not be an error, got {value}; mend what it refers to")
    return "" if value is None else value


def _refuse_dead_link(spot: _Spot, cell: Cell, names: frozenset[str]) -> None:
    _check_text(spot, f"{cell.link or ''}{cell.source or ''}")  # the library writes a link as it is
    if cell.source is not None and (cell.link is not None or _SOURCE.fullmatch(cell.source) is None):
        raise ValueError(f"{spot}: a link names a workbook of this filing as folder/file.xlsx, got {cell.source!r}")
    if cell.link is None:
        return
    found = _LINK.fullmatch(cell.link)
    target = (found["bare"] or found["quoted"].replace("''", "'")) if found else None
    if target not in names:
        raise ValueError(f"{spot}: a link names a cell of this book as 'sheet'!A1, got {cell.link!r}")


def _accept(code: int | None, place: object) -> None:
    """Stop where the library reports a write it has skipped or cut: it raises nothing by itself."""
    if code:
        raise ValueError(f"{place}: could not be written (code {code}); it is outside what a sheet can hold")


def _pack_alike(written: bytes) -> bytes:
    """Pack the parts anew without the mark of the operating system that wrote them."""
    store = BytesIO()
    with ZipFile(BytesIO(written)) as source, ZipFile(store, "w") as target:
        for name in source.namelist():
            part = ZipInfo(name, FIRST_ZIP_DATE)
            part.create_system = 0
            part.compress_type = ZIP_DEFLATED
            content = source.read(name)
            # the library writes the links of Windows, which lead nowhere on another system
            target.writestr(part, content.replace(b"\\", b"/") if name.endswith(".rels") else content)
    return store.getvalue()
