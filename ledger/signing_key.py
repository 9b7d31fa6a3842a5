"""The province's signing key: made on first use, kept outside state and outputs."""

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

PRIVATE_KEY_FILE, PUBLIC_KEY_FILE = "signing-key.pem", "public-key.pem"
_OWNER_ONLY_MODE: Final = 0o600


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are verified with; *pem* is the file in which it travels."""

    pem: bytes
    raw_bytes: bytes

    @classmethod
    def load_pem(cls, pem: bytes) -> "PublicKey":
        """Read a key file; raise ValueError where it holds no ed25519 public key."""
        key = serialization.load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("expected an ed25519 public key")  # noqa: TRY004 - a wrong file, not a wrong call
        return cls(pem, key.public_bytes_raw())

    @property
    def fingerprint(self) -> str:
        """The sha256 of the key, in hex: what is printed on paper."""
        return sha256(self.raw_bytes).hexdigest()

    def is_valid_signature(self, signature: bytes, data: bytes) -> bool:
        """Tell whether *signature* was made over *data* with the private half of this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw_bytes).verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs with the key in a folder."""

    def __init__(self, folder: Path) -> None:
        self._private_key = (
            _load_private_key(folder / PRIVATE_KEY_FILE)
            if (folder / PRIVATE_KEY_FILE).exists()
            else _create_private_key(folder)
        )
        public = self._private_key.public_key()
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        self.public_key = PublicKey(public.public_bytes(encoding, form), public.public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Return the signature over *data*, 64 bytes; the same data always gives the same."""
        return self._private_key.sign(data)


def _load_private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SigningKeyError(path, "it cannot be read as an unlocked private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(path, "expected an ed25519 key")
    return key


def _create_private_key(folder: Path) -> Ed25519PrivateKey:
    """Make a key that only its owner may read; where two programs make one at once, the first one stays."""
    key = Ed25519PrivateKey.generate()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(encoding, form, serialization.NoEncryption())
    path = folder / PRIVATE_KEY_FILE
    try:
        make_folder(folder)
        # written whole under another name, then linked: a half-written key must never be taken for one
        waiting = folder / f".{PRIVATE_KEY_FILE}.{os.getpid()}"
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY_MODE)
        with os.fdopen(handle, "wb") as sink:
            sink.write(pem)
            sink.flush()
            os.fsync(sink.fileno())
        if not _place_if_absent(waiting, path):
            return _load_private_key(path)
        public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        write_atomically(folder / PUBLIC_KEY_FILE, public)
    except OSError as error:
        raise SigningKeyError(
            path, f"it cannot be made, {error.strerror}; name another folder in HESUAN_KEY_DIR"
        ) from error
    return key


def _place_if_absent(staged_file: Path, path: Path) -> bool:
    """Give the file its name, unless something has that name already; tell whether it was given."""
    try:
        if os.name == "nt":
            staged_file.rename(path)  # refuses to replace, which a rename elsewhere does not
        else:
            os.link(staged_file, path)
    except FileExistsError:
        return False
    finally:
        staged_file.unlink(missing_ok=True)
    return True
