"""Stories 3 and 14: a returned county sees why and answers in its own workbook; a refused county is told."""

from pathlib import Path

import openpyxl
import pytest

from checks.versions.point_answers import RETURN_POINT
from flows.decisions.record_decision import RecordedDecision, record_decision
from review.proposal import DecisionRefusal
from tests.builders.dongchuan import COUNTY, COVER, SHEET_DONE
from tests.builders.year_folders import YearFolders, proposal

MARKED = f"returned/{COUNTY}/{COUNTY}-2024-第2版-问题标注.xlsx"
NOTICE = f"returned/{COUNTY}/{COUNTY}-2024-第2版-退回通知单.xlsx"
POINTS = "附件3!A8：序号请核对\n完成情况（示例）！$C$4：请提供验收文件\n请补报附图"


@pytest.fixture
def returned(returned_folders: YearFolders, tmp_path: Path) -> YearFolders:
    """Return a year in which the city has returned version 2 with three points, to be changed."""
    return returned_folders.copy_to(tmp_path)


@pytest.fixture(scope="module")
def returned_folders(checked_folders: YearFolders, tmp_path_factory: pytest.TempPathFactory) -> YearFolders:
    """Let the city return version 2 with three points."""
    year = checked_folders.copy_to(tmp_path_factory.mktemp("已退回"))
    for level, action, given in (("county", "approve", {}), ("city", "return", {"points": POINTS, "opinion": "请改"})):
        done = record_decision(year.places, proposal(level, action, **given))
        assert isinstance(done, RecordedDecision), done
    year.run()
    return year


def read_texts(path: Path) -> str:
    """Return every text of a workbook."""
    book = openpyxl.load_workbook(path)
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


def answer_in_marked_workbook(year: YearFolders, answers: list[str], version: int) -> None:
    """Fill in the explanations beside the points, raise the version and put the workbook into the inbox."""
    book = openpyxl.load_workbook(year.places.output_path(MARKED))
    sheet = book["问题清单"]
    headings = [str(cell.value) for cell in sheet[3]]
    key, text = headings.index("标识"), headings.index("说明")
    cells = [cells[text] for cells in sheet.iter_rows(min_row=4) if RETURN_POINT in str(cells[key].value)]
    for cell, answer in zip(cells, answers, strict=True):
        assert not cell.protection.locked
        cell.value = answer
    for label, value, *_ in book[COVER].iter_rows():
        if label.value == "版次":
            value.value = version
    book.save(year.places.inbox / COUNTY / f"v{version}.xlsx")


def test_points_are_counted_apart_in_the_list_of_findings(returned: YearFolders) -> None:
    """The line above the list does not call the reviewer's points findings of the check."""
    summary = str(openpyxl.load_workbook(returned.places.output_path(MARKED))["问题清单"]["A2"].value)
    assert summary.startswith("未发现问题。")
    assert "退回事项 3 条" in summary


def test_a_returned_county_gets_notice_and_marks(returned: YearFolders) -> None:
    """The notice names every point with the value at its cell; the workbook is marked there."""
    texts = read_texts(returned.places.output_path(NOTICE))
    for word in ("退回通知单", "昆明市东川区自然资源局：", "附件3!A8", "序号请核对", "186.5", "请补报附图", "请改"):
        assert word in texts
    book = openpyxl.load_workbook(returned.places.output_path(MARKED))
    comments = [book["附件3"]["A8"].comment, book[SHEET_DONE]["C4"].comment]
    assert ["序号请核对" in str(comments[0]), "请提供验收文件" in str(comments[1])] == [True, True]
    assert book["附件3"]["A8"].fill.start_color.rgb == "FFFFEB9C"


def test_answers_come_back_in_the_workbook(returned: YearFolders) -> None:
    """The answers in the county's workbook are its answers when it reports again; the city sees them at the points."""
    answers = ["已按第二次调查改为连续编号", "验收文件东自然资验2024年8号已随附", "附图已补"]
    answer_in_marked_workbook(returned, answers, 3)
    returned.run()
    done = record_decision(returned.places, proposal("county", "approve", number="n3"))
    assert isinstance(done, RecordedDecision), done
    returned.run()
    page = returned.places.output_path(f"returned/{COUNTY}/{COUNTY}-2024-第3版-核对报告.html").read_text("utf-8")
    book = read_texts(returned.places.output_path("review/city-530100-2024-复核表.xlsx"))
    assert "封面!B8 版次 版次：2→3" in book
    for text in (*answers, "序号请核对", "请提供验收文件", "请补报附图"):
        assert text in page
        assert text in book


def test_an_unanswered_point_keeps_the_report_back(returned: YearFolders) -> None:
    """Two of three answers are not enough; the missing one is named."""
    answer_in_marked_workbook(returned, ["已改为连续编号", "", "附图已补"], 3)
    returned.run()
    denied = record_decision(returned.places, proposal("county", "approve", number="n3", points="3：附图已补交"))
    assert isinstance(denied, DecisionRefusal)
    assert (denied.code, denied.facts["missing"]) == ("unanswered", "2")


@pytest.mark.parametrize("target", ["附件9!A1", "附件3!ZZ900", "附件3!A0", "C4", "附件2!第三行"])
def test_a_point_on_a_cell_that_does_not_exist_is_refused(tmp_path: Path, target: str) -> None:
    """No such sheet, beyond the table, no cell at all, or a cell that several sheets have."""
    year = YearFolders(tmp_path)
    year.send(2)
    year.run()
    record_decision(year.places, proposal("county", "approve"))
    denied = record_decision(year.places, proposal("city", "return", points=f"{target}：请核对"))
    if target == "附件2!第三行":
        assert isinstance(denied, RecordedDecision)
        return
    assert isinstance(denied, DecisionRefusal), denied
    assert (denied.code, denied.rule) == ("no_such_cell", "P02")


def test_a_refused_county_is_told(tmp_path: Path) -> None:
    """Notice with reason, remedy and how to send again; the board says that something came; a good file ends it."""
    year = YearFolders(tmp_path)
    folder = year.places.inbox / COUNTY
    folder.mkdir(parents=True)
    (folder / "报表.xlsx").write_bytes(b"%PDF-1.7 scan")
    summary = year.run()
    assert len(summary.refused) == 1
    assert year.state == "refused"
    assert year.year_state().procedure.states[year.state] == "已收到，拒收"
    notices = list(year.places.output_path(f"returned/{COUNTY}").glob("*拒收通知单*.xlsx"))
    texts = read_texts(notices[0])
    for word in ("拒收通知单", "报表.xlsx", "PDF", "2024/530113", "2025年1月31日"):
        assert word in texts
    board = year.places.output_path("status/2024-进度.html").read_text("utf-8")
    assert "已收到，拒收" in board
    assert "未收到报送文件" not in board
    (folder / "报表.xlsx").unlink()
    year.send(2)
    assert year.run().refused == ()
    assert [year.state, notices[0].exists()] == ["received", False]
