"""Bags in the sense of BagIt (RFC 8493): a folder whose every file is listed with its sha256."""

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import bagit

from ledger.atomic_files import make_folder, sync_folder, write_atomically
from ledger.errors import NotABagError

BAG_DECLARATION: Final = "bagit.txt"
_FIRST_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


def write_bag(folder: Path, payload: Mapping[str, bytes], info: Mapping[str, str]) -> None:
    """Make a bag called *folder* of these files; an older bag of that name makes way, anything else is refused.

    The bag is made beside its place and given its name when it is whole.
    """
    if folder.exists() and not (folder / BAG_DECLARATION).is_file():
        raise NotABagError(folder)
    make_folder(folder.parent)
    waiting, old = (folder.with_name(f".hesuan-{folder.name}.{one}") for one in ("partial", "old"))
    for left in (waiting, old):
        shutil.rmtree(left, ignore_errors=True)
    for name, data in payload.items():
        write_atomically(waiting / name, data)
    logging.getLogger("bagit").setLevel(logging.ERROR)  # it reports every file that it moves
    bagit.make_bag(str(waiting), dict(info), processes=1, checksums=["sha256"])
    if folder.exists():
        folder.rename(old)
    waiting.rename(folder)
    sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def find_bag_faults(folder: Path) -> list[str]:
    """Return what is wrong with a bag, file by file; nothing where it is whole."""
    logging.getLogger("bagit").setLevel(logging.CRITICAL)  # faults are returned, and said in our words
    try:
        bag = bagit.Bag(str(folder))
        lost, added = bag.compare_manifests_with_fs()
        if lost or added:  # the library would only say that the count is wrong
            return sorted(map(str, (*lost, *added)))
        bag.validate(processes=1)
    except bagit.BagValidationError as error:
        return sorted({_get_fault_path(one) for one in error.details}) or [str(error)]
    except (bagit.BagError, OSError, ValueError) as error:
        return [str(error)]
    return []


def zip_bag(folder: Path, target: Path) -> None:
    """Pack a bag into one file, the same bytes from the same bag."""
    waiting = target.with_name(f".hesuan-{target.name}.partial")
    with ZipFile(waiting, "w", ZIP_STORED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                part = ZipInfo(f"{folder.name}/{one.relative_to(folder).as_posix()}", _FIRST_ZIP_DATE)
                part.create_system = 0
                archive.writestr(part, one.read_bytes())
    waiting.replace(target)
    sync_folder(target.parent)


def _get_fault_path(fault: object) -> str:
    return str(getattr(fault, "path", "")) or str(fault)
