"""The signed manifest of a year's outputs: verified anywhere, every changed cell named."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from flows.year.locations import YearPaths
from flows.year.manifest_names import (
    MANIFEST_FILE,
    MANIFEST_FILES,
    PUBLIC_KEY_FILE,
    RUN_PAGE_FILE,
    SIGNATURE_FILE,
    VALUES_FILE,
)
from flows.year.program_version import PROGRAM_VERSION
from ledger.errors import SigningKeyError
from ledger.signing_key import PRIVATE_KEY_FILE, PublicKey, Signer
from tests.builders import libreoffice
from tests.builders.year import ROOT, Ground, ground_of, prepared

Capture = pytest.CaptureFixture[str]
COUNTY_FILE = "filing/530113/530113-2024-年度备案件.xlsx"
PROVINCE_FILE = "filing/530000-2024-年度核算备案.xlsx"
CITY_FILE = "filing/530100/530100-2024-年度复核汇总.xlsx"
RECEIPT = "returned/530113/530113-2024-备案回执.xlsx"


@pytest.fixture(scope="module")
def filed_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once; tests that change anything take a copy."""
    ground = prepared(tmp_path_factory.mktemp("清单") / "年度 核算")
    assert ground.run() is ExitCode.CLEAR
    return ground


@pytest.fixture
def elsewhere(filed_year: Ground, tmp_path: Path) -> Path:
    """Return the outputs carried to a machine that has neither ledger nor state."""
    return Path(shutil.copytree(filed_year.places.output_folder / "2024", tmp_path / "别处" / "收到的"))


def no_ledger(tmp_path: Path) -> YearPaths:
    """Return the folders of a machine that never ran a year."""
    return YearPaths(year=0, input_folder=tmp_path, output_folder=tmp_path, state_folder=tmp_path / "nothing")


def put(path: Path, sheet: str, cell: str, value: str | int) -> None:
    """Type into one cell, as somebody might, and save."""
    workbook = openpyxl.load_workbook(path)
    workbook[sheet][cell] = value
    workbook.save(path)


