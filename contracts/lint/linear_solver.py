"""Whether linear rows can hold together, and how large a sum can become under them; solved by HiGHS."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import comb, inf
from typing import Any, Final

from contracts.lint.row_relations import RowRelation

_SMALLEST_FIGURE: Final = 0.001
_TOLERANCE: Final = 1e-6
_MAX_COMBINATIONS: Final = 2000


def find_conflict(relations: Sequence[RowRelation]) -> tuple[RowRelation, ...]:
    """Return a smallest set of relations that no row of positive figures fulfils, or nothing if there is none."""
    if _is_feasible(relations):
        return ()
    conflict = list(relations)
    for relation in relations:
        rest = [other for other in conflict if other is not relation]
        if not _is_feasible(rest):
            conflict = rest
    return _find_smaller(relations, conflict)


def _find_smaller(relations: Sequence[RowRelation], conflict: list[RowRelation]) -> tuple[RowRelation, ...]:
    """Return the smallest conflict; the one that was found cannot be reduced, but another may be smaller."""
    for size in range(1, len(conflict)):
        if comb(len(relations), size) > _MAX_COMBINATIONS:
            break
        for chosen in combinations(relations, size):
            if not _is_feasible(chosen):
                return chosen
    return tuple(conflict)


def implies(others: Sequence[RowRelation], relation: RowRelation) -> bool:
    """Tell whether a relation holds in every row in which all *others* hold."""
    known: set[str] = set()
    for other in others:
        known.update(other.coefficients)
    if not set(relation.coefficients) <= known:
        return False
    is_below = relation.upper == inf or _maximise(others, relation.coefficients) <= relation.upper + _TOLERANCE
    if not is_below:
        return False
    negated = {name: -weight for name, weight in relation.coefficients.items()}
    return relation.lower == -inf or _maximise(others, negated) <= -relation.lower + _TOLERANCE


def _is_feasible(relations: Iterable[RowRelation]) -> bool:
    solver, statuses = _build_solver(list(relations), lower=_SMALLEST_FIGURE, objective={})
    solver.run()
    return bool(solver.getModelStatus() == statuses.kOptimal)


def _maximise(relations: Iterable[RowRelation], objective: Mapping[str, float]) -> float:
    """Return the largest value of a weighted sum; infinite if nothing limits it."""
    solver, statuses = _build_solver(list(relations), lower=-inf, objective=objective)
    solver.run()
    if solver.getModelStatus() == statuses.kOptimal:
        return -float(solver.getInfo().objective_function_value)
    return inf


def _build_solver(relations: list[RowRelation], *, lower: float, objective: Mapping[str, float]) -> tuple[Any, Any]:
    import highspy  # noqa: PLC0415 - slow to load, and only forms with relations need it

    names: dict[str, None] = dict.fromkeys(objective)
    for relation in relations:
        names |= dict.fromkeys(relation.coefficients)
    positions = {name: position for position, name in enumerate(names)}
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # it ships no types
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - the name says what is set
    solver.setOptionValue("threads", 1)
    for name in names:
        solver.addVar(lower, highspy.kHighsInf)
        solver.changeColCost(positions[name], -objective.get(name, 0.0))
    for relation in relations:
        columns = [positions[name] for name in relation.coefficients]
        weights = list(relation.coefficients.values())
        solver.addRow(relation.lower, relation.upper, len(columns), columns, weights)
    return solver, highspy.HighsModelStatus
