"""Shapes of tables and prose in notices: what a plan read from each holds."""

import pytest

from notices.plan.imported_plan import encode_imported_plan
from tests.builders.notices import Block, import_blocks

SHAPES: dict[str, tuple[list[Block], dict[str, dict[str, str]], list[str]]] = {
    "years under one heading, total first, unit in the heading": (
        [
            "甲县计划（2025—2026年）",
            [
                ["乡镇", "任务数（公顷）", "", ""],
                ["", "合计", "2025年", "2026年"],
                ["总计", "5.5", "2.5", "3"],
                ["甲乡", "3.5", "1.5", "2"],
                ["乙乡", "2", "1", "1"],
            ],
        ],
        {"甲乡": {"2025": "1.5", "2026": "2", "total": "3.5"}, "乙乡": {"2025": "1", "2026": "1", "total": "2"}},
        [],
    ),
    "title and unit as rows of the table, years with words": (
        [
            [
                ["甲县垦造耕地任务表", "", ""],
                ["单位：亩", "", ""],
                ["乡镇", "2025年任务", "2026年任务"],
                ["甲乡", "100", "1,200"],
                ["乙乡", "50亩", "60"],
            ]
        ],
        {"甲乡": {"2025": "100", "2026": "1200"}, "乙乡": {"2025": "50", "2026": "60"}},
        [],
    ),
    "subtotals between the rows": (
        [
            "甲县2025年任务表",
            "单位：亩",
            [
                ["片区", "面积"],
                ["甲乡", "10"],
                ["乙乡", "20"],
                ["小计", "30"],
                ["丙乡", "5"],
                ["小计", "6"],
                ["合计", "35"],
            ],
        ],
        {
            "甲乡": {"2025": "10", "total": "10"},
            "乙乡": {"2025": "20", "total": "20"},
            "丙乡": {"2025": "5", "total": "5"},
        },
        ["N01"],
    ),
    "years down, townships across": (
        [
            "甲县计划（2025—2026年）",
            "单位：亩",
            [
                ["年度", "甲乡", "乙乡", "合计"],
                ["2025年", "10", "—", "10"],
                ["2026年", "20", "5", "25"],
                ["总计", "30", "5", "35"],
            ],
        ],
        {"甲乡": {"2025": "10", "2026": "20", "total": "30"}, "乙乡": {"2026": "5", "total": "5"}},
        [],
    ),
    "dashes are no figures, a township without any stays, footnotes are no rows": (
        [
            "甲县2025年任务表",
            "单位：亩",
            [
                ["乡镇", "面积"],
                ["甲乡", "10"],
                ["乙乡", "—"],
                ["丙乡", "/"],
                ["合 计", "10"],
                ["注：乙乡另行下达。", ""],
            ],
        ],
        {"甲乡": {"2025": "10", "total": "10"}, "乙乡": {}, "丙乡": {}},
        [],
    ),
    "cumulative targets do not add up over the years": (
        [
            "甲县水网规划任务表",
            "单位：公里",
            [["乡镇", "到2025年", "到2030年"], ["甲乡", "10", "15"], ["乙乡", "20", "22"], ["合计", "30", "37"]],
        ],
        {"甲乡": {"2025": "10", "total": "10"}, "乙乡": {"2025": "20", "total": "20"}},
        [],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_other_shapes_of_tables(shape: str) -> None:
    """Headings over several columns, titles inside the table, subtotals, targets up to a year."""
    blocks, townships, rules = SHAPES[shape]
    result = import_blocks(blocks)
    assert [finding.rule for finding in result.findings] == rules
    assert encode_imported_plan(result.plan)["programmes"][0]["townships"] == townships


def test_names_in_prose_may_have_verbs_after_them() -> None:
    """其中甲乡完成60亩 is the figure of 甲乡."""
    result = import_blocks(["全县垦造耕地100亩，其中甲乡完成60亩，乙乡完成40亩。"])
    assert list(result.plan.programmes[0].townships) == ["甲乡", "乙乡"]
    assert result.findings == ()


def test_one_figure_in_prose_may_count_for_several_names() -> None:
    """甲乡、乙乡各30亩 gives both 30."""
    result = import_blocks(["全县垦造耕地100亩。其中：丙乡40亩，甲乡、乙乡各30亩。"])
    townships = encode_imported_plan(result.plan)["programmes"][0]["townships"]
    assert townships == {"丙乡": {"total": "40"}, "甲乡": {"total": "30"}, "乙乡": {"total": "30"}}
    assert result.findings == ()


def test_places_in_a_table_with_years_down_are_those_of_the_source() -> None:
    """The figure of a township and a year stands where the document has it."""
    rows = [["年度", "甲乡", "乙乡"], ["2025年", "10", "7"], ["2026年", "20", "5"]]
    result = import_blocks(["甲县计划", "单位：亩", rows])
    places = encode_imported_plan(result.plan)["programmes"][0]["sources"]["townships"]["乙乡"]["2026"]
    assert rows[places[0]["row"] - 1][places[0]["column"] - 1] == "5"
