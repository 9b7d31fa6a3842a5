"""The archive of a county and year: a bag that proves itself whole, with a checklist of what is missing."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import bagit
import openpyxl
import pytest

from contracts.errors import ContractError
from desk.commands.archive import make_archives
from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from ledger.errors import NotABagError
from tests.builders.dongchuan import COUNTY
from tests.builders.year import Ground, prepared

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def filed_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once."""
    ground = prepared(tmp_path_factory.mktemp("归档") / "年度 核算")
    assert ground.run() is ExitCode.CLEAR
    return ground


def archived(ground: Ground, out: Path, *, paper: Path | None = None, zipped: bool = False) -> Path:
    """Make the sample county's archive and return its folder."""
    assert make_archives(ground.places, COUNTY, out=out, paper=paper, zipped=zipped) is ExitCode.CLEAR
    return out / f"{COUNTY}-2024"


def test_archive_passes_the_validator_of_bags(filed_year: Ground, tmp_path: Path) -> None:
    """The program that comes with the library, run as people run it, finds the bag valid."""
    bag = archived(filed_year, tmp_path / "档 案")
    program = Path(bagit.__file__)
    done = subprocess.run([sys.executable, str(program), "--validate", str(bag)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def test_archive_holds_all_that_is_on_record(filed_year: Ground, tmp_path: Path) -> None:
    """Every version byte for byte, marks, reports, entries, filing, receipt, and the contracts as they were."""
    bag = archived(filed_year, tmp_path)
    files = {path.relative_to(bag / "data").as_posix(): path for path in (bag / "data").rglob("*") if path.is_file()}
    digests = {hashlib.sha256(file.read_bytes()).hexdigest() for file in files.values()}
    assert {filed_year.sha256(1), filed_year.sha256(2)} <= digests
    names = "\n".join(files)
    for part in (
        "第1版-问题标注.xlsx",
        "第2版-核对结果.json",
        "年度备案件.xlsx",
        "备案回执.xlsx",
        "forms/cover.odcs.yaml",
    ):
        assert part in names
    entries = files["3-办理记录/台账条目.jsonl"].read_text(encoding="utf-8").splitlines()
    about = [event for event in filed_year.events() if event.county == COUNTY and event.kind != "issued"]
    assert len(entries) == len(about)
    filed = filed_year.places.output_folder / "2024" / "filing" / COUNTY / f"{COUNTY}-2024-年度备案件.xlsx"
    assert files[f"4-备案件/{filed.name}"].read_bytes() == filed.read_bytes()


def test_checklist_names_what_is_missing_and_where_the_paper_lies(
    filed_year: Ground, tmp_path: Path, capsys: Capture
) -> None:
    """What the measures want and nobody filed is 缺, on list and screen; the number of a paper file fills the gap."""
    paper = tmp_path / "纸质.yaml"
    paper.write_text(f'"{COUNTY}":\n  report: 档〔2025〕12-3\n', encoding="utf-8")
    bag = archived(filed_year, tmp_path / "一", paper=paper)
    said = capsys.readouterr().out
    assert "年度核算复核意见（签章件）" in said
    assert "年度核算报告（签章件）" not in said
    sheet = openpyxl.load_workbook(bag / "data" / "档案清单.xlsx")["档案清单"]
    rows = {row[1].value: (row[4].value, row[5].value) for row in sheet.iter_rows(min_row=4) if row[1].value}
    assert rows["年度核算报告（签章件）"] == ("档〔2025〕12-3", "已归档")
    assert rows["年度核算复核意见（签章件）"] == ("—", "缺")
    assert rows["县级报送文件各版次"] == ("—", "已归档")


def test_same_record_gives_the_same_archive(filed_year: Ground, tmp_path: Path) -> None:
    """Folder and zip are the same bytes when made again, on another path, over an older one."""
    item, two = (
        archived(filed_year, tmp_path / "一", zipped=True),
        archived(filed_year, tmp_path / "二 次", zipped=True),
    )
    again = archived(filed_year, tmp_path / "一", zipped=True)
    listed = [
        {file.relative_to(bag).as_posix(): file.read_bytes() for file in bag.rglob("*") if file.is_file()}
        for bag in (item, two, again)
    ]
    assert listed[0] == listed[1] == listed[2]
    packed = [bag.with_name(f"{bag.name}.zip") for bag in (item, two)]
    assert packed[0].read_bytes() == packed[1].read_bytes()
    with ZipFile(packed[0]) as archive:
        archive.extractall(tmp_path / "解开")
    assert bagit.Bag(str(tmp_path / "解开" / item.name)).is_valid()
    assert not list((tmp_path / "一").glob(".hesuan-*"))


@pytest.mark.parametrize("harm", ["changed", "lost", "added"])
def test_verify_names_what_is_wrong_with_an_archive(
    filed_year: Ground, tmp_path: Path, capsys: Capture, harm: str
) -> None:
    """A whole archive verifies; a file changed, lost or added is named."""
    bag = archived(filed_year, tmp_path)
    assert show_verification(bag, filed_year.places, head=None) is ExitCode.CLEAR
    capsys.readouterr()
    victim = bag / "data" / "3-办理记录" / "台账条目.jsonl"
    if harm == "changed":
        victim.write_bytes(victim.read_bytes().replace(b"2025", b"2026"))
    elif harm == "lost":
        victim.unlink()
    else:
        victim = victim.with_name("多余.txt")
        victim.write_bytes(b"x")
    assert show_verification(bag, filed_year.places, head=None) is ExitCode.FINDINGS
    assert victim.name in capsys.readouterr().out


def test_contracts_are_archived_as_they_were(filed_year: Ground, tmp_path: Path) -> None:
    """After the contracts change, the archive still shows those that the check rested on."""
    ground = filed_year.copy_to(tmp_path / "后来")
    contracts = tmp_path / "合同"
    shutil.copytree(
        ground.places.open_contracts().root, contracts, ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    text = (contracts / "returning.yaml").read_text(encoding="utf-8")
    (contracts / "returning.yaml").write_text(text + "\n# later\n", encoding="utf-8")
    before = ground.places.open_contracts().compute_version()
    bag = archived(ground.under(contracts), tmp_path / "档案")
    kept = bag / "data" / "5-核对规则" / before[:12] / "returning.yaml"
    assert kept.read_text(encoding="utf-8") == text.replace("\r\n", "\n")


def test_nothing_to_archive_and_foreign_folders_are_refused(filed_year: Ground, tmp_path: Path) -> None:
    """A county that sent nothing, a folder that is no bag, a list of paper files with a strange county."""
    assert make_archives(filed_year.places, "530114", out=tmp_path, paper=None, zipped=False) is ExitCode.USAGE
    (tmp_path / f"{COUNTY}-2024").mkdir()
    with pytest.raises(NotABagError, match="not a bag"):
        archived(filed_year, tmp_path)
    paper = tmp_path / "p.yaml"
    paper.write_text('"999999": {report: x}\n', encoding="utf-8")
    with pytest.raises(ContractError, match="999999"):
        archived(filed_year, tmp_path / "x", paper=paper)
