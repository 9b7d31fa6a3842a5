"""The review chain on real folders: back and forth, past a level, corrected, with the workbooks that carry it."""

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from flows.decisions.record_decision import RecordedDecision, record_clear_counties, record_decision
from flows.verification.verify import verify_outputs
from flows.year.manifest_names import RUN_PAGE_FILE
from flows.year.office_day import get_office_day
from review.county_state import restore_filed_state
from review.proposal import DecisionRefusal
from tests.builders.dongchuan import COUNTY, SHEET_DONE
from tests.builders.year_folders import YearFolders, proposal

CITY_BOOK = "review/city-530100-2024-复核表.xlsx"


@pytest.fixture
def year(checked_year: YearFolders) -> YearFolders:
    """Return a year in which the county has sent its second version."""
    return checked_year


def recorded(year: YearFolders, level: str, action: str, **given: str) -> None:
    """Decide; the chain must allow it."""
    done = record_decision(year.places, proposal(level, action, **given))
    assert isinstance(done, RecordedDecision), done


def refused(year: YearFolders, level: str, action: str, **given: str) -> DecisionRefusal:
    """Decide; the chain must refuse."""
    done = record_decision(year.places, proposal(level, action, **given))
    assert isinstance(done, DecisionRefusal), done
    return done


def covers(year: YearFolders) -> str:
    """Return what the covers of the province's and the city's filing say."""
    names = ("530000-2024-年度核算备案.xlsx", "530100/530100-2024-年度复核汇总.xlsx")
    sheets = [openpyxl.load_workbook(year.places.output_path(f"filing/{name}"))["封面"] for name in names]
    return "\n".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)


def test_a_return_is_answered_point_by_point(year: YearFolders) -> None:
    """After a return bound to a cell and a rule, the next version is taken only with an answer to each."""
    recorded(year, "county", "approve")
    recorded(year, "city", "take_up")
    recorded(year, "city", "return", points="附件3!A8：请核对\nF11：请说明")
    assert year.state == "returned_by_city"
    year.send(3, {(SHEET_DONE, "C4"): 186.0, (SHEET_DONE, "C13"): 1654.1})
    year.run()
    denied = refused(year, "county", "approve", number="n2")
    assert (denied.code, denied.rule, denied.facts["missing"]) == ("unanswered", "P05", "1、2")
    recorded(year, "county", "approve", number="n3", points="1：已核对原始资料\n2：序号已更正")
    assert year.state == "submitted"


def test_a_citys_roll_up_is_there_once_it_has_approved(year: YearFolders) -> None:
    """Before the province files: the city's workbook, signed with the rest; taken back with the approval."""
    city = year.places.output_path("filing/530100/530100-2024-年度复核汇总.xlsx")
    recorded(year, "county", "approve")
    year.run()
    assert not city.exists()
    recorded(year, "city", "approve")
    year.run()
    assert [path.name for path in city.parent.parent.rglob("*.xlsx")] == [city.name]
    opinion = openpyxl.load_workbook(city)["复核意见"]
    assert any("已复核同意、尚未备案 1 个（东川区）" in str(cell.value) for row in opinion.iter_rows() for cell in row)
    assert [output.intact for output in verify_outputs(city, year.places)] == [True]
    assert year.places.output_path("manifest.json").exists()
    recorded(year, "province", "return_to_city")
    year.run()
    assert not city.exists()
    assert not year.places.output_path("manifest.json").exists()


def test_the_province_returns_past_the_city(year: YearFolders) -> None:
    """A return straight to the county opens it to a new version; one to the city lets the city decide anew."""
    recorded(year, "county", "approve")
    recorded(year, "city", "approve")
    recorded(year, "province", "return_to_city")
    recorded(year, "city", "approve", number="again")
    recorded(year, "province", "return", opinion="附件2!C5：请核对")
    assert year.state == "returned_by_province"


def test_a_withdrawal_must_come_before_the_review(year: YearFolders) -> None:
    """What is taken up can no longer be withdrawn."""
    recorded(year, "county", "approve")
    recorded(year, "county", "withdraw")
    assert year.state == "received"
    recorded(year, "county", "approve", number="second")
    recorded(year, "city", "take_up")
    assert refused(year, "county", "withdraw", number="x").code == "wrong_state"


