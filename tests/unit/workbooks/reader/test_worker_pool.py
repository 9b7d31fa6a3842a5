"""The reading processes are kept warm, are watched, and are replaced when they die."""

import os
import signal
import subprocess
import sys

import pytest

from tests.builders.dongchuan import submission
from tests.hostile.generator.package import SHEET, good
from workbooks.gate.resource_limits import compute_limits
from workbooks.gate.zip_container import MEGABYTE
from workbooks.reader.worker_pool import ParentLimits, ReaderPool, ReaderProcess


@pytest.fixture
def data() -> bytes:
    """A sound submission."""
    return submission(2).bytes()


def test_one_child_serves_many_files(data: bytes) -> None:
    """The second file is read by the process that read the first."""
    pool = ReaderPool()
    pool.read_file(data)
    first = pool.idle_processes[0].process.pid
    pool.read_file(data)
    assert [process.process.pid for process in pool.idle_processes] == [first]
    pool.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
def test_death_of_the_child_is_a_fault_of_its_file_alone(data: bytes, number: signal.Signals) -> None:
    """A child killed while it has a file gives a fault; the next file is read by another."""
    pool = ReaderPool()
    pool.read_file(data)
    child = pool.idle_processes[0]
    os.kill(child.process.pid, signal.SIGSTOP)
    os.kill(child.process.pid, number)
    os.kill(child.process.pid, signal.SIGCONT)
    assert child.read_file(data).header["fault"]["code"] == "reader_died"
    assert "sheets" in pool.read_file(data).header
    pool.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_child_whose_time_is_over_has_a_file_that_costs_too_much(data: bytes) -> None:
    """The system ends a child that has used its CPU time: by a timer, to the fraction of a second."""
    start = "import polars; from workbooks.gate.resource_limits import ResourceLimits, apply_limits"
    spin = f"{start}; apply_limits(ResourceLimits(0.01, 1 << 29, 1 << 29), 0.0)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", spin], check=False, env=os.environ, timeout=300)
    assert done.returncode == -signal.SIGPROF
    child = ReaderProcess()
    child.read_file(data)
    os.kill(child.process.pid, signal.SIGSTOP)
    os.kill(child.process.pid, signal.SIGPROF)
    os.kill(child.process.pid, signal.SIGCONT)
    assert child.read_file(data).header["fault"]["code"] == "too_costly"


def test_long_file_is_given_time_by_its_length() -> None:
    """What 100,000 honest plots take on a slow or busy machine is thrice what they take on a quiet one."""
    short, long, longest = (compute_limits(size * MEGABYTE).seconds for size in (1, 16, 180))
    assert short < long < longest
    assert longest > 20


def test_child_that_takes_too_long_is_killed(data: bytes) -> None:
    """The parent's own clock ends a child, where the system has no limits."""
    child = ReaderProcess(ParentLimits(max_seconds=0.001))
    assert child.read_file(data).header["fault"]["code"] == "too_costly"
    assert not child.is_alive


def test_child_that_takes_too_much_is_killed() -> None:
    """The parent watches the memory of a child."""
    child = ReaderProcess(ParentLimits(max_memory_bytes=1))
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(20, 200_000))
    large = good().swap(SHEET, "</sheetData>", rows + "</sheetData>").zipped()
    assert child.read_file(large).header["fault"]["code"] == "too_costly"


def test_child_that_a_file_has_swollen_is_not_kept(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process does not give all its memory back: after a long table the next file has another."""
    pool = ReaderPool()
    monkeypatch.setattr(ReaderProcess, "is_oversized", property(lambda _: True))
    assert "sheets" in pool.read_file(data).header
    assert pool.idle_processes == []
