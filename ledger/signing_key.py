"""The province's signing key: created on first use, stored outside state and outputs."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.atomic_files import make_folder, write_atomically
from ledger.errors import SigningKeyError
from ledger.private_files import make_private_folder

PRIVATE_KEY_FILE, PUBLIC_KEY_FILE = "signing-key.pem", "public-key.pem"
_OWNER_ONLY_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key to verify signatures with; *pem* is the content of its file."""

    pem: bytes
    raw_bytes: bytes

    @classmethod
    def load_pem(cls, pem: bytes) -> "PublicKey":
        """Load a key from a PEM file; raise ValueError if it is not an ed25519 public key."""
        key = serialization.load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("expected an ed25519 public key")  # noqa: TRY004 - a wrong file, not a wrong call
        return cls(pem, key.public_bytes_raw())

    @property
    def fingerprint(self) -> str:
        """The sha256 of the key, in hex, as it is printed on paper."""
        return sha256(self.raw_bytes).hexdigest()

    def is_valid_signature(self, signature: bytes, data: bytes) -> bool:
        """Return whether *signature* was made over *data* with the matching private key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw_bytes).verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs with the private key in a folder; creates the key if there is none."""

    def __init__(self, folder: Path) -> None:
        self._private_key = _load_or_create_private_key(folder)
        public_key = self._private_key.public_key()
        self.public_key = PublicKey(_encode_public_key(public_key), public_key.public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Return the signature of *data* (64 bytes); the same data always gives the same signature."""
        return self._private_key.sign(data)


def _load_or_create_private_key(folder: Path) -> Ed25519PrivateKey:
    path = folder / PRIVATE_KEY_FILE
    if path.exists():
        return _load_private_key(path)
    return _create_private_key(folder)


def _encode_public_key(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _encode_private_key(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SigningKeyError(path, "it cannot be read as an unlocked private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(path, "expected an ed25519 key")
    return key


def _create_private_key(folder: Path) -> Ed25519PrivateKey:
    """Create a key that only its owner may read; if two programs create one at once, the first one is kept."""
    key = Ed25519PrivateKey.generate()
    path = folder / PRIVATE_KEY_FILE
    try:
        make_folder(folder)
        make_private_folder(folder)
        # Written completely under another name and then linked, so that no program reads a partial key.
        staged_file = folder / f".{PRIVATE_KEY_FILE}.{os.getpid()}"
        _write_owner_only(staged_file, _encode_private_key(key))
        if not _place_if_absent(staged_file, path):
            return _load_private_key(path)
        write_atomically(folder / PUBLIC_KEY_FILE, _encode_public_key(key.public_key()))
    except OSError as error:
        raise SigningKeyError(
            path, f"it cannot be made, {error.strerror}; name another folder in HESUAN_KEY_DIR"
        ) from error
    return key


def _write_owner_only(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY_MODE)
    with os.fdopen(handle, "wb") as sink:
        sink.write(data)
        sink.flush()
        os.fsync(sink.fileno())


def _place_if_absent(staged_file: Path, path: Path) -> bool:
    """Move the file to *path*, or return False if a file exists there already."""
    try:
        if os.name == "nt":
            # On Windows, unlike elsewhere, a rename does not replace an existing file.
            staged_file.rename(path)
        else:
            os.link(staged_file, path)
    except FileExistsError:
        return False
    finally:
        staged_file.unlink(missing_ok=True)
    return True
