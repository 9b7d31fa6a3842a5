"""What each check must and may be told: ``checks.yaml``. It describes the code, so that no edited copy replaces it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from contracts.yaml_files import load_yaml

OPTIONAL_MARK: Final = "?"
LIST_KEY: Final = "list"
PAIR_KEY: Final = "pair"
RECORD_KEY: Final = "record"
MAPPING_PREFIX: Final = "by_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """One check: its arguments, and the columns and roles that a form must have for it.

    *arguments* maps a name, with ``?`` where it may be left out, to the kind of its value: a word, or one level of
    structure as a mapping with one key (see the head of ``checks.yaml``). *stricter* says of an argument whether the
    rule asks for more when it is ``lower`` or ``higher``, or a list has ``fewer`` or ``more`` entries. A check that
    *is_from_standard* serves keys of the standard; no rule is written with its name.
    """

    name: str
    arguments: Mapping[str, Any]
    columns: tuple[str, ...]
    roles: tuple[str, ...]
    stricter: Mapping[str, str]
    is_from_standard: bool

    @property
    def required_arguments(self) -> tuple[str, ...]:
        """The names of the arguments that a rule must give, sorted."""
        return tuple(sorted(name for name in self.arguments if not name.endswith(OPTIONAL_MARK)))


@lru_cache(maxsize=1)
def load_check_specs() -> Mapping[str, CheckSpec]:
    """Return every check by its name."""
    raw = load_yaml(Path(__file__).with_name("checks.yaml"))
    return {name: _build_spec(name, entry) for name, entry in raw["checks"].items()}


def _build_spec(name: str, raw: Mapping[str, Any]) -> CheckSpec:
    return CheckSpec(
        name=name,
        arguments=raw.get("arguments", {}),
        columns=tuple(raw.get("columns", ())),
        roles=tuple(raw.get("roles", ())),
        stricter=raw.get("stricter", {}),
        is_from_standard=raw.get("from_standard", False),
    )
