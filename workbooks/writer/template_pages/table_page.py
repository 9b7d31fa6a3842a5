"""One table of the template: title, unit, headings, rows to fill in, a thin row, the totals, the signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from checks.model.cell_ref import format_address
from contracts.form_model import Field, Role
from contracts.messages import Messages
from filing.template.blank_sheet import FIRST_ROW, HEADER_ROW_COUNT, BlankSheet
from filing.template.entry_limits import YEAR_UNIT
from filing.template.template import format_hint
from workbooks.ooxml.text_extent import measure_width
from workbooks.writer.cell_formats import count_lines
from workbooks.writer.template_pages.cell_styles import (
    HEADER,
    LOCKED,
    LOCKED_CENTRE,
    SPACER,
    SUBTITLE,
    TITLE,
    TOTAL,
    TOTAL_CENTRE,
    UNIT,
    choose_input_style,
    choose_number_format,
)
from workbooks.writer.template_pages.entry_validations import add_validation
from workbooks.writer.template_pages.page_cells import (
    MAX_PORTRAIT_COLUMNS,
    set_up_page,
    set_widths,
    write_cell,
    write_text,
    write_wide_text,
)

MAX_HINT_CHARACTERS: Final = 250
"""A note longer than its box would not be read to its end."""
_AUTHOR: Final = "hesuan"
_SERIAL_WIDTH, _FIGURE_WIDTH, _MIN_WIDTH, _MAX_WIDTH = 6.0, 10.5, 7.5, 30.0
# A longer code is written in two lines, so that a wide table is readable in print.
_MAX_ONE_LINE: Final = 10
_HEADING_LINES: Final = 3
# The sizes of title and body, in points.
_TITLE_RATIO: Final = 18 / 11
_TEXT_WIDTH: Final = 80.0
_LONG_TEXT_FIELDS: Final = frozenset({"text", "message", "explanation"})
_TITLE_HEIGHT, _UNIT_HEIGHT, _ROW_HEIGHT, _SPACER_HEIGHT, _LINE_HEIGHT = 34.0, 18.0, 22.0, 5.0, 15.0
_UNIT_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class TableText:
    """The texts around a table: *owner* names county and year, *signature* is the formula of the last line."""

    owner: str
    signature: str


def write_table(page: Worksheet, sheet: BlankSheet, text: TableText, messages: Messages) -> None:
    """Write a table with its validations, and protect what is computed without a password."""
    column_count = len(sheet.form.fields)
    _write_top(page, sheet, text, column_count)
    widths = _choose_widths(sheet)
    set_widths(page, widths)
    _write_headings(page, sheet, widths, messages)
    for column, field in enumerate(sheet.form.fields, start=1):
        _write_column(page, sheet, field, column)
        letters = get_column_letter(column)
        if not _is_computed(sheet, field):
            cells = f"{letters}{FIRST_ROW}:{letters}{HEADER_ROW_COUNT + sheet.row_count}"
            add_validation(page, cells, sheet, field, messages)
    last_row = _write_bottom(page, sheet, text, column_count)
    title_rows = f"1:{HEADER_ROW_COUNT}"
    landscape = column_count > MAX_PORTRAIT_COLUMNS
    set_up_page(page, last_row=last_row, last_column=column_count, landscape=landscape, title_rows=title_rows)
    page.freeze_panes = f"A{FIRST_ROW}"
    _protect(page)


def _write_top(page: Worksheet, sheet: BlankSheet, text: TableText, column_count: int) -> None:
    write_wide_text(page, 1, (1, column_count), sheet.title, TITLE)
    unit_column = max(2, column_count - _UNIT_COLUMNS + 1)
    write_wide_text(page, 2, (1, unit_column - 1), text.owner, SUBTITLE)
    write_wide_text(page, 2, (unit_column, column_count), sheet.unit, UNIT)
    page.row_dimensions[1].height, page.row_dimensions[2].height = _TITLE_HEIGHT, _UNIT_HEIGHT


def _write_headings(page: Worksheet, sheet: BlankSheet, widths: list[float], messages: Messages) -> None:
    line_count = 1
    for column, (field, width) in enumerate(zip(sheet.form.fields, widths, strict=True), start=1):
        heading = _format_heading(sheet, field, messages)
        header = write_text(page, (HEADER_ROW_COUNT, column), heading, HEADER)
        header.comment = Comment(format_hint(field, messages)[:MAX_HINT_CHARACTERS], _AUTHOR)
        line_count = max(line_count, count_lines(heading, width - 1))
    page.row_dimensions[HEADER_ROW_COUNT].height = _ROW_HEIGHT + (line_count - 1) * _LINE_HEIGHT


def _format_heading(sheet: BlankSheet, field: Field, messages: Messages) -> str:
    """Return the heading, with the unit if it is another one than the table's."""
    if field.unit in ("", YEAR_UNIT, sheet.form.unit):
        return field.heading
    return messages("template.heading_unit", heading=field.heading, unit=field.unit)


def _choose_widths(sheet: BlankSheet) -> list[float]:
    """Return the widths of the columns in characters; together they are as wide as the title."""
    widths = [_choose_width(sheet, field) for field in sheet.form.fields]
    needed = (measure_width(sheet.title) + 2) * _TITLE_RATIO
    factor = max(1.0, needed / sum(widths))
    return [round(width * factor, 2) for width in widths]


