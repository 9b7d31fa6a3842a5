"""What can go wrong when something is recorded or stored.

LedgerError
├── NotRecordable    an event that has no canonical form
├── LedgerMissing    no ledger where one was expected
├── LedgerUnreadable what is there is no ledger, or is damaged
├── LedgerTooNew     made by a newer program
├── LedgerUnavailable locked, disk full, server away
├── KeyConflict      the key already stands for another event
├── HeadMoved        somebody recorded something in between
├── NotABag          a folder that an archive would overwrite is none
├── ObjectMissing    no such object in the store
├── ObjectDamaged    an object whose bytes are not what its name says
├── OutputBusy       an output file that cannot be replaced now
└── KeyUnusable      the signing key cannot be read or made
"""

import errno
from enum import StrEnum
from pathlib import Path
from typing import Final


class LedgerError(Exception):
    """The root of everything that this room raises of its own."""


class DiskFailure(StrEnum):
    """What may be wrong with a disk; nobody's data, settings or contracts are at fault then."""

    FULL = "full"
    BROKEN = "broken"
    READ_ONLY = "read_only"


_DISK_FAILURE_BY_ERRNO: Final = {
    getattr(errno, name): trouble
    for name, trouble in (
        ("ENOSPC", DiskFailure.FULL),
        ("EDQUOT", DiskFailure.FULL),
        ("EFBIG", DiskFailure.FULL),
        ("EIO", DiskFailure.BROKEN),
        ("EROFS", DiskFailure.READ_ONLY),
    )
    if hasattr(errno, name)
}


def get_disk_failure(error: BaseException) -> DiskFailure | None:
    """Tell what is wrong with the disk, where an error comes from there."""
    if isinstance(error, LedgerUnavailableError):
        return error.disk_failure
    return _DISK_FAILURE_BY_ERRNO.get(error.errno or 0) if isinstance(error, OSError) else None


class NotRecordableError(LedgerError):
    """An event holds something that has no canonical form."""


class LedgerMissingError(LedgerError):
    """There is no ledger at *place*."""

    def __init__(self, place: str) -> None:
        super().__init__(f"no ledger at {place!r}: expected one that a run has made; run the year first")
        self.place = place


class LedgerUnreadableError(LedgerError):
    """What stands at *place* is not a ledger that this program can read."""

    def __init__(self, place: str, cause: str) -> None:
        super().__init__(f"the ledger at {place!r} cannot be read: {cause}; restore it from a copy")
        self.place = place
        self.cause = cause


class LedgerTooNewError(LedgerError):
    """The ledger at *place* has a layout that this program does not know."""

    def __init__(self, place: str, layout: str) -> None:
        super().__init__(f"the ledger at {place!r} has layout {layout!r}, made by a newer program: install that one")
        self.place = place
        self.layout = layout


class LedgerUnavailableError(LedgerError):
    """The ledger at *place* is there, but cannot be used now: locked, disk full, server away.

    *trouble* says what is wrong with its disk, where that is why.
    """

    def __init__(self, place: str, cause: str, *, disk_failure: "DiskFailure | None" = None) -> None:
        super().__init__(f"the ledger at {place!r} is not available: {cause}; nothing was recorded, try again")
        self.place = place
        self.cause = cause
        self.disk_failure = disk_failure


class KeyConflictError(LedgerError):
    """*key* already stands, at *sequence*, for another event."""

    def __init__(self, key: str, sequence: int) -> None:
        super().__init__(
            f"key {key!r} already stands for another event: expected the event of entry {sequence}, "
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
    """The folder at *path* holds something else, which no bag may replace."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{str(path)!r} is no bag and is left as it is: name another folder for the archive")
        self.path = path


class ObjectMissingError(LedgerError):
    """The store holds no object of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no object {name!r} in the store: expected the sha256 of a file once received")
        self.name = name


class ObjectDamagedError(LedgerError):
    """The object called *name* holds bytes with the hash *found*."""

    def __init__(self, name: str, actual_sha256: str) -> None:
        super().__init__(f"object {name!r} is damaged: got bytes with sha256 {actual_sha256!r}; restore it from a copy")
        self.name = name
        self.actual_sha256 = actual_sha256


class OutputBusyError(LedgerError):
    """The output file at *path* cannot be replaced, most often because a spreadsheet program holds it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"output {str(path)!r} cannot be replaced: close it in other programs and run again")
        self.path = path


class SigningKeyError(LedgerError):
    """The signing key at *path* cannot be used."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"the signing key {str(path)!r} is of no use: {cause}")
        self.path = path