def test_outputs_verify_on_a_machine_without_the_ledger(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """The folder alone is enough, as a whole, in part, and file by file."""
    for path in (elsewhere, elsewhere / "filing", elsewhere / PROVINCE_FILE, elsewhere / RECEIPT):
        assert show_verification(path, no_ledger(tmp_path), head=None) is ExitCode.CLEAR
    said = capsys.readouterr().out
    fingerprint = json.loads((elsewhere / MANIFEST_FILE).read_text(encoding="utf-8"))["key"]["fingerprint"]
    assert f"公钥指纹 {fingerprint}" in said
    assert "清单所列文件 1 个，内容一致" in said
    assert not (tmp_path / "nothing").exists()


def test_manifest_says_what_it_rests_on(filed_year: Ground, elsewhere: Path) -> None:
    """Every output but the page of the run is listed, with contracts, the ledger's entries, program and key."""
    manifest = json.loads((elsewhere / MANIFEST_FILE).read_text(encoding="utf-8"))
    lie_there = {path.relative_to(elsewhere).as_posix() for path in elsewhere.rglob("*") if path.is_file()}
    assert {file["path"] for file in manifest["files"]} | {*MANIFEST_FILES, RUN_PAGE_FILE} == lie_there
    assert manifest["program"] == {"name": "hesuan", "version": PROGRAM_VERSION}
    assert manifest["contracts"]["version"] == filed_year.places.open_contracts().compute_version()
    assert "forms/cover.odcs.yaml" in manifest["contracts"]["files"]
    with filed_year.ledger() as ledger:
        first = ledger.list_entries()[0]
        entry = next(entry for entry in ledger.list_entries() if entry.digest == manifest["ledger"]["head"])
    assert manifest["ledger"]["first"] == first.digest
    assert (manifest["ledger"]["sequence"], manifest["ledger"]["at"]) == (entry.sequence, entry.at)
    assert PROGRAM_VERSION in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_cover_bears_the_fingerprint(elsewhere: Path) -> None:
    """The fingerprint of the key beside the manifest is printed on the cover of every workbook."""
    printed = PublicKey.load_pem((elsewhere / PUBLIC_KEY_FILE).read_bytes()).fingerprint
    for name in (PROVINCE_FILE, CITY_FILE, COUNTY_FILE):
        cover = openpyxl.load_workbook(elsewhere / name).worksheets[0]
        assert printed in {cell.value for row in cover.iter_rows() for cell in row}


@pytest.mark.parametrize(
    ("name", "sheet", "cell", "value"),
    [
        pytest.param(PROVINCE_FILE, "汇总表", "B5", "西山区", id="a name in the province's"),
        pytest.param(PROVINCE_FILE, "分乡镇明细", "C7", 999, id="a typed figure"),
        pytest.param(PROVINCE_FILE, "汇总表", "C5", 1700, id="a live figure typed over with its own value"),
        pytest.param(CITY_FILE, "封面", "B4", "某单位", id="a unit in the city's"),
        pytest.param(COUNTY_FILE, "意见", "F5", "别的文号", id="a number in the county's"),
        pytest.param(COUNTY_FILE, "年度核算报告", "A5", "", id="a paragraph taken out"),
        pytest.param(COUNTY_FILE, "封面", "Z99", "多写的", id="a cell that was empty"),
        pytest.param(RECEIPT, "回执", "B9", "0" * 64, id="a digest on the receipt"),
    ],
)
def test_one_changed_cell_is_found_and_named(  # noqa: PLR0917 - the parts of a case
    elsewhere: Path, tmp_path: Path, capsys: Capture, name: str, sheet: str, cell: str, value: str | int
) -> None:
    """One cell changed in any filing file: file, sheet and cell are named, that one alone, and the code is 1."""
    put(elsewhere / name, sheet, cell, value)
    assert show_verification(elsewhere, no_ledger(tmp_path), head=None) is ExitCode.FINDINGS
    named = [line for line in capsys.readouterr().out.splitlines() if "已被改动" in line]
    assert len(named) == 1
    assert f"{Path(name).name} 的 {sheet}!{cell} 已被改动" in named[0]


def test_cached_value_that_was_forged_is_found(elsewhere: Path, tmp_path: Path, capsys: Capture) -> None:
    """A figure that a viewer shows may be forged without touching its formula: that is found too."""
    path = elsewhere / PROVINCE_FILE
    forged = path.with_suffix(".new")
    with ZipFile(path) as source, ZipFile(forged, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            shown = b"<v>1700</v>"
            target.writestr(part, content.replace(shown, b"<v>1800</v>") if part.endswith("sheet2.xml") else content)
    forged.replace(path)
    assert show_verification(path, no_ledger(tmp_path), head=None) is ExitCode.FINDINGS
    assert "汇总表!C5 已被改动" in capsys.readouterr().out


@pytest.mark.skipif(libreoffice.PROGRAM is None, reason="LibreOffice is not installed")
def test_a_file_saved_again_unchanged_is_accepted(
    filed_year: Ground, elsewhere: Path, tmp_path: Path, capsys: Capture
) -> None:
    """Another program's save changes every byte and no cell: that is noted and accepted, with the ledger too."""
    for name in (PROVINCE_FILE, CITY_FILE, COUNTY_FILE, RECEIPT):
        libreoffice.type_into(elsewhere / name, tmp_path / "again.xlsx", (), tmp_path / "profile")
        (tmp_path / "again.xlsx").replace(elsewhere / name)
    assert show_verification(elsewhere, no_ledger(tmp_path), head=None) is ExitCode.CLEAR
    assert capsys.readouterr().out.count("文件被重新保存过") == 4
    assert show_verification(elsewhere, filed_year.places, head=None) is ExitCode.CLEAR


def _change_manifest(folder: Path) -> None:
    text = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
    (folder / MANIFEST_FILE).write_text(text.replace('"year": 2024', '"year": 2023'), encoding="utf-8")


def _change_values(folder: Path) -> None:
    text = (folder / VALUES_FILE).read_text(encoding="utf-8")
    (folder / VALUES_FILE).write_text(text.replace("东川区", "西山区"), encoding="utf-8")


def _drop_signature(folder: Path) -> None:
    (folder / SIGNATURE_FILE).unlink()


def _drop_file(folder: Path) -> None:
    (folder / CITY_FILE).unlink()


def _add_file(folder: Path) -> None:
    (folder / "filing" / "别的.xlsx").write_bytes(b"x")


def _break_file(folder: Path) -> None:
    (folder / COUNTY_FILE).write_bytes(b"no workbook")


def _change_page(folder: Path) -> None:
    page = next(folder.glob("evidence/*.html"))  # the page of the run is in no manifest
    page.write_bytes(page.read_bytes() + b" ")


def _drop_sheet(folder: Path) -> None:
    workbook = openpyxl.load_workbook(folder / PROVINCE_FILE)
    del workbook["意见"]
    workbook.save(folder / PROVINCE_FILE)


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        pytest.param(_change_manifest, "签名无效", id="manifest changed"),
        pytest.param(_change_values, "清单或取值文件与签名时不同", id="values changed"),
        pytest.param(_drop_signature, "清单、签名或公钥缺失", id="signature lost"),
        pytest.param(_drop_file, "清单所列文件缺失", id="file lost"),
        pytest.param(_add_file, "清单中没有列出", id="file added"),
        pytest.param(_break_file, "不能作为工作簿读取", id="file broken"),
        pytest.param(_change_page, "与清单所列的内容不同", id="page changed"),
        pytest.param(_drop_sheet, "缺少工作表 意见", id="sheet lost"),
    ],
)
def test_what_is_not_as_signed_is_named(
    elsewhere: Path, tmp_path: Path, capsys: Capture, tamper: Callable[[Path], None], said: str
) -> None:
    """Every change after the signature is reported, and the exit code is 1."""
    tamper(elsewhere)
    assert show_verification(elsewhere, no_ledger(tmp_path), head=None) is ExitCode.FINDINGS
    assert said in capsys.readouterr().out


