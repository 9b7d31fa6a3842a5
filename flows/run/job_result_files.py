"""Results of jobs that run in another thread, process or machine: private JSON files whose names we choose.

They do not travel through Prefect: whatever answers as its server could name a result of its own, and Prefect's results
are pickles, which run code when they are loaded.
"""

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.run.run_context import JobFailure, JobResult
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.locations import YearPaths
from ledger.canonical_json import decode_event, encode_event
from ledger.private_files import make_private_folder, write_private_file


@contextmanager
def open_result_folder(paths: YearPaths) -> Iterator[Path]:
    """Yield an empty private folder for the results of one stage; remove it at the end.

    The lock of the year is held, so what lies there is left over from a run that was killed.
    """
    folder = paths.state_folder.resolve() / "results" / str(paths.year)
    shutil.rmtree(folder, ignore_errors=True)
    make_private_folder(paths.state_folder)
    make_private_folder(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def choose_result_path(folder: Path) -> Path:
    """Return a path that nobody can guess."""
    return folder / f"{secrets.token_hex(16)}.json"


def write_job_result(path: Path, result: JobResult) -> None:
    """Write a result; a second attempt at the same job replaces the first one's."""
    write_private_file(path, json.dumps(encode_result(result)).encode())


def has_job_outcome(path: Path) -> bool:
    """Return whether a job has been done: a failure may be tried again."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return False
    return "events" in json.loads(data)


def take_job_result(path: Path) -> JobResult | None:
    """Read and delete a result; return None if the job left none."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    path.unlink()
    return decode_result(json.loads(data))


def encode_result(result: JobResult) -> dict[str, Any]:
    """Return a result as plain values that JSON can hold."""
    if isinstance(result, JobFailure):
        return {
            "stage": result.stage,
            "county": result.county,
            "stack_lines": result.stack_lines,
            "line": _encode_line(result.line),
        }
    return {
        "events": [[encode_event(event), key] for event, key in result.events],
        "lines": [_encode_line(line) for line in result.lines],
        "staged_outputs": [[str(path), sha256] for path, sha256 in result.staged_outputs],
    }


def _encode_line(line: ProgressLine) -> list[Any]:
    return [line.key, dict(line.facts)]


def decode_result(values: Mapping[str, Any]) -> JobResult:
    """Return the result that `encode_result` encoded."""
    if "events" in values:
        return JobOutcome(
            events=tuple((decode_event(text), key) for text, key in values["events"]),
            lines=tuple(ProgressLine(key, facts) for key, facts in values["lines"]),
            staged_outputs=tuple((Path(path), sha256) for path, sha256 in values["staged_outputs"]),
        )
    key, facts = values["line"]
    return JobFailure(values["stage"], values["county"], tuple(values["stack_lines"]), ProgressLine(key, facts))
