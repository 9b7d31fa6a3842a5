"""Texts of the county as a message quotes them: a long text is cut and its length named."""

from collections.abc import Mapping
from typing import Final

from contracts.messages import Messages

_MAX_QUOTED_CHARACTERS: Final = 40
# Facts that hold the text of a single cell; the others are composed by the rules.
_QUOTED_FACTS: Final = frozenset(
    {
        *(
            "above",
            "after",
            "approval",
            "before",
            "code",
            "due",
            "expected",
            "found",
            "heading",
            "label",
            "name",
            "number",
        ),
        *("plot", "project", "says", "seen", "standard", "strange", "township", "value"),
    }
)
_MAX_COMPOSED_CHARACTERS: Final = 2_000


def quote_facts(facts: Mapping[str, str], messages: Messages) -> dict[str, str]:
    """Return the facts of a sentence with every text cut to the length that a message quotes."""
    return {name: quote_text(text, messages, _get_max_characters(name)) for name, text in facts.items()}


def quote_text(text: str, messages: Messages, max_characters: int = _MAX_QUOTED_CHARACTERS) -> str:
    """Return a text, or its first characters and its length if it is too long to be quoted."""
    if len(text) <= max_characters:
        return text
    return messages("any.cut", start=text[:max_characters], count=str(len(text)))


def _get_max_characters(name: str) -> int:
    if name in _QUOTED_FACTS:
        return _MAX_QUOTED_CHARACTERS
    return _MAX_COMPOSED_CHARACTERS
