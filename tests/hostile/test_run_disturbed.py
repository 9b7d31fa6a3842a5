"""A run whose inbox or outputs misbehave: files that change, come by thousands or vanish, folders that refuse."""

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

import flows.intake.county_stages
import flows.intake.read_submission
from checks.model.finding import Refusal
from contracts.contract_library import open_library
from contracts.messages import Messages
from desk.exit_codes import ExitCode
from flows.year.inbox import scan_inbox
from flows.year.jobs import Job, JobOutcome
from review.events import EventKind
from tests.builders.dongchuan import COUNTY, name_of, submission
from tests.builders.year import Ground, prepared
from workbooks.gate.file_access import read_submission_bytes

FUTURE = 4_000_000_000


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """An inbox with the second version of the sample."""
    return prepared(tmp_path / "核算 试验", versions=(2,), decided=False)


def _refused(ground: Ground) -> list[str]:
    return [str(event.facts["code"]) for event in ground.events() if event.kind is EventKind.REFUSED]


@pytest.mark.hostile(86)
def test_time_of_a_file_never_picks_the_version(tmp_path: Path) -> None:
    """A first version dated in the future stays the first."""
    ground = prepared(tmp_path / "年度", decided=False)
    os.utime(ground.folder / name_of(1), (FUTURE, FUTURE))
    ground.run()
    assert ground.rows()[COUNTY].version == 2


@pytest.mark.hostile(89)
def test_file_that_changes_between_two_looks_is_refused_until_it_rests(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has other bytes when it is taken than when it was seen is still being copied; the next run takes it."""
    with monkeypatch.context() as patch:
        patch.setattr(
            flows.intake.read_submission,
            "read_submission_bytes",
            lambda path, words: _longer(read_submission_bytes(path, words)),
        )
        assert ground.run() is ExitCode.REFUSED_FILE
    assert _refused(ground) == ["growing"]
    (ground.folder / name_of(2)).write_bytes(submission(2).bytes())
    path = ground.folder / name_of(2)
    path.rename(path.with_name("复制完毕.xlsx"))
    assert ground.run() is ExitCode.CLEAR
    assert ground.rows()[COUNTY].version == 2


def _longer(data: bytes | Refusal) -> bytes | Refusal:
    return data if isinstance(data, Refusal) else data + b"more"


@pytest.mark.hostile(91)
def test_ten_thousand_files_have_ten_thousand_outcomes(tmp_path: Path) -> None:
    """Every file is reported, whatever their number."""
    folder = tmp_path / COUNTY
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number}.xlsx").touch()
    inbox = scan_inbox(tmp_path, open_library().get_messages())
    assert len(inbox.arrivals) + len(inbox.skipped) == 10_000
    assert len({arrival.name for arrival in inbox.arrivals}) == 10_000


@pytest.mark.hostile(96)
def test_output_that_is_open_elsewhere_is_written_by_the_next_run(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another program holds an output, as Excel does on Windows, the run says so and the next one finishes."""
    ground.run()
    before = ground.outputs()
    shutil.rmtree(ground.places.output_folder)

    def held(*_: object) -> None:
        raise PermissionError(errno.EACCES, "the file is in use by another process")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", held)
        patch.setattr(os, "replace", held)
        assert ground.run() is ExitCode.FAULT
    assert ground.run() is ExitCode.CLEAR
    assert ground.outputs() == before


@pytest.mark.hostile(97)
@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="root writes everywhere"
)
def test_outputs_that_may_not_be_written_leave_the_record_whole(ground: Ground) -> None:
    """Where the outputs folder refuses, the run says so and the next one finishes."""
    ground.places.output_folder.mkdir(parents=True)
    ground.places.output_folder.chmod(0o500)
    assert ground.run() is ExitCode.FAULT
    ground.places.output_folder.chmod(0o700)
    assert ground.run() is ExitCode.CLEAR


@pytest.mark.hostile(97)
def test_outputs_that_are_no_folder_leave_the_record_whole(ground: Ground) -> None:
    """The same for a file in the folder's place, which refuses root as well."""
    ground.places.output_folder.write_text("x", encoding="utf-8")
    assert ground.run() is ExitCode.FAULT
    ground.places.output_folder.unlink()
    assert ground.run() is ExitCode.CLEAR


@pytest.mark.hostile(98)
def test_inbox_that_is_pulled_out_is_told_and_taken_when_it_is_back(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A drive is removed between scanning and reading: each file is reported as gone, none as received."""
    kept = tmp_path / "kept"

    def pulled(path: Path, words: Messages) -> bytes | Refusal:
        if ground.folder.exists():
            ground.folder.rename(kept)
        return read_submission_bytes(path, words)

    with monkeypatch.context() as patch:
        patch.setattr(flows.intake.read_submission, "read_submission_bytes", pulled)
        assert ground.run() is ExitCode.REFUSED_FILE
    assert _refused(ground) == ["vanished"]
    assert EventKind.RECEIVED not in {event.kind for event in ground.events()}
    assert ground.run() is ExitCode.CLEAR  # the inbox as it now is holds nothing
    kept.rename(ground.folder)
    assert ground.run() is ExitCode.CLEAR
    assert ground.rows()[COUNTY].version == 2


@pytest.mark.hostile(98)
def test_inbox_that_goes_after_all_was_taken_is_no_loss(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on record may go from the inbox: nothing was lost with it."""
    real = flows.intake.county_stages.write_pages

    def pulled(job: Job) -> JobOutcome:
        shutil.rmtree(ground.folder, ignore_errors=True)
        return real(job)

    monkeypatch.setattr(
        flows.intake.county_stages, "STAGE_FUNCTIONS", {**flows.intake.county_stages.STAGE_FUNCTIONS, "report": pulled}
    )
    assert ground.run() is ExitCode.CLEAR
    assert not ground.folder.exists()
    assert ground.rows()[COUNTY].version == 2
