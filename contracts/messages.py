"""Every sentence for people, by key; one file per language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compile_once


@dataclass(frozen=True, slots=True)
class Messages:
    """The sentences of one language; placeholders are written ``{name}``."""

    file: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **facts: object) -> str:
        """Return the sentence of *key* with its facts filled in; raise `ContractError` if key or fact is missing."""
        try:
            return self.texts[key].format_map(facts)
        except KeyError as error:
            raise ContractError(self.file, f"{key}: no such sentence or placeholder: {error}") from error

    def has_key(self, key: str) -> bool:
        """Tell whether there is a sentence with this key."""
        return key in self.texts

    def get_group(self, prefix: str) -> dict[str, str]:
        """Return the sentences whose keys begin with *prefix* and a dot, keyed by the rest of the key."""
        start = f"{prefix}."
        return {key.removeprefix(start): text for key, text in self.texts.items() if key.startswith(start)}


@compile_once
def load_messages(raw: Mapping[str, Any], file: str) -> Messages:
    """Load one language; nested mappings become dotted keys. Raise `ContractError` if a value is not a text."""
    return Messages(file, dict(_flatten_texts("", raw, file)))


def _flatten_texts(prefix: str, node: Mapping[Any, Any], file: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flatten_texts(f"{name}.", value, file)
        elif isinstance(value, str):
            yield name, value
        else:
            raise ContractError(file, f"{name}: expected text")
