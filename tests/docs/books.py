"""The field dictionary and the rule catalogue as workbooks, made from the contracts.

``python -m tests.docs.books`` writes ``docs/字段说明.xlsx`` and ``docs/规则目录.xlsx``; a test holds them equal, value
by value, to what the contracts say.
"""

from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from contracts.contract_library import ContractLibrary, open_library
from contracts.rule_catalogue import build_catalogue
from tests.docs.dictionary import KINDS
from workbooks.ooxml.text_rows import estimate_row_height
from workbooks.writer.bulk_writer import ValueRows, write_rows

DOCS = Path(__file__).resolve().parents[2] / "docs"
DICTIONARY, RULES = DOCS / "字段说明.xlsx", DOCS / "规则目录.xlsx"
FIELDS = ("表", "栏目", "英文名", "别名", "类型", "单位", "小数", "取整", "必有", "代码表", "来源")
COLUMNS = ("规则", "级别", "阶段", "内容", "依据", "用于", "通过示例", "不通过示例", "系统提示")


def dictionary_sheets(library: ContractLibrary) -> list[tuple[str, ValueRows]]:
    """Return the dictionary: a row a field of every form."""
    return [("字段说明", [FIELDS, *_fields(library)])]


def rule_sheets(library: ContractLibrary) -> list[tuple[str, ValueRows]]:
    """Return the catalogue: a row a rule, and one for each of its cases."""
    return [("规则目录", [COLUMNS, *_rules(library)])]


def _fields(library: ContractLibrary) -> Iterator[tuple[str, ...]]:
    for form in library.compile_all_forms():
        for field in form.fields:
            codes = "、".join(
                code if label in ("", code) else f"{code} {label}" for code, label in field.labels.items()
            )
            yield (
                form.title,
                field.heading,
                field.name,
                "、".join(field.synonyms),
                KINDS[field.kind],
                field.unit,
                str(field.decimals) if field.kind == "number" else "",
                "是" if field.rounded else "否",
                "是" if field.required else "否",
                codes,
                field.source,
            )


def _rules(library: ContractLibrary) -> Iterator[tuple[str, ...]]:
    words = library.get_messages()
    for item in build_catalogue(library):
        severity = "、".join(words(f"severity.{weight}") for weight in item.severities)
        phase = words(f"rules.phase.{item.phase}")
        head = (item.id, severity, phase, item.description, item.basis, "、".join(item.applies_to))
        cases = [(good, bad, "") for good, bad in zip(item.passing, item.failing, strict=True)]
        for example in library.list_examples(item.id):
            good = words(f"rules.base.{example.base}", description=item.description)
            cases.append((good, example.title, example.message))
        yield from ((*head, *case) for case in cases)


def _dress(target: Path, widths: tuple[int, ...]) -> None:
    """Give a written list widths, lines and a heading on each of its A4 pages."""
    book = load_workbook(target)
    (page,) = book.worksheets
    line = Side(style="thin", color="808080")
    for number, row in enumerate(page.iter_rows(), 1):
        for cell in row:
            first = number == 1
            cell.font = Font(name="宋体", size=10.5, bold=first)
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if first else "left")
            cell.border = Border(left=line, right=line, top=line, bottom=line)
            if first:
                cell.fill = PatternFill("solid", start_color="F2F2F2")
        texts = [str(cell.value or "") for cell in row]
        page.row_dimensions[number].height = estimate_row_height(texts, [item - 2 for item in widths])
    for at, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(at)].width = width
    page.freeze_panes, page.print_title_rows = "B2", "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.fitToHeight = 0
    footer = page.HeaderFooter.oddFooter
    assert footer is not None
    footer.center.text = "第 &P 页  共 &N 页"
    book.save(target)


if __name__ == "__main__":
    write_rows(DICTIONARY, dictionary_sheets(open_library()))
    _dress(DICTIONARY, (34, 22, 18, 22, 8, 9, 6, 6, 6, 34, 34))
    write_rows(RULES, rule_sheets(open_library()))
    _dress(RULES, (7, 8, 8, 30, 26, 34, 30, 34, 50))
