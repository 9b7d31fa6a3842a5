"""The province's signing key: made on first use, kept outside state and outputs."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.atomic_files import make_folder, write_whole
from ledger.errors import KeyUnusable

PRIVATE, PUBLIC = "signing-key.pem", "public-key.pem"
_OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are verified with; *pem* is the file in which it travels."""

    pem: bytes
    raw: bytes

    @classmethod
    def read(cls, pem: bytes) -> "PublicKey":
        """Read a key file; raise ValueError where it holds no ed25519 public key."""
        key = serialization.load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("expected an ed25519 public key")  # noqa: TRY004 - a wrong file, not a wrong call
        return cls(pem, key.public_bytes_raw())

    @property
    def fingerprint(self) -> str:
        """The sha256 of the key, in hex: what is printed on paper."""
        return sha256(self.raw).hexdigest()

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Tell whether *signature* was made over *data* with the private half of this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs with the key in a folder."""

    def __init__(self, folder: Path) -> None:
        self._key = _read(folder / PRIVATE) if (folder / PRIVATE).exists() else _make(folder)
        public = self._key.public_key()
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        self.public = PublicKey(public.public_bytes(encoding, form), public.public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Return the signature over *data*, 64 bytes; the same data always gives the same."""
        return self._key.sign(data)


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnusable(path, "it cannot be read as an unlocked private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(path, "expected an ed25519 key")
    return key


def _make(folder: Path) -> Ed25519PrivateKey:
    """Make a key that only its owner may read; where two programs make one at once, the first one stays."""
    key = Ed25519PrivateKey.generate()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(encoding, form, serialization.NoEncryption())
    path = folder / PRIVATE
    try:
        make_folder(folder)
        # written whole under another name, then linked: a half-written key must never be taken for one
        waiting = folder / f".{PRIVATE}.{os.getpid()}"
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(handle, "wb") as sink:
            sink.write(pem)
            sink.flush()
            os.fsync(sink.fileno())
        if not _put(waiting, path):
            return _read(path)
        public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
        write_whole(folder / PUBLIC, public)
    except OSError as error:
        raise KeyUnusable(
            path, f"it cannot be made, {error.strerror}; name another folder in HESUAN_KEY_DIR"
        ) from error
    return key


def _put(waiting: Path, path: Path) -> bool:
    """Give the file its name, unless something has that name already; tell whether it was given."""
    try:
        if os.name == "nt":
            waiting.rename(path)  # refuses to replace, which a rename elsewhere does not
        else:
            os.link(waiting, path)
    except FileExistsError:
        return False
    finally:
        waiting.unlink(missing_ok=True)
    return True
