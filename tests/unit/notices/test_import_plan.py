"""Plans read from notices: every figure with its place, and what a notice contradicts itself in."""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.contract_library import open_library
from contracts.plans import load_plan
from desk.commands.plan import import_plan_file
from desk.commands.plan_request import ImportRequest
from desk.commands.plan_show import show_plan_file
from desk.exit_codes import ExitCode
from notices.content.document import build_document
from notices.plan.import_plan import import_plan
from notices.plan.imported_plan import encode_imported_plan
from notices.plan.plan_file import format_plan_file
from notices.reading.read_notice import read_notice
from tests.builders.notices import WRITERS, Block, Notice, Task, import_blocks, write_page, write_text

TABLES = [
    json.loads(line)
    for line in (Path(__file__).parent / "published_tables.jsonl").read_text(encoding="utf-8").splitlines()
]
PLAN = "530113-2024-2026"
ISSUED_SERIALS = ["1", "2", "3", "4", "6", "7", "8", "8", "9"]


def read_plan_file() -> dict[str, Any]:
    """Return the plan file of Dongchuan as it is on file."""
    return dict(yaml.safe_load((open_library().root / "plans" / f"{PLAN}.yaml").read_text(encoding="utf-8")))


def build_dongchuan_notice() -> Notice:
    """Return a notice with the figures of Dongchuan's plan."""
    raw = read_plan_file()
    titles = {"consolidation": "各乡镇土地整理任务分解表", "linkage": "各乡镇增减挂钩任务分解表"}
    tasks = [
        Task(
            titles[name],
            "计划完成",
            {town: {year: row[year] for year in raw["years"]} for town, row in measure["townships"].items()},
            measure.get("assigned"),
        )
        for name, measure in raw["measures"].items()
    ]
    return Notice(raw["document"], raw["title"], "2024年3月25日", tasks, ISSUED_SERIALS)


@pytest.mark.parametrize("kind", WRITERS)
def test_plan_of_dongchuan_is_read_from_every_format(kind: str) -> None:
    """Prose and tables agree; the file that is written has the figures of the plan on file."""
    result = import_blocks(build_dongchuan_notice().build_blocks(), kind)
    assert [(finding.rule, finding.severity.value) for finding in result.findings] == [("N04", "soft")]
    assert "重复：8；缺少：5" in result.findings[0].message
    written = yaml.safe_load(format_plan_file(result.plan, "530113", "通知"))
    on_file = read_plan_file()
    for facts in (written, on_file):
        for measure in facts["measures"].values():
            measure.pop("clause")
            measure.pop("annex")
    for name in ("id", "county", "document", "title", "issued", "years", "unit", "measures"):
        assert str(written[name]) == str(on_file[name]), name


def test_each_figure_has_its_places() -> None:
    """A total that table and prose state has both places; the words of the prose stand at the characters named."""
    blocks = build_dongchuan_notice().build_blocks()
    plan = encode_imported_plan(import_blocks(blocks).plan)
    places = plan["programmes"][0]["sources"]["townships"]["铜都街道"]["total"]
    assert [sorted(place) for place in places] == [["column", "row", "table"], ["end", "paragraph", "start"]]
    document = build_document(blocks)
    table = document.tables[places[0]["table"] - 1]
    assert table.rows[places[0]["row"] - 1][places[0]["column"] - 1] == "1100"
    text = document.paragraphs[places[1]["paragraph"] - 1].text
    assert text[places[1]["start"] : places[1]["end"]] == "1100亩"


@pytest.mark.parametrize("table", TABLES, ids=[table["id"] for table in TABLES])
def test_published_table_is_read_without_loss(table: dict[str, Any]) -> None:
    """Every figure of the table is in the plan, and the findings are those that its arithmetic deserves."""
    result = import_blocks([table["title"], f"（单位：{table['unit']}）", table["rows"]])
    assert Counter(finding.rule for finding in result.findings) == Counter(table["findings"])
    programmes = encode_imported_plan(result.plan)["programmes"]
    read = Counter(
        figure
        for programme in programmes
        for rows in (programme["townships"], programme["groups"])
        for row in rows.values()
        for key, figure in row.items()
        if key == "total" or "total" not in row
    )
    written = [cell.replace(",", "") for row in table["rows"] for cell in row[1:]]
    figures = Counter(cell for cell in written if cell.replace(".", "").isdecimal())
    assert set(read) <= set(figures)
    assert sum(read.values()) >= len(table["rows"]) - 4


def replace_text(blocks: list[Block], old: str, new: str) -> list[Block]:
    """Return the blocks with some words of the prose replaced."""
    return [block.replace(old, new) if isinstance(block, str) else block for block in blocks]


