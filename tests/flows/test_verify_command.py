"""``hesuan verify``: everything is intact, or what is not is named."""

import sqlite3
from collections.abc import Callable

import pytest

from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from ledger.folder_store import FolderStore
from tests.builders.annual_run import FILING, RETURNED, Capture, hesuan
from tests.builders.year import (
    Ground,
)


def test_verify_finds_everything_intact(filed_year: Ground, capsys: Capture) -> None:
    """State folder, ledger file, outputs folder and one output are intact after a run."""
    places = filed_year.places
    for path in (
        places.state_folder,
        places.state_folder / "ledger.db",
        places.output_folder,
        places.output_folder / FILING,
    ):
        assert show_verification(path, places, head=None) is ExitCode.CLEAR
    assert show_verification(places.state_folder, places, head=filed_year.head()) is ExitCode.CLEAR
    assert all(line.startswith("完好：") for line in capsys.readouterr().out.splitlines())


def _alter_entry(ground: Ground) -> None:
    with sqlite3.connect(ground.places.state_folder / "ledger.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(
            "UPDATE entries SET body = replace(body, '530113-01', '530113-77')"
            " WHERE body LIKE '%530113-01%' AND body LIKE '%submit%'"
        )
    database.close()


def _cut_tail(ground: Ground) -> None:
    with sqlite3.connect(ground.places.state_folder / "ledger.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM entries WHERE sequence = 4")
    database.close()


def _scribble(ground: Ground) -> None:
    (ground.places.state_folder / "ledger.db").write_bytes(b"no database at all")


def _alter_kept_file(ground: Ground) -> None:
    FolderStore(ground.places.state_folder).get_path(ground.sha256(2)).write_bytes(b"other bytes")


def _lose_kept_file(ground: Ground) -> None:
    FolderStore(ground.places.state_folder).get_path(ground.sha256(1)).unlink()


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        pytest.param(_alter_entry, "条不是原样（内容与校验值不符）", id="entry altered"),
        pytest.param(_cut_tail, "台账第 4 条不是原样（缺少这一条）", id="entry removed"),
        pytest.param(_scribble, "台账不是原样（无法读取）", id="no ledger any more"),
        pytest.param(_alter_kept_file, "收件库文件内容与名称不符", id="received file altered"),
        pytest.param(_lose_kept_file, "收件库文件内容与名称不符", id="received file lost"),
    ],
)
def test_verify_names_what_is_not_intact(
    filed: Ground, capsys: Capture, tamper: Callable[[Ground], None], said: str
) -> None:
    """Whatever was altered behind the program's back is named, and the code is 1."""
    tamper(filed)

    assert show_verification(filed.places.state_folder, filed.places, head=None) is ExitCode.FINDINGS
    assert said in capsys.readouterr().out


def test_verify_finds_an_output_that_was_changed_or_added(filed: Ground, capsys: Capture) -> None:
    """An output with other bytes, or one that nobody recorded, is named, and the code is 1."""
    changed = filed.places.output_folder / RETURNED
    changed.write_bytes(changed.read_bytes() + b"x")
    strange = changed.with_name("别的.xlsx")
    strange.write_bytes(b"x")

    assert show_verification(filed.places.output_folder, filed.places, head=None) is ExitCode.FINDINGS

    out = capsys.readouterr().out
    assert f"与台账登记的内容不同：{changed}" in out
    assert f"台账中没有登记：{strange}" in out
    assert f"完好：{filed.places.output_folder / FILING}" in out


def test_verify_finds_a_head_that_the_ledger_never_had(filed_year: Ground, capsys: Capture) -> None:
    """A head printed on an earlier filing that is not in the chain shows a rewritten ledger."""
    assert show_verification(filed_year.places.state_folder, filed_year.places, head="f" * 64) is ExitCode.FINDINGS
    assert "台账被截断或重写" in capsys.readouterr().out


def test_verify_at_the_command_line(filed: Ground) -> None:
    """The command exits 0 where all is intact, 1 where not, 2 where there is nothing of that name."""
    state = filed.places.state_folder
    assert hesuan("verify", state).returncode == 0
    _alter_entry(filed)
    assert hesuan("verify", state).returncode == 1
    assert hesuan("verify", state / "没有").returncode == 2