def test_a_manifest_signed_anew_by_somebody_else_fails_against_the_known_key(elsewhere: Path, tmp_path: Path) -> None:
    """Whoever replaces key and signature passes alone, but not where the known public key is insisted upon."""
    known = tmp_path / "known.pub"
    shutil.copy(elsewhere / PUBLIC_KEY_FILE, known)
    assert show_verification(elsewhere, no_ledger(tmp_path), head=None, key=known) is ExitCode.CLEAR
    import base64  # noqa: PLC0415 - the forger's tool

    forger = Signer(tmp_path / "forger")
    manifest = (elsewhere / MANIFEST_FILE).read_bytes()
    (elsewhere / SIGNATURE_FILE).write_bytes(base64.b64encode(forger.sign(manifest)))
    (elsewhere / PUBLIC_KEY_FILE).write_bytes(forger.public_key.pem)
    assert show_verification(elsewhere, no_ledger(tmp_path), head=None) is ExitCode.CLEAR
    assert show_verification(elsewhere, no_ledger(tmp_path), head=None, key=known) is ExitCode.FINDINGS


def test_insisting_on_a_key_where_there_is_no_manifest_fails(filed_year: Ground, tmp_path: Path) -> None:
    """Without a manifest no key can have signed anything."""
    (tmp_path / "bare").mkdir()
    known = filed_year.places.output_folder / "2024" / PUBLIC_KEY_FILE
    assert show_verification(tmp_path / "bare", no_ledger(tmp_path), head=None, key=known) is ExitCode.FINDINGS


def test_outputs_of_another_ledger_are_held_against_their_manifest_alone(
    elsewhere: Path, tmp_path: Path, capsys: Capture
) -> None:
    """A machine with a ledger of its own says that it is another one."""
    other = prepared(tmp_path / "另一处", versions=(1,), decided=False)
    other.run()
    capsys.readouterr()
    assert show_verification(elsewhere, other.places, head=None) is ExitCode.CLEAR
    assert "不是这份清单所依据的台账" in capsys.readouterr().out


def test_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    """The key is made on first use, for its owner's eyes, and is the same from then on."""
    folder = tmp_path / "密钥"
    first, second = Signer(folder), Signer(folder)
    assert first.public_key == second.public_key
    assert first.public_key.is_valid_signature(second.sign(b"x"), b"x")
    assert not first.public_key.is_valid_signature(second.sign(b"x"), b"y")
    if os.name != "nt":
        assert (folder / PRIVATE_KEY_FILE).stat().st_mode & 0o077 == 0


def test_key_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A folder that cannot be made, and a file that is no key, are named with what to do."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SigningKeyError, match="HESUAN_KEY_DIR"):
        Signer(tmp_path / "file" / "keys")
    (tmp_path / PRIVATE_KEY_FILE).write_bytes(b"no key")
    with pytest.raises(SigningKeyError, match="private key"):
        Signer(tmp_path)


