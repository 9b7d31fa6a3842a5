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

from workbooks.gate.file_type import unpacked_size
from workbooks.gate.intake_fault import Fault
from workbooks.gate.resource_limits import allowance, resident_memory
from workbooks.gate.zip_container import MEGABYTE
from workbooks.reader.pipe_protocol import receive, send

if TYPE_CHECKING:
    from collections.abc import Iterator

_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from workbooks.reader.worker import main; main()"
_GLANCE: Final = 0.05  # seconds between two looks of the watch
_IDLE: Final = 96 * MEGABYTE  # a child that has read a small file
_SWOLLEN: Final = 128 * MEGABYTE  # in use after a long file: it would stand beside what the parent then unpacks


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the parent waits, and what may be in use over an idle child where a file's own size does not say it."""

    seconds: float = 120
    memory: int | None = None


LIMITS = Limits()


class Child:
    """One process that reads; after a death it is of no more use."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        root = str(Path(__file__).resolve().parents[2])
        # one thread: a sheet is read column by column, and a pool of threads costs more than it gives
        settings = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONUTF8": "1"}
        self.limits = limits
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
            [sys.executable, "-P", "-c", _START, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=settings,
        )

    def read(self, data: bytes) -> "Answer":
        """Return what the child says of a file; its death is a fault of that file."""
        with self._watched(self.limits.memory or allowance(unpacked_size(data)).memory) as overrun:
            try:
                self._send(data)
                return self._receive()
            except (OSError, EOFError, ValueError):
                self.close()
                return Answer({"fault": Fault(code=_cause(self.process, overrun)).as_json()}, ())

    def _send(self, data: bytes) -> None:
        assert self.process.stdin is not None  # noqa: S101 - we asked for a pipe
        send(self.process.stdin, data)
        self.process.stdin.flush()

    def _receive(self) -> "Answer":
        header = json.loads(self._message())
        announced = sum(one["messages"] for one in header.get("sheets", ()))
        return Answer(header, tuple(self._message() for _ in range(announced)))

    def _message(self) -> bytes:
        assert self.process.stdout is not None  # noqa: S101 - we asked for a pipe
        body = receive(self.process.stdout)
        if body is None:
            raise EOFError("the reading process ended in the middle of its answer")
        return body

    @contextmanager
    def _watched(self, memory: int) -> "Iterator[threading.Event]":
        done, overrun = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._watch, args=(done, overrun, memory), daemon=True)
        watch.start()
        try:
            yield overrun
        finally:
            done.set()
            watch.join()

    def _watch(self, done: threading.Event, overrun: threading.Event, memory: int) -> None:
        """Kill the child when its time is over or it uses more memory than the file may cost."""
        deadline = time.monotonic() + self.limits.seconds
        most = max(_IDLE, self.used_memory()) + memory
        while not done.wait(_GLANCE):
            if time.monotonic() >= deadline or self.used_memory() > most:
                overrun.set()
                self.process.kill()
                return

    def used_memory(self) -> int:
        """Return the bytes that the child uses now."""
        used = resident_memory(self.process.pid)
        return _asked(self.process.pid) if used is None else used

    @property
    def swollen(self) -> bool:
        """Tell whether a file has left the child so large that the next is better off with another."""
        return self.used_memory() > _IDLE + _SWOLLEN

    @property
    def alive(self) -> bool:
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
class Answer:
    """What the child said: plain values, and the frames as Arrow streams, in slices."""

    header: dict[str, Any]
    frames: tuple[bytes, ...]

    def sheets(self) -> "Iterator[tuple[dict[str, Any], tuple[bytes, ...]]]":
        """Yield what is said of each sheet, and its messages: those of the texts, then as many of the kinds."""
        at = 0
        for sheet in self.header["sheets"]:
            yield sheet, self.frames[at : at + sheet["messages"]]
            at += sheet["messages"]


@dataclass(frozen=True, slots=True)
class Pool:
    """Idle children; a thread takes one or starts one, and gives it back if it is still alive."""

    owner: int = field(default_factory=os.getpid)
    idle: list[Child] = field(default_factory=list)

    def read(self, data: bytes) -> Answer:
        """Let a child read a file."""
        child = self._taken()
        answer = child.read(data)
        if child.alive and not child.swollen:
            self.idle.append(child)
        else:
            child.close()
        return answer

    def _taken(self) -> Child:
        while True:
            try:
                child = self.idle.pop()  # one step, so that no two threads get the same
            except IndexError:
                return Child()
            if child.alive:
                return child
            child.close()

    def close(self) -> None:
        """End all idle children."""
        while self.idle:
            self.idle.pop().close()


def shared_pool() -> Pool:
    """Return the pool of this process; a forked process does not use its parent's children."""
    return _pool(os.getpid())


@cache
def _pool(owner: int) -> Pool:
    pool = Pool(owner)
    atexit.register(pool.close)
    return pool


def _cause(process: "subprocess.Popen[bytes]", overrun: threading.Event) -> str:
    import signal  # noqa: PLC0415 - only after a death

    limits = {-getattr(signal, name, 0) for name in ("SIGPROF", "SIGXCPU")} - {0}
    return "too_costly" if overrun.is_set() or process.returncode in limits else "reader_died"


def _asked(pid: int) -> int:
    import psutil  # noqa: PLC0415 - only where the system's own files do not say it

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
