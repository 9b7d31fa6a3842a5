"""The figures of the province's filing: roll-up, detail and targets of one county."""

from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.errors import ContractError
from filing.filing_books import build_province_book
from review.roster import DueCounty
from tests.builders import dongchuan
from tests.builders.filing_contexts import (
    COUNTY,
    assert_live,
    cells_of,
    load_messages,
    make_context,
    make_filed,
    make_roster,
    rollup_row,
    sheet_of,
    texts_of,
)


def test_rollup_states_plan_done_and_rate_of_each_measure() -> None:
    """The roll-up's row of a county bears target, done, rate and whole target of both measures."""
    book = build_province_book(make_context(), load_messages())
    figures = [Decimal(1700), Decimal("1654.6"), Decimal("0.9733"), Decimal(7000)]
    figures += [Decimal(400), Decimal("384.6"), Decimal("0.9615"), Decimal(1000)]
    assert rollup_row(book, "东川区") == [1, "东川区", *figures]
    assert rollup_row(book, "昆明市小计")[2:] == figures
    assert rollup_row(book, "总计")[2:] == figures


def test_measures_are_named_as_the_plan_names_them() -> None:
    """The column groups of the roll-up bear the names of the plan's measures."""
    rows = sheet_of(build_province_book(make_context(), load_messages()), "rollup").rows
    assert [row.value for row in rows[2]] == ["县（市、区）", "垦造耕地（土地整理）", "增减挂钩调剂指标"]
    assert rows[3][5].value == "2024—2026年\n计划合计"


def test_county_row_refers_to_its_total_and_links_to_its_block() -> None:
    """A figure of the roll-up leads to the county's total in the detail, its name to the head of its block."""
    book = build_province_book(make_context(), load_messages())
    row = next(row for row in sheet_of(book, "rollup").rows if len(row) > 1 and row[1].value == "东川区")
    cells = cells_of(book)
    assert row[2].formula == "='分乡镇明细'!C15"
    assert cells["分乡镇明细", "B15"].value == "合计"
    assert row[1].link == "'分乡镇明细'!A5"
    assert "东川区（530113）" in str(cells["分乡镇明细", "A5"].value)


def test_detail_names_the_cells_of_the_countys_own_file() -> None:
    """Each township's row names the sheet and cell of every figure in it."""
    rows = sheet_of(build_province_book(make_context(), load_messages()), "detail").rows
    row = next(row for row in rows if len(row) > 1 and row[1].value == "铜都街道")
    assert row[-1].value == "附件2!C5、F5；完成情况（示例）!C4\n附件3!C5、F5；完成情况（示例）!D4"


def test_what_the_plan_leaves_at_zero_has_no_rate() -> None:
    """A target of 0 is printed 0, and the rate beside it is a dash."""
    rows = sheet_of(build_province_book(make_context(), load_messages()), "detail").rows
    row = next(row for row in rows if len(row) > 1 and row[1].value == "乌龙镇")
    assert [cell.value for cell in row[6:10]] == [Decimal(0), Decimal(0), "—", Decimal(50)]


def test_done_keeps_the_finest_decimals_and_two_at_least() -> None:
    """What was done is printed with the decimals of the finest amount, targets without any."""
    filed = make_filed()
    finer = [
        replace(figure, amount="186.125") if figure.column == "consolidation_done" and figure.cell == "C4" else figure
        for figure in filed.report.figures
    ]
    book = build_province_book(
        make_context(replace(filed, report=replace(filed.report, figures=tuple(finer)))), load_messages()
    )
    row = next(row for row in sheet_of(book, "rollup").rows if len(row) > 1 and row[1].value == "东川区")
    assert [cell.decimals for cell in row[2:]] == [0, 3, 0, 0, 0, 2, 0, 0]


def test_missing_figure_stays_empty() -> None:
    """A township that reported no figure has an empty cell and no rate, not a zero."""
    filed = make_filed()
    fewer = tuple(
        figure for figure in filed.report.figures if figure.column != "consolidation_done" or figure.cell != "C4"
    )
    book = build_province_book(
        make_context(replace(filed, report=replace(filed.report, figures=fewer))), load_messages()
    )
    row = next(row for row in sheet_of(book, "detail").rows if len(row) > 1 and row[1].value == "铜都街道")
    assert [cell.value for cell in row[2:6]] == [Decimal(200), None, "—", Decimal(1100)]
    assert_live(book)


def test_township_in_two_rows_is_added_up_with_both_cells() -> None:
    """A township that was reported twice counts with both figures and names both cells."""
    filed = make_filed()
    figures = filed.report.figures
    twice = next(figure for figure in figures if figure.column == "consolidation_done" and figure.cell == "C4")
    again = replace(twice, amount="3.50", cell="C20")
    book = build_province_book(
        make_context(replace(filed, report=replace(filed.report, figures=(*figures, again)))), load_messages()
    )
    row = next(row for row in sheet_of(book, "detail").rows if len(row) > 1 and row[1].value == "铜都街道")
    assert row[3].value == Decimal("190.00")
    assert "完成情况（示例）!C4、C20" in str(row[-1].value)


