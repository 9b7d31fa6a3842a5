"""Titles, office and report text that name another year or county than the cover; legitimate mentions are taken."""

import pytest

from tests.builders.clerk_mistakes import find_after, set_cell

COVER, PROGRESS, SUMMARY, REPORT = "封面", "完成情况（示例）", "核算汇总表", "核算报告"
PROJECTS, PLOTS = "项目清单", "新增耕地明细"


@pytest.mark.parametrize(
    ("base", "sheet", "cell", "text", "severity"),
    [
        ("dongchuan", PROGRESS, "A1", "二〇二三年度乡镇（街道）任务完成情况表", "hard"),
        ("dongchuan", PROGRESS, "A2", "填报年度：2023年（单位：亩）", "hard"),
        ("dongchuan", PROGRESS, "A1", "2024年度五华区乡镇（街道）任务完成情况表", "hard"),
        ("dongchuan", COVER, "A1", "2023年度核算报送封面", "hard"),
        ("dongchuan", COVER, "B9", "曲靖市东川区自然资源局", "soft"),
        ("gansu", SUMMARY, "A1", "静宁县2024年度新增耕地和补划永久基本农田核算汇总表", "hard"),
        ("gansu", COVER, "B9", "甘肃省平凉市静宁县自然资源局", "soft"),
        ("gansu", REPORT, "C7", "经自查，2023年度各表数据与地块明细一致，子项目均已验收，验收材料齐全。", "soft"),
        ("gansu", REPORT, "C7", "经自查，静宁县各表数据与地块明细一致，子项目均已验收，验收材料齐全。", "soft"),
    ],
)
def test_contradiction_is_one_finding(base: str, sheet: str, cell: str, text: str, severity: str) -> None:
    """The finding is at the cell that contradicts the cover."""
    (finding,) = find_after(base, set_cell(sheet, cell, text))
    assert (finding.rule, finding.severity.value, finding.sheet, finding.cell) == ("C18", severity, sheet, cell)


@pytest.mark.parametrize(
    ("base", "sheet", "cell", "text"),
    [
        ("dongchuan", PROGRESS, "A1", "昆明市东川区2024年度乡镇（街道）任务完成情况表"),
        ("dongchuan", PROGRESS, "A1", "全区2024年度市县乡镇（街道）任务完成情况表"),
        ("dongchuan", PROGRESS, "A1", "2024年度乡镇（街道）任务完成情况表（与2023年对照）"),
        ("dongchuan", "附件2", "A2", "2023年各乡镇（街道）国土综合整治（土地整理）项目任务分解表"),
        ("dongchuan", PROGRESS, "A2", "（东办通〔2023〕9号，2023—2025年，2025年1月16日填报，单位：亩）"),
        ("dongchuan", COVER, "B9", "区自然资源局"),
        ("dongchuan", COVER, "B9", "高新技术开发区管理委员会"),
        ("gansu", COVER, "B9", "庄浪县自然资源局"),
        (
            "gansu",
            REPORT,
            "C7",
            "经自查，较2023年度增长；方案（云自然资〔2023〕12号）于2023年3月批复，实施期2023—2025年。",
        ),
        ("gansu", REPORT, "C7", "经自查，2024年度各表与2023年度衔接，庄浪县与静宁县接壤处没有重复地块。"),
        ("gansu", REPORT, "C7", "截至2023年底已完成，经自查，各表数据与地块明细一致。"),
    ],
)
def test_legitimate_mention_is_no_finding(base: str, sheet: str, cell: str, text: str) -> None:
    """Periods, dates, numbers of documents, comparisons and the own county's names are no contradiction."""
    assert find_after(base, set_cell(sheet, cell, text)) == ()


def test_titles_of_another_year_are_one_finding() -> None:
    """The year on the cover is wrong, or all tables are: both readings are told once, with every title."""
    (finding,) = find_after(
        "gansu",
        set_cell(PROJECTS, "A1", "2023年度项目清单"),
        set_cell(SUMMARY, "A1", "2023年度新增耕地和补划永久基本农田核算汇总表"),
        set_cell(PLOTS, "A1", "2023年度新增耕地明细表"),
    )
    assert [(cell.sheet, cell.address) for cell in finding.cells] == [(PROJECTS, "A1"), (SUMMARY, "A1"), (PLOTS, "A1")]
    assert "封面!B3" in finding.message
