"""The blank submission as a workbook, written with openpyxl: drop-downs, locked headings and formulas, live totals."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from checks.model.cell_ref import format_address
from contracts.form_model import Field, Role
from contracts.messages import Messages
from filing.template.blank_sheet import HEADER_ROW_COUNT, BlankSheet
from filing.template.template import BlankWorkbook, format_hint
from workbooks.ooxml.xml_parts import parse_xml, write_xml
from workbooks.writer.bulk_writer import CREATION_DATE
from workbooks.writer.cell_formats import SONG_FONT

COLUMN_WIDTH = 14
COVER_COLUMN_WIDTH = 32
MAX_HINT_CHARACTERS = 250
"""A note longer than its box would not be read to its end."""

_TEXT_KINDS = ("string", "date")  # kinds of fields that are typed as text
_TEXT_FORMAT = "@"
# The order in which the format's schema has the parts of a font.
_FONT_PARTS = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
    *("sz", "color", "name", "family", "charset", "scheme"),
)
_AUTHOR = "hesuan"


TITLE, LABEL, HEADER, INPUT, TEXT_INPUT, LOCKED = "title", "label", "header", "input", "text_input", "locked"
"""The names of the styles of the template's cells."""


def _build_styles() -> Iterator[NamedStyle]:
    """Yield the styles: cells to fill in are unlocked, all others locked."""
    side = Side(style="thin")
    box = Border(left=side, right=side, top=side, bottom=side)
    middle = Alignment(vertical="center")
    plain, bold = Font(name=SONG_FONT, size=11), Font(name=SONG_FONT, size=11, bold=True)
    yield NamedStyle(TITLE, font=Font(name=SONG_FONT, size=15, bold=True), alignment=middle)
    yield NamedStyle(LABEL, font=plain, alignment=middle)
    yield NamedStyle(
        HEADER,
        font=bold,
        border=box,
        fill=PatternFill("solid", fgColor="E7E6E6"),
        alignment=Alignment(vertical="center", horizontal="center", wrap_text=True),
    )
    unlocked = Protection(locked=False)
    yield NamedStyle(INPUT, font=plain, border=box, alignment=middle, protection=unlocked)
    yield NamedStyle(
        TEXT_INPUT, font=plain, border=box, alignment=middle, protection=unlocked, number_format=_TEXT_FORMAT
    )
    yield NamedStyle(LOCKED, font=plain, border=box, alignment=middle, fill=PatternFill("solid", fgColor="F2F2F2"))


def write_template(template: BlankWorkbook, messages: Messages) -> bytes:
    """Return the blank workbook; the same contracts give the same bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for style in _build_styles():
        book.add_named_style(style)
    book.properties.created = book.properties.modified = CREATION_DATE.replace(tzinfo=None)
    _write_cover(book.create_sheet(template.cover.name), template)
    references = _build_list_references(template, messages)
    for sheet in template.tables:
        _write_table(book.create_sheet(sheet.name), sheet, references, messages)
    _write_lists(book.create_sheet(messages("template.lists")), template)
    return _save_reproducibly(book)


def _save_reproducibly(book: Workbook) -> bytes:
    """Save a workbook with one date on every part: openpyxl would write the time of day."""
    saved, packed = BytesIO(), BytesIO()
    modified = book.properties.modified
    book.save(saved)
    with ZipFile(saved) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _restore_date(data, book, modified.isoformat())
            if name == "xl/styles.xml":
                data = _order_fonts(data)
            target.writestr(ZipInfo(name, CREATION_DATE.timetuple()[:6]), data, ZIP_DEFLATED)
    return packed.getvalue()


def _order_fonts(styles: bytes) -> bytes:
    """Put the parts of each font into the order of the format's schema, which openpyxl does not keep."""
    root = parse_xml(styles)
    for font in root.iterfind("{*}fonts/{*}font"):
        font[:] = sorted(font, key=lambda part: _FONT_PARTS.index(etree.QName(part).localname))
    return write_xml(root)


def _restore_date(core: bytes, book: Workbook, date: str) -> bytes:
    """Put the creation date in the place of the time of saving, which openpyxl set."""
    saved_at = book.properties.modified.isoformat(timespec="seconds")
    return core.replace(f"{saved_at}Z".encode(), f"{date}Z".encode())


def _write_text(page: Worksheet, position: tuple[int, int], text: str, style: str) -> Cell:
    cell = _write_cell(page, position, text, style)
    if isinstance(text, str):
        cell.data_type = "s"  # a text stays a text, whatever it begins with
    return cell


def _write_cell(page: Worksheet, position: tuple[int, int], value: str | int | Decimal | None, style: str) -> Cell:
    row, column = position
    cell = page.cell(row, column, value)
    if not isinstance(cell, Cell):
        raise TypeError(f"{page.title}!{format_address(row, column)} is part of a merged cell")
    cell.style = style
    return cell


