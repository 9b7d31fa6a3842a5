"""Stories 1, 2, 12, 13 and 23: a filing is undone and filed again, corrected, or late."""

from pathlib import Path

import pytest

from desk.exit_codes import ExitCode
from flows.archive.county_archive import archive_county
from flows.verification.verify import verify_path
from review.filing_records import list_ended_filings
from tests.builders.dongchuan import COUNTY, SHEET_DONE
from tests.builders.stories import carry_to_filing, decide, read_workbook, run_and_read
from tests.builders.year_folders import YearFolders

Capture = pytest.CaptureFixture[str]
UNDONE_RECEIPT = f"returned/{COUNTY}/{COUNTY}-2024-备案回执-第1次备案（已撤销）.xlsx"
UNDONE_BOOK = f"filing/{COUNTY}/{COUNTY}-2024-年度备案件-第1次备案（已撤销）.xlsx"
RECEIPT = f"returned/{COUNTY}/{COUNTY}-2024-备案回执.xlsx"
BOOK = f"filing/{COUNTY}/{COUNTY}-2024-年度备案件.xlsx"
CITY_BOOK = "filing/530100/530100-2024-年度复核汇总.xlsx"
pytestmark = pytest.mark.usefixtures("light_expectations")


@pytest.fixture
def year(filed_folders: YearFolders, tmp_path: Path) -> YearFolders:
    """Return a year in which the county is filed, to be changed."""
    return filed_folders.copy_to(tmp_path)


@pytest.fixture(scope="module")
def filed_folders(checked_folders: YearFolders, tmp_path_factory: pytest.TempPathFactory) -> YearFolders:
    """Carry a year to the filing."""
    folders = checked_folders.copy_to(tmp_path_factory.mktemp("已备案"))
    carry_to_filing(folders, on="2025-03-01")
    folders.run()
    return folders


def receipt_number(year: YearFolders, path: str) -> str:
    """Return the number on a receipt."""
    lines = read_workbook(year.places.output_path(path)).splitlines()
    return lines[lines.index("备案编号") + 1]


def assert_outputs_intact(year: YearFolders) -> None:
    """Verify every output against the manifest and the ledger."""
    checkpoints = list(verify_path(year.places.output_folder / "2024", year.places))
    assert [checkpoint for checkpoint in checkpoints if not checkpoint.intact] == []


def test_story_01_and_02_a_filing_is_undone_and_filed_again(year: YearFolders, capsys: Capture) -> None:
    """The undone filing and its receipt stay, marked; the same decision again is a new one, the second filing."""
    first_number = receipt_number(year, RECEIPT)
    decide(year, "province", "reopen", on="2025-03-01", number="云撤〔2025〕1号")
    code, lines = run_and_read(year, capsys)
    assert code is ExitCode.CLEAR
    assert any("等待省级“备案”" in line for line in lines)
    assert year.state == "reviewed"
    assert not year.places.output_path(BOOK).exists()
    assert receipt_number(year, UNDONE_RECEIPT) == first_number
    notice = read_workbook(year.places.output_path(UNDONE_RECEIPT))
    assert "第1次备案已于2025年3月1日撤销（云撤〔2025〕1号" in notice
    assert "已撤销" in read_workbook(year.places.output_path(UNDONE_BOOK))[:60]
    assert "尚未备案 1 个" in read_workbook(year.places.output_path(CITY_BOOK))
    assert_outputs_intact(year)

    again = decide(year, "province", "approve", on="2025-03-01")
    assert again.event is not None
    assert decide(year, "province", "approve", on="2025-03-01").event is None
    assert run_and_read(year, capsys)[0] is ExitCode.CLEAR
    assert year.state == "filed"
    assert receipt_number(year, RECEIPT).startswith(f"2024-{COUNTY}-2-")
    assert receipt_number(year, UNDONE_RECEIPT) == first_number
    assert_outputs_intact(year)
    before = len(year.year_state().history)
    year.run()
    assert len(year.year_state().history) == before


