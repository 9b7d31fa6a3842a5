"""Children that read workbooks for us: kept warm, watched, and replaced when one dies of its file."""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbooks.gate.file_type import compute_unpacked_size
from workbooks.gate.intake_fault import IntakeFault
from workbooks.gate.resource_limits import compute_limits, get_resident_memory
from workbooks.gate.zip_container import MEGABYTE
from workbooks.reader.pipe_protocol import receive_message, send_message

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_CODE: Final = "import sys; sys.path.insert(0, sys.argv[1]); from workbooks.reader.worker import main; main()"
_WATCH_INTERVAL_SECONDS: Final = 0.05  # seconds between two looks of the watch
_IDLE_BYTES: Final = 96 * MEGABYTE  # a child that has read a small file
_MAX_EXCESS_BYTES: Final = (
    128 * MEGABYTE
)  # in use after a long file: it would stand beside what the parent then unpacks


@dataclass(frozen=True, slots=True)
class ParentLimits:
    """How long the parent waits, and what may be in use over an idle child where a file's own size does not say it."""

    max_seconds: float = 120
    max_memory_bytes: int | None = None


PARENT_LIMITS = ParentLimits()


class ReaderProcess:
    """One process that reads; after a death it is of no more use."""

    def __init__(self, limits: ParentLimits = PARENT_LIMITS) -> None:
        root = str(Path(__file__).resolve().parents[2])
        # one thread: a sheet is read column by column, and a pool of threads costs more than it gives
        settings = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONUTF8": "1"}
        self.limits = limits
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-P", "-c", _START_CODE, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=settings,
        )

    def read_file(self, data: bytes) -> "ReaderReply":
        """Return what the child says of a file; its death is a fault of that file."""
        with self._limit_resources(
            self.limits.max_memory_bytes or compute_limits(compute_unpacked_size(data)).memory_bytes
        ) as overrun:
            try:
                self._send_file(data)
                return self._receive_reply()
            except (OSError, EOFError, ValueError):
                self.close()
                return ReaderReply(
                    {"fault": IntakeFault(code=_determine_fault_code(self.process, overrun)).as_json()}, ()
                )

    def _send_file(self, data: bytes) -> None:
        assert self.process.stdin is not None  # noqa: S101 - we asked for a pipe
        send_message(self.process.stdin, data)
        self.process.stdin.flush()

    def _receive_reply(self) -> "ReaderReply":
        header = json.loads(self._receive_message())
        announced = sum(one["messages"] for one in header.get("sheets", ()))
        return ReaderReply(header, tuple(self._receive_message() for _ in range(announced)))

    def _receive_message(self) -> bytes:
        assert self.process.stdout is not None  # noqa: S101 - we asked for a pipe
        body = receive_message(self.process.stdout)
        if body is None:
            raise EOFError("the reading process ended in the middle of its answer")
        return body

    @contextmanager
    def _limit_resources(self, memory_bytes: int) -> "Iterator[threading.Event]":
        done, overrun = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._kill_on_overrun, args=(done, overrun, memory_bytes), daemon=True)
        watch.start()
        try:
            yield overrun
        finally:
            done.set()
            watch.join()

    def _kill_on_overrun(self, done: threading.Event, overrun: threading.Event, memory_bytes: int) -> None:
        """Kill the child when its time is over or it uses more memory than the file may cost."""
        deadline = time.monotonic() + self.limits.max_seconds
        most = max(_IDLE_BYTES, self.measure_memory()) + memory_bytes
        while not done.wait(_WATCH_INTERVAL_SECONDS):
            if time.monotonic() >= deadline or self.measure_memory() > most:
                overrun.set()
                self.process.kill()
                return

    def measure_memory(self) -> int:
        """Return the bytes that the child uses now."""
        used = get_resident_memory(self.process.pid)
        return _get_memory_by_psutil(self.process.pid) if used is None else used

    @property
    def is_oversized(self) -> bool:
        """Tell whether a file has left the child so large that the next is better off with another."""
        return self.measure_memory() > _IDLE_BYTES + _MAX_EXCESS_BYTES

    @property
    def is_alive(self) -> bool:
        """Tell whether the child can take another file."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the child; what it was doing is lost."""
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True, slots=True)
class ReaderReply:
    """What the child said: plain values, and the frames as Arrow streams, in slices."""

    header: dict[str, Any]
    frames: tuple[bytes, ...]

    def iter_sheets(self) -> "Iterator[tuple[dict[str, Any], tuple[bytes, ...]]]":
        """Yield what is said of each sheet, and its messages: those of the texts, then as many of the kinds."""
        at = 0
        for sheet in self.header["sheets"]:
            yield sheet, self.frames[at : at + sheet["messages"]]
            at += sheet["messages"]


@dataclass(frozen=True, slots=True)
class ReaderPool:
    """Idle children; a thread takes one or starts one, and gives it back if it is still alive."""

    owner_pid: int = field(default_factory=os.getpid)
    idle_processes: list[ReaderProcess] = field(default_factory=list)

    def read_file(self, data: bytes) -> ReaderReply:
        """Let a child read a file."""
        child = self._take_process()
        answer = child.read_file(data)
        if child.is_alive and not child.is_oversized:
            self.idle_processes.append(child)
        else:
            child.close()
        return answer

    def _take_process(self) -> ReaderProcess:
        while True:
            try:
                child = self.idle_processes.pop()  # one step, so that no two threads get the same
            except IndexError:
                return ReaderProcess()
            if child.is_alive:
                return child
            child.close()

    def close(self) -> None:
        """End all idle children."""
        while self.idle_processes:
            self.idle_processes.pop().close()


def get_shared_pool() -> ReaderPool:
    """Return the pool of this process; a forked process does not use its parent's children."""
    return _create_pool(os.getpid())


@cache
def _create_pool(owner_pid: int) -> ReaderPool:
    pool = ReaderPool(owner_pid)
    atexit.register(pool.close)
    return pool


def _determine_fault_code(process: "subprocess.Popen[bytes]", overrun: threading.Event) -> str:
    import signal  # noqa: PLC0415 - only after a death

    limits = {-getattr(signal, name, 0) for name in ("SIGPROF", "SIGXCPU")} - {0}
    return "too_costly" if overrun.is_set() or process.returncode in limits else "reader_died"


def _get_memory_by_psutil(pid: int) -> int:
    import psutil  # noqa: PLC0415 - only where the system's own files do not say it

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
