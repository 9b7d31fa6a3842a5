"""What a job or the engine spends: CPU seconds of one thread by part; kept out of record and outputs."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

INTAKE: Final = "intake"
CHECKS: Final = "checks"
ROLL_UPS: Final = "rollups"
REVIEW: Final = "review"
WRITING: Final = "writing"
LEDGER: Final = "ledger"


@dataclass(slots=True)
class Watch:
    """CPU seconds of one thread; what is measured within another part counts for the inner one alone."""

    spent: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _part: str = ""
    _since: float = 0.0

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Count what this thread does in the block for a part; for none, where *part* is empty."""
        outer = self._switch(part)
        try:
            yield
        finally:
            self._switch(outer)

    def _switch(self, part: str) -> str:
        now, before = time.thread_time(), self._part
        if before:
            self.spent[before] += now - self._since
        self._part, self._since = part, now
        return before


_WATCH: ContextVar[Watch | None] = ContextVar("_WATCH", default=None)


@contextmanager
def watching(watch: Watch, part: str = "") -> Iterator[None]:
    """Let `spending` count with a watch in the block; what is of no part of its own counts for *part*, if any."""
    token = _WATCH.set(watch)
    try:
        with watch.on(part):
            yield
    finally:
        _WATCH.reset(token)


@contextmanager
def spending(part: str) -> Iterator[None]:
    """Count the block for a part where somebody watches."""
    watch = _WATCH.get()
    if watch is None:
        yield
        return
    with watch.on(part):
        yield
