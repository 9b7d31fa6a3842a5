"""Each mistake in a table has one finding at its cell, with the remedy; a table without a mistake has none."""

from dataclasses import dataclass
from io import BytesIO

import openpyxl
import pytest

from checks.model.report import ACCEPTED, FLAGGED
from tests.builders.damages import Damage, below, damaged, inserted, put, without
from tests.builders.dongchuan import COVER, SHEET_2, SHEET_3, SHEET_DONE, Draft, submission
from tests.builders.examined import briefs, reads_well, report_of
from tests.builders.plain import Formula, plain_bytes


@dataclass(frozen=True, slots=True)
class Mistake:
    """A damage, the one finding that it must give, and what its sentences must name."""

    name: str
    damage: Damage
    finding: tuple[str, str, str, str | None]
    said: tuple[str, ...] = ()


MISTAKES = (
    Mistake("no annex 2", without(SHEET_2), ("F01", "hard", "附件2", None), ("土地整理", "附件2")),
    Mistake("no annex 3", without(SHEET_3), ("F01", "hard", "附件3", None), ("增减挂钩", "附件3")),
    Mistake("no progress", without(SHEET_DONE), ("F01", "hard", "完成情况", None), ("2024年度", "完成情况")),
    Mistake("empty sheet", lambda item: item.sheets.update({SHEET_2: []}), ("F01", "hard", SHEET_2, "A1"), ("表头",)),
    Mistake(
        "title without table",
        lambda item: item.sheets.update({SHEET_2: item.sheets[SHEET_2][:3]}),
        ("F01", "hard", SHEET_2, "A1"),
        ("表头",),
    ),
    Mistake(
        "the same table twice",
        lambda item: item.sheets.update({"附件2 (2)": item.sheets[SHEET_2]}),
        ("F01", "hard", "附件2 (2)", "A1"),
        ("附件2 (2)", "附件2"),
    ),
    Mistake("heading gone: serial", put("A4", None), ("F02", "hard", SHEET_2, "A4"), ("序号", "A4")),
    Mistake("heading gone: township", put("B4", None), ("F02", "hard", SHEET_2, "B4"), ("乡镇（街道）", "B4")),
    Mistake("heading gone: year", put("C4", None), ("F02", "hard", SHEET_2, "C4"), ("2024年", "C4")),
    Mistake("heading gone: total", put("F4", None), ("F02", "hard", SHEET_2, "F4"), ("总计", "F4")),
    Mistake("heading renamed: year", put("C4", "首年"), ("F02", "hard", SHEET_2, "C4"), ("2024年", "首年", "C4")),
    Mistake("heading renamed: township", put("B4", "单位"), ("F02", "hard", SHEET_2, "B4"), ("乡镇（街道）", "单位")),
    Mistake(
        "heading doubled beside the table",
        lambda item: item.sheets.update({SHEET_2: [[*row, row[2]] for row in item.sheets[SHEET_2]]}),
        ("F02", "hard", SHEET_2, "G4"),
        ("2024年", "C4、G4"),
    ),
    Mistake("words for a number", put("C5", "二百"), ("F04", "hard", SHEET_2, "C5"), ("第5行", "2024年", "二百", "C5")),
    Mistake("number with its unit", put("C5", "200亩"), ("F05", "report", SHEET_2, "C5"), ("200亩", "C5")),
    Mistake("a dash", put("E10", "—"), ("F05", "report", SHEET_2, "E10"), ("—", "E10")),
    Mistake("true for a number", put("C5", value=True), ("F04", "hard", SHEET_2, "C5"), ("TRUE", "C5")),
    Mistake("too long a number", put("C5", "9" * 60), ("F04", "hard", SHEET_2, "C5"), ("C5",)),
    Mistake("blank figure", put("C5", None), ("F04", "hard", SHEET_2, "C5"), ("第5行", "没有填写", "C5")),
    Mistake("spaces for a figure", put("C5", " \u3000"), ("F04", "hard", SHEET_2, "C5"), ("没有填写",)),
    Mistake("blank total column", put("F5", None), ("F04", "hard", SHEET_2, "F5"), ("总计", "F5")),
    Mistake("blank in the total row", put("C14", None), ("F04", "hard", SHEET_2, "C14"), ("第14行", "C14")),
    Mistake("blank progress", put("D6", None, SHEET_DONE), ("F04", "hard", SHEET_DONE, "D6"), ("增减挂钩指标", "D6")),
    Mistake("unknown township", put("B5", "西街街道"), ("C02", "hard", SHEET_2, "B5"), ("第5行", "西街街道", "B5")),
    Mistake("blank township", put("B5", None), ("C02", "hard", SHEET_2, "B5"), ("第5行", "B5")),
    Mistake("township repeated", put("B5", "碧谷街道"), ("C15", "hard", SHEET_2, "B6"), ("碧谷街道", "B5、B6")),
    Mistake(
        "one township more", inserted(14, 10, "西街街道", 0, 0, 0, 0), ("C02", "hard", SHEET_2, "B14"), ("西街街道",)
    ),
    Mistake("short township", put("B5", "铜都"), ("C04", "report", SHEET_2, "B5"), ("铜都", "铜都街道")),
    Mistake("number as text", put("C5", "200"), ("F05", "report", SHEET_2, "C5"), ("200", "C5")),
    Mistake("full-width digits", put("C5", "２００"), ("F05", "report", SHEET_2, "C5"), ("２００", "C5")),
    Mistake("thousands separator", put("F5", "1,100"), ("F05", "report", SHEET_2, "F5"), ("1,100", "F5")),
    Mistake(
        "formula error", put("C5", Formula("=A1/0", "#REF!")), ("F06", "hard", SHEET_2, "C5"), ("第5行", "#REF!", "C5")
    ),
    Mistake(
        "formula error in the total row",
        put("C14", Formula("=SUM(C5:C13)", "#VALUE!")),
        ("F06", "hard", SHEET_2, "C14"),
        ("#VALUE!", "C14"),
    ),
    Mistake(
        "formula error for a township",
        put("B5", Formula("=VLOOKUP(1,A1:B2,2)", "#N/A")),
        ("F06", "hard", SHEET_2, "B5"),
        ("#N/A", "B5"),
    ),
    Mistake("negative", put("C5", -200), ("F09", "hard", SHEET_2, "C5"), ("-200", "C5")),
    Mistake("decimals", put("C5", 200.5), ("F10", "hard", SHEET_2, "C5"), ("200.5", "C5")),
    Mistake("serial number twice", put("A13", 8), ("F11", "hard", SHEET_2, "A13"), ("A12、A13",)),
    Mistake("serial numbers from 2", lambda item: _renumber(item, 2), ("F11", "soft", SHEET_2, "A5"), ("2", "1")),
    Mistake("a row lost", lambda item: item.sheets[SHEET_2].pop(8), ("X04", "hard", SHEET_2, "B13"), ("汤丹镇",)),
    Mistake(
        "the first row lost", lambda item: item.sheets[SHEET_2].pop(4), ("X04", "hard", SHEET_2, "B13"), ("铜都街道",)
    ),
    Mistake(
        "a row doubled",
        lambda item: item.sheets[SHEET_2].insert(9, list(item.sheets[SHEET_2][8])),
        ("C15", "hard", SHEET_2, "B10"),
        ("汤丹镇", "B9、B10"),
    ),
    Mistake("serial number below 0", put("A6", -2), ("F04", "hard", SHEET_2, "A6"), ("第6行", "-2", "A6")),
    Mistake("no unit", put("A3", None), ("F03", "hard", SHEET_2, "A3"), ("没有注明", "（单位：亩）")),
    Mistake("empty unit", put("A3", "（单位：）"), ("F03", "hard", SHEET_2, "A3"), ("没有注明",)),
    Mistake("another unit", put("A3", "（单位：公顷）"), ("F03", "hard", SHEET_2, "A3"), ("公顷", "亩")),
    Mistake("ten thousand mu", put("A3", "（单位：万亩）"), ("F03", "hard", SHEET_2, "A3"), ("万亩", "亩")),
    Mistake("two units", put("C4", "2024年（公顷）"), ("F03", "hard", SHEET_2, "A3"), ("亩、公顷",)),
    Mistake(
        "no total row", lambda item: item.sheets[SHEET_2].pop(), ("F14", "soft", SHEET_2, "A14"), ("合计行", "总计")
    ),
    Mistake(
        "two total rows",
        lambda item: item.sheets[SHEET_2].append(list(item.sheets[SHEET_2][-1])),
        ("F14", "soft", SHEET_2, "A15"),
        ("A14、A15",),
    ),
    Mistake("county's name", put("B5", "西山区", COVER), ("C01", "hard", COVER, "B5"), ("530113", "东川区", "B5")),
    Mistake("city's name", put("B6", "昆明", COVER), ("C01", "hard", COVER, "B6"), ("530113", "昆明市", "B6")),
    Mistake("no county's name", put("B5", None, COVER), ("C01", "hard", COVER, "B5"), ("530113", "东川区", "B5")),
    Mistake(
        "city's name never calculated",
        put("B6", Formula("=A1", ""), COVER),
        ("C01", "hard", COVER, "B6"),
        ("昆明市", "B6"),
    ),
    Mistake("unsigned", put("B9", None, COVER), ("D06", "soft", COVER, "B9"), ("编制单位",)),
    Mistake(
        "cover entry twice, the same",
        below(["版次", 2], sheet=COVER),
        ("F02", "hard", COVER, "A14"),
        ("版次", "A8、A14"),
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda item: item.name)
def test_one_mistake_is_one_finding_at_its_place(mistake: Mistake) -> None:
    """Each mistake gives one finding and no other, with rule, weight, sheet and cell, in words that name the place."""
    report = report_of(damaged(mistake.damage))

    assert briefs(report) == [mistake.finding]
    found = report.findings[0]
    assert reads_well(found.message, found.remedy), (found.message, found.remedy)
    assert all(word in found.message + found.remedy for word in mistake.said), (found.message, found.remedy)
    assert found.basis
    assert report.outcome == (ACCEPTED if mistake.finding[1] == "report" else FLAGGED)
    assert found.cell is None or found.cell in {cell.address for cell in found.cells}


def _renumber(draft: Draft, first: int) -> None:
    for at, row in enumerate(draft.sheets[SHEET_2][4:13], start=first):
        row[0] = at


SINGLE_CAUSES = (
    Mistake("year's heading written over another", put("D4", "2024年"), ("F02", "hard", SHEET_2, "D4")),
    Mistake("blank serial number", put("A6", None), ("F04", "hard", SHEET_2, "A6")),
    Mistake("words for a serial number", put("A5", "一"), ("F04", "hard", SHEET_2, "A5")),
    Mistake("serial number 0", put("A5", 0), ("F11", "soft", SHEET_2, "A5")),
    Mistake("subtotal in between", inserted(10, "合计", None, 1100, 2400, 1500, 5000), ("F14", "soft", SHEET_2, "A15")),
    Mistake("total row without its name", put("A14", None), ("F14", "soft", SHEET_2, "A14"), ("A14", "总计")),
    Mistake("two units in one line", put("A3", "（单位：亩、公顷）"), ("F03", "hard", SHEET_2, "A3"), ("亩、公顷",)),
)


@pytest.mark.parametrize("mistake", SINGLE_CAUSES, ids=lambda item: item.name)
def test_one_cause_is_one_finding(mistake: Mistake) -> None:
    """A mistake that touches several rules still gives one finding, at the cell to mend."""
    assert briefs(report_of(damaged(mistake.damage))) == [mistake.finding]


def _renamed(draft: Draft) -> None:
    names = {SHEET_2: "Sheet1", SHEET_3: "随便", SHEET_DONE: "表3"}
    draft.sheets = {names.get(name, name): rows for name, rows in draft.sheets.items()}


def _blank_rows(draft: Draft) -> None:
    rows = draft.sheets[SHEET_2]
    for at in (8, 4, 0):
        rows.insert(at, [None] * 6)
    rows.extend([[None] * 6] * 30)


def _signed_off(draft: Draft) -> None:
    for sheet in (SHEET_2, SHEET_3, SHEET_DONE):
        lines: tuple[list[object], ...] = (
            [None],
            ["注：本表数字为计划数，共 1000 亩。"],
            ["填表人：张三", None, "审核人：李四"],
            ["填表日期：2025年1月10日"],
            [1],
        )
        draft.sheets[sheet].extend([*line] for line in lines)


def _units_in_headings(draft: Draft) -> None:
    draft.put(SHEET_2, "A3", None)
    for column in "CDEF":
        draft.put(SHEET_2, f"{column}4", f"{draft.get(SHEET_2, f'{column}4')}（亩）")


@pytest.mark.parametrize(
    "harmless",
    [
        pytest.param(lambda _: None, id="nothing at all"),
        pytest.param(_renamed, id="tables on renamed sheets"),
        pytest.param(_blank_rows, id="blank rows"),
        pytest.param(_signed_off, id="notes, sign-off and page number below the table"),
        pytest.param(_units_in_headings, id="units in the headings"),
        pytest.param(put("A14", "总 计"), id="spaces in the total's name"),
        pytest.param(put("A3", "单位:  亩"), id="unit without brackets"),
        pytest.param(put("A3", "（面积单位：亩）"), id="area unit"),
        pytest.param(put("B4", "乡镇"), id="another word for a heading"),
        pytest.param(put("B5", " 铜都 街道\u3000"), id="spaces in a name"),
        pytest.param(put("C14", Formula("=SUM(C5:C13)", 1700)), id="formula with its result"),
        pytest.param(lambda item: item.sheets.update({"说明": [["本年说明"], ["序号", 1]]}), id="another sheet"),
    ],
)
def test_what_is_no_mistake_is_not_found(harmless: Damage) -> None:
    """What people do to a table without changing what it says is no finding, and its figures are still all read."""
    report = report_of(damaged(harmless))

    assert briefs(report) == []
    assert report.outcome == ACCEPTED
    assert not report.not_run
    assert len(report.figures) == len(report_of(damaged(lambda _: None)).figures)


@pytest.mark.parametrize("address", ["C14", "F5", "C5"])
def test_a_formula_that_was_never_calculated_is_told_so(address: str) -> None:
    """A formula without a result, as programs write it, is neither blank nor zero: it must be calculated."""
    book = openpyxl.load_workbook(BytesIO(submission(2).bytes()))
    book[SHEET_2][address] = "=100+100"
    buffer = BytesIO()
    book.save(buffer)

    report = report_of(buffer.getvalue())

    assert briefs(report) == [("F06", "hard", SHEET_2, address)]
    assert "没有计算结果" in report.findings[0].message
    assert "重新计算" in report.findings[0].remedy


def test_a_hidden_sheet_is_read_and_told() -> None:
    """A table on a hidden sheet counts and is reported: nobody signs what nobody sees."""
    report = report_of(plain_bytes(submission(2).sheets, hidden=(SHEET_2,)))

    assert briefs(report) == [("F08", "soft", SHEET_2, "A1")]


@pytest.mark.hostile(46)
def test_a_hidden_sheet_that_nothing_was_read_from_is_listed() -> None:
    """An older copy of a table on a hidden sheet is reported as not read; one without figures is no finding."""
    sheets = submission(2).sheets
    older = plain_bytes({**sheets, "旧": sheets[SHEET_2], "说明": [["说明"]]}, hidden=("旧", "说明"))
    assert briefs(report_of(older)) == [("F08", "report", "旧", "A1")]
