"""What proves the record: a signed archive, a ledger that was cut or altered, a changed copy of a county's file."""

import base64
import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import bagit
import openpyxl
import pytest

from desk.app import run_command_line
from desk.commands.archive import make_archives
from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from flows.run.run_stages import run_stages
from flows.run.stage_loop import run_jobs_inline
from ledger.bagit_archive import SIGNATURE_FILE, TAG_MANIFEST
from ledger.canonical_json import compute_digest, encode_event
from ledger.errors import LedgerAlteredError
from ledger.signing_key import Signer
from tests.builders.annual_run import Capture, hesuan
from tests.builders.dongchuan import COUNTY
from tests.builders.postgresql import make_database, serve_postgresql
from tests.builders.year import Ground, ground_of, prepared

ENTRIES = "3-办理记录/台账条目.jsonl"


@pytest.fixture(scope="module")
def once_filed(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once, to be copied."""
    ground = prepared(tmp_path_factory.mktemp("凭据") / "年度")
    assert ground.run() is ExitCode.CLEAR
    return ground


@pytest.fixture
def filed(once_filed: Ground, tmp_path: Path) -> Ground:
    """Return a copy of the filed year, to be tampered with."""
    return once_filed.copy_to(tmp_path / "年度")


def make_bag(ground: Ground, out: Path, *, zipped: bool = False) -> Path:
    """Make the county's archive and return its folder."""
    assert make_archives(ground.places, COUNTY, out=out, paper=None, zipped=zipped) is ExitCode.CLEAR
    return out / f"{COUNTY}-2024"


def remake_bag(bag: Path) -> None:
    """Make the lists of a bag anew with the library, as whoever altered its files would."""
    payload = bag.with_name("内容")
    shutil.move(bag / "data", payload)
    shutil.rmtree(bag)
    shutil.move(payload, bag)
    bagit.make_bag(str(bag), checksums=["sha256"])


def alter_entry(bag: Path, *, sealed: bool) -> None:
    """Change the officer in an entry of a bag; with *sealed* its own digest is made anew."""
    file = bag / "data" / ENTRIES
    lines = file.read_text(encoding="utf-8").splitlines()
    index = next(number for number, line in enumerate(lines) if "530000-01" in line)
    entry = json.loads(lines[index].replace("530000-01", "530000-77"))
    if sealed:
        entry["digest"] = compute_entry_digest(entry)
    lines[index] = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    remake_bag(bag)


def compute_entry_digest(entry: dict[str, object]) -> str:
    """Return the digest that would seal an entry."""
    body = json.dumps(entry["event"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return compute_digest(
        sequence=int(str(entry["sequence"])),
        previous=str(entry["previous"]),
        recorded_at=str(entry["at"]),
        system_user=str(entry["system_user"]),
        key=str(entry["key"]),
        body=body,
    )


def test_archive_is_signed_and_agrees_with_the_ledger(filed: Ground, tmp_path: Path, capsys: Capture) -> None:
    """A whole archive is intact with and without the ledger, and with the key named."""
    bag = make_bag(filed, tmp_path)
    capsys.readouterr()
    assert show_verification(bag, filed.places, head=None) is ExitCode.CLEAR
    out = capsys.readouterr().out
    assert "签名有效" in out
    assert "本机台账中都有" in out
    no_ledger = ground_of(tmp_path / "别处").places
    assert show_verification(bag, no_ledger, head=None) is ExitCode.CLEAR
    key = filed.places.key_folder / "public-key.pem"
    assert show_verification(bag, no_ledger, head=None, key=key) is ExitCode.CLEAR
    other = Signer(tmp_path / "别人的钥匙")
    assert other.public_key.pem
    other_key = tmp_path / "别人的钥匙" / "public-key.pem"
    assert show_verification(bag, no_ledger, head=None, key=other_key) is ExitCode.FINDINGS


def swap_versions(bag: Path) -> None:
    """Exchange the contents of the first two submissions."""
    first, second = sorted((bag / "data" / "1-报送文件").iterdir())[:2]
    first_data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(first_data)
    remake_bag(bag)


def sign_with_nonsense(bag: Path) -> None:
    """Put a signature over something else into a bag."""
    assert (bag / TAG_MANIFEST).is_file()
    (bag / SIGNATURE_FILE).write_bytes(base64.b64encode(bytes(64)))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(lambda bag: alter_entry(bag, sealed=False), "不是原样", id="entry altered"),
        pytest.param(lambda bag: alter_entry(bag, sealed=True), "本机台账中没有", id="entry sealed anew"),
        pytest.param(remake_bag, "没有签名", id="bag made anew"),
        pytest.param(lambda bag: (bag / SIGNATURE_FILE).unlink(), "没有签名", id="signature removed"),
        pytest.param(swap_versions, "内容与名称中的校验值不符", id="files exchanged"),
        pytest.param(sign_with_nonsense, "签名无效", id="another signature"),
    ],
)
def test_forged_archive_is_found_out(
    filed: Ground, tmp_path: Path, capsys: Capture, tamper: Callable[[Path], object], found: str
) -> None:
    """A bag whose lists were made anew with an ordinary tool does not pass any more."""
    bag = make_bag(filed, tmp_path)
    tamper(bag)
    capsys.readouterr()
    assert show_verification(bag, filed.places, head=None) is ExitCode.FINDINGS
    assert found in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("unzip") is None, reason="no unzip here")
