"""The words and patterns by which a county's tables are recognised: ``contracts/recognition.yaml``.

They belong to the program's edition, not to a county's contracts: every contracts folder is read with the same ones.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from contracts.errors import ContractError, build_entry_error
from contracts.yaml_files import load_yaml

_FILE: Final = Path(__file__).parent / "recognition.yaml"
_REFERENCE: Final = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class RecognitionWords:
    """Words and patterns by name, the unit that each spelling means, and the size of each unit of area."""

    words: Mapping[str, str]
    patterns: Mapping[str, str]
    units: Mapping[str, str]
    unit_sizes: Mapping[str, int]

    @property
    def any_unit(self) -> str:
        """A pattern for every spelling of a unit of area, the longest first."""
        return f"(?:{'|'.join(sorted(self.units, key=len, reverse=True))})"

    def get_pattern(self, name: str) -> str:
        """Return a pattern with those that it refers to; raise `ContractError` if one is missing or malformed."""

        def fill_in(match: re.Match[str]) -> str:
            return self.any_unit if match[1] == "any_unit" else self.get_pattern(match[1])

        try:
            pattern = _REFERENCE.sub(fill_in, self.patterns[name])
            re.compile(pattern)
        except KeyError as error:
            raise ContractError(_FILE.name, f"pattern {name} is missing", "pattern_missing", name=name) from error
        except re.error as error:
            problem = f"pattern {name} is malformed: {error}"
            raise ContractError(_FILE.name, problem, "pattern_malformed", name=name) from error
        return pattern


def build_recognition_words(raw: Mapping[str, Any]) -> RecognitionWords:
    """Return the words of a file's content; raise `ContractError` if a part is missing or malformed."""
    try:
        words = RecognitionWords(
            words=dict(raw["words"]),
            patterns=dict(raw["patterns"]),
            units=dict(raw["units"]),
            unit_sizes=dict(raw["unit_sizes"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise build_entry_error(_FILE.name, error) from error
    if not set(words.units.values()) <= words.unit_sizes.keys():
        raise ContractError(_FILE.name, "a unit has no size", "unit_without_size")
    for name in words.patterns:
        words.get_pattern(name)
    return words


def load_recognition_words(path: Path) -> RecognitionWords:
    """Return the words of a file; raise `ContractError` if a part is missing or malformed."""
    return build_recognition_words(load_yaml(path))


@cache
def get_recognition_words() -> RecognitionWords:
    """Return the words of this edition of the program, read once."""
    return load_recognition_words(_FILE)


def get_pattern(name: str) -> str:
    """Return one of the patterns of this edition."""
    return get_recognition_words().get_pattern(name)


def compile_pattern(name: str) -> re.Pattern[str]:
    """Return one of the patterns of this edition, compiled."""
    return re.compile(get_pattern(name))
