"""A plan that is written as a notice and read again is the same plan, and one wrong digit is told."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.contract_library import open_library
from notices.plan.import_plan import PlanImport, import_plan
from notices.plan.imported_plan import encode_imported_plan
from notices.reading.read_notice import read_notice
from tests.builders.notices import WRITERS, Block, Notice, Task

NAMES = ("东河镇", "西山乡", "南桥街道", "北岭镇", "中坝乡", "上湾镇", "下营乡")
YEARS = (2025, 2026, 2027)

figures = st.integers(min_value=0, max_value=9_999)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Return a task of some townships over some years."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=7, unique=True))
    years = YEARS[: draw(st.integers(min_value=1, max_value=3))]
    rows = {name: {year: draw(figures) for year in years} for name in names}
    total = sum(figure for row in rows.values() for figure in row.values())
    assigned = draw(st.none() | st.integers(min_value=0, max_value=total))
    return Task("甲县土地整理任务分解表", "计划完成", rows, assigned)


def build_notice(task: Task) -> Notice:
    """Return a notice with one task."""
    return Notice("甲政发〔2025〕3号", f"甲县计划（{task.years[0]}—{task.years[-1]}年）", "2025年2月3日", [task])


def import_blocks(blocks: list[Block], kind: str) -> PlanImport:
    """Write and read blocks."""
    library = open_library()
    document = read_notice(WRITERS[kind](blocks))
    return import_plan(document, library.get_notice_vocabulary(), library.get_messages())


def expect_rows(task: Task) -> Mapping[str, Mapping[str, str]]:
    """Return the townships as they must be read."""
    return {
        name: {**{str(year): str(figure) for year, figure in row.items()}, "total": str(sum(row.values()))}
        for name, row in task.figures.items()
    }


@settings(max_examples=15, deadline=None)
@given(task=tasks(), kind=st.sampled_from(sorted(WRITERS)))
def test_plan_that_is_written_and_read_is_the_same(task: Task, kind: str) -> None:
    """Every figure comes back, and nothing is found."""
    result = import_blocks(build_notice(task).build_blocks(), kind)
    assert [finding.message for finding in result.findings] == []
    plan = encode_imported_plan(result.plan)
    programme = plan["programmes"][0]
    assert programme["townships"] == expect_rows(task)
    assert programme["total"] == str(task.get_total())
    assert programme["assigned"] == (None if task.assigned is None else str(task.assigned))
    assert plan["years"] == task.years


@settings(max_examples=15, deadline=None)
@given(data=st.data(), task=tasks())
def test_one_wrong_digit_in_prose_or_table_is_told(data: st.DataObject, task: Task) -> None:
    """A figure that is 1 more in the prose, or in the table's column of totals, is named with both places."""
    blocks = build_notice(task).build_blocks()
    name = data.draw(st.sampled_from(sorted(task.figures)))
    total = sum(task.figures[name].values())
    in_prose = data.draw(st.booleans())
    if in_prose:
        old, new = f"{name}{total}亩", f"{name}{total + 1}亩"
        blocks = [block.replace(old, new) if isinstance(block, str) else block for block in blocks]
    else:
        table = next(block for block in blocks if not isinstance(block, str))
        row = next(row for row in table if row[1] == name)
        row[-1] = str(total + 1)
    rules = {finding.rule: finding for finding in import_blocks(blocks, "txt").findings}
    assert {"N07", "N08"} <= rules.keys() if in_prose else {"N07", "N01"} <= rules.keys()
    assert name in rules["N07"].message
    assert "正文第" in rules["N07"].message


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_empty_document_says_that_it_has_no_tasks(kind: str) -> None:
    """A document of words alone is read, and the finding says that no tasks were found."""
    assert [finding.rule for finding in import_blocks(["通知", "没有数字。"], kind).findings] == ["N18"]
