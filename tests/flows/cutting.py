"""The steps at which a run touches the disk, and ways to cut it there; used in a child that lives for one run."""

import errno
import io
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

REASONS = {"full": (errno.ENOSPC, "SQLITE_FULL"), "eio": (errno.EIO, "SQLITE_IOERR_WRITE")}


class Points:
    """Counts the steps of a run and cuts at one of them: every fsync, rename and commit, and every write of a file."""

    def __init__(self, at: int, mode: str) -> None:
        self.passed = 0
        self._at, self._mode = at, mode

    def watch(self) -> None:
        """Put a step before each of them."""
        for name in ("fsync", "replace"):
            setattr(os, name, self._before(getattr(os, name)))
        event.listen(Engine, "commit", lambda _: self._commit())
        Path.open = self._opening(Path.open)  # type: ignore[method-assign]

    def write(self, sink: "_Sink", data: bytes) -> int:
        """Write half, then be cut; or write it all."""
        if not self._due():
            return sink.write_all(data)
        sink.write_all(data[: len(data) // 2])
        sink.flush()
        self._cut()
        raise AssertionError("a cut lets nobody through")

    def _before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if self._due():
                self._cut()
            return real(*given, **named)

        return call

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Path, mode: str = "r", *given: Any, **named: Any) -> Any:
            opened = real(path, mode, *given, **named)
            return _Sink(opened.detach(), self) if mode in ("wb", "xb") else opened

        return call

    def _commit(self) -> None:
        if self._due():
            number, name = REASONS.get(self._mode, (0, ""))
            if not number:
                self._cut()
            error = sqlite3.OperationalError(os.strerror(number))
            error.sqlite_errorname = name
            raise OperationalError("COMMIT", {}, error)

    def _due(self) -> bool:
        self.passed += 1
        return self.passed == self._at or (self._mode == "full" and 0 < self._at < self.passed)

    def _cut(self) -> None:
        if self._mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        number = REASONS[self._mode][0]
        raise OSError(number, os.strerror(number))


class _Sink(io.BufferedWriter):
    """A file being written, whose writes are steps."""

    def __init__(self, raw: io.RawIOBase, points: Points) -> None:
        super().__init__(raw)
        self._points = points

    def write(self, data: Any) -> int:
        return self._points.write(self, bytes(data))

    def write_all(self, data: bytes) -> int:
        return super().write(data)


def grow_no_file_beyond(size: int, *, kill: bool) -> None:
    """Let the system refuse the write that would make any file longer, or kill who tries it."""
    import resource  # noqa: PLC0415 - where there is fork, there is this

    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if kill else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
