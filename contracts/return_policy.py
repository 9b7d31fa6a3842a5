"""What a county gets back: how much an explanation must say, and how long lists may grow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compiled_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """*least* characters of an explanation, of which *left* must be left without the *idle* words; caps by list."""

    rule: str
    least: int
    left: int
    idle: tuple[str, ...]
    caps: Mapping[str, int]


@compiled_once
def read_returning(raw: Mapping[str, Any], file: str) -> Returning:
    """Load the file; raise `ContractError` where something is missing or malformed."""
    try:
        explanation = raw["explanation"]
        return Returning(
            rule=str(explanation["rule"]),
            least=int(explanation["least"]),
            left=int(explanation["left"]),
            idle=tuple(sorted(map(str, explanation["idle"]), key=len, reverse=True)),
            caps={str(name): int(cap) for name, cap in raw["caps"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractError(file, f"entry missing or malformed: {error!r}") from error
