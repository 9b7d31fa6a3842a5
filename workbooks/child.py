"""Children that read workbooks for us: kept warm, watched, and replaced when one dies of its file."""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from workbooks.faults import Fault
from workbooks.messages import receive, send

_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from workbooks.reading_child import main; main()"
_GLANCE: Final = 0.05  # seconds between two looks of the watch
_FRAMES_A_SHEET: Final = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. *memory* is watched from here only where the system cannot limit it itself."""

    seconds: float = 120
    memory: int = 1024**3
    watch_memory: bool = os.name == "nt"


LIMITS = Limits()


class Child:
    """One process that reads; after a death it is of no more use."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        root = str(Path(__file__).resolve().parent.parent)
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
        with self._watched() as overrun:
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
        return Answer(header, tuple(self._message() for _ in range(_FRAMES_A_SHEET * len(header.get("sheets", ())))))

    def _message(self) -> bytes:
        assert self.process.stdout is not None  # noqa: S101 - we asked for a pipe
        body = receive(self.process.stdout)
        if body is None:
            raise EOFError("the reading process ended in the middle of its answer")
        return body

    @contextmanager
    def _watched(self) -> "Iterator[threading.Event]":
        done, overrun = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._watch, args=(done, overrun), daemon=True)
        watch.start()
        try:
            yield overrun
        finally:
            done.set()
            watch.join()

    def _watch(self, done: threading.Event, overrun: threading.Event) -> None:
        deadline = time.monotonic() + self.limits.seconds
        used = _memory_of(self.process.pid) if self.limits.watch_memory else None
        pause = _GLANCE if used else self.limits.seconds
        while not done.wait(pause):
            if time.monotonic() >= deadline or (used and used() > self.limits.memory):
                overrun.set()
                self.process.kill()
                return

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
    """What the child said: plain values, and the frames as Arrow streams."""

    header: dict[str, Any]
    frames: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Idle children; a thread takes one or starts one, and gives it back if it is still alive."""

    owner: int = field(default_factory=os.getpid)
    idle: list[Child] = field(default_factory=list)

    def read(self, data: bytes) -> Answer:
        """Let a child read a file."""
        child = self._taken()
        answer = child.read(data)
        if child.alive:
            self.idle.append(child)
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

    limit = -getattr(signal, "SIGXCPU", 0)
    return "too_costly" if overrun.is_set() or (limit and process.returncode == limit) else "reader_died"


def _memory_of(pid: int) -> Callable[[], int]:
    import psutil  # noqa: PLC0415 - only where the system has no limits of its own

    process = psutil.Process(pid)

    def used() -> int:
        try:
            return int(process.memory_info().rss)
        except psutil.Error:
            return 0

    return used
