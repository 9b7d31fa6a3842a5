"""Opens the store at a location: a folder, or the address of a bucket."""

from pathlib import Path
from typing import Final

from ledger.folder_store import FolderStore
from ledger.object_store import ObjectStore

_SCHEME_MARK: Final = "://"


def open_store(location: Path | str) -> ObjectStore:
    """Return the store at *location*; raise `SettingError` if it is an address that no store has."""
    if not is_address(location):
        return FolderStore(Path(location))
    from ledger.bucket_store import BucketStore  # noqa: PLC0415 - most stores are folders

    return BucketStore(str(location))


def locate_store(location: str) -> str:
    """Return a location that means the same in every working folder; nothing if none is set."""
    if not location or is_address(location):
        return location
    return str(Path(location).resolve())


def is_address(location: Path | str) -> bool:
    """Return whether a location is an address, not a folder."""
    return isinstance(location, str) and _SCHEME_MARK in location
