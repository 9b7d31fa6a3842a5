"""A result of a job in another process comes back as it was, from a file that only we know."""

from dataclasses import replace
from pathlib import Path

import pytest

from flows.run.job_result_files import (
    choose_result_path,
    has_job_outcome,
    open_result_folder,
    take_job_result,
    write_job_result,
)
from flows.run.run_context import JobFailure, JobResult
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.locations import YearPaths
from review.events import Event, EventKind

EVENT = Event(
    kind=EventKind.CHECKED,
    year=2024,
    county="530113",
    version=2,
    sha256="a" * 64,
    facts={
        "hard": 1,
        "explained": True,
        "name": "报送 “二”.xlsx",
        "found": {"hard": {"T01": 1}},
        "rivals": [None, "x"],
    },
)
OUTCOME = JobOutcome(
    ((EVENT, "checked:1"),),
    (ProgressLine("checked", {"hard": "1", "name": "\udce9.xlsx"}),),
    ((Path("年") / "报告.html", "b" * 64),),
)
FAILURE = JobFailure("mark", "530113", ("OSError ENOSPC", "a.py:1 run"), ProgressLine("disk_full", {}))


@pytest.fixture
def paths(tmp_path: Path) -> YearPaths:
    """Return the folders of a year."""
    return YearPaths(year=2024, input_folder=tmp_path, output_folder=tmp_path, state_folder=tmp_path / "state")


@pytest.mark.parametrize("result", [OUTCOME, FAILURE, JobOutcome()])
def test_a_result_comes_back_once(result: JobResult, paths: YearPaths) -> None:
    """Text, numbers, truth values and names that are no text keep their kind; then the file is gone."""
    with open_result_folder(paths) as folder:
        path = choose_result_path(folder)
        assert take_job_result(path) is None
        write_job_result(path, FAILURE)
        write_job_result(path, result)
        assert take_job_result(path) == result
        assert list(folder.iterdir()) == []
    assert not folder.exists()


def test_what_a_killed_run_left_is_removed(paths: YearPaths) -> None:
    """The next run of the year starts with an empty folder, and leaves the other years' alone."""
    other = replace(paths, year=2025)
    with open_result_folder(other) as others, open_result_folder(paths) as folder:
        write_job_result(choose_result_path(folder), FAILURE)
        write_job_result(choose_result_path(others), FAILURE)
        with open_result_folder(paths) as again:
            assert list(again.iterdir()) == []
        assert len(list(others.iterdir())) == 1


def test_paths_cannot_be_guessed(tmp_path: Path) -> None:
    """Each job has a path of its own."""
    assert len({choose_result_path(tmp_path) for _ in range(100)}) == 100


def test_only_a_job_that_succeeded_is_done(paths: YearPaths) -> None:
    """A task that is tried again does only what failed or was not reached."""
    with open_result_folder(paths) as folder:
        path = choose_result_path(folder)
        assert not has_job_outcome(path)
        write_job_result(path, FAILURE)
        assert not has_job_outcome(path)
        write_job_result(path, OUTCOME)
        assert has_job_outcome(path)
