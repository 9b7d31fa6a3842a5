"""The pages of the template beside its tables: how to fill it in, the cover, the lists."""

from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from contracts.messages import Messages
from filing.template.reference_lists import FIRST_LIST_ROW, ReferenceSheet
from filing.template.template import BlankWorkbook
from workbooks.ooxml.text_extent import measure_width
from workbooks.writer.cell_formats import count_lines
from workbooks.writer.template_pages.cell_styles import (
    CENTRE,
    HEADER,
    LABEL,
    NOTE,
    TITLE,
    choose_input_style,
)
from workbooks.writer.template_pages.entry_validations import add_validation
from workbooks.writer.template_pages.page_cells import (
    set_up_page,
    set_widths,
    write_cell,
    write_text,
    write_wide_text,
)

COVER_FIRST_ROW = 3
_COVER_WIDTHS = [30.0, 46.0]
_GUIDE_WIDTH = 78.0
_ROW_HEIGHT, _TITLE_HEIGHT, _LINE_HEIGHT = 24.0, 40.0, 18.0
_MAX_LIST_WIDTH = 30.0


def write_guide(page: Worksheet, messages: Messages) -> None:
    """Write how to fill in the workbook: a few numbered sentences."""
    set_widths(page, [_GUIDE_WIDTH])
    write_text(page, (1, 1), messages("template.guide_title"), TITLE)
    page.row_dimensions[1].height = _TITLE_HEIGHT
    sentences = list(messages.get_group("template.guide").values())
    for number, sentence in enumerate(sentences, start=1):
        text = f"{number}. {sentence}"
        write_text(page, (number + 1, 1), text, NOTE)
        page.row_dimensions[number + 1].height = count_lines(text, _GUIDE_WIDTH - 2) * _LINE_HEIGHT + 6
    set_up_page(page, last_row=len(sentences) + 1, last_column=1, landscape=False)
    page.protection.sheet = True


def write_cover(page: Worksheet, template: BlankWorkbook, messages: Messages) -> dict[str, str]:
    """Write the cover and return the cell of each entry, as a formula of another sheet refers to it."""
    cover = template.cover
    set_widths(page, _COVER_WIDTHS)
    write_wide_text(page, 1, (1, 2), cover.title, TITLE)
    page.row_dimensions[1].height = _TITLE_HEIGHT
    cells_by_field: dict[str, str] = {}
    for row, field in enumerate(cover.form.fields, start=COVER_FIRST_ROW):
        write_text(page, (row, 1), field.heading, LABEL)
        cell = write_cell(page, (row, 2), template.cover_values.get(field.name), choose_input_style(field))
        cell.alignment = Alignment(vertical="center", horizontal="left", wrap_text=True)
        page.row_dimensions[row].height = _ROW_HEIGHT
        if field.name != "version":
            add_validation(page, f"B{row}", cover, field, messages)
        cells_by_field[field.name] = f"'{cover.name}'!$B${row}"
    last_row = COVER_FIRST_ROW + len(cover.form.fields) - 1
    set_up_page(page, last_row=last_row, last_column=2, landscape=False)
    page.protection.sheet = True
    return cells_by_field


def write_lists(page: Worksheet, reference_sheet: ReferenceSheet) -> None:
    """Write the lists, one in each column."""
    widths: list[float] = []
    for column, reference_list in enumerate(reference_sheet.lists, start=1):
        write_text(page, (1, column), reference_list.heading, HEADER)
        for row, value in enumerate(reference_list.values, start=FIRST_LIST_ROW):
            if isinstance(value, str):
                write_text(page, (row, column), value, CENTRE)
            else:
                write_cell(page, (row, column), value, CENTRE)
        texts = [reference_list.heading[: int(_MAX_LIST_WIDTH) // 2], *map(str, reference_list.values)]
        widths.append(min(max(map(measure_width, texts)) + 2, _MAX_LIST_WIDTH))
    set_widths(page, widths)
    last_row = FIRST_LIST_ROW + max(len(reference_list.values) for reference_list in reference_sheet.lists) - 1
    set_up_page(page, last_row=last_row, last_column=len(widths), landscape=True, title_rows="1:1")
    page.protection.sheet = True
