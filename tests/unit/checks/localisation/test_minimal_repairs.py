"""The smallest sets of cells that would mend a table, tried on the two annex tables of the Dongchuan plan."""

import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from checks.localisation.minimal_repairs import (
    RankedRepairs,
    find_smallest_repairs,
    find_violated_constraints,
    group_connected_constraints,
)
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from tests.builders.repair_tables import (
    CONSOLIDATION,
    SUM,
    TOTAL,
    A,
    B,
    Values,
    build_table,
    cell_at,
    constraint,
    repair_sum,
    repaired_values,
)

LINKED_QUOTA = """
50 0 0 50
150 80 0 230
0 0 50 50
30 50 60 140
100 100 0 200
50 50 0 100
0 0 40 40
0 0 150 150
20 20 0 40
400 300 300 1000
"""


TABLES = pytest.mark.parametrize("text", [CONSOLIDATION, LINKED_QUOTA], ids=["consolidation", "linked quota"])
PLANNED = pytest.mark.parametrize("planned", [False, True], ids=["alone", "with plan"])


def single_errors(values: Values) -> Iterator[tuple[CellRef, Decimal]]:
    """Plant errors of 1, -1 and 100 in every cell, none of them below 0."""
    for item, value in values.items():
        yield from ((item, value + step) for step in (1, -1, 100) if value + step >= 0)


