"""How two processes talk: a length of eight bytes, then that many bytes."""

import struct
from typing import IO, Final

_LENGTH: Final = struct.Struct("<Q")


def send(target: IO[bytes], message: bytes) -> None:
    """Write one message."""
    target.write(_LENGTH.pack(len(message)))
    target.write(message)


def receive(source: IO[bytes]) -> bytes | None:
    """Return the next message; nothing where the other side has ended."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size = _LENGTH.unpack(head)[0]
    body = source.read(size)
    return body if len(body) == size else None
