"""A review chain as data: levels, states, actions, the rules of procedure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compile_once


class Effect(StrEnum):
    """What an action does besides moving a submission from state to state."""

    MOVE = "move"
    RETURN = "return"  # the next version must answer it, point by point
    EXCUSE = "excuse"  # a unit need not report
    EXPLAIN = "explain"  # soft findings answered, rule by rule
    WAIVE = "waive"  # a rule set aside for one submission until a day
    REDUCE = "reduce"  # a figure reported too high is set lower
    SEAL = "seal"  # the roll-up of an area is closed
    UNSEAL = "unseal"

    @property
    def is_on_area(self) -> bool:
        """Tell whether the action concerns a roll-up instead of one submission."""
        return self in (Effect.SEAL, Effect.UNSEAL)


class Precondition(StrEnum):
    """What must hold of a submission before an action."""

    CLEAR = "clear"  # no hard finding open, every soft one explained
    ANSWERS = "answers"  # each point of the last return answered
    POINTS = "points"  # at least one point, bound to a cell or a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the chain; *area_digits* is how many digits of a county code its officers' area shares."""

    id: str
    name: str
    area_digits: int

    def get_area_code(self, county: str) -> str:
        """Return the six-digit code of the area of this level in which a county lies."""
        return county[: self.area_digits].ljust(6, "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that an officer of *level* may do; *verb* groups actions (approve, return) for the command line.

    An empty *to_state* leaves the state as it is. *to_again* replaces it where an older version was filed before.
    *onward* marks the steps of the straight road, by which it is told whose turn it is.
    """

    id: str
    level: str
    verb: str
    name: str
    from_states: tuple[str, ...]
    to_state: str
    required_fields: tuple[str, ...]
    effect: Effect = Effect.MOVE
    preconditions: tuple[Precondition, ...] = ()
    to_state_if_filed_before: str = ""
    is_forward: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureRule:
    """A rule of procedure: its id, severity, clause, what it says, the refusals that rest on it, a case each way."""

    id: str
    severity: str
    basis: str
    text: str
    denials: tuple[str, ...]
    passing: str = ""
    failing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The chain of one kind of submission.

    *settled* names, for a level that seals a roll-up, the states in which a county no longer holds it up.
    """

    id: str
    name: str
    basis: str
    levels: tuple[Level, ...]
    states: Mapping[str, str]
    initial_state: str
    state_by_outcome: Mapping[str, str]
    actions: tuple[Action, ...]
    resubmittable_states: tuple[str, ...]
    final_states: tuple[str, ...]
    excused_states: tuple[str, ...] = ()
    closed_states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: tuple[ProcedureRule, ...] = ()
    deadlines: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def get_deadline(self, level: str, year: int) -> date | None:
        """Return until when a level acts on an accounting year, in the year after it, where the chain says so."""
        found = self.deadlines.get(level)
        return date(year + 1, *found) if found else None

    def find_level(self, name: str) -> Level | None:
        """Return a level by its id or its Chinese name."""
        return next((one for one in self.levels if name in (one.id, one.name)), None)

    def find_action(self, level: str, name: str) -> Action | None:
        """Return the action of a level by its id, verb or Chinese name."""
        for one in self.actions:  # a loop, as this is asked for every entry of a year's history
            if one.level == level and name in (one.id, one.verb, one.name):
                return one
        return None

    def find_next_action(self, state: str) -> Action | None:
        """Return the step that a submission in this state waits for; nothing where the county must send a version."""
        return next((one for one in self.actions if one.is_forward and state in one.from_states), None)

    def find_rule_for_refusal(self, refusal_code: str) -> ProcedureRule | None:
        """Return the rule of procedure on which a refusal rests."""
        return next((one for one in self.rules if refusal_code in one.denials), None)


@compile_once
def load_procedure(raw: Mapping[str, Any], file: str) -> Procedure:
    """Load one procedure; raise `ContractError` where an action names an unknown state or level."""
    try:
        procedure = Procedure(
            id=raw["id"],
            name=raw["name"],
            basis=raw["basis"],
            levels=tuple(Level(**one) for one in raw["levels"]),
            states=raw["states"],
            initial_state=raw["start"],
            state_by_outcome=raw["on_check"],
            actions=tuple(_build_action(one) for one in raw["actions"]),
            resubmittable_states=tuple(raw["open_to_new_version"]),
            final_states=tuple(raw["final"]),
            excused_states=tuple(raw.get("excused", ())),
            closed_states={level: tuple(states) for level, states in raw.get("settled", {}).items()},
            rules=tuple(ProcedureRule(**{**one, "denials": tuple(one["denials"])}) for one in raw.get("rules", ())),
            deadlines={level: _parse_month_and_day(text) for level, text in raw.get("deadlines", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractError(file, f"procedure entry missing or malformed: {error!r}") from error
    _check_references(procedure, file)
    return procedure


def _build_action(raw: Mapping[str, Any]) -> Action:
    return Action(
        id=raw["id"],
        level=raw["level"],
        verb=raw["verb"],
        name=raw["name"],
        from_states=tuple(raw["from"]),
        to_state=raw.get("to", ""),
        required_fields=tuple(raw["requires"]),
        effect=Effect(raw.get("effect", Effect.MOVE)),
        preconditions=tuple(Precondition(one) for one in raw.get("needs", ())),
        to_state_if_filed_before=raw.get("to_again", ""),
        is_forward=bool(raw.get("onward", False)),
    )


def _parse_month_and_day(text: str) -> tuple[int, int]:
    month, day = (int(part) for part in text.split("-"))
    date(1999, month, day)  # a day of every year
    return month, day


def _check_references(procedure: Procedure, file: str) -> None:
    named = {
        procedure.initial_state,
        *procedure.state_by_outcome.values(),
        *procedure.resubmittable_states,
        *procedure.final_states,
    }
    named |= {*procedure.excused_states, *(state for states in procedure.closed_states.values() for state in states)}
    for action in procedure.actions:
        named |= {state for state in (action.to_state, action.to_state_if_filed_before, *action.from_states) if state}
        if procedure.find_level(action.level) is None:
            raise ContractError(file, f"action {action.id}: level {action.level!r} is not declared")
    if set(procedure.state_by_outcome) != {"accepted", "flagged", "hard"}:
        raise ContractError(file, "on_check must say what accepted, flagged and hard lead to")
    unknown = sorted(named - set(procedure.states))
    if unknown:
        raise ContractError(file, f"states used but not declared: {unknown}")
    if strange := sorted(set(procedure.deadlines) - {one.id for one in procedure.levels}):
        raise ContractError(file, f"deadlines: levels not declared: {strange}")
    if strange := sorted(set(procedure.closed_states) - {one.id for one in procedure.levels}):
        raise ContractError(file, f"settled: levels not declared: {strange}")
    ids = [one.id for one in procedure.actions]
    if repeated := sorted({one for one in ids if ids.count(one) > 1}):
        raise ContractError(file, f"actions declared twice: {repeated}")
