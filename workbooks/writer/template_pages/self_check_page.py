"""The sheet for self-checking: live formulas that tell which sums do not hold, with a link to the place."""

from typing import Final

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from contracts.messages import Messages
from filing.template.self_check_formulas import SelfCheck
from workbooks.writer.cell_formats import count_lines
from workbooks.writer.template_pages.cell_styles import BOX, CENTRE, EMPHASIS, HEADER, LINK, NOTE, TITLE
from workbooks.writer.template_pages.page_cells import (
    set_up_page,
    set_widths,
    write_cell,
    write_text,
    write_wide_text,
)

HEADER_ROW: Final = 4
"""Above it: title, result, note."""
_COLUMNS: Final = (
    *("serial", "sheet", "content", "actual", "expected", "difference", "result", "place", "rule", "failing"),
)
_WIDTHS: Final = [6.0, 16.0, 52.0, 13.0, 13.0, 11.0, 9.0, 20.0, 7.0, 5.0]
_CONTENT_WIDTH: Final = 50.0
_ROW_HEIGHT, _LINE_HEIGHT, _TITLE_HEIGHT = 20.0, 15.0, 32.0
_AMOUNT_FORMAT: Final = "0.00##"
_POSITION_FORMAT: Final = "0;;"  # a 0 says nothing
# Word and colour together, as in the list of findings.
_WRONG_COLOURS, _RIGHT_COLOURS = ("9C0006", "FFC7CE"), ("006100", "C6EFCE")


def write_self_checks(page: Worksheet, self_checks: tuple[SelfCheck, ...], messages: Messages) -> None:
    """Write one line for each check."""
    set_widths(page, _WIDTHS)
    last_row = HEADER_ROW + len(self_checks)
    results = f"{_letters('result')}{HEADER_ROW + 1}:{_letters('result')}{last_row}"
    wrong = messages("self_check.wrong")
    write_wide_text(page, 1, (1, len(_COLUMNS)), messages("self_check.title"), TITLE)
    summary = messages("self_check.summary", results=results, wrong=wrong)
    write_wide_text(page, 2, (1, len(_COLUMNS)), summary, EMPHASIS)
    write_wide_text(page, 3, (1, len(_COLUMNS)), messages("self_check.note"), NOTE)
    page.row_dimensions[1].height = _TITLE_HEIGHT
    page.row_dimensions[2].height = page.row_dimensions[3].height = page.row_dimensions[4].height = _ROW_HEIGHT
    for column, name in enumerate(_COLUMNS, start=1):
        write_text(page, (HEADER_ROW, column), messages(f"self_check.columns.{name}"), HEADER)
    for number, self_check in enumerate(self_checks, start=1):
        _write_line(page, HEADER_ROW + number, number, self_check, messages)
    _colour_results(page, results, messages)
    title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    set_up_page(page, last_row=last_row, last_column=len(_COLUMNS), landscape=True, title_rows=title_rows)
    page.freeze_panes = f"A{HEADER_ROW + 1}"
    page.protection.sheet = True
    page.protection.autoFilter = page.protection.formatColumns = False


def _letters(name: str) -> str:
    return get_column_letter(_COLUMNS.index(name) + 1)


def _write_line(page: Worksheet, row: int, number: int, self_check: SelfCheck, messages: Messages) -> None:
    cells = {name: f"${_letters(name)}${row}" for name in _COLUMNS}
    right, wrong = messages("self_check.right"), messages("self_check.wrong")
    values: dict[str, str | int] = {
        "serial": number,
        "sheet": self_check.sheet,
        "content": self_check.content,
        "difference": f"=ROUND({cells['actual']}-{cells['expected']},6)",
        "result": f'=IF(ISNUMBER({cells["difference"]}),IF({cells["failing"]}=0,"{right}","{wrong}"),"{wrong}")',
        "place": _format_link(self_check, cells["failing"]),
        "rule": self_check.rule_id,
    }
    styles = {"place": LINK, "serial": CENTRE, "result": CENTRE, "rule": CENTRE}
    for column, name in enumerate(_COLUMNS, start=1):
        write_cell(page, (row, column), values.get(name), styles.get(name, BOX))
    for name in ("actual", "expected", "failing"):
        formula = getattr(self_check, "failing_row" if name == "failing" else name).format_map(cells)
        address = f"{_letters(name)}{row}"
        page[address] = ArrayFormula(address, formula)
    for name in ("actual", "expected", "difference"):
        page[f"{_letters(name)}{row}"].number_format = _AMOUNT_FORMAT
    page[f"{_letters('failing')}{row}"].number_format = _POSITION_FORMAT
    line_count = count_lines(self_check.content, _CONTENT_WIDTH)
    page.row_dimensions[row].height = _ROW_HEIGHT + (line_count - 1) * _LINE_HEIGHT


def _format_link(self_check: SelfCheck, failing: str) -> str:
    """Return the formula of a link to the first row that does not hold, or to the first row of the column."""
    place = self_check.place
    address = f"ADDRESS(ROW({_first_cell(place)})+MAX({failing},1)-1,COLUMN({_first_cell(place)}),4)"
    sheet = self_check.sheet.replace('"', '""')
    return f'=HYPERLINK("#\'{sheet}\'!"&{address},"{sheet}!"&{address})'


def _first_cell(place: str) -> str:
    return place.partition(":")[0]


def _colour_results(page: Worksheet, results: str, messages: Messages) -> None:
    for key, (font_colour, fill_colour) in (("wrong", _WRONG_COLOURS), ("right", _RIGHT_COLOURS)):
        style = DifferentialStyle(
            font=Font(color=font_colour, bold=key == "wrong"), fill=PatternFill("solid", bgColor=fill_colour)
        )
        text = messages(f"self_check.{key}")
        rule = Rule(type="cellIs", operator="equal", formula=[f'"{text}"'], dxf=style)
        page.conditional_formatting.add(results, rule)
