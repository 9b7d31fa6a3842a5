"""Headings of tables, taken from the catalogue of messages."""

from collections.abc import Iterable

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_header_row


def list_headings(messages: Messages, group: str, keys: Iterable[str]) -> list[str]:
    """Return the messages of *keys* in a group, such as ``filing.column``, in the order of the keys."""
    return [messages(f"{group}.{key}") for key in keys]


def build_headings(messages: Messages, group: str, keys: Iterable[str]) -> CellRow:
    """Return a header cell for each of *keys* in a group of messages."""
    return build_header_row(list_headings(messages, group, keys))