def change_cell(blocks: list[Block], old: str, new: str) -> list[Block]:
    """Return the blocks with one figure of the first table changed."""
    table = next(block for block in blocks if not isinstance(block, str))
    row = next(row for row in table if old in row)
    row[row.index(old)] = new
    return blocks


def test_figure_that_differs_between_table_and_prose_is_told_with_both_places() -> None:
    """The finding has the cell, and the words of the prose by paragraph and characters."""
    blocks = build_dongchuan_notice().build_blocks()
    blocks = [
        block.replace("碧谷街道1000亩", "碧谷街道1010亩") if isinstance(block, str) else block for block in blocks
    ]
    findings = {finding.rule: finding for finding in import_blocks(blocks).findings}
    assert "碧谷街道1010亩" in findings["N07"].message
    assert "第3行第6列" in findings["N07"].message
    assert (findings["N07"].value, findings["N07"].expected) == ("1010", "1000")
    assert findings["N08"].expected == "7010"


def test_sums_that_do_not_hold_are_told() -> None:
    """A wrong year shows in its row and in its column."""
    findings = import_blocks(change_cell(build_dongchuan_notice().build_blocks(), "600", "601")).findings
    assert Counter(finding.rule for finding in findings)["N01"] == 2


def test_own_target_below_the_assigned_one_is_hard() -> None:
    """The bound is the assigned figure itself."""
    figures = {"甲乡": {2024: 60}, "乙乡": {2024: 40}}
    rules = {}
    for assigned in (99, 100, 101):
        task = Task("甲县土地整理任务表", "计划完成", figures, assigned)
        blocks = Notice("甲发〔2024〕1号", "计划", "2024年1月1日", [task]).build_blocks()
        rules[assigned] = [finding.rule for finding in import_blocks(blocks).findings]
    assert rules == {99: [], 100: [], 101: ["N09"]}


def test_table_over_a_page_break_and_titles_are_compared() -> None:
    """Parts of a table with the same headings are one; another title in the list of annexes is told."""
    blocks = build_dongchuan_notice().build_blocks()
    index = next(number for number, block in enumerate(blocks) if not isinstance(block, str))
    table = blocks[index]
    assert not isinstance(table, str)
    blocks[index : index + 1] = [table[:5], "— 3 —", [table[0], *table[5:]]]
    whole = import_blocks(blocks)
    assert len(whole.plan.programmes) == 2
    assert {finding.rule for finding in whole.findings} == {"N04"}
    blocks = replace_text(blocks, "1.各乡镇", "1.全区各乡镇")
    assert {finding.rule for finding in import_blocks(blocks).findings} == {"N04", "N10"}


def test_duties_are_compared_with_the_body() -> None:
    """Leaders are carried down; serials from 1; departments named in one list alone; other words."""
    duties = [
        ["序号", "内容", "牵头领导", "责任部门"],
        ["2", "负责项目实施。", "分管负责人甲", "区自然资源局"],
        ["3", "负责资金筹措和保障。", "", "区财政局"],
        ["4", "负责信访。", "分管负责人乙", "区信访局"],
    ]
    extra: list[Block] = [
        "区自然资源局、区财政局、区水务局等部门各司其职。",
        "1.区自然资源局负责项目实施。",
        "2.区财政局负责资金筹措及保障。",
        "3.区交通运输局负责道路。",
        "附件9",
        "责任表",
        duties,
    ]
    notice = build_dongchuan_notice()
    result = import_blocks(Notice(notice.number, notice.title, notice.day, notice.tasks, (), extra).build_blocks())
    assert Counter(finding.rule for finding in result.findings) == Counter(["N04", "N11", "N12", "N13", "N17"])
    text = "\n".join(finding.message for finding in result.findings)
    for word in ("缺少：1", "区水务局", "区信访局", "区交通运输局", "资金筹措及保障"):
        assert word in text
    assert [dict(row.people)["牵头领导"] for row in result.plan.duties] == [
        "分管负责人甲",
        "分管负责人甲",
        "分管负责人乙",
    ]


def test_prose_with_chinese_numerals_and_other_units_agrees() -> None:
    """三千五百亩 and 0.12万亩 are compared in the unit of the table."""
    blocks: list[Block] = [
        "全县计划三千五百亩，其中：甲乡二千三百亩、乙镇0.12万亩。",
        "甲县2024年任务表",
        "（单位：亩）",
        [["乡镇", "面积"], ["甲乡", "2300"], ["乙镇", "1200"], ["合计", "3500"]],
    ]
    result = import_blocks(blocks)
    assert result.findings == ()
    assert result.plan.years == (2024,)
    changed = import_blocks(replace_text(blocks, "0.12", "0.13"))
    assert {finding.rule for finding in changed.findings} == {"N07", "N08"}


