"""The errors of recording and storing.

LedgerError
├── NotRecordableError      an event has no canonical form
├── LedgerMissingError      there is no ledger
├── LedgerUnreadableError   the database is not a ledger, or is damaged
├── LedgerAlteredError      an entry is not as it was recorded
├── LedgerTooNewError       the ledger was written by a newer program
├── LedgerUnavailableError  locked, disk full, server unreachable
├── KeyConflictError        the key is already used for another event
├── HeadMovedError          somebody recorded something in between
├── NotABagError            the folder that an archive would overwrite is not a bag
├── ObjectMissingError      the store has no such object
├── ObjectDamagedError      the bytes of an object do not match its name
├── OutputBusyError         an output file cannot be replaced now
├── StoreUnavailableError   the service of the store refuses, is silent, or has no such bucket
└── SigningKeyError         the signing key cannot be read or created
"""

import errno
import os
import shutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from contracts.errors import PortableError


class LedgerError(PortableError):
    """The base class of all errors that this package raises."""


class DiskFailure(StrEnum):
    """What is wrong with a disk; data, settings and contracts are not the cause."""

    FULL = "full"
    BROKEN = "broken"
    READ_ONLY = "read_only"


_DISK_FAILURE_BY_ERRNO: Final = {
    errno.ENOSPC: DiskFailure.FULL,
    errno.EDQUOT: DiskFailure.FULL,
    errno.EFBIG: DiskFailure.FULL,
    errno.EIO: DiskFailure.BROKEN,
    errno.EROFS: DiskFailure.READ_ONLY,
}
# Some file systems answer with these when they are full.
_MISLEADING_ERRNOS: Final = frozenset({errno.EINVAL, errno.ENOMEM})
# One page: a disk with less has no room for the smallest file.
_MIN_FREE_BYTES: Final = 4096
_SQLITE_PREFIX: Final = "sqlite:///"


def get_disk_failure(error: BaseException) -> DiskFailure | None:
    """Return what is wrong with the disk if that is the cause of *error*, otherwise None.

    Libraries wrap the errors of the system in their own, so the causes of *error* are looked at as well.
    """
    for cause in _iter_causes(error):
        failure = _classify_disk_error(cause)
        if failure is not None:
            return failure
    return None


def find_disk_error_place(error: BaseException) -> str:
    """Return the path that *error* or one of its causes names; the text of the error if none does."""
    for cause in _iter_causes(error):
        place = getattr(cause, "place", None) or getattr(cause, "filename", None)
        if place:
            return str(place)
    return str(error)