def pair_of_errors(values: Values, seed: int) -> Values:
    """Plant two errors and give the true figures of their cells."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    cells = chance.sample(sorted(values), 2)
    true = {cell: values[cell] for cell in cells}
    for cell in cells:
        steps = [step for step in (1, -1, 7, 10, 50, 100, -100, 250) if true[cell] + step >= 0]
        values[cell] += chance.choice(steps)
    return true


@TABLES
@PLANNED
def test_every_single_error_is_found_alone(text: str, *, planned: bool) -> None:
    """One wrong figure, wherever it stands, has one smallest repair: the true figure."""
    values, constraints = build_table(text, planned=planned)
    for wrong, seen in single_errors(values):
        repairs = find_smallest_repairs(values | {wrong: seen}, constraints)
        assert repairs == RankedRepairs(
            ((RepairStep(wrong, str(seen), str(values[wrong])),),), is_complete=True, is_unambiguous=True
        )


@TABLES
@PLANNED
def test_two_errors_are_among_the_smallest_repairs(text: str, *, planned: bool) -> None:
    """Of a hundred pairs of wrong figures, at least 99 are among the answers."""
    hits = 0
    for seed in range(100):
        values, constraints = build_table(text, planned=planned)
        true = pair_of_errors(values, seed)
        hits += true in repaired_values(find_smallest_repairs(values, constraints))
    assert hits >= 99


@TABLES
def test_swapped_years_have_several_answers(text: str) -> None:
    """Two years swapped in one row keep its sum: the true answer is shown, and others beside it."""
    values, constraints = build_table(text)
    for row in range(9):
        for item, other in ((cell_at(row, 0), cell_at(row, 1)), (cell_at(row, 1), cell_at(row, 2))):
            if values[item] == values[other]:
                continue
            repairs = find_smallest_repairs(values | {item: values[other], other: values[item]}, constraints)
            shown = repaired_values(repairs)
            assert {item: values[item], other: values[other]} in shown
            assert len(shown) > 1
            assert repairs.is_complete
            assert not repairs.is_unambiguous


def test_errors_that_do_not_touch_are_mended_together() -> None:
    """Each repair mends the whole broken set, over all sheets."""
    first, sums = build_table(CONSOLIDATION)
    second, more = build_table(LINKED_QUOTA, sheet="附件3")
    true = first | second
    wrong = {cell_at(1, 1, "附件3"): Decimal(81), cell_at(0, 0): Decimal(20)}
    repairs = find_smallest_repairs(true | wrong, [*more, *sums])
    assert repaired_values(repairs) == [{cell: true[cell] for cell in wrong}]
    assert [change.cell.sheet for change in repairs.repairs[0]] == ["附件2", "附件3"]
    assert repairs.is_unambiguous


def test_what_holds_needs_no_repair() -> None:
    """Where nothing is broken, nothing is found and nothing remains open."""
    values, constraints = build_table(CONSOLIDATION)
    assert find_smallest_repairs(values, constraints) == RankedRepairs((), is_complete=True)


def test_no_figure_falls_below_the_bound() -> None:
    """A cell that would have to become negative is no answer."""
    assert repaired_values(repair_sum(("10", "20", "5"))) == [{TOTAL: Decimal(30)}]


def test_figures_keep_their_decimals() -> None:
    """Before is as written; after keeps these decimals, takes more where it must, and has no exponent."""
    (first, second, third), *_ = zip(*repair_sum(("1E+3", "20.50", "1021")).repairs, strict=True)
    assert {(repair.before, repair.after) for repair in (first, second, third)} == {
        ("1000", "1000.5"),
        ("20.50", "21.00"),
        ("1021", "1020.5"),
    }


def test_a_tolerance_is_mended_exactly() -> None:
    """Once a sum must change it is closed, and what stays within tolerance is left alone."""
    rough = constraint((1, A), (1, B), constant="30", tolerance="1")
    repairs = repair_sum(("10.4", "20", "40"), rough)
    assert repaired_values(repairs) == [{TOTAL: Decimal("30.4")}]


def test_tolerances_are_met_at_their_edge_if_need_be() -> None:
    """Two constants that differ by less than the tolerances allow are met between them."""
    low = constraint((1, TOTAL), constant="30", tolerance="2")
    high = constraint((1, TOTAL), constant="33", tolerance="1")
    assert repaired_values(repair_sum(("10", "20", "40"), low, high)) == [
        {B: Decimal(22), TOTAL: Decimal(32)},
        {A: Decimal(12), TOTAL: Decimal(32)},
    ]


def test_half_a_unit_is_no_answer() -> None:
    """Where whole units are in use, a repair by halves is none."""
    half = [constraint((1, A), (1, B), constant="3"), constraint((1, A), (-1, B))]
    values = {A: Decimal(0), B: Decimal(0)}
    assert find_smallest_repairs(values, half) == RankedRepairs((), is_complete=True)
    assert repaired_values(find_smallest_repairs({A: Decimal(0), B: Decimal("0.0")}, half)) == [
        {A: Decimal("1.5"), B: Decimal("1.5")}
    ]


def test_contradictory_figures_from_outside_have_no_repair() -> None:
    """Where no figures could satisfy every sum, nothing is found, and that is certain."""
    outside = [constraint((1, TOTAL), constant=constant) for constant in ("30", "31")]
    assert repair_sum(("10", "20", "40"), *outside) == RankedRepairs((), is_complete=True)


def test_a_sum_without_cells_has_no_repair() -> None:
    """A relation whose cells cancel out cannot be mended."""
    void = constraint((1, A), (-1, A), constant="1")
    assert find_smallest_repairs({A: Decimal(1)}, [void]) == RankedRepairs((), is_complete=True)


def test_more_cells_than_disjoint_sums() -> None:
    """Where the broken sums alone would need fewer cells than a repair does, the search widens."""
    targets = [constraint((1, A), constant="1"), constraint((1, B), constant="1")]
    fixed = constraint((1, TOTAL), constant="40")
    eased = [constraint((1, A), constant="30", tolerance="5"), constraint((1, B), constant="10", tolerance="5")]
    assert repaired_values(repair_sum(("0", "0", "40"), *targets)) == [
        {A: Decimal(1), B: Decimal(1), TOTAL: Decimal(2)},
    ]
    assert [set(repair) for repair in repaired_values(repair_sum(("0", "0", "40"), fixed, *eased))] == [{A, B}]


def test_no_effort_means_no_promise() -> None:
    """A search without effort finds nothing and says that it is incomplete."""
    values, constraints = build_table(CONSOLIDATION)
    values |= {cell_at(0, 0): Decimal(1), cell_at(4, 1): Decimal(1)}
    assert find_smallest_repairs(values, constraints, work_budget=0) == RankedRepairs((), is_complete=False)


def test_a_search_that_ends_early_ends_at_the_same_place() -> None:
    """Effort is counted, not timed: a slow machine lists what a fast one lists; more of it only adds."""
    values, constraints = build_table(LINKED_QUOTA)
    slips = {(3, 2): "310", (5, 2): "7", (1, 0): "160", (5, 1): "300", (1, 3): "280"}
    values |= {cell_at(row, column): Decimal(seen) for (row, column), seen in slips.items()}
    early = [find_smallest_repairs(values, constraints, work_budget=30_000) for _ in range(2)]
    whole = find_smallest_repairs(values, constraints)
    assert early[0] == early[1]
    assert not early[0].is_complete
    assert whole.is_complete
    assert 0 < len(early[0].repairs) < len(whole.repairs)
    assert set(early[0].repairs) < set(whole.repairs)


def test_a_sum_with_a_cell_that_is_no_number_is_silent() -> None:
    """A missing or endless figure silences the sums that need it, and these only."""
    target = constraint((1, A), constant="7")
    values = {A: Decimal(1), B: Decimal("NaN")}
    assert find_violated_constraints(values, [SUM, target]) == (target,)
    assert repaired_values(find_smallest_repairs(values, [SUM, target])) == [{A: Decimal(7)}]


def test_broken_keeps_tolerance_and_order() -> None:
    """What misses by its tolerance holds; what misses by more is listed in order."""
    constraints = [constraint((1, A), constant=constant, tolerance="0.01") for constant in ("1.02", "1.01", "3")]
    assert find_violated_constraints({A: Decimal(1)}, constraints) == (constraints[0], constraints[2])


def test_connected_sets_share_no_cell() -> None:
    """Relations that share a cell, directly or by way of another, form one set, in the order given."""
    c, d = CellRef("表2", "A1"), CellRef("表2", "B1")
    lone, left, right = constraint((1, c)), constraint((1, A), (1, B)), constraint((1, TOTAL), (1, d))
    bridge = constraint((1, B), (1, TOTAL))
    assert group_connected_constraints([left, lone, right, bridge]) == ((left, right, bridge), (lone,))
    assert group_connected_constraints([]) == ()


def test_one_wrong_cell_loads_no_solver() -> None:
    """The usual case, one wrong figure, is answered without loading HiGHS."""
    program = (
        "import sys; from decimal import Decimal as D; from checks.model.cell_ref import CellRef;"
        "from checks.localisation.linear_constraint import LinearConstraint, Term;"
        "from checks.localisation.minimal_repairs import find_smallest_repairs;"
        "a = CellRef('s', 'A1'); sums = [LinearConstraint(rule_id='r', terms=(Term(a, 1),), constant=D(2))];"
        "assert find_smallest_repairs({a: D(1)}, sums).repairs; assert 'highspy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_two_runs_agree() -> None:
    """The same tables give the same answers in the same order, however the sums are listed."""
    values, constraints = build_table(CONSOLIDATION)
    wrong: Mapping[CellRef, Decimal] = {**values, cell_at(0, 0): Decimal(600), cell_at(0, 1): Decimal(200)}
    assert find_smallest_repairs(wrong, constraints) == find_smallest_repairs(wrong, constraints[::-1])