def _choose_width(sheet: BlankSheet, field: Field) -> float:
    """Return the width of a column: its heading takes three lines at most, its codes two."""
    if field.role is Role.SERIAL:
        return _SERIAL_WIDTH
    if field.name in _LONG_TEXT_FIELDS:
        return _TEXT_WIDTH / sum(other.name in _LONG_TEXT_FIELDS for other in sheet.form.fields)
    contents_width = _measure_contents(sheet, field)
    if contents_width > _MAX_ONE_LINE and len(sheet.form.fields) > MAX_PORTRAIT_COLUMNS:
        contents_width /= 2
    needed = [measure_width(field.heading) / _HEADING_LINES + 2, contents_width + 2, _MIN_WIDTH]
    if field.role is Role.FIGURE:
        needed.append(_FIGURE_WIDTH)
    return min(max(needed), _MAX_WIDTH)


def _measure_contents(sheet: BlankSheet, field: Field) -> float:
    """Return the width of what is prefilled, of the codes, or of the number of digits that a code must have."""
    contents = [str(value) for (_, name), value in sheet.prefilled_values.items() if name == field.name]
    contents += field.codes
    for rule in sheet.form.rules:
        if rule.check == "code_length" and field.name in rule.arguments["columns"]:
            contents.append("0" * rule.arguments["columns"][field.name])
    texts = [content for content in contents if not content.startswith("=")]
    return max(map(measure_width, texts), default=0.0)


def _write_column(page: Worksheet, sheet: BlankSheet, field: Field, column: int) -> None:
    """Write the rows between the headings and the total row, and the total."""
    for row in range(1, sheet.row_count + 1):
        _write_table_cell(page, sheet, field, row=row, column=column)
    if sheet.has_spacer_row:
        write_cell(page, (sheet.last_row, column), None, SPACER)
    if sheet.has_total_row:
        _write_total(page, sheet, field, column)


def _is_computed(sheet: BlankSheet, field: Field) -> bool:
    return field.name in sheet.formulas


def _write_table_cell(page: Worksheet, sheet: BlankSheet, field: Field, *, row: int, column: int) -> None:
    """Write a prefilled value, a formula, or a blank cell to be filled in."""
    position = (HEADER_ROW_COUNT + row, column)
    value = sheet.prefilled_values.get((row, field.name))
    if value is None and _is_computed(sheet, field):
        value = sheet.formulas[field.name].format(row=position[0])
    cell = write_cell(page, position, value, _choose_style(sheet, field, value))
    _set_number_format(page, position, field)
    if isinstance(value, str) and not value.startswith("="):
        cell.data_type = "s"


def _choose_style(sheet: BlankSheet, field: Field, value: str | int | Decimal | None) -> str:
    """Return the style: what is computed, planned or on record is not for the county to change."""
    if field.role is Role.SERIAL and value is not None:
        return LOCKED_CENTRE
    is_formula = isinstance(value, str) and value.startswith("=")
    is_planned_township = value is not None and field.role is Role.TOWNSHIP and not sheet.has_spacer_row
    if isinstance(value, Decimal) or is_formula or is_planned_township:
        return LOCKED
    return choose_input_style(field)


def _set_number_format(page: Worksheet, position: tuple[int, int], field: Field) -> None:
    number_format = choose_number_format(field)
    if number_format is not None:
        page.cell(*position).number_format = number_format


def _write_total(page: Worksheet, sheet: BlankSheet, field: Field, column: int) -> None:
    position = (sheet.total_row, column)
    if field.role is Role.SERIAL:
        write_text(page, position, sheet.form.total_names[0], TOTAL_CENTRE)
    elif field.role is Role.FIGURE:
        first, last = format_address(FIRST_ROW, column), format_address(sheet.last_row, column)
        write_cell(page, position, f"=ROUND(SUM({first}:{last}),{field.decimals or 2})", TOTAL)
        _set_number_format(page, position, field)
    else:
        write_cell(page, position, None, TOTAL)


def _write_bottom(page: Worksheet, sheet: BlankSheet, text: TableText, column_count: int) -> int:
    """Set the heights of the rows, write the line of signatures, and return the last row."""
    last_row = sheet.last_row + int(sheet.has_total_row)
    for row in range(FIRST_ROW, last_row + 1):
        page.row_dimensions[row].height = _choose_row_height(sheet)
    if sheet.has_spacer_row:
        page.row_dimensions[sheet.last_row].height = _SPACER_HEIGHT
    if not sheet.has_total_row:
        return last_row
    write_wide_text(page, last_row + 1, (1, column_count), text.signature, SUBTITLE)
    page.row_dimensions[last_row + 1].height = _ROW_HEIGHT * 1.5
    return last_row + 1


def _choose_row_height(sheet: BlankSheet) -> float:
    """Return the height of a row: a table with long codes in narrow columns has two lines a row."""
    if sheet.form.paragraphs:
        return _ROW_HEIGHT * 4
    for field in sheet.form.fields:
        if _measure_contents(sheet, field) + 2 > _choose_width(sheet, field):
            return _LINE_HEIGHT * 2
    return _ROW_HEIGHT


def _protect(page: Worksheet) -> None:
    """Protect a page without a password; rows may be inserted, rows and columns formatted."""
    page.protection.sheet = True
    page.protection.insertRows = page.protection.formatColumns = page.protection.formatRows = False
    page.protection.autoFilter = page.protection.sort = False


def build_signature(cells_by_field: Mapping[str, str], messages: Messages) -> str:
    """Return the formula of the line of signatures, taken from the cover; empty if the cover lacks an entry."""
    try:
        return messages.texts["template.signature"].format_map(cells_by_field)
    except KeyError:
        return ""
