"""A review chain as data: levels, states, actions and rules of procedure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from contracts.errors import ContractError, build_entry_error
from contracts.procedure_names import NO_TRANSLATIONS, Translations, rename
from contracts.yaml_files import compile_once


class Effect(StrEnum):
    """What an action does besides moving a submission from state to state.

    ``return``: the next version must answer it, point by point. ``excuse``: a unit need not report. ``explain``: soft
    findings are explained, rule by rule. ``waive``: a rule is set aside for one submission until a day. ``reduce``: a
    figure reported too high is set lower. ``seal`` and ``unseal``: the roll-up of an area is closed, or opened again.
    """

    MOVE = "move"
    RETURN = "return"
    EXCUSE = "excuse"
    EXPLAIN = "explain"
    WAIVE = "waive"
    REDUCE = "reduce"
    SEAL = "seal"
    UNSEAL = "unseal"

    @property
    def is_on_area(self) -> bool:
        """Tell whether the action concerns a roll-up instead of one submission."""
        return self in (Effect.SEAL, Effect.UNSEAL)


class Precondition(StrEnum):
    """What must be true of a submission before an action.

    ``clear``: no hard finding is open and every soft one is explained. ``answers``: each point of the last return is
    answered. ``points``: the decision has at least one point, bound to a cell or a rule. ``lower_seals``: the roll-ups
    of the level below are sealed.
    """

    CLEAR = "clear"
    ANSWERS = "answers"
    POINTS = "points"
    LOWER_SEALS = "lower_seals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the chain; the counties of an officer's area share the first *area_digits* digits of their code.

    *other_names* are its names in other languages.
    """

    id: str
    name: str
    area_digits: int
    other_names: tuple[str, ...] = ()

    def get_area_code(self, county: str) -> str:
        """Return the six-digit code of the area of this level that contains a county."""
        return county[: self.area_digits].ljust(6, "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action open to an officer of *level*; *verb* groups actions (approve, return) for the command line.

    An empty *to_state* leaves the state as it is; *to_state_if_filed_before* replaces it if an older version was filed
    before. *cover_fields* maps what the action requires to the fields of the cover on which the county's own file may
    give it, and *cover_opinion* is the opinion if the cover gives none. *is_forward* marks the regular steps towards
    the filing; the next of them determines whose turn it is. *other_names* are its names in other languages.
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
    cover_fields: Mapping[str, str] = field(default_factory=dict)
    cover_opinion: str = ""
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureRule:
    """A rule of procedure: its id, severity, clause and text.

    *denials* are the codes of the refusals that cite it, *flags* what is recorded with its id instead of being refused;
    *passing* and *failing* are one example each, in words.
    """

    id: str
    severity: str
    basis: str
    text: str
    denials: tuple[str, ...]
    passing: str = ""
    failing: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The chain of one kind of submission.

    *states* maps state ids to names. *closed_states* names, for a level that seals a roll-up, the states in which a
    county no longer delays the sealing. *deadlines* maps level ids to month and day. *refused_state* is that of a
    county whose files were all refused; if empty, such a county stays in the initial state. *translations* has the
    names in other languages.
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
    refused_state: str = ""
    translations: Translations = NO_TRANSLATIONS

    def in_language(self, language: str) -> "Procedure":
        """Return the procedure with its names in *language*; as it is if the contract has none in it."""
        names = self.translations.by_language.get(language)
        if names is None:
            return self
        return replace(
            self,
            name=names.name,
            states={**self.states, **names.states},
            levels=tuple(rename(level, names.levels) for level in self.levels),
            actions=tuple(rename(action, names.actions) for action in self.actions),
        )

    def get_deadline(self, level: str, year: int) -> date | None:
        """Return the last day, in the year after the accounting year, on which a level is in time; None if not set."""
        month_and_day = self.deadlines.get(level)
        if month_and_day is None:
            return None
        return date(year + 1, *month_and_day)

    def find_level(self, name: str) -> Level | None:
        """Return a level by its id or its name in any language, or None if there is none."""
        for level in self.levels:
            if name in (level.id, level.name, *level.other_names):
                return level
        return None

    def find_action(self, level: str, name: str) -> Action | None:
        """Return the action of a level by its id, verb or name in any language, or None if there is none."""
        for action in self.actions:
            if action.level == level and name in (action.id, action.verb, action.name, *action.other_names):
                return action
        return None

    def find_next_action(self, state: str) -> Action | None:
        """Return the step that a submission in this state waits for, or None if the county must send a version."""
        for action in self.actions:
            if action.is_forward and state in action.from_states:
                return action
        return None

    def find_correction(self, state: str) -> Action | None:
        """Return the action that opens a filed submission to a new version, or None if the state is not a filed one."""
        if state not in self.final_states:
            return None
        for action in self.actions:
            if state in action.from_states and action.to_state in self.resubmittable_states:
                return action
        return None

    def find_rule_for_refusal(self, refusal_code: str) -> ProcedureRule | None:
        """Return the rule of procedure that a refusal cites, or None if it cites none."""
        for rule in self.rules:
            if refusal_code in rule.denials:
                return rule
        return None


@compile_once
def load_procedure(raw: Mapping[str, Any], file: str) -> Procedure:
    """Load one procedure; raise `ContractError` if an entry is malformed or names an unknown state or level."""
    try:
        translations = Translations.build(raw.get("names", {}))
        procedure = Procedure(
            id=raw["id"],
            name=raw["name"],
            basis=raw["basis"],
            levels=tuple(
                Level(**level, other_names=translations.list_level_names(level["id"])) for level in raw["levels"]
            ),
            states=raw["states"],
            initial_state=raw["start"],
            state_by_outcome=raw["on_check"],
            actions=tuple(_build_action(action, translations) for action in raw["actions"]),
            resubmittable_states=tuple(raw["open_to_new_version"]),
            final_states=tuple(raw["final"]),
            excused_states=tuple(raw.get("excused", ())),
            closed_states={level: tuple(states) for level, states in raw.get("settled", {}).items()},
            rules=tuple(map(_build_rule, raw.get("rules", ()))),
            refused_state=raw.get("on_refusal", ""),
            deadlines={level: _parse_month_and_day(text) for level, text in raw.get("deadlines", {}).items()},
            translations=translations,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise build_entry_error(file, error) from error
    _check_references(procedure, file)
    return procedure


def _build_action(raw: Mapping[str, Any], translations: Translations) -> Action:
    return Action(
        id=raw["id"],
        level=raw["level"],
        verb=raw["verb"],
        name=raw["name"],
        from_states=tuple(raw["from"]),
        to_state=raw.get("to", ""),
        required_fields=tuple(raw["requires"]),
        effect=Effect(raw.get("effect", Effect.MOVE)),
        preconditions=tuple(map(Precondition, raw.get("needs", ()))),
        to_state_if_filed_before=raw.get("to_again", ""),
        is_forward=bool(raw.get("onward", False)),
        cover_fields=raw.get("on_cover", {}),
        cover_opinion=raw.get("cover_opinion", ""),
        other_names=translations.list_action_names(raw["id"]),
    )


def _build_rule(raw: Mapping[str, Any]) -> ProcedureRule:
    flags = tuple(raw.get("flags", ()))
    return ProcedureRule(**{**raw, "denials": tuple(raw["denials"]), "flags": flags})


def _parse_month_and_day(text: str) -> tuple[int, int]:
    month, day = map(int, text.split("-"))
    date(1999, month, day)  # raises ValueError unless it is a day of every year: 1999 is no leap year
    return month, day


def _check_references(procedure: Procedure, file: str) -> None:
    """Raise `ContractError` if the procedure names undeclared states or levels, or declares an action twice."""
    level_ids = {level.id for level in procedure.levels}
    if set(procedure.state_by_outcome) != {"accepted", "flagged", "hard"}:
        raise ContractError(file, "on_check must say what accepted, flagged and hard lead to", "on_check")
    named_ids = {
        "states": _collect_named_states(procedure) - set(procedure.states),
        "actions": {action.level for action in procedure.actions} - level_ids,
        "deadlines": set(procedure.deadlines) - level_ids,
        "settled": set(procedure.closed_states) - level_ids,
    }
    for section, unknown in named_ids.items():
        if unknown:
            names = sorted(unknown)
            raise ContractError(file, f"{section}: not declared: {names}", "not_declared", section=section, names=names)
    if repeated := _find_repeated_ids(procedure.actions):
        raise ContractError(file, f"actions declared twice: {repeated}", "declared_twice", names=repeated)
    declared_ids = {*level_ids, *procedure.states, *(action.id for action in procedure.actions)}
    procedure.translations.check_declared(declared_ids, file)


def _collect_named_states(procedure: Procedure) -> set[str]:
    """Return every state that the procedure names anywhere but in its list of states."""
    states = {
        procedure.initial_state,
        *procedure.state_by_outcome.values(),
        *procedure.resubmittable_states,
        *procedure.final_states,
        *procedure.excused_states,
        *filter(None, [procedure.refused_state]),
    }
    states.update(*procedure.closed_states.values())
    for action in procedure.actions:
        action_states = (action.to_state, action.to_state_if_filed_before, *action.from_states)
        states.update(filter(None, action_states))
    return states


def _find_repeated_ids(actions: Iterable[Action]) -> list[str]:
    ids = [action.id for action in actions]
    # Taking each id away once leaves those that occur more often.
    return sorted(Counter(ids) - Counter(set(ids)))