def test_a_reduced_figure_reaches_filing_and_review_book(year: YearFolders) -> None:
    """What the city sets lower is filed lower, with the county's total; what is reported stays on record."""
    recorded(year, "county", "approve")
    recorded(year, "city", "reduce", points=f"{SHEET_DONE}!C4：180，现场测量")
    assert refused(year, "city", "reduce", number="n", points=f"{SHEET_DONE}!C4：190，理由").code == "not_reduced"
    recorded(year, "city", "approve")
    recorded(year, "province", "approve")
    year.run()
    filed = openpyxl.load_workbook(year.places.output_path("filing/530000-2024-年度核算备案.xlsx"), data_only=True)
    assert "1648.1" in {str(cell) for row in filed["汇总表"].iter_rows(values_only=True) for cell in row}
    row = review_row(year, CITY_BOOK)
    assert (row["新增耕地填报数"], row["新增耕地复核数"]) == (1654.6, 1648.1)


def test_a_filed_year_is_corrected_by_a_new_version(year: YearFolders) -> None:
    """The filed version stays filed until the new one has gone the whole road; then the county stands as corrected."""
    for level in ("county", "city", "province"):
        recorded(year, level, "approve")
    year.send(3)
    assert [item.code for _, item in year.run().refused] == ["version_locked"]
    assert refused(year, "city", "reopen", number="x").rule == "P06"
    recorded(year, "province", "correct")
    year.run()
    year_state = year.year_state()
    kept = restore_filed_state(year_state.procedure, year_state.county_states[COUNTY])
    assert kept is not None
    assert kept.newest_version is not None
    assert (kept.newest_version.number, year.state) == (2, "received")
    for level in ("county", "city", "province"):
        recorded(year, level, "approve", number="again")
    assert year.state == "corrected"
    assert [version.number for version in year.year_state().county_states[COUNTY].versions] == [2, 3]


def test_a_seal_holds_and_opens_from_the_top(year: YearFolders) -> None:
    """A roll-up with a county open is not sealed; under a seal nothing is un-approved; the higher seal opens first."""
    assert refused(year, "city", "seal", county="530100").code == "roll_up_open"
    for level in ("county", "city", "province"):
        recorded(year, level, "approve")
    year.run()
    assert "尚未封存" in covers(year)
    recorded(year, "city", "seal", county="530100")
    recorded(year, "province", "seal", county="530000")
    year.run()
    assert covers(year).count("已封存（自") == 2
    assert refused(year, "province", "reopen").code == "roll_up_sealed"
    assert refused(year, "city", "unseal", county="530100").code == "seal_above"
    recorded(year, "province", "unseal", county="530000")
    recorded(year, "city", "unseal", county="530100", number="u")
    recorded(year, "province", "reopen")
    assert year.state == "reviewed"


def test_an_excused_county_completes_the_roll_up(tmp_path: Path) -> None:
    """Excused without having sent anything: the roll-up may be sealed, and a file is refused until it is recalled."""
    year = YearFolders(tmp_path)
    year.run()
    recorded(year, "province", "excuse")
    recorded(year, "city", "seal", county="530100")
    year.send(2)
    assert [item.code for _, item in year.run().refused] == ["unit_excused"]


def test_a_waiver_lets_a_hard_finding_pass_until_its_day(year: YearFolders) -> None:
    """A waived rule no longer blocks; nor does a date before the waiver help, or one after its day."""
    year.send(3, {("附件3", "A9"): 1})
    year.run()
    rules = year.year_state().county_states[COUNTY].newest_version
    assert rules is not None
    assert rules.finding_counts is not None
    names = [rule for found in rules.finding_counts.values() for rule in found]
    today = get_office_day()
    expired, until = today - timedelta(days=1), today + timedelta(days=9)
    denied = refused(year, "province", "waive", on=str(today), points=f"{names[0]}：{expired}，系统性差异")
    assert denied.code == "waiver_expired"
    points = "\n".join(f"{rule}：{until}，系统性差异" for rule in names)
    recorded(year, "province", "waive", on=str(today), points=points)
    assert year.state == "received"
    assert refused(year, "county", "approve", on=str(expired)).rule == "P07"
    assert refused(year, "county", "approve", on=str(until + timedelta(days=1))).rule == "P03"
    recorded(year, "county", "approve", on=str(today))


