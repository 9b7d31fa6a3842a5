"""The three years of the Dongchuan plan, each filed after the other, to the closing comparison with the plan."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from contracts.library import open_library
from contracts.yamlfile import read_yaml
from desk.exits import Exit
from desk.running import run_year
from flows.places import Places
from tests.builders import dongchuan
from tests.builders.dongchuan import COUNTY, COVER, SHEET_DONE, Draft, decisions, plan, submission

YEARS = {2024: (1700, 400), 2025: (3300, 300), 2026: (2000, 300)}
ROSTER = Path(__file__).resolve().parents[2] / "inputs" / "2024" / "roster.yaml"


def contracts_for_all_years(folder: Path) -> Path:
    """Return a copy of the contracts in which the county's package holds for the plan's years: an edit of data."""
    shutil.copytree(open_library().root, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    package = folder / "packages" / "530113-2024.yaml"
    text = package.read_text(encoding="utf-8")
    package.write_text(text.replace("years: [2024]", f"years: {list(YEARS)}"), encoding="utf-8")
    return folder


def year_submission(year: int) -> bytes:
    """Return the submission of a year in which every target was met."""
    draft = submission(2)
    rows = {one[0]: one for one in draft.sheets[COVER]}
    rows["核算年度"][1] = year
    targets = [{name: of[year] for name, of in one.townships.items()} for one in plan().measures.values()]
    done: list[list[Any]] = [
        [f"{year}年度乡镇（街道）任务完成情况表（示例）", None, None, None],
        ["（单位：亩）", None, None, None],
    ]
    done.append(["序号", "乡镇（街道）", "新增耕地", "增减挂钩指标"])
    for serial, name in enumerate(targets[0], start=1):
        done.append([serial, name, *(float(of[name]) for of in targets)])
    done.append(["合计", None, *(float(sum(of.values())) for of in targets)])
    return Draft({**draft.sheets, COVER: list(rows.values()), SHEET_DONE: done}).bytes()


def hand_in(inbox: Path, year: int) -> None:
    """Lay the submission, the roster and the decisions of a year into its folder."""
    data = year_submission(year)
    path = inbox / COUNTY / f"{COUNTY}-{year}.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    text = ROSTER.read_text(encoding="utf-8").replace("2025-", f"{year + 1}-").replace("year: 2024", f"year: {year}")
    (inbox / "roster.yaml").write_text(text, encoding="utf-8")
    assert read_yaml(inbox / "roster.yaml")["year"] == year
    head, blank, headings, *rows = decisions(hashlib.sha256(data).hexdigest())
    dated = [[*row[:-1], str(row[-1]).replace("2025-", f"{year + 1}-")] for row in rows]
    Draft({"办理意见": [head, blank, headings, *dated]}).save(inbox / "decisions" / "办理意见表.xlsx")


@pytest.mark.parametrize("year", YEARS)
def test_targets_of_the_year_are_the_plans(year: int) -> None:
    """What the test hands in is what the plan asks of the year."""
    assert tuple(int(one.by_year[year]) for one in plan().measures.values()) == YEARS[year]


def test_three_years_close_with_the_plan(tmp_path: Path) -> None:
    """Each year is filed with no finding; the last filing holds 7000 and 1000 against as much completed."""
    contracts = contracts_for_all_years(tmp_path / "contracts")
    for year in YEARS:
        hand_in(tmp_path / "inputs" / str(year), year)
        places = Places(
            year=year,
            inputs=tmp_path / "inputs",
            outputs=tmp_path / "outputs",
            state=tmp_path / "state",
            contracts=contracts,
        )
        assert run_year(places, inline=True) is Exit.CLEAR
    words = open_library().wording()
    (path,) = (tmp_path / "outputs" / "2026" / "filing").glob("530000-*.xlsx")
    closing = load_workbook(path, data_only=True)[words("filing.sheet.closing")]
    found = [row[2:10] for row in closing.iter_rows(values_only=True) if row[1] == "东川区"]
    assert found == [
        (1700, 1700, 3300, 3300, 2000, 2000, 7000, 7000),  # planned and completed, year by year and in all
        (400, 400, 300, 300, 300, 300, 1000, 1000),
    ]


def test_years_are_the_plans() -> None:
    """The builder's county and the plan's years are those of the contracts."""
    assert list(plan().years) == list(YEARS)
    assert dongchuan.YEAR in YEARS
