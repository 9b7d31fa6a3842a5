"""The three years of the Dongchuan plan, filed one after the other to a closing comparison; and a correction."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from desk.commands.run import run_year
from desk.commands.status import show_status
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from tests.builders import dongchuan
from tests.builders.dongchuan import COUNTY, COVER, SHEET_DONE, Draft
from tests.builders.year import ROOT, contracts_of_years

Capture = pytest.CaptureFixture[str]
YEARS = (2024, 2025, 2026)
PEOPLE = {"县级": "530113-01", "市级": "530100-01", "省级": "530000-01"}
ROAD = (("县级", "报送"), ("市级", "复核同意"), ("省级", "备案"))
PLANNED = {"consolidation": (1700, 3300, 2000, 7000), "linkage": (400, 300, 300, 1000)}
MEASURES = {"consolidation": "垦造耕地（土地整理）", "linkage": "增减挂钩调剂指标"}
Short = Mapping[tuple[int, str], tuple[float, float]]  # by year and township: what lacks of land and of quota


def places(base: Path, year: int) -> YearPaths:
    """Return the folders of a year; all years share state, outputs, and contracts in which each has a package."""
    contracts = base / "合同"
    if not contracts.exists():
        contracts_of_years(contracts, (2024, 2025, 2026))
    return YearPaths(
        year=year,
        input_folder=base / "收件",
        output_folder=base / "输出",
        state_folder=base / "状态",
        contracts_folder=contracts,
    )


def submission(year: int, version: int, short: Short) -> Draft:
    """Make a year in which every township did what was due, less what it is short of."""
    draft = dongchuan.submission(2)
    for row in draft.sheets[COVER]:
        row[1] = {"核算年度": year, "版次": version}.get(str(row[0]), row[1])
    plan = dongchuan.plan().measures
    title = f"{year}年度乡镇（街道）任务完成情况表（示例）"
    rows: list[list[Any]] = [[title, *[None] * 3], ["（单位：亩）", *[None] * 3]]
    rows.append(["序号", "乡镇（街道）", "新增耕地", "增减挂钩指标"])
    sums = [Decimal(0), Decimal(0)]
    for serial, name in enumerate(plan["consolidation"].townships, start=1):
        lacks = short.get((year, name), (0, 0))
        done = [
            plan[measure].townships[name][year] - Decimal(str(less))
            for measure, less in zip(("consolidation", "linkage"), lacks, strict=True)
        ]
        sums = [item + other for item, other in zip(sums, done, strict=True)]
        rows.append([serial, name, *(float(item) for item in done)])
    rows.append(["合计", None, *(float(sum_) for sum_ in sums)])
    return Draft({**draft.sheets, SHEET_DONE: rows})


def hand_in(base: Path, year: int, *, version: int = 1, short: Short | None = None) -> None:
    """Put a version into the inbox of a year, with the decisions that carry it on."""
    where = places(base, year)
    where.inbox.mkdir(parents=True, exist_ok=True)
    roster = yaml.safe_load((ROOT / "inputs" / "2024" / "roster.yaml").read_text(encoding="utf-8"))
    (where.inbox / "roster.yaml").write_text(yaml.safe_dump({**roster, "year": year}, allow_unicode=True), "utf-8")
    draft = submission(year, version, short or {})
    path = draft.save(where.inbox / COUNTY / f"{year}-第{version}版.xlsx")
    decide(base, year, version, hashlib.sha256(path.read_bytes()).hexdigest())


def decide(base: Path, year: int, version: int, sha256: str, actions: tuple[tuple[str, str], ...] = ROAD) -> None:
    """Put decisions on a version into the inbox."""
    headings = list(dongchuan.decisions(sha256)[2])
    said = "情况属实，按程序办理。"
    rows = [
        [COUNTY, version, sha256, level, action, f"{action}〔{year}〕{version}号", said, PEOPLE[level], "2025-03-01"]
        for level, action in actions
    ]
    sheet = [["办理意见"], [], headings, *rows]
    name = f"{year}-{version}-{actions[0][1]}.xlsx"
    Draft({"办理意见": sheet}).save(places(base, year).inbox / "decisions" / name)


def run(base: Path, year: int) -> ExitCode:
    """Run a year in this process."""
    return run_year(places(base, year), inline=True)


def closing(base: Path, year: int) -> dict[str, list[Any]]:
    """Read the closing comparison of the county's filing: the total row of each measure, figures as shown."""
    path = places(base, year).output_path(f"filing/{COUNTY}/{COUNTY}-{year}-年度备案件.xlsx")
    sheet = openpyxl.load_workbook(path, data_only=True)["计划期对照"]
    found, measure = {}, ""
    for row in sheet.iter_rows(min_row=5, values_only=True):
        measure = str(row[0]) if row[0] in MEASURES.values() else measure
        if row[1] == "合计":
            found[measure] = list(row[2:])
    return found