def test_nothing_done_is_a_rate_of_zero() -> None:
    """A township that did nothing against a target has 0 done and a rate of 0, not a dash."""
    filed = make_filed()
    figures = tuple(
        replace(figure, amount="0") if figure.column == "consolidation_done" and figure.cell == "C4" else figure
        for figure in filed.report.figures
    )
    book = build_province_book(
        make_context(replace(filed, report=replace(filed.report, figures=figures))), load_messages()
    )
    row = next(row for row in sheet_of(book, "detail").rows if len(row) > 1 and row[1].value == "铜都街道")
    assert [row[3].value, row[4].value] == [Decimal(0), Decimal(0)]
    assert_live(book)


def test_stated_total_that_differs_is_told() -> None:
    """Where a county's own total is not the sum of its townships, the detail says both."""
    filed = make_filed()
    other = tuple(
        replace(figure, amount="1655") if figure.column == "consolidation_done" and not figure.township else figure
        for figure in filed.report.figures
    )
    book = build_province_book(
        make_context(replace(filed, report=replace(filed.report, figures=other))), load_messages()
    )
    said = texts_of(sheet_of(book, "detail"))
    assert "县级所报合计（完成情况（示例）!C13）为 1655，各乡镇（街道）之和为 1654.60" in said
    assert rollup_row(book, "总计")[3] == Decimal("1654.6")


def test_measure_that_does_not_concern_a_county_is_a_dash() -> None:
    """A county without a measure shows dashes there and does not disturb the sums."""
    plan = dongchuan.plan()
    filed = make_filed()
    other = replace(
        make_filed(DueCounty("530114", "呈贡区", "530100")),
        plan=replace(plan, measures={"consolidation": plan.measures["consolidation"]}),
        report=replace(
            filed.report,
            figures=tuple(
                figure
                for figure in filed.report.figures
                if "linkage" not in figure.form and figure.measure != "linkage"
            ),
        ),
    )
    book = build_province_book(
        make_context(filed, other, roster=make_roster((COUNTY, other.due_county))), load_messages()
    )
    assert rollup_row(book, "呈贡区")[6:] == ["—"] * 4
    assert rollup_row(book, "总计")[6:8] == [Decimal(400), Decimal("384.6")]
    assert_live(book)


def test_plan_speaks_where_no_targets_were_sent() -> None:
    """Without a table of targets, they come from the plan, which is named as their place."""
    filed = make_filed()
    figures = tuple(figure for figure in filed.report.figures if figure.form != "linkage_tasks")
    book = build_province_book(
        make_context(replace(filed, report=replace(filed.report, figures=figures))), load_messages()
    )
    assert rollup_row(book, "总计")[6] == Decimal(400)
    assert "东办通〔2024〕9号!附件3" in texts_of(sheet_of(book, "detail"))


def test_county_without_plan_is_filed_with_what_it_reported() -> None:
    """A county that no plan is known of shows what it did, under the measure's common name."""
    filed = make_filed()
    book = build_province_book(make_context(replace(filed, plan=None)), load_messages())
    assert rollup_row(book, "总计")[3] == Decimal("1654.6")
    assert sheet_of(book, "rollup").rows[2][1].value == "新增耕地"
    assert_live(book)


def test_figures_of_two_units_are_not_added_up() -> None:
    """Counties that report in different units stop the filing instead of giving a wrong sum."""
    filed = make_filed()
    figures = tuple(replace(figure, unit="公顷") for figure in filed.report.figures)
    with pytest.raises(ContractError, match="one unit"):
        build_province_book(
            make_context(replace(filed, report=replace(filed.report, figures=figures))), load_messages()
        )


def test_tasks_show_every_year_of_the_plan() -> None:
    """The sheet of targets has the years and the sum of both measures, with live totals."""
    rows = sheet_of(build_province_book(make_context(), load_messages()), "tasks").rows
    assert [row.value for row in rows[3]] == ["序号", "名称", *["2024年", "2025年", "2026年", "合计"] * 2]
    total = next(row for row in rows if len(row) > 1 and row[1].value == "合计")
    assert [cell.value for cell in total[2:]] == [1700, 3300, 2000, 7000, 400, 300, 300, 1000]
    assert total[2].formula == "=SUM(C6:C14)"


def test_figure_of_no_measure_is_left_out() -> None:
    """An amount that counts for no measure of the plan changes nothing in the filing."""
    filed = make_filed()
    stray = replace(filed.report.figures[0], form="roads", column="length", measure="", year=None)
    report = replace(filed.report, figures=(*filed.report.figures, stray))
    plain = build_province_book(make_context(), load_messages())
    assert build_province_book(make_context(replace(filed, report=report)), load_messages()) == plain
