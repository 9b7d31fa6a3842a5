"""The errors of recording and storing.

LedgerError
├── NotRecordableError      an event has no canonical form
├── LedgerMissingError      there is no ledger
├── LedgerUnreadableError   the database is not a ledger, or is damaged
├── LedgerTooNewError       the ledger was written by a newer program
├── LedgerUnavailableError  locked, disk full, server unreachable
├── KeyConflictError        the key is already used for another event
├── HeadMovedError          somebody recorded something in between
├── NotABagError            the folder that an archive would overwrite is not a bag
├── ObjectMissingError      the store has no such object
├── ObjectDamagedError      the bytes of an object do not match its name
├── OutputBusyError         an output file cannot be replaced now
└── SigningKeyError         the signing key cannot be read or created
"""

import errno
from enum import StrEnum
from pathlib import Path
from typing import Final


class LedgerError(Exception):
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


def get_disk_failure(error: BaseException) -> DiskFailure | None:
    """Return what is wrong with the disk if that is the cause of *error*, otherwise None."""
    if isinstance(error, LedgerUnavailableError):
        return error.disk_failure
    if isinstance(error, OSError):
        return _DISK_FAILURE_BY_ERRNO.get(error.errno or 0)
    return None


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