def cover(base: Path, year: int, name: str = f"{COUNTY}/{COUNTY}-{{}}-年度备案件.xlsx") -> str:
    """Return everything that a cover says."""
    sheet = openpyxl.load_workbook(places(base, year).output_path(f"filing/{name.format(year)}"))["封面"]
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def board(base: Path, year: int) -> str:
    """Return everything that the page of a year says."""
    return places(base, year).output_path(f"status/{year}-进度.html").read_text(encoding="utf-8")


SHORT: Short = {(2025, "汤丹镇"): (12.5, 0), (2026, "阿旺镇"): (0.75, 10.2)}


@pytest.mark.parametrize(
    ("short", "land", "quota"),
    [
        pytest.param({}, Decimal(0), Decimal(0), id="all done"),
        pytest.param(SHORT, Decimal("13.25"), Decimal("10.2"), id="short of it"),
    ],
)
def test_three_years_close_against_the_whole_plan(tmp_path: Path, short: Short, land: Decimal, quota: Decimal) -> None:
    """2024, 2025 and 2026 are filed; the last filing sets what was done against 7000 and 1000."""
    for year in YEARS:
        hand_in(tmp_path, year, short=short)
        assert run(tmp_path, year) is ExitCode.CLEAR
    found = closing(tmp_path, 2026)
    for measure, lacking in (("consolidation", land), ("linkage", quota)):
        row = found[MEASURES[measure]]
        assert row[0:6:2] == list(PLANNED[measure][:3])
        planned, done, rate, over = row[6:]
        assert planned == PLANNED[measure][3]
        assert Decimal(str(done)) == planned - lacking
        assert Decimal(str(over)) == -lacking
        assert rate == pytest.approx(float((planned - lacking) / planned), abs=5e-5)
    assert "须重新核对" not in cover(tmp_path, 2026)
    planned_by_year = dict(zip(YEARS, PLANNED["consolidation"][:3], strict=True))
    bars = [(f"{year}年度", due - lacking_in(short, year), Decimal(due)) for year, due in planned_by_year.items()]
    assert list_trend(tmp_path, 2026)[:4] == [*bars, ("合计", 7000 - land, Decimal(7000))]


def lacking_in(short: Short, year: int) -> Decimal:
    """Return what lacks of land in a year."""
    return sum((Decimal(str(lack)) for (short_year, _), (lack, _) in short.items() if short_year == year), Decimal(0))


def list_trend(base: Path, year: int) -> list[tuple[str, Decimal, Decimal]]:
    """Return the bars of the page for the head of the province: name, done and planned, measure by measure."""
    page = places(base, year).output_path(f"status/{year}-全省情况.html").read_text(encoding="utf-8")
    amount = r'<span class="amount">([\d.]+)</span>'
    bars = re.findall(rf'<span>([^<]+)</span>\s*<span class="plot">.*?{amount}{amount}', page, flags=re.DOTALL)
    return [(name, Decimal(done), Decimal(due)) for name, done, due in bars]


def test_a_year_knows_only_the_years_before_it(tmp_path: Path) -> None:
    """The filing of the first year shows what was due in the later ones, and nothing done."""
    hand_in(tmp_path, 2024)
    run(tmp_path, 2024)
    row = closing(tmp_path, 2024)[MEASURES["consolidation"]]
    assert row == [1700, 1700, 3300, None, 2000, None, 7000, 1700, pytest.approx(0.2429), -5300]


