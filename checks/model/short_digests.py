"""Short digests of rules and values, for identities that have to fit into one cell of a sheet."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from contracts.form_model import Rule

_DIGEST_CHARACTERS: Final = 8


def list_argument_names(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return every text in the arguments of rules; the columns that a rule reads are among them."""
    names: dict[str, None] = {}
    for rule in rules:
        names.update(dict.fromkeys(_iter_texts(rule.arguments)))
    return tuple(names)


def _iter_texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _iter_texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _iter_texts(item)


def compute_short_digest(value: object) -> str:
    """Return eight hexadecimal characters of the SHA-256 of a value that JSON can hold, dates as texts."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]


def digest_rules(rules: Iterable[Rule]) -> str:
    """Return a digest of what decides whether rules hold and how grave they are; their wording is left out."""
    parts: list[object] = []
    for rule in rules:
        severities = sorted(rule.severities.items())
        parts.append([rule.id, rule.check, rule.severity, severities, dict(rule.arguments), rule.provinces])
    return compute_short_digest(parts)
