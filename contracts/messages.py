"""Every sentence that people read, by key; the language is a file."""

from collections.abc import Mapping
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
        """Return the sentence of *key* with its facts filled in; raise `ContractError` where one is missing."""
        try:
            return self.texts[key].format_map(facts)
        except KeyError as error:
            raise ContractError(self.file, f"{key}: no such sentence or placeholder: {error}") from error

    def has_key(self, key: str) -> bool:
        """Tell whether there is a sentence of that key."""
        return key in self.texts

    def get_group(self, prefix: str) -> dict[str, str]:
        """Return the texts below one prefix, keyed by what follows it."""
        return {
            key.removeprefix(f"{prefix}."): text for key, text in self.texts.items() if key.startswith(f"{prefix}.")
        }


@compile_once
def load_messages(raw: Mapping[str, Any], file: str) -> Messages:
    """Load one language; nested mappings become dotted keys."""
    return Messages(file, dict(_flatten_texts("", raw, file)))


def _flatten_texts(prefix: str, node: Mapping[Any, Any], file: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            found += _flatten_texts(f"{name}.", value, file)
        elif isinstance(value, str):
            found.append((name, value))
        else:
            raise ContractError(file, f"{name}: expected text")
    return found