def test_a_correction_flags_every_later_year_that_rests_on_it(tmp_path: Path, capsys: Capture) -> None:
    """After 2024 is corrected, 2025 and 2026 say so on their covers and in the runs; their comparison is made anew."""
    for year in YEARS:
        hand_in(tmp_path, year)
        run(tmp_path, year)
    sha256 = hashlib.sha256(next((places(tmp_path, 2024).inbox / COUNTY).glob("*.xlsx")).read_bytes()).hexdigest()
    decide(tmp_path, 2024, 1, sha256, (("省级", "准予更正"),))
    run(tmp_path, 2024)
    assert "须重新核对" not in cover(tmp_path, 2025)
    hand_in(tmp_path, 2024, version=2, short={(2024, "因民镇"): (4.5, 0)})
    capsys.readouterr()

    assert run(tmp_path, 2024) is ExitCode.CLEAR

    said = capsys.readouterr().out
    assert re.findall(r"2024 年度的备案有变动，(\d{4}) 年度", said) == ["2025", "2026"]
    for year in (2025, 2026):
        capsys.readouterr()
        assert show_status(places(tmp_path, year), as_json=False, today=date(2027, 12, 1)) is ExitCode.CLEAR
        assert "须重新核对：2024年度的备案在本年度核对之后有变动" in capsys.readouterr().out
        assert run(tmp_path, year) is ExitCode.CLEAR
        assert "须重新核对：2024年度" in board(tmp_path, year)
        assert f"2024 年度的备案有变动，{year} 年度" in capsys.readouterr().out
        assert "2024年度的备案在本年度核对之后有变动" in cover(tmp_path, year)
        assert "须重新核对" in cover(tmp_path, year, "530000-{}-年度核算备案.xlsx")
        assert closing(tmp_path, year)[MEASURES["consolidation"]][1] == 1695.5
    assert closing(tmp_path, 2026)[MEASURES["consolidation"]][-1] == -4.5


def test_an_undone_filing_flags_every_later_year_that_rests_on_it(tmp_path: Path, capsys: Capture) -> None:
    """撤销备案 of 2024: 2025 says so on board, cover, status and in both years' runs."""
    for year in YEARS[:2]:
        hand_in(tmp_path, year)
        run(tmp_path, year)
    path = next((places(tmp_path, 2024).inbox / COUNTY).glob("*.xlsx"))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    decide(tmp_path, 2024, 1, sha256, (("省级", "撤销备案"),))
    capsys.readouterr()
    run(tmp_path, 2024)
    assert re.findall(r"2024 年度的备案有变动，(\d{4}) 年度", capsys.readouterr().out) == ["2025"]
    assert run(tmp_path, 2025) is ExitCode.CLEAR
    assert "2024 年度的备案有变动，2025 年度" in capsys.readouterr().out
    assert "须重新核对：2024年度" in board(tmp_path, 2025)
    assert "2024年度的备案在本年度核对之后有变动" in cover(tmp_path, 2025)
    assert show_status(places(tmp_path, 2025), as_json=False, today=date(2027, 12, 1)) is ExitCode.CLEAR
    assert "须重新核对：2024年度的备案在本年度核对之后有变动" in capsys.readouterr().out


def test_a_later_year_that_is_checked_anew_is_flagged_no_more(tmp_path: Path, capsys: Capture) -> None:
    """A correction of the later year is checked against the corrected earlier one, and the flag goes."""
    for year in YEARS[:2]:
        hand_in(tmp_path, year)
        run(tmp_path, year)
    for year in YEARS[:2]:
        path = next((places(tmp_path, year).inbox / COUNTY).glob("*.xlsx"))
        decide(tmp_path, year, 1, hashlib.sha256(path.read_bytes()).hexdigest(), (("省级", "准予更正"),))
        run(tmp_path, year)
        hand_in(tmp_path, year, version=2, short={(2024, "因民镇"): (4.5, 0), (2025, "因民镇"): (1, 0)})
        capsys.readouterr()
        assert run(tmp_path, year) is ExitCode.CLEAR
        assert ("有变动" in capsys.readouterr().out) is (year == YEARS[0])
    assert "须重新核对" not in cover(tmp_path, 2025)
