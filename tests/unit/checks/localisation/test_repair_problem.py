"""The smallest repairs of the same sums and figures are searched once."""

from decimal import Decimal

import pytest

from checks.localisation import minimal_repairs
from checks.localisation.minimal_repairs import find_smallest_repairs
from checks.localisation.ranking import CellEvidence
from checks.localisation.repair_problem import RepairProblem, SolvedProblems
from tests.builders.repair_tables import cell_at, constraint

A, B, TOTAL, OTHER = (cell_at(5, column) for column in range(3, 7))
SUM = constraint((1, A), (1, B), (-1, TOTAL))
VALUES = {A: Decimal("1.0"), B: Decimal(2), TOTAL: Decimal(4)}


def test_repairs_of_a_problem_are_those_of_its_sums() -> None:
    """The problem holds all that the search needs; figures of other cells do not matter."""
    evidence = {A: CellEvidence(reference_values=(Decimal(2),), decimals=1), OTHER: CellEvidence(is_formula=True)}
    values = {**VALUES, OTHER: Decimal(9)}
    problem = RepairProblem.from_sums(values, [SUM], evidence)
    assert SolvedProblems().solve(values, [SUM], evidence) == find_smallest_repairs(VALUES, [SUM], evidence=evidence)
    assert problem == RepairProblem.from_sums(VALUES, [SUM], {A: evidence[A]})


@pytest.mark.parametrize(
    ("values", "evidence"),
    [
        ({**VALUES, A: Decimal("1.00")}, {}),
        ({**VALUES, A: Decimal("1.5")}, {}),
        (VALUES, {B: CellEvidence(is_formula=True)}),
    ],
)
def test_problems_differ_in_figures_decimals_and_evidence(
    values: dict[object, Decimal], evidence: dict[object, CellEvidence]
) -> None:
    """1.0 and 1.00 are equal amounts, but a repair is written with the decimals of its cell."""
    assert RepairProblem.from_sums(values, [SUM], evidence) != RepairProblem.from_sums(VALUES, [SUM], {})  # type: ignore[arg-type]


def test_same_problem_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second evaluation of the same figures does not search again; other figures are searched."""
    searches: list[object] = []

    def search(*problem: object, **evidence: object) -> object:
        searches.append(problem)
        return find_smallest_repairs(*problem, **evidence)  # type: ignore[arg-type]

    monkeypatch.setattr(minimal_repairs, "find_smallest_repairs", search)
    solved = SolvedProblems()
    assert solved.solve(VALUES, [SUM], {}) == solved.solve(VALUES, [SUM], {})
    solved.solve({**VALUES, B: Decimal(5)}, [SUM], {})
    assert len(searches) == 2
