"""Send and receive messages between two processes: a length of eight bytes, then that many bytes."""

import struct
from typing import IO, Final

_LENGTH_PREFIX: Final = struct.Struct("<Q")


def send_message(target: IO[bytes], message: bytes) -> None:
    """Write one message."""
    target.write(_LENGTH_PREFIX.pack(len(message)))
    target.write(message)


def receive_message(source: IO[bytes]) -> bytes | None:
    """Return the next message, or None if the other process has ended."""
    head = source.read(_LENGTH_PREFIX.size)
    if len(head) < _LENGTH_PREFIX.size:
        return None
    size = _LENGTH_PREFIX.unpack(head)[0]
    body = source.read(size)
    if len(body) < size:
        return None
    return body
