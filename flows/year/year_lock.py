"""A lock that allows one run of a year at a time; the system releases the lock of a run that died."""

from collections.abc import Iterator
from contextlib import contextmanager

from fasteners import InterProcessLock

from contracts.errors import PortableError
from flows.year.locations import YearPaths
from ledger.private_files import make_private_folder


class YearBusyError(PortableError):
    """Another run of the same year is in progress."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the year {year} is being run by another process: wait for it to end")
        self.year = year


@contextmanager
def lock_year(paths: YearPaths, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of the year while the block runs.

    Raises `YearBusyError` if another process holds it for longer than *wait_seconds*. The lock keeps two runs on one
    machine from doing the same work twice; the check of the ledger's head keeps two decisions from contradicting each
    other.
    """
    path = paths.state_folder / "locks" / f"{paths.year}.lock"
    make_private_folder(paths.state_folder)
    make_private_folder(path.parent)
    lock = InterProcessLock(str(path))
    if not lock.acquire(blocking=wait_seconds > 0, delay=0.02, max_delay=0.2, timeout=wait_seconds or None):
        raise YearBusyError(paths.year)
    try:
        yield
    finally:
        lock.release()