def _iter_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and its causes, as a traceback shows them."""
    current: BaseException | None = error
    while current is not None:
        yield current
        if current.__cause__ is None and current.__suppress_context__:
            return
        current = current.__cause__ or current.__context__


def _classify_disk_error(error: BaseException) -> DiskFailure | None:
    if isinstance(error, LedgerUnavailableError):
        return _judge_by_free_space(error.disk_failure, error.place.removeprefix(_SQLITE_PREFIX))
    if not isinstance(error, OSError):
        return None
    failure = _DISK_FAILURE_BY_ERRNO.get(error.errno or 0)
    if failure is None and error.errno not in _MISLEADING_ERRNOS:
        return None
    return _judge_by_free_space(failure, str(error.filename or ""))


def _judge_by_free_space(failure: DiskFailure | None, path: str) -> DiskFailure | None:
    """Return FULL if the disk of *path* is full, whatever the system or the database calls it; else *failure*."""
    is_local = path and "://" not in path
    if failure in (None, DiskFailure.BROKEN) and is_local and is_disk_full(Path(path)):
        return DiskFailure.FULL
    return failure


def is_disk_full(path: Path) -> bool:
    """Return whether there is no room for another file where *path* is: neither bytes nor, on Unix, an entry."""
    folder = next(filter(Path.exists, (path, *path.parents)), path)
    try:
        if shutil.disk_usage(folder).free < _MIN_FREE_BYTES:
            return True
        # Not on Windows.
        system_status = os.statvfs(folder)
    except (OSError, AttributeError):
        return False
    # Some file systems have no fixed number of entries and report 0 of 0.
    return system_status.f_files > 0 and system_status.f_favail == 0


class NotRecordableError(LedgerError):
    """A value in an event has no canonical form."""


class LedgerMissingError(LedgerError):
    """There is no ledger at *place*."""

    def __init__(self, place: str) -> None:
        super().__init__(f"no ledger at {place!r}: expected one that a run has made; run the year first")
        self.place = place


class LedgerUnreadableError(LedgerError):
    """The database at *place* is not a ledger, or is damaged."""

    def __init__(self, place: str, cause: str) -> None:
        super().__init__(f"the ledger at {place!r} cannot be read: {cause}; restore it from a copy")
        self.place = place
        self.cause = cause


class LedgerAlteredError(LedgerError):
    """Entry *sequence* of the ledger at *place* is not as recorded; *reason_code* is a `ChainFaultReason`.

    *sequence* is 0 if no single entry can be named.
    """

    def __init__(self, place: str, sequence: int, reason_code: str) -> None:
        super().__init__(f"the ledger at {place!r} was altered at entry {sequence} ({reason_code}): restore a backup")
        self.place = place
        self.sequence = sequence
        self.reason_code = reason_code


class LedgerTooNewError(LedgerError):
    """The ledger at *place* has a *layout* that this program does not support."""

    def __init__(self, place: str, layout: str) -> None:
        super().__init__(f"the ledger at {place!r} has layout {layout!r}, made by a newer program: install that one")
        self.place = place
        self.layout = layout


class LedgerUnavailableError(LedgerError):
    """The ledger at *place* exists, but cannot be used now: locked, disk full, server unreachable.

    *disk_failure* is set if its disk is the cause.
    """

    def __init__(self, place: str, cause: str, *, disk_failure: "DiskFailure | None" = None) -> None:
        super().__init__(f"the ledger at {place!r} is not available: {cause}; nothing was recorded, try again")
        self.place = place
        self.cause = cause
        self.disk_failure = disk_failure


class KeyConflictError(LedgerError):
    """*key* is already used, at entry *sequence*, for another event."""

    def __init__(self, key: str, sequence: int) -> None:
        super().__init__(
            f"key {key!r} is already used for another event: expected the event of entry {sequence}, "
            "got a different one; read the ledger again"
        )
        self.key = key
        self.sequence = sequence


class HeadMovedError(LedgerError):
    """Somebody recorded something since the caller read the ledger."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"the ledger has moved on: expected head {expected!r}, got {actual!r}; read it again")
        self.expected = expected
        self.actual = actual


class NotABagError(LedgerError):
    """The folder at *path* is not a bag, so a bag may not replace it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{str(path)!r} is not a bag and is left as it is: name another folder for the archive")
        self.path = path


class ObjectMissingError(LedgerError):
    """The store has no object called *name*."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no object {name!r} in the store: expected the sha256 of a received file")
        self.name = name


class ObjectDamagedError(LedgerError):
    """The bytes of the object called *name* have the hash *actual_sha256*."""

    def __init__(self, name: str, actual_sha256: str) -> None:
        super().__init__(f"object {name!r} is damaged: got bytes with sha256 {actual_sha256!r}; restore it from a copy")
        self.name = name
        self.actual_sha256 = actual_sha256


class OutputBusyError(LedgerError):
    """The output file at *path* cannot be replaced, most often because a spreadsheet program has it open."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"output {str(path)!r} cannot be replaced: close it in other programs and run again")
        self.path = path


class SigningKeyError(LedgerError):
    """The signing key at *path* cannot be used."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"the signing key {str(path)!r} cannot be used: {cause}")
        self.path = path


class StoreFault(StrEnum):
    """Why the service of a store does not serve."""

    DENIED = "denied"
    NO_BUCKET = "no_bucket"
    SILENT = "silent"


class StoreUnavailableError(LedgerError):
    """The store at *place* cannot be used now, for the reason *fault*."""

    def __init__(self, place: str, fault: StoreFault) -> None:
        super().__init__(f"the store at {place!r} cannot be used: {fault}; nothing was lost, mend it and run again")
        self.place = place
        self.fault = fault
