"""A blank submission written as a workbook: drop-downs, locked headings and formulas, live totals."""

from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from checks.model.cell_ref import column_letters, format_address
from contracts.form_model import Field, Role
from contracts.messages import Messages
from filing.template.blank_sheet import HEADER_ROW_COUNT, BlankSheet
from filing.template.template import BlankWorkbook, format_hint
from workbooks.writer.bulk_writer import CREATION_DATE
from workbooks.writer.cell_formats import SONG_FONT

COLUMN_WIDTH = 14
_TEXT_KINDS = ("string", "date")  # kinds of fields that are typed as text
MAX_HINT_CHARACTERS = 250  # a note longer than the box is not read


def write_template(template: BlankWorkbook, messages: Messages) -> bytes:
    """Write the blank workbook; the same contracts give the same bytes."""
    store = BytesIO()
    with Workbook(store, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"created": CREATION_DATE.replace(tzinfo=None)})
        looks = _create_formats(book)
        _write_cover(book.add_worksheet(template.cover.name), template, looks)
        places = _build_list_references(template, messages)
        for sheet in template.tables:
            _write_table(book.add_worksheet(sheet.name), sheet, (looks, places, messages))
        _write_lists(book.add_worksheet(messages("template.lists")), template, looks)
    return store.getvalue()


def _create_formats(book: Any) -> dict[str, Any]:  # noqa: ANN401 - the writing library ships no types
    plain = {"font_name": SONG_FONT, "font_size": 11, "valign": "vcenter"}
    grid = {**plain, "border": 1}
    return {
        "title": book.add_format({**plain, "bold": True, "font_size": 15}),
        "label": book.add_format(plain),
        "header": book.add_format({**grid, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#E7E6E6"}),
        "input": book.add_format({**grid, "locked": False}),
        "text": book.add_format({**grid, "locked": False, "num_format": "@"}),
        "locked": book.add_format({**grid, "bg_color": "#F2F2F2"}),
    }


def _write_cover(page: Any, template: BlankWorkbook, formats: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    page.set_column(0, 1, 32)
    page.write_string(0, 0, template.cover.title, formats["title"])
    for at, one in enumerate(template.cover.form.fields, start=2):
        page.write_string(at, 0, one.heading, formats["label"])
        page.write(
            at, 1, template.cover_values.get(one.name, ""), formats["text" if one.kind in _TEXT_KINDS else "input"]
        )
    page.write_string(len(template.cover.form.fields) + 3, 0, template.notes, formats["label"])
    page.protect()


def _build_list_references(template: BlankWorkbook, messages: Messages) -> dict[str, str]:
    name = messages("template.lists")
    return {
        heading: f"='{name}'!${column_letters(at)}$2:${column_letters(at)}${len(values) + 1}"
        for at, (heading, values) in enumerate(template.choice_lists.items(), start=1)
    }


def _write_lists(page: Any, template: BlankWorkbook, formats: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    for column, (heading, values) in enumerate(template.choice_lists.items()):
        page.write_string(0, column, heading, formats["header"])
        for row, value in enumerate(values, start=1):
            page.write_string(row, column, value, formats["label"])
    page.protect()


def _write_table(page: Any, sheet: BlankSheet, context: tuple[dict[str, Any], dict[str, str], Messages]) -> None:  # noqa: ANN401 - as above
    looks, places, words = context
    page.set_column(0, len(sheet.form.fields) - 1, COLUMN_WIDTH)
    page.freeze_panes(HEADER_ROW_COUNT, 0)
    page.write_string(0, 0, sheet.title, looks["title"])
    page.write_string(1, 0, sheet.unit, looks["label"])
    for column, one in enumerate(sheet.form.fields):
        page.write_string(HEADER_ROW_COUNT - 1, column, one.heading, looks["header"])
        page.write_comment(HEADER_ROW_COUNT - 1, column, format_hint(one, words)[:MAX_HINT_CHARACTERS])
        for row in range(1, sheet.row_count + 1):
            _write_cell(page, sheet, one, (row, column), looks)
        if one.name in sheet.choices:
            last = HEADER_ROW_COUNT + sheet.row_count - 1
            source = {"validate": "list", "source": places[sheet.choices[one.name]]}
            page.data_validation(HEADER_ROW_COUNT, column, last, column, source)
        if sheet.has_total_row:
            _write_total(page, sheet, one, column, looks)
    page.protect("", {"insert_rows": True, "format_columns": True, "format_rows": True})


def _write_cell(
    page: Any,  # noqa: ANN401 - as above
    sheet: BlankSheet,
    field: Field,
    position: tuple[int, int],
    formats: dict[str, Any],
) -> None:
    row, column = position
    at = HEADER_ROW_COUNT + row - 1
    filled = sheet.prefilled_values.get((row, field.name))
    if isinstance(filled, Decimal):  # a balance on record is not for the county to change
        page.write_number(at, column, filled, formats["locked"])
    elif isinstance(filled, str) and filled.startswith("="):
        page.write_formula(at, column, filled, formats["locked"], "")
    elif filled is not None:
        page.write(at, column, filled, formats["text" if field.kind in _TEXT_KINDS else "input"])
    elif field.name in sheet.formulas:
        page.write_formula(at, column, sheet.formulas[field.name].format(row=at + 1), formats["locked"], "")
    else:
        page.write_blank(at, column, None, formats["text" if field.kind in _TEXT_KINDS else "input"])


def _write_total(page: Any, sheet: BlankSheet, field: Field, column: int, formats: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    at = HEADER_ROW_COUNT + sheet.row_count
    if field.role is Role.SERIAL:
        page.write_string(at, column, sheet.form.total_names[0], formats["locked"])
    elif field.role is Role.FIGURE:
        first, last = format_address(HEADER_ROW_COUNT + 1, column + 1), format_address(at, column + 1)
        # The result is written too: a program that opens the file computes only what somebody then changes.
        known = (
            value
            for (_, name), value in sheet.prefilled_values.items()
            if name == field.name and isinstance(value, Decimal)
        )
        page.write_formula(at, column, f"=ROUND(SUM({first}:{last}),2)", formats["locked"], sum(known, Decimal(0)))
    else:
        page.write_blank(at, column, None, formats["locked"])
