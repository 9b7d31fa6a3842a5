"""A review chain as data: levels, states, actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ContractError
from contracts.yamlfile import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the chain; *area_digits* is how many digits of a county code its officers' area shares."""

    id: str
    name: str
    area_digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that an officer of *level* may do; *verb* groups actions (approve, return) for the command line."""

    id: str
    level: str
    verb: str
    name: str
    from_states: tuple[str, ...]
    to_state: str
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The chain of one kind of submission."""

    id: str
    name: str
    basis: str
    levels: tuple[Level, ...]
    states: Mapping[str, str]
    start: str
    on_check: Mapping[str, str]
    actions: tuple[Action, ...]
    open_to_new_version: tuple[str, ...]
    final: tuple[str, ...]

    def level(self, name: str) -> Level | None:
        """Return a level by its id or its Chinese name."""
        return next((one for one in self.levels if name in (one.id, one.name)), None)

    def action(self, level: str, name: str) -> Action | None:
        """Return the action of a level by its id, verb or Chinese name."""
        return next((one for one in self.actions if one.level == level and name in (one.id, one.verb, one.name)), None)


def read_procedure(path: Path) -> Procedure:
    """Load one procedure; raise `ContractError` where an action names an unknown state or level."""
    raw = read_yaml(path)
    try:
        procedure = Procedure(
            id=raw["id"],
            name=raw["name"],
            basis=raw["basis"],
            levels=tuple(Level(**one) for one in raw["levels"]),
            states=raw["states"],
            start=raw["start"],
            on_check=raw["on_check"],
            actions=tuple(
                Action(
                    id=one["id"],
                    level=one["level"],
                    verb=one["verb"],
                    name=one["name"],
                    from_states=tuple(one["from"]),
                    to_state=one["to"],
                    requires=tuple(one["requires"]),
                )
                for one in raw["actions"]
            ),
            open_to_new_version=tuple(raw["open_to_new_version"]),
            final=tuple(raw["final"]),
        )
    except (KeyError, TypeError) as error:
        raise ContractError(path.name, f"procedure entry missing or malformed: {error!r}") from error
    _hold_together(procedure, path.name)
    return procedure


def _hold_together(procedure: Procedure, file: str) -> None:
    named = {procedure.start, *procedure.on_check.values(), *procedure.open_to_new_version, *procedure.final}
    for action in procedure.actions:
        named |= {action.to_state, *action.from_states}
        if procedure.level(action.level) is None:
            raise ContractError(file, f"action {action.id}: level {action.level!r} is not declared")
    if set(procedure.on_check) != {"accepted", "flagged", "hard"}:
        raise ContractError(file, "on_check must say what accepted, flagged and hard lead to")
    unknown = sorted(named - set(procedure.states))
    if unknown:
        raise ContractError(file, f"states used but not declared: {unknown}")