def test_zip_unpacks_with_its_names_in_an_ordinary_tool(filed: Ground, tmp_path: Path) -> None:
    """The names are Chinese after unzip, and the bag is valid."""
    bag = make_bag(filed, tmp_path, zipped=True)
    target = tmp_path / "解开"
    subprocess.run(["unzip", "-q", bag.with_name(f"{bag.name}.zip"), "-d", target], check=True)  # noqa: S607
    assert (target / bag.name / "data" / ENTRIES).is_file()
    assert bagit.Bag(str(target / bag.name)).is_valid()


def edit_ledger(ground: Ground, statement: str) -> None:
    """Change the database behind the program's back."""
    with sqlite3.connect(ground.places.state_folder / "ledger.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement)
    database.close()


def test_outputs_tell_that_their_ledger_was_cut(filed: Ground, capsys: Capture) -> None:
    """The last entries are gone: the chain is intact, but the manifest rests on one that is missing."""
    edit_ledger(filed, "DELETE FROM entries WHERE sequence > (SELECT max(sequence) - 20 FROM entries)")
    assert show_verification(filed.places.output_folder, filed.places, head=None) is ExitCode.FINDINGS
    assert "本机台账已被截断或重写" in capsys.readouterr().out


def test_run_on_an_altered_ledger_is_refused(filed: Ground) -> None:
    """Nothing is added to a record that is not as it was; the command says which entry it is, and exits 5."""
    edit_ledger(filed, "UPDATE entries SET body = replace(body, '530113-01', '530113-77') WHERE sequence = 3")
    edit_ledger(filed, "UPDATE entries SET body = replace(body, '云南省', '云南 省') WHERE sequence = 1")
    count = len(read_entries(filed))
    with pytest.raises(LedgerAlteredError):
        run_stages(filed.places, run_jobs_inline)
    assert len(read_entries(filed)) == count
    shutil.rmtree(filed.places.output_folder)
    folders = (filed.places.input_folder, filed.places.output_folder, filed.places.state_folder)
    options = [f"--{name}={folder}" for name, folder in zip(("inputs", "outputs", "state"), folders, strict=True)]
    done = hesuan("run", "2024", "--inline", *options)
    assert done.returncode == ExitCode.REFUSED_ACTION
    assert "第 1 条不是原样" in done.stderr


def read_entries(ground: Ground) -> list[object]:
    """Return the rows of the ledger as they stand."""
    with sqlite3.connect(ground.places.state_folder / "ledger.db") as database:
        return database.execute("SELECT * FROM entries").fetchall()


def test_changed_copy_of_the_countys_file_is_told_by_cell(filed: Ground, capsys: Capture) -> None:
    """The store has the original, so that the changed cell of the copy beside the filing is named."""
    copy = next(filed.places.output_folder.rglob("*报送原件.xlsx"))
    workbook = openpyxl.load_workbook(copy)
    sheet = workbook.worksheets[2]
    sheet["C5"] = 12345
    workbook.save(copy)
    assert show_verification(copy, filed.places, head=None) is ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert f"{sheet.title}!C5 已被改动" in out
    assert "现为“12345”" in out


@pytest.mark.slow
def test_story_19_a_ledger_on_postgresql_is_verified_with_its_files(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documented command finds both intact, and names the received file that is not."""
    # Beside pytest's own folder, which other sessions close to the user of the server.
    with TemporaryDirectory() as folder, serve_postgresql(Path(folder)) as server:
        database = make_database(server, "ledger")
        ground = prepared(tmp_path / "年度", versions=(2,), decided=False)
        ground = Ground(replace(ground.places, ledger_url=database))
        assert ground.run() is ExitCode.CLEAR
        monkeypatch.setattr("sys.argv", ["hesuan", "verify", database, "--state", str(ground.places.state_folder)])
        for expected, word in ((ExitCode.CLEAR, "完好：收件库"), (ExitCode.FINDINGS, "内容与名称不符")):
            capsys.readouterr()
            with pytest.raises(SystemExit) as caught:
                run_command_line()
            assert caught.value.code == expected
            assert word in capsys.readouterr().out
            received = next(path for path in (ground.places.state_folder / "objects").rglob("*") if path.is_file())
            received.chmod(0o600)
            received.write_bytes(b"changed")


def test_state_folder_without_its_ledger_names_the_command(filed: Ground, capsys: Capture) -> None:
    """A ledger on a database is verified by its address: one sentence, not a line for each stored file."""
    (filed.places.state_folder / "ledger.db").unlink()
    assert show_verification(filed.places.state_folder, filed.places, head=None) is ExitCode.FINDINGS
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert "hesuan verify postgresql://" in lines[0]


def test_digest_in_the_tests_is_the_ledgers(filed: Ground) -> None:
    """The forger of these tests seals as the ledger does."""
    with filed.ledger() as ledger:
        entry = ledger.list_entries()[0]
    body = json.loads(encode_event(entry.event))
    values = {"sequence": entry.sequence, "previous": entry.previous, "at": entry.at, "key": entry.key}
    made = compute_entry_digest({**values, "system_user": entry.system_user, "event": body})
    assert made == entry.digest
    assert hashlib.sha256().digest_size * 2 == len(made)
