"""Made-up submissions can be made again, and run through to the province's filing."""

from pathlib import Path

from contracts.contract_library import open_library
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from tests.builders.gansu import YEAR, gansu_workbook


def test_same_seed_gives_the_same_bytes() -> None:
    """A sample can be made again anywhere; another seed gives another."""
    assert gansu_workbook() == gansu_workbook()
    assert gansu_workbook() != gansu_workbook(seed=4)


def test_sample_is_filed_whole(tmp_path: Path) -> None:
    """Made-up submissions run through to the province's filing with no finding."""
    wanted = SampleRequest(year=YEAR, counties=2, plots=20, seed=7, out=tmp_path / "inputs")
    assert make_samples(open_library(), wanted) is ExitCode.CLEAR
    places = YearPaths(
        year=YEAR, input_folder=wanted.out, output_folder=tmp_path / "outputs", state_folder=tmp_path / "state"
    )
    assert run_year(places, inline=True) is ExitCode.CLEAR
    assert [path.name for path in (tmp_path / "outputs").rglob("filing/*.xlsx")] == ["620000-2024-年度核算备案.xlsx"]


def test_more_counties_than_there_are_is_refused(tmp_path: Path) -> None:
    """The register says how many counties can be made up."""
    wanted = SampleRequest(year=YEAR, counties=99, plots=1, seed=1, out=tmp_path)
    assert make_samples(open_library(), wanted) is ExitCode.USAGE
