"""BagIt bags (RFC 8493): folders in which every file is listed with its sha256."""

import base64
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import bagit

from ledger.atomic_files import make_folder, sync_folder, write_atomically
from ledger.errors import NotABagError
from ledger.signing_key import Signer

BAG_DECLARATION: Final = "bagit.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
SIGNATURE_FILE: Final = "tagmanifest-sha256.txt.sig"
PUBLIC_KEY_FILE: Final = "signed-with.pem"
_UNIX_SYSTEM: Final = 3
_READABLE_FILE_MODE: Final = 0o100644
_FIRST_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


def write_bag(folder: Path, payload: Mapping[str, bytes], info: Mapping[str, str], *, signer: Signer) -> None:
    """Write a bag to *folder*; *payload* maps file names to bytes. An older bag in *folder* is replaced.

    The list of the tag files is signed: it has the digest of the list of all other files, and thus stands for them.
    The bag is built beside *folder* and renamed once it is complete. Raises `NotABagError` if *folder* exists and is
    not a bag.
    """
    if folder.exists() and not (folder / BAG_DECLARATION).is_file():
        raise NotABagError(folder)
    make_folder(folder.parent)
    partial_bag = folder.with_name(f".hesuan-{folder.name}.partial")
    old_bag = folder.with_name(f".hesuan-{folder.name}.old")
    for leftover in (partial_bag, old_bag):
        shutil.rmtree(leftover, ignore_errors=True)
    for name, data in payload.items():
        write_atomically(partial_bag / name, data)
    # The library logs every file that it moves.
    logging.getLogger("bagit").setLevel(logging.ERROR)
    bagit.make_bag(str(partial_bag), dict(info), processes=1, checksums=["sha256"])
    _sign_bag(partial_bag, signer)
    if folder.exists():
        folder.rename(old_bag)
    partial_bag.rename(folder)
    sync_folder(folder.parent)
    shutil.rmtree(old_bag, ignore_errors=True)


def _sign_bag(folder: Path, signer: Signer) -> None:
    """Write the signature and the public key beside the list that is signed; they are tag files that no list names."""
    signature = signer.sign((folder / TAG_MANIFEST).read_bytes())
    write_atomically(folder / SIGNATURE_FILE, base64.b64encode(signature) + b"\n")
    write_atomically(folder / PUBLIC_KEY_FILE, signer.public_key.pem)


def find_bag_faults(folder: Path) -> list[str]:
    """Return the paths or descriptions of the faults in a bag; an empty list if it is valid."""
    # Faults are returned; the library need not log them.
    logging.getLogger("bagit").setLevel(logging.CRITICAL)
    try:
        bag = bagit.Bag(str(folder))
        missing_files, extra_files = bag.compare_manifests_with_fs()
        if missing_files or extra_files:
            # The library's own validation would only report that the count is wrong.
            return sorted(map(str, (*missing_files, *extra_files)))
        bag.validate(processes=1)
    except bagit.BagValidationError as error:
        return sorted(set(map(_get_fault_path, error.details))) or [str(error)]
    except (bagit.BagError, OSError, ValueError) as error:
        return [str(error)]
    return []


def zip_bag(folder: Path, target: Path) -> None:
    """Pack a bag into one ZIP file; the same bag always gives the same bytes."""
    partial_file = target.with_name(f".hesuan-{target.name}.partial")
    with ZipFile(partial_file, "w", ZIP_STORED) as archive:
        for path in sorted(filter(Path.is_file, folder.rglob("*"))):
            member = ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _FIRST_ZIP_DATE)
            # Other unpackers than those of DOS read the names as UTF-8 only if the archive comes from a Unix system.
            member.create_system = _UNIX_SYSTEM
            member.external_attr = _READABLE_FILE_MODE << 16
            archive.writestr(member, path.read_bytes())
    partial_file.replace(target)
    sync_folder(target.parent)


def _get_fault_path(fault: object) -> str:
    return str(getattr(fault, "path", "")) or str(fault)
