"""Worker processes that read workbooks: kept running, watched, and replaced when a file crashes one."""

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

from workbooks.gate.file_type import compute_file_limits
from workbooks.gate.intake_fault import IntakeFault
from workbooks.gate.resource_limits import get_resident_memory
from workbooks.gate.zip_container import MEGABYTE
from workbooks.reader.pipe_protocol import receive_message, send_message

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_CODE: Final = "import sys; sys.path.insert(0, sys.argv[1]); from workbooks.reader.worker import main; main()"
_WATCH_INTERVAL_SECONDS: Final = 0.05
# Used by a worker that has read a small file.
_IDLE_BYTES: Final = 96 * MEGABYTE
# A worker that still uses more after a file is replaced: its memory would add to that of the parent.
_MAX_EXCESS_BYTES: Final = 128 * MEGABYTE


@dataclass(frozen=True, slots=True)
class ParentLimits:
    """How long the parent waits for a file, and the bytes that the worker may use above an idle one.

    Without *max_memory_bytes*, the bytes depend on the unpacked size of the file.
    """

    max_seconds: float = 120
    max_memory_bytes: int | None = None


PARENT_LIMITS = ParentLimits()


class ReaderProcess:
    """One worker process; once it has died, it is not restarted."""

    def __init__(self, limits: ParentLimits = PARENT_LIMITS) -> None:
        root = str(Path(__file__).resolve().parents[2])
        # A sheet is read column by column: more threads cost more than they gain.
        environment = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONUTF8": "1"}
        self.limits = limits
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-P", "-c", _START_CODE, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def read_file(self, data: bytes) -> "ReaderReply":
        """Return the worker's reply to a file; if the worker dies or exceeds a limit, the reply is a fault."""
        memory_bytes = self.limits.max_memory_bytes or compute_file_limits(data).memory_bytes
        with self._limit_resources(memory_bytes) as overrun:
            try:
                self._send_file(data)
                return self._receive_reply()
            except (OSError, EOFError, ValueError):
                self.close()
                fault = IntakeFault(code=_determine_fault_code(self.process, overrun))
                return ReaderReply({"fault": fault.as_json()}, ())

    def _send_file(self, data: bytes) -> None:
        assert self.process.stdin is not None  # noqa: S101 - we asked for a pipe
        send_message(self.process.stdin, data)
        self.process.stdin.flush()

    def _receive_reply(self) -> "ReaderReply":
        header = json.loads(self._receive_message())
        message_count = header.get("messages", 0) + sum(sheet["messages"] for sheet in header.get("sheets", ()))
        return ReaderReply(header, tuple(self._receive_message() for _ in range(message_count)))

    def _receive_message(self) -> bytes:
        assert self.process.stdout is not None  # noqa: S101 - we asked for a pipe
        body = receive_message(self.process.stdout)
        if body is None:
            raise EOFError("the worker process ended before its reply was complete")
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
        """Kill the worker when its time is over or it uses more memory than the file may cost."""
        deadline = time.monotonic() + self.limits.max_seconds
        max_bytes = max(_IDLE_BYTES, self.measure_memory()) + memory_bytes
        while not done.wait(_WATCH_INTERVAL_SECONDS):
            if time.monotonic() >= deadline or self.measure_memory() > max_bytes:
                overrun.set()
                self.process.kill()
                return

    def measure_memory(self) -> int:
        """Return the bytes that the worker uses now."""
        resident_bytes = get_resident_memory(self.process.pid)
        if resident_bytes is None:
            return _get_memory_by_psutil(self.process.pid)
        return resident_bytes

    @property
    def is_oversized(self) -> bool:
        """Whether the worker still uses so much memory that another should read the next file."""
        return self.measure_memory() > _IDLE_BYTES + _MAX_EXCESS_BYTES

    @property
    def is_alive(self) -> bool:
        """Whether the worker can read another file."""
        return self.process.poll() is None

    def close(self) -> None:
        """Stop the worker; a file that it is reading is lost."""
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
    """The reply to a file: the JSON header, and the frames as Arrow streams, or the .xlsx made of the file."""

    header: dict[str, Any]
    frames: tuple[bytes, ...]

    def iter_sheets(self) -> "Iterator[tuple[dict[str, Any], tuple[bytes, ...]]]":
        """Yield the header of each sheet, and its messages: those of the texts, then as many of the kinds."""
        start = 0
        for sheet in self.header["sheets"]:
            end = start + sheet["messages"]
            yield sheet, self.frames[start:end]
            start = end


@dataclass(frozen=True, slots=True)
class ReaderPool:
    """Idle workers; a thread takes one or starts one, and returns it if it can read another file."""

    owner_pid: int = field(default_factory=os.getpid)
    idle_processes: list[ReaderProcess] = field(default_factory=list)

    def read_file(self, data: bytes) -> ReaderReply:
        """Return the reply of a worker to a file."""
        worker = self._take_process()
        reply = worker.read_file(data)
        if worker.is_alive and not worker.is_oversized:
            self.idle_processes.append(worker)
        else:
            worker.close()
        return reply

    def _take_process(self) -> ReaderProcess:
        while True:
            try:
                # pop is atomic, so that no two threads take the same worker.
                worker = self.idle_processes.pop()
            except IndexError:
                return ReaderProcess()
            if worker.is_alive:
                return worker
            worker.close()

    def close(self) -> None:
        """Stop all idle workers."""
        while self.idle_processes:
            self.idle_processes.pop().close()


def get_shared_pool() -> ReaderPool:
    """Return the pool of this process; a forked process does not use its parent's workers."""
    return _create_pool(os.getpid())


@cache
def _create_pool(owner_pid: int) -> ReaderPool:
    pool = ReaderPool(owner_pid)
    atexit.register(pool.close)
    return pool


def _determine_fault_code(process: "subprocess.Popen[bytes]", overrun: threading.Event) -> str:
    import signal  # noqa: PLC0415 - rarely needed

    # A process ended by a signal has its negative number as return code; Windows lacks these signals.
    time_limit_codes = {-getattr(signal, name, 0) for name in ("SIGPROF", "SIGXCPU")} - {0}
    if overrun.is_set() or process.returncode in time_limit_codes:
        return "too_costly"
    return "reader_died"


def _get_memory_by_psutil(pid: int) -> int:
    import psutil  # noqa: PLC0415 - only on systems without /proc

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
