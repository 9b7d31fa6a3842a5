"""Story 15: papers beside a workbook are listed and kept; a folder with a county's name is understood."""

from pathlib import Path

import pytest

from contracts.contract_library import open_library
from desk.commands.archive import make_archives
from desk.exit_codes import ExitCode
from flows.year.inbox import InboxNames, scan_inbox
from tests.builders.dongchuan import COUNTY, submission
from tests.builders.year_folders import YearFolders

PAPERS = {"扫描件.pdf": b"%PDF-1.7", "坐标.txt": b"1,2\n3,4\n", "照片/现场.jpg": b"\xff\xd8\xff"}


@pytest.fixture
def with_papers(tmp_path: Path) -> YearFolders:
    """Lay out a year in which the county has sent papers beside its workbook."""
    year = YearFolders(tmp_path)
    year.send(2)
    for name, data in PAPERS.items():
        path = year.places.inbox / COUNTY / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return year


def test_papers_are_listed_and_archived(with_papers: YearFolders, tmp_path: Path) -> None:
    """Nothing is refused, now or later; the county's page lists the papers and its archive has them."""
    year = with_papers
    for _ in range(2):
        summary = year.run()
        assert (summary.refused, year.state) == ((), "received")
    page = year.places.output_path(f"returned/{COUNTY}/{COUNTY}-2024-第2版-核对报告.html").read_text("utf-8")
    assert all(name in page for name in PAPERS)
    assert make_archives(year.places, COUNTY, out=tmp_path / "bags", paper=None, zipped=False) is ExitCode.CLEAR
    kept = {path.name: path.read_bytes() for path in (tmp_path / "bags").rglob("*随附材料/*")}
    assert kept == {name.replace("/", "-"): data for name, data in PAPERS.items()}


def test_a_paper_alone_is_refused_until_its_workbook_comes(tmp_path: Path) -> None:
    """A scan in place of a workbook is told; beside the workbook it is a paper."""
    year = YearFolders(tmp_path)
    folder = year.places.inbox / COUNTY
    folder.mkdir()
    (folder / "扫描件.pdf").write_bytes(b"%PDF-1.7")
    assert [refusal.code for _, refusal in year.run().refused] == ["not_workbook"]
    year.send(2)
    assert year.run().refused == ()


@pytest.mark.parametrize("name", ["530113东川区", "530113 东川", "５３０１１３东川区", "东川区", "东川区（530113）"])
def test_a_folder_with_code_or_name_is_understood(tmp_path: Path, name: str) -> None:
    """The code of a due county with other words, or its name, tells whose folder it is."""
    submission(2).save(tmp_path / name / "东川.xlsx")
    names = InboxNames(counties={COUNTY: "东川区", "530114": "呈贡区"})
    assert [arrival.county for arrival in scan_inbox(tmp_path, open_library().get_messages(), names).arrivals] == [
        COUNTY
    ]


@pytest.mark.parametrize("name", ["202501报送", "53011", "530113、530114", "嵩明县", "999999东川区"])
def test_another_folder_is_named_with_a_remedy(tmp_path: Path, name: str) -> None:
    """No due county, two of them, or a code that contradicts the name: told how to name it."""
    submission(2).save(tmp_path / name / "东川.xlsx")
    names = InboxNames(counties={COUNTY: "东川区", "530114": "呈贡区"})
    inbox = scan_inbox(tmp_path, open_library().get_messages(), names)
    assert (inbox.arrivals, [skipped.reason for skipped in inbox.skipped]) == ((), ["unnamed_folder"])
