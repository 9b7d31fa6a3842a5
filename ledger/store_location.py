"""Opens the store at a location: a folder, or the address of a bucket."""

from pathlib import Path

from contracts.errors import SettingError
from ledger.folder_store import FolderStore
from ledger.object_store import ObjectStore
from ledger.service_address import STORE_VARIABLE, is_address


def open_store(location: Path | str) -> ObjectStore:
    """Return the store at *location*; raise `SettingError` if it is an address that no store has."""
    if not is_address(location):
        return FolderStore(Path(location))
    try:
        from ledger.bucket import Bucket  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        problem = "obstore is not installed: install the project with its extra, hesuan[s3]"
        raise SettingError(STORE_VARIABLE, problem, "store_missing") from error
    from ledger.bucket_store import BucketStore  # noqa: PLC0415 - as above

    return BucketStore(Bucket(str(location)))


def locate_store(location: str) -> str:
    """Return a location that means the same in every working folder; nothing if none is set."""
    if not location or is_address(location):
        return location
    return str(Path(location).resolve())
