"""A small table to be marked, findings to mark in it, and readers of the marked workbook."""

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from checks.model.finding import Finding, Severity

WORDS = {
    "sheet_name": "问题清单",
    "title": "报送数据问题清单",
    "summary": "共 {total} 条：强制 {hard} 条，核实 {soft} 条，提示 {report} 条。",
    "summary_none": "未发现问题。",
    "footer": "第 &P 页　共 &N 页",
    "font_body": "宋体",
    "font_heading": "黑体",
    "severity_hard": "强制",
    "severity_soft": "核实",
    "severity_report": "提示",
    "trial": "试行{severity}",
    "separator": "、",
    "blank": "空",
    "not_applicable": "—",
    "more_cells": "{cells} 等 {count} 格",
    "repair_step": "{cell}：{before}→{after}",
    "repair_more": "…… 共改 {count} 格",
    "repair_count": "共 {count} 种同样小的改法",
    "comment_author": "核算",
    "comment_heading": "【{severity}】{rule}",
    "return_point": "退回意见",
    "cover_notice": "封面报送",
    "column_number": "序号",
    "column_severity": "严重程度",
    "column_sheet": "表名",
    "column_cell": "单元格",
    "column_place": "乡镇、项目、地块",
    "column_message": "问题",
    "column_remedy": "处理建议",
    "column_explanation": "说明",
    "column_value": "填报值",
    "column_expected": "应为",
    "column_difference": "差额",
    "column_repair": "可能的改法",
    "column_basis": "依据",
    "column_rule": "规则",
    "column_key": "标识",
    "explained": "{severity}（已说明）",
    "summary_points": "另有退回事项 {points} 条。",
    "summary_capped": "只列出前 {shown} 条。",
    "changes_name": "变动情况",
    "normalised_name": "规范化记录",
    "memory_name": "标注底稿",
    "listing_capped": "共 {total} 项，只列出前 {shown} 项。",
    "unmarked_sheets": "工作表“{sheets}”未能标注。",
    "unmarked_workbook": "原文件未能标注，只发回本清单。",
}


LISTED = "问题清单"
HARD, SOFT, REPORT = "FFFFC7CE", "FFFFEB9C", "FFDDEBF7"


def finding(sheet: str, cell: str | None, severity: Severity = Severity.HARD, **more: object) -> Finding:
    """Make a finding whose particulars do not matter."""
    given: dict[str, object] = {
        "rule": "R0102",
        "message": "合计 990 与各乡镇之和 1000 不符，差 10。",
        "remedy": "请核对 F12，或将其改为 1000。",
        "basis": "办法第十二条",
    }
    return Finding(sheet=sheet, cell=cell, severity=severity, **(given | more))  # type: ignore[arg-type]


def plan_table() -> bytes:
    """Make a small table with formats, a formula and its cached value, and a blank cell in the middle."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("任务表")
        amount = book.add_format({"num_format": "0.00", "border": 1, "align": "right", "font_name": "仿宋"})
        sheet.write_row("A1", ["乡镇", "面积"])
        for row, (name, area) in enumerate([("甲乡", 201.5), ("乙镇", 300)], 1):
            sheet.write(row, 0, name)
            sheet.write_number(row, 1, area, amount)
        sheet.write("E3", "备注")
        sheet.write_formula("B4", "=SUM(B2:B3)", amount, 990)
        book.add_worksheet("说明页").write("A1", "不动")
    return target.getvalue()


def opened(data: bytes, *, values: bool = False) -> openpyxl.Workbook:
    """Open a workbook from memory, with formulas or with their cached values."""
    return openpyxl.load_workbook(BytesIO(data), data_only=values)


def parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook in their order."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_of(book: openpyxl.Workbook, name: str) -> Worksheet:
    """Return a sheet with cells."""
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def fill(sheet: Worksheet, cell: str) -> str | None:
    """Return the colour of a cell, nothing where it has none."""
    pattern = sheet[cell].fill
    return str(pattern.fgColor.rgb) if pattern.fill_type == "solid" else None
