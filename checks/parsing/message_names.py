"""Headings that the program wrote and reads back, in whichever language it wrote them."""

from checks.parsing.text_normalisation import normalise_text
from contracts.messages import Messages


def index_names(messages: Messages, prefix: str) -> dict[str, str]:
    """Return the names of a group of messages by their normalised texts in every language."""
    names: dict[str, str] = {}
    for group in messages.list_groups(prefix):
        for name, text in group.items():
            names[normalise_text(text)] = name
    return names


def index_spellings(messages: Messages, names_by_key: dict[str, str]) -> dict[str, str]:
    """Return each name of *names_by_key* by the normalised texts of its key in every language."""
    names: dict[str, str] = {}
    for key, name in names_by_key.items():
        for text in messages.list_spellings(key):
            names[normalise_text(text)] = name
    return names