def test_prose_without_a_table_is_a_programme_too() -> None:
    """Nothing is filled in that the prose does not say: no years, no annex."""
    result = import_blocks(["本县垦造耕地100亩，其中：甲乡60亩，乙乡40亩。"])
    programme = result.plan.programmes[0]
    assert (programme.id, str(programme.total and programme.total.value), programme.annex) == (
        "consolidation",
        "100",
        "",
    )
    assert programme.by_year == {}


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no browser to print a PDF with")
def test_plan_is_read_from_a_pdf(tmp_path: Path) -> None:
    """The ruled tables and the lines of a PDF say what the document said."""
    source, target = tmp_path / "page.html", tmp_path / "page.pdf"
    style = b"<style>td {border: 1px solid black} table {border-collapse: collapse}</style></head>"
    source.write_bytes(write_page(build_dongchuan_notice().build_blocks()).replace(b"</head>", style))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    options += ["--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"]
    command = ["chromium", *options, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    library = open_library()
    result = import_plan(read_notice(target.read_bytes()), library.get_notice_vocabulary(), library.get_messages())
    totals = [str(programme.total.value) for programme in result.plan.programmes if programme.total]
    assert totals == ["7000", "1000"]
    assert [len(programme.townships) for programme in result.plan.programmes] == [9, 9]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty"), (b"PK\x03\x04rubbish", "damaged"), (b"%PDF-1.7 rubbish", "damaged"), (bytes(20), "unknown")],
)
def test_file_that_is_no_notice_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, code: str
) -> None:
    """The refusal says why; the exit code is that of a refused file, as JSON too."""
    path = tmp_path / "坏.docx"
    path.write_bytes(data)
    assert import_plan_file(path, open_library(), ImportRequest(), as_json=True) is ExitCode.REFUSED_FILE
    assert json.loads(capsys.readouterr().out)["refusal"]["code"] == code
    missing = tmp_path / "无"
    assert import_plan_file(missing, open_library(), ImportRequest(), as_json=False) is ExitCode.REFUSED_FILE


def test_plan_file_is_usable_and_a_changed_edition_tells_its_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The county is found by its name; the file loads as a plan; another figure in a second import is named."""
    path = tmp_path / "通知.txt"
    notice = build_dongchuan_notice()
    path.write_bytes(write_text(notice.build_blocks()))
    out = tmp_path / "计划"
    assert import_plan_file(path, open_library(), ImportRequest(out=out), as_json=False) is ExitCode.CLEAR
    assert "数字没有变化" in capsys.readouterr().err
    written, on_file = load_plan(out / f"{PLAN}.yaml"), open_library().get_plan(PLAN)
    assert [measure.townships for measure in written.measures.values()] == [
        measure.townships for measure in on_file.measures.values()
    ]
    first = notice.tasks[0]
    figures = {town: dict(row) for town, row in first.figures.items()}
    figures["铜都街道"][2024] += 10
    changed = Task(first.title, first.called, figures, first.assigned)
    tasks = [changed, *notice.tasks[1:]]
    path.write_bytes(write_text(Notice(notice.number, notice.title, notice.day, tasks, ISSUED_SERIALS).build_blocks()))
    import_plan_file(path, open_library(), ImportRequest("530113", out), as_json=False)
    err = capsys.readouterr().err
    assert "有 4 个数字不同" in err
    assert "铜都街道　2024年度：200→210" in err


def test_plan_file_is_shown_with_the_place_of_each_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every figure stands beside its table and cell, or its paragraph and characters."""
    assert (
        show_plan_file(open_library().root / "plans" / f"{PLAN}.yaml", open_library().get_messages()) is ExitCode.CLEAR
    )
    lines = capsys.readouterr().out.splitlines()
    line = next(line for line in lines if "铜都街道" in line and "各年合计" in line)
    assert "1100" in line
    assert "第2张表第2行第6列；第25段第85至89字" in line
    assert show_plan_file(tmp_path / "无.yaml", open_library().get_messages()) is ExitCode.USAGE


def test_annex_that_is_a_table_and_was_not_read_is_told() -> None:
    """A table that is a picture in the document leaves only its title: the list of annexes shows that it is missing."""
    blocks = build_dongchuan_notice().build_blocks()
    index = [number for number, block in enumerate(blocks) if not isinstance(block, str)][-1]
    del blocks[index]
    findings = import_blocks(blocks).findings
    assert [finding.rule for finding in findings] == ["N20"]
    assert "附件2“各乡镇增减挂钩任务分解表”" in findings[0].message
