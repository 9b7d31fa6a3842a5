"""A blank submission written as a workbook: drop-downs, locked headings and formulas, live totals."""

from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from checks.model.cell_ref import column_letters, format_address
from contracts.form_model import Field, Role
from contracts.messages import Wording
from filing.template.blank_sheet import HEADER_ROWS, BlankSheet
from filing.template.template import Template, hint
from workbooks.writer.bulk_writer import CREATED
from workbooks.writer.cell_formats import SONG

WIDTH = 14
_WORDS = ("string", "date")  # kinds of fields that are typed as text
LONGEST_HINT = 250  # a note longer than the box is not read


def write_template(template: Template, words: Wording) -> bytes:
    """Write the blank workbook; the same contracts give the same bytes."""
    store = BytesIO()
    with Workbook(store, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"created": CREATED.replace(tzinfo=None)})
        looks = _looks(book)
        _write_cover(book.add_worksheet(template.cover.name), template, looks)
        places = _list_places(template, words)
        for sheet in template.tables:
            _write_table(book.add_worksheet(sheet.name), sheet, (looks, places, words))
        _write_lists(book.add_worksheet(words("template.lists")), template, looks)
    return store.getvalue()


def _looks(book: Any) -> dict[str, Any]:  # noqa: ANN401 - the writing library ships no types
    plain = {"font_name": SONG, "font_size": 11, "valign": "vcenter"}
    grid = {**plain, "border": 1}
    return {
        "title": book.add_format({**plain, "bold": True, "font_size": 15}),
        "label": book.add_format(plain),
        "header": book.add_format({**grid, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#E7E6E6"}),
        "input": book.add_format({**grid, "locked": False}),
        "text": book.add_format({**grid, "locked": False, "num_format": "@"}),
        "locked": book.add_format({**grid, "bg_color": "#F2F2F2"}),
    }


def _write_cover(page: Any, template: Template, looks: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    page.set_column(0, 1, 32)
    page.write_string(0, 0, template.cover.title, looks["title"])
    for at, one in enumerate(template.cover.form.fields, start=2):
        page.write_string(at, 0, one.heading, looks["label"])
        page.write(at, 1, template.known.get(one.name, ""), looks["text" if one.kind in _WORDS else "input"])
    page.write_string(len(template.cover.form.fields) + 3, 0, template.notes, looks["label"])
    page.protect()


def _list_places(template: Template, words: Wording) -> dict[str, str]:
    name = words("template.lists")
    return {
        heading: f"='{name}'!${column_letters(at)}$2:${column_letters(at)}${len(values) + 1}"
        for at, (heading, values) in enumerate(template.lists.items(), start=1)
    }


def _write_lists(page: Any, template: Template, looks: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    for column, (heading, values) in enumerate(template.lists.items()):
        page.write_string(0, column, heading, looks["header"])
        for row, value in enumerate(values, start=1):
            page.write_string(row, column, value, looks["label"])
    page.protect()


def _write_table(page: Any, sheet: BlankSheet, tools: tuple[dict[str, Any], dict[str, str], Wording]) -> None:  # noqa: ANN401 - as above
    looks, places, words = tools
    page.set_column(0, len(sheet.form.fields) - 1, WIDTH)
    page.freeze_panes(HEADER_ROWS, 0)
    page.write_string(0, 0, sheet.title, looks["title"])
    page.write_string(1, 0, sheet.unit, looks["label"])
    for column, one in enumerate(sheet.form.fields):
        page.write_string(HEADER_ROWS - 1, column, one.heading, looks["header"])
        page.write_comment(HEADER_ROWS - 1, column, hint(one, words)[:LONGEST_HINT])
        for row in range(1, sheet.rows + 1):
            _write_cell(page, sheet, one, (row, column), looks)
        if one.name in sheet.choices:
            last = HEADER_ROWS + sheet.rows - 1
            source = {"validate": "list", "source": places[sheet.choices[one.name]]}
            page.data_validation(HEADER_ROWS, column, last, column, source)
        if sheet.total:
            _write_total(page, sheet, one, column, looks)
    page.protect("", {"insert_rows": True, "format_columns": True, "format_rows": True})


def _write_cell(
    page: Any,  # noqa: ANN401 - as above
    sheet: BlankSheet,
    one: Field,
    place: tuple[int, int],
    looks: dict[str, Any],
) -> None:
    row, column = place
    at = HEADER_ROWS + row - 1
    filled = sheet.filled.get((row, one.name))
    if isinstance(filled, Decimal):  # a balance on record is not for the county to change
        page.write_number(at, column, filled, looks["locked"])
    elif isinstance(filled, str) and filled.startswith("="):
        page.write_formula(at, column, filled, looks["locked"], "")
    elif filled is not None:
        page.write(at, column, filled, looks["text" if one.kind in _WORDS else "input"])
    elif one.name in sheet.formulas:
        page.write_formula(at, column, sheet.formulas[one.name].format(row=at + 1), looks["locked"], "")
    else:
        page.write_blank(at, column, None, looks["text" if one.kind in _WORDS else "input"])


def _write_total(page: Any, sheet: BlankSheet, one: Field, column: int, looks: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    at = HEADER_ROWS + sheet.rows
    if one.role is Role.SERIAL:
        page.write_string(at, column, sheet.form.total_names[0], looks["locked"])
    elif one.role is Role.FIGURE:
        first, last = format_address(HEADER_ROWS + 1, column + 1), format_address(at, column + 1)
        # The result is written too: a program that opens the file computes only what somebody then changes.
        known = (value for (_, name), value in sheet.filled.items() if name == one.name and isinstance(value, Decimal))
        page.write_formula(at, column, f"=ROUND(SUM({first}:{last}),2)", looks["locked"], sum(known, Decimal(0)))
    else:
        page.write_blank(at, column, None, looks["locked"])
