"""Limits on CPU time and memory for reading one file, by its unpacked size: attacks are small, honest tables long."""

import signal
import sys
from dataclasses import dataclass, replace
from typing import Final

from workbooks.gate.zip_container import MEGABYTE

# All parts together. A shorter file is checked as a whole before any of it is read.
LONG_FILE_BYTES: Final = 16 * MEGABYTE
# The first file also pays for importing the libraries.
_IMPORT_BYTES: Final = 96 * MEGABYTE
_IMPORT_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """Limits for one file: CPU seconds, resident bytes above an idle process, and allocated bytes (some never used)."""

    seconds: float
    memory_bytes: int
    address_space_bytes: int


# The costliest hostile file takes 1.8 s in the reader process. The largest honest file, 100,000 plots of 33 columns
# (180 MB of markup), takes 7.5 s, 11 s on a busy processor and more on a slow one. A long file therefore gets three
# times what honest markup of its length takes, so that a busy machine does not refuse an honest file.
_SHORT_FILE_LIMITS: Final = ResourceLimits(4.5, 300 * MEGABYTE, 400 * MEGABYTE)
_LONG_FILE_LIMITS: Final = ResourceLimits(10, 512 * MEGABYTE, 900 * MEGABYTE)
_SECONDS_PER_MEGABYTE: Final = 0.125
# A million cells, the most that is converted, take 15 s in an .xls file of 14 MB.
_CONVERSION_SECONDS: Final = 10.0
_MAX_CONVERSION_SECONDS: Final = 40.0
_CONVERSION_SECONDS_PER_MEGABYTE: Final = 2.5


def compute_limits(unpacked_bytes: int) -> ResourceLimits:
    """Return the limits for a file that unpacks to so many bytes."""
    if unpacked_bytes < LONG_FILE_BYTES:
        return _SHORT_FILE_LIMITS
    seconds = max(_LONG_FILE_LIMITS.seconds, unpacked_bytes / MEGABYTE * _SECONDS_PER_MEGABYTE)
    return replace(_LONG_FILE_LIMITS, seconds=seconds)


def compute_conversion_limits(file_bytes: int) -> ResourceLimits:
    """Return the limits for converting a file of so many bytes to .xlsx."""
    seconds = _CONVERSION_SECONDS + file_bytes / MEGABYTE * _CONVERSION_SECONDS_PER_MEGABYTE
    return replace(_LONG_FILE_LIMITS, seconds=min(seconds, _MAX_CONVERSION_SECONDS))


def apply_limits(limits: ResourceLimits, used_seconds: float) -> None:
    """Have the operating system end this process when it exceeds the limits; without them only the parent watches.

    The timer acts to a fraction of a second. The system's CPU limit counts whole seconds and backs up the timer.
    """
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    import_seconds, import_bytes = _IMPORT_SECONDS, _IMPORT_BYTES
    if "polars" in sys.modules:
        import_seconds, import_bytes = 0.0, 0
    seconds = limits.seconds + import_seconds
    signal.setitimer(signal.ITIMER_PROF, seconds)
    hard_limit = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used_seconds + seconds) + 2, hard_limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Other systems do not count private memory under RLIMIT_DATA.
    if sys.platform == "linux":
        max_bytes = get_private_memory() + import_bytes + limits.address_space_bytes
        hard_limit = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (max_bytes, hard_limit))


def clear_timer() -> None:
    """Stop the timer: time between two files counts for neither."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)


def get_private_memory() -> int:
    """Return the bytes that this process has allocated, as Linux counts them."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - before anything else is imported
        return int(file.read().split()[5]) * _get_page_size()


def get_resident_memory(pid: int) -> int | None:
    """Return the resident bytes of a process, or None on a system that needs a library to measure them."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:  # noqa: PTH123 - read twenty times a second
            return int(file.read().split()[1]) * _get_page_size()
    except (OSError, ValueError, IndexError):
        return None


def _get_page_size() -> int:
    import resource  # noqa: PLC0415 - not on Windows

    return resource.getpagesize()
