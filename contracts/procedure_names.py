"""The names of a procedure in other languages than that of the counties."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar

from contracts.errors import ContractError


class _Named(Protocol):
    """A level or an action of a procedure."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def other_names(self) -> tuple[str, ...]: ...


Named = TypeVar("Named", bound=_Named)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureNames:
    """The names of a procedure in one language, by the ids of its levels, states and actions."""

    name: str
    levels: Mapping[str, str]
    states: Mapping[str, str]
    actions: Mapping[str, str]

    def collect_ids(self) -> set[str]:
        """Return every id that has a name."""
        return {*self.levels, *self.states, *self.actions}


@dataclass(frozen=True, slots=True)
class Translations:
    """The names of a procedure by language."""

    by_language: Mapping[str, ProcedureNames]

    @classmethod
    def build(cls, raw: Mapping[str, Any]) -> "Translations":
        """Return the names by language; raise `TypeError` if an entry has other fields than `ProcedureNames`."""
        return cls({language: ProcedureNames(**names) for language, names in raw.items()})

    def check_declared(self, declared_ids: set[str], file: str) -> None:
        """Raise `ContractError` if something has a name that the procedure does not declare."""
        for language, names in self.by_language.items():
            if unknown := sorted(names.collect_ids() - declared_ids):
                raise ContractError(
                    file,
                    f"names in {language}: not declared: {unknown}",
                    "names_not_declared",
                    language=language,
                    names=unknown,
                )

    def list_level_names(self, level: str) -> tuple[str, ...]:
        """Return the names of a level in the languages that have one."""
        return _list_names([names.levels for names in self.by_language.values()], level)

    def list_action_names(self, action: str) -> tuple[str, ...]:
        """Return the names of an action in the languages that have one."""
        return _list_names([names.actions for names in self.by_language.values()], action)


NO_TRANSLATIONS: Final = Translations({})


def _list_names(name_maps: Iterable[Mapping[str, str]], name_id: str) -> tuple[str, ...]:
    return tuple(names[name_id] for names in name_maps if name_id in names)


def rename(item: Named, names: Mapping[str, str]) -> Named:
    """Return a level or an action with the name that *names* has for its id; its name before stays a name of it."""
    renamed: Named = replace(  # type: ignore[type-var]  # both are dataclasses
        item, name=names.get(item.id, item.name), other_names=(*item.other_names, item.name)
    )
    return renamed
