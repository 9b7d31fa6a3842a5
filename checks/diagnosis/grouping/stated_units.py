"""A heading that states another unit, over figures in that unit, is one finding: figures and heading are converted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.wrong_unit_columns import COLUMN_UNIT_VARIANT
from checks.model.violation import Violation

_STATED_CHECK: Final = "unit_stated"
_REMEDY: Final = "unit_as_stated"


def merge_stated_units(violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with a unit that a table states merged into that of the column given in this unit."""
    stated = [violation for violation in violations if violation.rule.check == _STATED_CHECK and violation.value]
    merged: set[int] = set()
    replaced: dict[int, Violation] = {}
    for violation in violations:
        own = next((candidate for candidate in stated if _states_unit(candidate, violation)), None)
        if own is not None:
            merged.add(id(own))
            replaced[id(violation)] = _merge_units(violation, own)
    return [replaced.get(id(violation), violation) for violation in violations if id(violation) not in merged]


def _states_unit(stated: Violation, violation: Violation) -> bool:
    """Return whether the columns of a violation are given in a unit that its table states."""
    if violation.variant != COLUMN_UNIT_VARIANT or violation.sheet != stated.sheet:
        return False
    given = {phrase.facts["given"] for phrase in violation.phrases.get("parts", ())}
    return not given.isdisjoint(stated.facts["units"].split("、"))


def _merge_units(violation: Violation, stated: Violation) -> Violation:
    facts = {**violation.facts, "expected": stated.facts["expected"]}
    root_cause = merge_into(violation, [stated])
    return replace(root_cause, facts=facts, remedy_key=_REMEDY)
