"""The three years of the Dongchuan plan, each filed after the other, to the closing comparison with the plan."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from contracts.contract_library import open_library
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest
from desk.commands.sample_plan import make_plan_samples
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from tests.builders import dongchuan
from tests.builders.dongchuan import COUNTY, plan

YEARS = {2024: (1700, 400), 2025: (3300, 300), 2026: (2000, 300)}


@pytest.mark.parametrize("year", YEARS)
def test_targets_of_the_year_are_the_plans(year: int) -> None:
    """What the test hands in is what the plan asks of the year."""
    assert tuple(int(measure.by_year[year]) for measure in plan().measures.values()) == YEARS[year]


def test_three_years_close_with_the_plan(tmp_path: Path) -> None:
    """What `sample` writes of the county is filed with no finding, year after year; the last closes with the plan."""
    wanted = SampleRequest(year=2024, years=3, counties=1, plots=1, seed=1, out=tmp_path / "inputs", county=COUNTY)
    assert make_plan_samples(open_library(), wanted) is ExitCode.CLEAR
    for year in YEARS:
        inputs, outputs, state = (tmp_path / name for name in ("inputs", "outputs", "state"))
        assert (
            run_year(YearPaths(year=year, input_folder=inputs, output_folder=outputs, state_folder=state), inline=True)
            is ExitCode.CLEAR
        )
    words = open_library().get_messages()
    (path,) = (tmp_path / "outputs" / "2026" / "filing").glob("530000-*.xlsx")
    closing = load_workbook(path, data_only=True)[words("filing.sheet.closing")]
    found = [row[2:10] for row in closing.iter_rows(values_only=True) if row[1] == "东川区"]
    assert found == [
        (1700, 1700, 3300, 3300, 2000, 2000, 7000, 7000),  # planned and completed, year by year and in all
        (400, 400, 300, 300, 300, 300, 1000, 1000),
    ]


def test_a_year_without_package_or_plan_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beyond the plan, and for a county that works to none, nothing is written."""
    for county, year in ((COUNTY, 2026), ("620102", 2024)):
        wanted = SampleRequest(year=year, years=2, counties=1, plots=1, seed=1, out=tmp_path / "out", county=county)
        assert make_plan_samples(open_library(), wanted) is ExitCode.USAGE
    said = capsys.readouterr().err
    assert "没有 530113 在 2027 年度的报送要求和计划" in said
    assert "没有 620102 在 2024、2025 年度的报送要求和计划" in said
    assert not (tmp_path / "out").exists()


def test_years_are_the_plans() -> None:
    """The builder's county and the plan's years are those of the contracts."""
    assert list(plan().years) == list(YEARS)
    assert dongchuan.YEAR in YEARS