def _write_cover(page: Worksheet, template: BlankWorkbook) -> None:
    page.column_dimensions["A"].width = page.column_dimensions["B"].width = COVER_COLUMN_WIDTH
    _write_text(page, (1, 1), template.cover.title, TITLE)
    for row, field in enumerate(template.cover.form.fields, start=3):
        _write_text(page, (row, 1), field.heading, LABEL)
        _write_cell(page, (row, 2), template.cover_values.get(field.name), _choose_input_style(field))
    _write_text(page, (len(template.cover.form.fields) + 4, 1), template.notes, LABEL)
    page.protection.sheet = True


def _choose_input_style(field: Field) -> str:
    if field.kind in _TEXT_KINDS:
        return TEXT_INPUT
    return INPUT


def _build_list_references(template: BlankWorkbook, messages: Messages) -> dict[str, str]:
    """Return, by heading, the range of the sheet of lists that a drop-down chooses from."""
    name = messages("template.lists")
    references = {}
    for column, (heading, values) in enumerate(template.choice_lists.items(), start=1):
        letters = get_column_letter(column)
        references[heading] = f"'{name}'!${letters}$2:${letters}${len(values) + 1}"
    return references


def _write_lists(page: Worksheet, template: BlankWorkbook) -> None:
    for column, (heading, values) in enumerate(template.choice_lists.items(), start=1):
        _write_text(page, (1, column), heading, HEADER)
        for row, value in enumerate(values, start=2):
            _write_text(page, (row, column), value, LABEL)
    page.protection.sheet = True


def _write_table(page: Worksheet, sheet: BlankSheet, references: Mapping[str, str], messages: Messages) -> None:
    page.freeze_panes = f"A{HEADER_ROW_COUNT + 1}"
    _write_text(page, (1, 1), sheet.title, TITLE)
    _write_text(page, (2, 1), sheet.unit, LABEL)
    for column, field in enumerate(sheet.form.fields, start=1):
        page.column_dimensions[get_column_letter(column)].width = COLUMN_WIDTH
        header = _write_text(page, (HEADER_ROW_COUNT, column), field.heading, HEADER)
        header.comment = Comment(format_hint(field, messages)[:MAX_HINT_CHARACTERS], _AUTHOR)
        _write_column(page, sheet, field, column)
        if field.name in sheet.choices:
            _add_choices(page, sheet, column, references[sheet.choices[field.name]])
    _protect_table(page)


def _write_column(page: Worksheet, sheet: BlankSheet, field: Field, column: int) -> None:
    """Write the rows between the headings and the total row, and the total."""
    for row in range(1, sheet.row_count + 1):
        _write_table_cell(page, sheet, field, row=row, column=column)
    if sheet.has_total_row:
        _write_total(page, sheet, field, column)


def _add_choices(page: Worksheet, sheet: BlankSheet, column: int, reference: str) -> None:
    letters = get_column_letter(column)
    choices = DataValidation(type="list", formula1=reference, allow_blank=True)
    choices.add(f"{letters}{HEADER_ROW_COUNT + 1}:{letters}{HEADER_ROW_COUNT + sheet.row_count}")
    page.add_data_validation(choices)


def _protect_table(page: Worksheet) -> None:
    """Protect a table; rows may be inserted, rows and columns formatted."""
    page.protection.sheet = True
    page.protection.insertRows = page.protection.formatColumns = page.protection.formatRows = False


def _write_table_cell(page: Worksheet, sheet: BlankSheet, field: Field, *, row: int, column: int) -> None:
    """Write a prefilled value, a formula, or a blank cell to be filled in."""
    position = (HEADER_ROW_COUNT + row, column)
    value = sheet.prefilled_values.get((row, field.name))
    is_formula = isinstance(value, str) and value.startswith("=")
    if isinstance(value, Decimal) or is_formula:  # a balance on record is not for the county to change
        _write_cell(page, position, value, LOCKED)
    elif value is None and field.name in sheet.formulas:
        _write_cell(page, position, sheet.formulas[field.name].format(row=position[0]), LOCKED)
    else:
        _write_cell(page, position, value, _choose_input_style(field))


def _write_total(page: Worksheet, sheet: BlankSheet, field: Field, column: int) -> None:
    position = (HEADER_ROW_COUNT + sheet.row_count + 1, column)
    if field.role is Role.SERIAL:
        _write_text(page, position, sheet.form.total_names[0], LOCKED)
    elif field.role is Role.FIGURE:
        first, last = format_address(HEADER_ROW_COUNT + 1, column), format_address(position[0] - 1, column)
        _write_cell(page, position, f"=ROUND(SUM({first}:{last}),2)", LOCKED)
    else:
        _write_cell(page, position, None, LOCKED)