def test_verify_loads_none_of_the_heavy_libraries(elsewhere: Path, tmp_path: Path) -> None:
    """Verifying is for any desk: it loads neither the checks' engines nor the flow's."""
    code = (
        "import sys; from desk.app import app\n"
        f"try: app(['verify', {str(elsewhere)!r}, '--state', {str(tmp_path / 'none')!r}])\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "heavy = {'pandera', 'pandas', 'prefect', 'great_expectations'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()


# file names are Chinese, those of this checkout perhaps too, so every locale here can spell them
LOCALES = {
    "America/Los_Angeles": {"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "LC_TIME": "C"},
    "Pacific/Kiritimati": {"LC_ALL": "C.UTF-8", "LANGUAGE": "de"},
}


@pytest.mark.parametrize("zone", list(LOCALES))
def test_whole_outputs_are_identical_on_another_path_in_another_zone(
    filed_year: Ground, tmp_path: Path, zone: str
) -> None:
    """The same inputs and ledger give the same bytes under every name, wherever and whenever they are made."""
    other = filed_year.copy_to(tmp_path / "另一条 路径" / zone.replace("/", " "))
    shutil.rmtree(other.places.output_folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TZ": zone, **LOCALES[zone]}
    environment["PYTHONHASHSEED"] = str(len(zone))
    where = other.places
    arguments = [
        "--inputs",
        where.input_folder,
        "--outputs",
        where.output_folder,
        "--state",
        where.state_folder,
        "--inline",
    ]
    command = [sys.executable, "-m", "desk", "run", "2024", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert other.outputs() == filed_year.outputs()
    assert len(other.outputs()) > 12


def test_a_second_run_changes_no_byte(filed_year: Ground, tmp_path: Path) -> None:
    """Nothing is due after a run, the manifest included."""
    again = filed_year.copy_to(tmp_path / "再一次")
    before = again.files()
    assert again.run() is ExitCode.CLEAR
    assert again.files() == before


def test_a_lost_output_is_made_again_byte_for_byte(filed_year: Ground, tmp_path: Path) -> None:
    """Whatever is deleted from the outputs comes back as it was."""
    again = filed_year.copy_to(tmp_path / "补写")
    before = again.outputs()
    for name in (COUNTY_FILE, RECEIPT, VALUES_FILE, SIGNATURE_FILE):
        (again.places.output_folder / "2024" / name).unlink()
    assert again.run() is ExitCode.CLEAR
    assert again.outputs() == before


def test_a_filing_that_is_undone_stays_only_as_undone(filed_year: Ground, tmp_path: Path) -> None:
    """Workbook and receipt of an undone filing lie under names that say so, and the manifest lists them alone."""
    ground = ground_of(filed_year.copy_to(tmp_path / "撤销").places.input_folder.parent)
    from desk.commands.decide import record_for_county  # noqa: PLC0415 - loads the chain
    from review.proposal import Proposal  # noqa: PLC0415

    undo = Proposal(
        county="530113",
        level="province",
        action="reopen",
        by="530000-01",
        on="2025-03-20",
        number="云自然资备〔2025〕99号",
        opinion="备案有误，撤销后重办。",
        points="",
        version=0,
        sha256="",
    )
    assert record_for_county(ground.places, undo) is ExitCode.CLEAR
    for row in ground.places.inbox.joinpath("decisions").glob("*.xlsx"):
        row.unlink()
    ground.run()
    end = "第1次备案（已撤销）.xlsx"
    expected = {
        CITY_FILE,  # of what the city has approved, which stands
        COUNTY_FILE.replace(".xlsx", f"-{end}"),
        RECEIPT.replace(".xlsx", f"-{end}"),
        "filing/530113/530113-2024-第2版-报送原件.xlsx",
    }
    outputs = {name.removeprefix("2024/") for name in ground.outputs()}
    manifest = json.loads((ground.places.output_folder / "2024" / MANIFEST_FILE).read_text(encoding="utf-8"))
    for names in (outputs, {file["path"] for file in manifest["files"]}):
        assert {name for name in names if name.startswith("filing/") or "回执" in name} == expected
