"""A total that is a formula over right figures: its range, its stored result or a filter is named, and no figure."""

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest

from checks.model.finding import Finding
from tests.builders.clerk_mistakes import PLOTS, TASKS, add_to_cell, find_after
from tests.builders.dongchuan import SHEET_2, SHEET_DONE, Draft, submission
from tests.builders.examined import report_of


def formula(text: str, result: object) -> str:
    """Return a formula with its stored result, as the builder writes it."""
    return f"{{formula}}{text}|{result}"


def findings_of(draft: Draft) -> tuple[Finding, ...]:
    """Return the findings of a submission."""
    return report_of(draft.bytes()).findings


def hide_rows(data: bytes, sheet_number: int, rows: Iterable[int]) -> bytes:
    """Return a workbook with rows hidden as a filter hides them."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == f"xl/worksheets/sheet{sheet_number}.xml":
                for row in rows:
                    content = re.sub(rb'<row r="%d"' % row, rb'<row r="%d" hidden="1"' % row, content)
            target.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("text", "result", "named"),
    [
        ("=SUM(C4:C11)", "1566", "没有计入 C12"),
        ("=C4+C5+C6+C7+C8+C9+C10+C11", "1566", "没有计入 C12"),
        ("=SUM(C5:C12)", "1468.1", "没有计入 C4"),
        ("=SUM(C4:C6,C9:C12)", "1172.85", "没有计入 C7:C8"),
        ("=SUM(C4:C12)+C7", "1936.35", "多计了 C7"),
        ("=SUM(D4:D12)", "384.6", "没有计入 C4:C12；多计了 D4:D5、D7:D9、D12"),
        ("=SUM(C4:C12)", "1700", "没有重新计算：文件中保存的结果是 1700，重新计算为 1654.6"),
        ("=ROUND(SUM(C4:C12),0)", "1655", "结果为 1655，按本表应为 1654.6"),
        ("=SUMPRODUCT(C4:C12)", "1700", "结果为 1700，按本表应为 1654.6"),
    ],
)
def test_the_formula_is_the_cause(text: str, result: str, named: str) -> None:
    """One finding that blocks, at the formula, and no figure is to be changed."""
    findings = findings_of(submission().put(SHEET_DONE, "C13", formula(text, result)))
    (finding,) = [finding for finding in findings if finding.severity == "hard"]
    assert (finding.rule, finding.cell, finding.expected) == ("T01", "C13", "1654.60")
    assert text in finding.message
    assert named in finding.message
    assert finding.repairs == ()


def test_a_copied_formula_is_one_finding() -> None:
    """Both totals leave out the last row: one finding names both."""
    draft = submission().put(SHEET_DONE, "C13", formula("=SUM(C4:C11)", "1566"))
    (finding,) = findings_of(draft.put(SHEET_DONE, "D13", formula("=SUM(D4:D11)", "364.6")))
    assert finding.message.endswith("D13 也是这样。")


def test_a_filter_is_the_cause() -> None:
    """A subtotal counts only the rows that the filter shows; the hidden rows are no second finding."""
    data = submission().put(SHEET_DONE, "C13", formula("=SUBTOTAL(9,C4:C12)", "967.55")).bytes()
    (finding,) = report_of(hide_rows(data, 4, (6, 7, 8))).findings
    assert (finding.rule, finding.related_rules) == ("T01", ("F08",))
    assert "没有计入隐藏的第 6、7、8 行" in finding.message
    assert finding.repairs == ()


def test_a_filter_that_is_lifted_leaves_no_finding() -> None:
    """A subtotal that counts all rows is as good as a sum."""
    draft = submission().put(SHEET_DONE, "C13", formula("=SUBTOTAL(9,C4:C12)", "1654.6"))
    assert findings_of(draft) == ()


def with_formulas(draft: Draft) -> Draft:
    """Return a task table whose totals are formulas with the results that they have."""
    sheet = draft.sheets[SHEET_2]
    for row in range(5, 14):
        draft.put(SHEET_2, f"F{row}", formula(f"=SUM(C{row}:E{row})", sum(sheet[row - 1][2:5])))
    for column in "CDE":
        total = sum(int(str(draft.get(SHEET_2, f"{column}{row}"))) for row in range(5, 14))
        draft.put(SHEET_2, f"{column}14", formula(f"=SUM({column}5:{column}13)", total))
    return draft.put(SHEET_2, "F14", formula("=SUM(C14:E14)", sum(sum(sheet[row][2:5]) for row in range(4, 13))))


def test_a_wrong_figure_below_right_formulas_is_found_alone() -> None:
    """The figure is wrong and so are its totals, which follow from it: only the figure is to be changed."""
    assert findings_of(with_formulas(submission())) == ()
    (finding,) = findings_of(with_formulas(submission().put(SHEET_2, "C8", 330)))
    assert finding.cell == "C8"
    assert [[(step.cell.address, step.after) for step in repair] for repair in finding.repairs] == [[("C8", "300")]]


@pytest.mark.parametrize("total", ["1654.6", formula("=SUM(C4:C12)", "1654.5995")])
def test_a_figure_shown_rounded_is_one_finding(total: object) -> None:
    """Shown as 281.75 and stored as 281.7495: that is told, and what to do about it."""
    draft = submission().put(SHEET_DONE, "C7", formula("=18.7833*15", "281.7495"))
    value = float(total) if total == "1654.6" else total
    (finding,) = findings_of(draft.put(SHEET_DONE, "C13", value))
    assert (finding.rule, finding.cell, finding.value, finding.expected) == ("F10", "C7", "281.7495", "281.75")
    assert "显示为 281.75，存储的却是 281.7495" in finding.message
    assert "ROUND" in finding.remedy


def test_a_rounded_figure_holds() -> None:
    """What the remedy asks for leaves no finding."""
    assert findings_of(submission().put(SHEET_DONE, "C7", formula("=ROUND(18.7833*15,2)", "281.75"))) == ()


def test_a_table_converted_from_hectares_is_a_finding_a_column() -> None:
    """Every figure is a number of hectares times 15: one finding for each column, and no sum is off."""
    draft = submission()
    for row in range(5, 14):
        for column in "CDE":
            hectares = round(int(str(draft.get(SHEET_2, f"{column}{row}"))) / 15, 4)
            draft.put(SHEET_2, f"{column}{row}", formula(f"={hectares}*15", round(hectares * 15, 6)))
    findings = findings_of(draft)
    assert [(finding.rule, finding.cell) for finding in findings] == [("F10", "C5"), ("F10", "D6"), ("F10", "E7")]


def test_the_repairs_of_two_tables_are_apart() -> None:
    """Each finding proposes only what its own table needs."""
    first, second = findings_of(submission().put(SHEET_DONE, "C13", 1700).put(SHEET_2, "D5", 601))
    assert {step.cell.sheet for repair in first.repairs for step in repair} == {SHEET_DONE}
    assert {step.cell.sheet for repair in second.repairs for step in repair} == {SHEET_2}


def test_a_repair_has_the_decimals_of_its_column() -> None:
    """A total with three decimals is itself to be changed: no figure may have a third one."""
    (finding,) = findings_of(submission().put(SHEET_DONE, "C13", 1654.605))
    assert [step.cell.address for repair in finding.repairs for step in repair] == ["C13"]


def test_a_repair_that_corrects_another_finding_is_the_cause() -> None:
    """A figure of which the sum and the completion rate are off: it is found alone, and the rate is no finding."""
    findings = find_after("7", add_to_cell(TASKS, "C6", 100))
    assert [(finding.cell, finding.rule, finding.related_rules) for finding in findings] == [("C6", "T08", ("T01",))]
    assert [[step.cell.address for step in repair] for repair in findings[0].repairs] == [["C6"]]


def test_plots_without_a_deduction_are_no_wrong_unit() -> None:
    """The deduction was computed, but not made: that is told in each row, and no column is multiplied."""

    def undo_deductions(book: Any) -> None:
        sheet = book[PLOTS]
        for row in range(4, sheet.max_row):
            sheet[f"S{row}"] = sheet[f"P{row}"].value
            sheet[f"T{row}"] = round(sheet[f"P{row}"].value * 0.0015, 2)

    findings = [finding for finding in find_after("7", undo_deductions) if finding.severity == "hard"]
    assert {finding.rule for finding in findings} == {"T04"}
    assert all("10000" not in finding.remedy for finding in findings)
