"""What taking in one file may cost, by how much it unpacks to: an attack is small, an honest long table is not."""

import signal
import sys
from dataclasses import dataclass, replace
from typing import Final

from workbooks.gate.zip_container import MEGABYTE

LONG_FILE_BYTES: Final = 16 * MEGABYTE  # of all parts together; what is less is judged whole before it is read
_IMPORT_BYTES: Final = 96 * MEGABYTE  # the libraries, loaded with the first file
_IMPORT_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """CPU seconds; bytes in use over those of an idle process; bytes asked for, some of which are never used."""

    seconds: float
    memory_bytes: int
    address_space_bytes: int


# Of the hostile files the costliest takes 1.8 s of the child. The largest honest file, 100,000 plots of 33 columns
# (180 MB of markup), takes 7.5 s, 11 s beside other work on the same processor, more on a slow machine: what is long is
# given three times what honest markup of its length takes, so that a busy office does not turn an honest file away.
_SHORT_FILE_LIMITS: Final = ResourceLimits(4.5, 300 * MEGABYTE, 400 * MEGABYTE)
_LONG_FILE_LIMITS: Final = ResourceLimits(10, 512 * MEGABYTE, 900 * MEGABYTE)
_SECONDS_PER_MEGABYTE: Final = 0.125


def compute_limits(unpacked_bytes: int) -> ResourceLimits:
    """Return what a file that unpacks to so many bytes may cost."""
    if unpacked_bytes < LONG_FILE_BYTES:
        return _SHORT_FILE_LIMITS
    return replace(
        _LONG_FILE_LIMITS, seconds=max(_LONG_FILE_LIMITS.seconds, unpacked_bytes / MEGABYTE * _SECONDS_PER_MEGABYTE)
    )


def apply_limits(limits: ResourceLimits, used_seconds: float) -> None:
    """Let the system end this process when it takes more, where it can; elsewhere only the parent watches.

    The timer ends it at the very fraction of a second; the system's own limit, in whole ones, stands behind that.
    """
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    loaded = "polars" in sys.modules
    seconds = limits.seconds + (0 if loaded else _IMPORT_SECONDS)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used_seconds + seconds) + 2, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the system does not count private memory under this limit
        imports = 0 if loaded else _IMPORT_BYTES
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (get_private_memory() + imports + limits.address_space_bytes, hard))


def clear_timer() -> None:
    """Stop the timer: what passes between two files is none of theirs."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)


def get_private_memory() -> int:
    """Return the bytes that this process has asked for, as Linux counts them."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - before anything else is imported
        return int(file.read().split()[5]) * _get_page_size()


def get_resident_memory(pid: int) -> int | None:
    """Return the bytes of memory that a process uses, None where it cannot be told without a library."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:  # noqa: PTH123 - looked at twenty times a second
            return int(file.read().split()[1]) * _get_page_size()
    except (OSError, ValueError, IndexError):
        return None


def _get_page_size() -> int:
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getpagesize()
