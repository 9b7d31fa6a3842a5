"""Ctrl+C for a program with children: a terminal sends it to all of them at once, and each would die with a stack."""

import _thread
import multiprocessing.resource_tracker
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

_POLL_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class InterruptWatch:
    """Whether Ctrl+C was pressed. While *is_held* is set, whoever waits for *was_pressed* acts on it."""

    was_pressed: threading.Event = field(default_factory=threading.Event)
    is_held: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Leave Ctrl+C to the block, which looks at *was_pressed*; otherwise it raises `KeyboardInterrupt` as ever."""
        self.is_held.set()
        try:
            yield
        finally:
            self.is_held.clear()

    def watch_until(self, has_ended: threading.Event) -> None:
        """Take every Ctrl+C that comes until the event."""
        while not has_ended.is_set():
            if signal.sigtimedwait({signal.SIGINT}, _POLL_SECONDS) is None:
                continue
            self.was_pressed.set()
            if not self.is_held.is_set():
                _thread.interrupt_main(signal.SIGINT)


@contextmanager
def watch_interrupts() -> Iterator[InterruptWatch]:
    """Take Ctrl+C for this process alone: children that start within the block, and their children, never see it.

    Where signals cannot be masked (Windows) nothing changes.
    """
    watch, has_ended = InterruptWatch(), threading.Event()
    if not hasattr(signal, "pthread_sigmask"):
        yield watch
        return
    # The tracker of multiprocessing takes the mask away when it starts; it is started before, and ignores Ctrl+C.
    multiprocessing.resource_tracker.ensure_running()
    # A child inherits the mask, as does every thread: only the watching one takes the signal.
    mask_before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    watcher = threading.Thread(target=watch.watch_until, args=(has_ended,), daemon=True)
    watcher.start()
    try:
        yield watch
    finally:
        has_ended.set()
        watcher.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask_before)