def test_a_filled_review_workbook_is_recorded_and_goes_stale(year: YearFolders) -> None:
    """The reviewer fills the yellow cells and drops the book in; after a new version its row is refused."""
    recorded(year, "county", "approve")
    year.run()
    book = openpyxl.load_workbook(year.places.output_path(CITY_BOOK))
    sheet = book.active
    assert sheet is not None
    assert sheet.protection.sheet
    assert (sheet.page_setup.scale or 0) >= 70
    assert (sheet.print_title_cols, sheet.freeze_panes) == ("$A:$B", "C4")
    columns = {str(cell.value).replace("\n", ""): at for at, cell in enumerate(sheet[3], start=1)}
    filled = {"办理动作": "市级退回", "意见": "附件2!C5：请核对", "办理人编号": "530100-01", "办理日期": "2025-02-10"}
    for name, value in filled.items():
        cell = sheet.cell(4, columns[name])
        assert not cell.protection.locked
        cell.value = value
    assert sheet.cell(4, columns["文件校验值（sha256）"]).protection.locked
    folder = year.places.inbox / "decisions"
    folder.mkdir()
    book.save(folder / "市级.xlsx")
    assert year.run().refused_decisions == ()
    assert year.state == "returned_by_city"
    sheet.cell(4, columns["办理动作"]).value = "复核同意"
    sheet.cell(4, columns["文号"]).value = "昆〔2025〕9号"
    book.save(folder / "市级.xlsx")
    year.send(3)
    denied = year.run().refused_decisions
    assert [(item.code, item.facts["newest"]) for _, item in denied] == [("version_moved", "3")]


def test_all_clear_counties_are_approved_at_once(year: YearFolders) -> None:
    """One command approves what has no finding, in the person's own area only."""
    recorded(year, "county", "approve")
    done = record_clear_counties(year.places, proposal("city", "approve", county=""))
    assert not isinstance(done, DecisionRefusal)
    assert [county for county, _ in done] == [COUNTY]
    assert year.state == "reviewed"
    assert record_clear_counties(year.places, proposal("city", "approve", county="")) == []
    stranger = record_clear_counties(year.places, proposal("city", "approve", county="", by="路人"))
    assert isinstance(stranger, DecisionRefusal)
    assert stranger.code == "unknown_person"


@pytest.mark.hostile(90)
def test_invariant_04_and_13_one_sha256_all_the_way_and_the_same_again(year: YearFolders) -> None:
    """4: checked, reviewed and filed are the same bytes. 13: a second run changes nothing, remade outputs are equal."""
    for level in ("county", "city", "province"):
        recorded(year, level, "approve")
    year.run()
    standing = year.year_state().county_states[COUNTY]
    assert standing.newest_version is not None
    assert (
        {decision.sha256 for decision in standing.decisions}
        == {standing.newest_version.sha256}
        == set(standing.filed_sha256s)
    )
    assert (
        year.places.open_store().load_object(standing.newest_version.sha256)
        == (year.places.inbox / COUNTY / "v2.xlsx").read_bytes()
    )
    files = [path for path in year.places.output_folder.rglob("*") if path.is_file() and path.name != RUN_PAGE_FILE]
    outputs = {path: path.read_bytes() for path in files}
    before = len(year.year_state().history)
    year.run()
    assert len(year.year_state().history) == before
    for path in outputs:
        path.unlink()
    year.run()
    assert {path: path.read_bytes() for path in outputs} == outputs


@pytest.mark.hostile(95)
def test_invariant_18_dates_out_of_order_are_refused_or_flagged(year: YearFolders) -> None:
    """18: a date before that of the step before is refused; one in the future is flagged, and bars nothing later."""
    recorded(year, "county", "approve", on="2025-02-01")
    denied = refused(year, "city", "approve", on="2025-01-02")
    assert (denied.code, denied.rule) == ("date_before_previous", "P07")
    recorded(year, "city", "take_up", on="2099-01-02")
    event = year.year_state().county_states[COUNTY].decisions[-1]
    assert event.facts["flags"] == ["P07"]
    recorded(year, "city", "approve", on=str(get_office_day()))
    assert year.state == "reviewed"


def test_invariant_12_a_changed_filing_is_found(year: YearFolders) -> None:
    """12: a filing in which anything was changed is named by verify; an untouched one is intact."""
    for level in ("county", "city", "province"):
        recorded(year, level, "approve")
    year.run()
    path = year.places.output_path("filing/530000-2024-年度核算备案.xlsx")
    assert [output.key for output in verify_outputs(path, year.places)] == ["output"]
    book = openpyxl.load_workbook(path)
    book["汇总表"]["C5"] = 9999
    book.save(path)
    assert [output.key for output in verify_outputs(path, year.places)] == ["changed"]


def review_row(year: YearFolders, path: str) -> dict[str, object]:
    """Return the county's row of a review workbook by heading."""
    sheet = openpyxl.load_workbook(year.places.output_path(path)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=3, max_row=4, values_only=True))
    return {str(name).replace("\n", ""): value for name, value in zip(rows[0], rows[1], strict=True)}