def test_a_row_that_stays_in_the_inbox_is_not_filed_again(checked_year: YearFolders, capsys: Capture) -> None:
    """The workbook of the first filing still lies there after 撤销备案; a second row of the same words is a new one."""
    row = {
        "level": "省级",
        "action": "备案",
        "by": "530000-01",
        "on": "2025-03-01",
        "number": "7号",
        "opinion": "予以备案",
    }
    filing = {"county": COUNTY, **row}
    for level in ("county", "city"):
        decide(checked_year, level, "approve")
    checked_year.hand_in("备案.xlsx", [filing])
    checked_year.run()
    decide(checked_year, "province", "reopen", on="2025-03-01")
    assert run_and_read(checked_year, capsys)[0] is ExitCode.CLEAR
    assert checked_year.state == "reviewed"
    checked_year.hand_in("重新备案.xlsx", [filing])
    assert run_and_read(checked_year, capsys)[0] is ExitCode.CLEAR
    assert [record.number for record in checked_year.year_state().county_states[COUNTY].filings] == [1, 2]
    assert checked_year.state == "filed"


def test_any_order_of_reopening_runs(year: YearFolders, tmp_path: Path, capsys: Capture) -> None:
    """Undone down to the county, sent again, filed, corrected, undone: each run ends well, all filings are kept."""
    decide(year, "province", "reopen", on="2025-03-02")
    decide(year, "city", "reopen", on="2025-03-02")
    decide(year, "city", "return", on="2025-03-02", opinion="请核对")
    assert run_and_read(year, capsys)[0] is ExitCode.CLEAR
    assert year.places.output_path(UNDONE_RECEIPT).exists()
    year.send(3, {(SHEET_DONE, "C4"): 186.0, (SHEET_DONE, "C13"): 1654.1})
    year.run()
    decide(year, "county", "approve", on="2025-03-03", points="已核对")
    decide(year, "city", "approve", on="2025-03-03")
    decide(year, "province", "approve", on="2025-03-03")
    assert run_and_read(year, capsys)[0] is ExitCode.CLEAR
    decide(year, "province", "correct", on="2025-03-04")
    year.send(4, {(SHEET_DONE, "C4"): 185.5, (SHEET_DONE, "C13"): 1653.6})
    year.run()
    carry_to_filing(year, on="2025-03-05")
    assert run_and_read(year, capsys)[0] is ExitCode.CLEAR
    replaced = year.places.output_path(f"filing/{COUNTY}/{COUNTY}-2024-年度备案件-第2次备案（已被替代）.xlsx")
    assert "第2次备案已于2025年3月5日被更正后的备案替代" in read_workbook(replaced)
    decide(year, "province", "reopen", on="2025-03-06")
    assert run_and_read(year, capsys)[0] is ExitCode.CLEAR
    assert not replaced.exists()  # the second filing is in force again
    assert_outputs_intact(year)
    state = year.year_state()
    ended = [ended.record.number for ended in list_ended_filings(state.county_states[COUNTY].filings)]
    assert ended == [1, 3]
    due_county = year.roster().due_counties[0]
    archive = archive_county(state, year.roster(), due_county, target_folder=tmp_path / "档案", paper_numbers={})
    kept = {path.name for path in archive.folder.rglob("*备案回执*")}
    assert {name.rpartition("-")[2] for name in kept} >= {"第1次备案（已撤销）.xlsx", "第3次备案（已撤销）.xlsx"}


def test_story_12_a_filed_county_drops_a_new_version(year: YearFolders, capsys: Capture) -> None:
    """It is told that the province must allow a correction, and goes on counting as filed."""
    year.send(3)
    code, lines = run_and_read(year, capsys)
    assert code is ExitCode.REFUSED_FILE
    assert any("请省级先办理“准予更正”" in line for line in lines)
    assert year.state == "filed"
    decide(year, "province", "correct", on="2025-03-02")
    run_and_read(year, capsys)
    assert year.state == "received"
    board = read_workbook(year.places.output_path("status/2024-进度.xlsx"))
    assert year.year_state().county_states[COUNTY].filed_sha256s
    assert "已备案" in board


def test_story_13_a_corrected_file_saved_over_the_old_one(checked_year: YearFolders, capsys: Capture) -> None:
    """The county is told which version to write on the cover, instead of a conflict of the file with itself."""
    (checked_year.places.inbox / COUNTY / "v2.xlsx").unlink()
    checked_year.send(2, {(SHEET_DONE, "C4"): 186.0, (SHEET_DONE, "C13"): 1654.1})
    code, lines = run_and_read(checked_year, capsys)
    assert code is ExitCode.REFUSED_FILE
    assert any("请把封面的版次改为 3" in line for line in lines)
