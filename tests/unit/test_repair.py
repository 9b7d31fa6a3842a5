"""Which cells a mended table would change, tried on the two annex tables of the Dongchuan plan."""

import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.localisation.minimal_repairs import (
    RankedRepairs,
    find_smallest_repairs,
    find_violated_constraints,
    group_connected_constraints,
)
from checks.localisation.ranking import CellEvidence, score_typo
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep

Values = dict[CellRef, Decimal]

CONSOLIDATION = """
200 600 300 1100
200 500 300 1000
200 100 100 400
300 600 400 1300
200 600 400 1200
100 100 0 200
200 600 400 1200
200 100 100 400
100 100 0 200
1700 3300 2000 7000
"""
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


def cell(row: int, column: int, sheet: str = "附件2") -> CellRef:
    """Name the cell of a table whose first figure stands in C3."""
    return CellRef(sheet, f"{'CDEFGHIJ'[column]}{row + 3}")


def relation(*signed: tuple[int, CellRef], constant: str = "0", tolerance: str = "0") -> LinearConstraint:
    """Write a sum with its signs."""
    terms = tuple(Term(each, sign) for sign, each in signed)
    return LinearConstraint(rule_id="sum", terms=terms, constant=Decimal(constant), tolerance=Decimal(tolerance))


def table(text: str, *, planned: bool = False, sheet: str = "附件2") -> tuple[Values, list[LinearConstraint]]:
    """Give the figures of a table with both margins and its sums, with the plan's totals if *planned*."""
    lines = [line.split() for line in text.split("\n") if line]
    rows, columns = range(len(lines)), range(len(lines[0]))
    values = {cell(row, column, sheet): Decimal(lines[row][column]) for row in rows for column in columns}
    across = [[cell(row, column, sheet) for column in columns] for row in rows]
    down = [[cell(row, column, sheet) for row in rows] for column in columns]
    sums = [relation(*((1, each) for each in line[:-1]), (-1, line[-1])) for line in (*across, *down)]
    targets = [relation((1, line[-1]), constant=str(values[line[-1]])) for line in down]
    return values, sums + (targets if planned else [])


def answers(repairs: RankedRepairs) -> list[Values]:
    """Give each repair as the figures that it would write."""
    return [{change.cell: Decimal(change.after) for change in repair} for repair in repairs.repairs]


def single_errors(values: Values) -> Iterator[tuple[CellRef, Decimal]]:
    """Plant errors of 1, -1 and 100 in every cell, none of them below 0."""
    for each, value in values.items():
        yield from ((each, value + step) for step in (1, -1, 100) if value + step >= 0)


def pair_of_errors(values: Values, seed: int) -> Values:
    """Plant two errors and give the true figures of their cells."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    cells = chance.sample(sorted(values), 2)
    true = {each: values[each] for each in cells}
    for each in cells:
        steps = [step for step in (1, -1, 7, 10, 50, 100, -100, 250) if true[each] + step >= 0]
        values[each] += chance.choice(steps)
    return true


@TABLES
@PLANNED
def test_every_single_error_is_found_alone(text: str, *, planned: bool) -> None:
    """One wrong figure, wherever it stands, has one smallest repair: the true figure."""
    values, relations = table(text, planned=planned)
    for wrong, seen in single_errors(values):
        repairs = find_smallest_repairs(values | {wrong: seen}, relations)
        assert repairs == RankedRepairs(
            ((RepairStep(wrong, str(seen), str(values[wrong])),),), is_complete=True, is_unambiguous=True
        )


@TABLES
@PLANNED
def test_two_errors_are_among_the_smallest_repairs(text: str, *, planned: bool) -> None:
    """Of a hundred pairs of wrong figures, at least 99 are among the answers."""
    hits = 0
    for seed in range(100):
        values, relations = table(text, planned=planned)
        true = pair_of_errors(values, seed)
        hits += true in answers(find_smallest_repairs(values, relations))
    assert hits >= 99


@TABLES
def test_swapped_years_have_several_answers(text: str) -> None:
    """Two years swapped in one row keep its sum: the true answer is shown, and others beside it."""
    values, relations = table(text)
    for row in range(9):
        for one, other in ((cell(row, 0), cell(row, 1)), (cell(row, 1), cell(row, 2))):
            if values[one] == values[other]:
                continue
            repairs = find_smallest_repairs(values | {one: values[other], other: values[one]}, relations)
            shown = answers(repairs)
            assert {one: values[one], other: values[other]} in shown
            assert len(shown) > 1
            assert repairs.is_complete
            assert not repairs.is_unambiguous


def test_a_swap_leads_its_rivals() -> None:
    """A swap that no other row explains as one comes first of the equally small repairs."""
    values, relations = table(CONSOLIDATION)
    one, other = cell(0, 0), cell(0, 2)
    repairs = find_smallest_repairs(values | {one: Decimal(300), other: Decimal(200)}, relations)
    assert answers(repairs)[0] == {one: Decimal(200), other: Decimal(300)}


def test_a_swap_is_shown_among_more_rivals_than_fit() -> None:
    """With more equally small repairs than are wanted, the swap is still listed and the list called short."""
    values, relations = table(CONSOLIDATION)
    one, other = cell(0, 0), cell(0, 2)
    repairs = find_smallest_repairs(values | {one: Decimal(300), other: Decimal(200)}, relations, max_repairs=2)
    assert answers(repairs)[0] == {one: Decimal(200), other: Decimal(300)}
    assert len(repairs.repairs) == 2
    assert not repairs.is_complete
    assert not repairs.is_unambiguous


def test_errors_that_do_not_touch_are_mended_together() -> None:
    """Each repair mends the whole broken set, over all sheets."""
    first, sums = table(CONSOLIDATION)
    second, more = table(LINKED_QUOTA, sheet="附件3")
    true = first | second
    wrong = {cell(1, 1, "附件3"): Decimal(81), cell(0, 0): Decimal(20)}
    repairs = find_smallest_repairs(true | wrong, [*more, *sums])
    assert answers(repairs) == [{each: true[each] for each in wrong}]
    assert [change.cell.sheet for change in repairs.repairs[0]] == ["附件2", "附件3"]
    assert repairs.is_unambiguous


def test_what_holds_needs_no_repair() -> None:
    """Where nothing is broken, nothing is found and nothing remains open."""
    values, relations = table(CONSOLIDATION)
    assert find_smallest_repairs(values, relations) == RankedRepairs((), is_complete=True)


A, B, TOTAL = (CellRef("表1", address) for address in ("A1", "B1", "C1"))
SUM = relation((1, A), (1, B), (-1, TOTAL))


def mend(figures: tuple[str, str, str], *relations: LinearConstraint, **evidence: CellEvidence) -> RankedRepairs:
    """Repair A1 + B1 = C1 and the *relations* named, with evidence by address."""
    values = dict(zip((A, B, TOTAL), map(Decimal, figures), strict=True))
    known = {CellRef("表1", address): each for address, each in evidence.items()}
    return find_smallest_repairs(values, [SUM, *relations], evidence=known)


def test_a_lone_sum_accuses_nobody() -> None:
    """Three cells could mend one sum: all are shown, and none is alone in first place."""
    repairs = mend(("10", "20", "40"))
    assert answers(repairs) == [{TOTAL: Decimal(30)}, {B: Decimal(30)}, {A: Decimal(20)}]
    assert not repairs.is_unambiguous


def test_formulas_are_trusted() -> None:
    """A computed cell comes after typed ones, and a lone typed cell among formulas is accused."""
    repairs = mend(("10", "20", "40"), B1=CellEvidence(is_formula=True), C1=CellEvidence(is_formula=True))
    assert answers(repairs)[0] == {A: Decimal(20)}
    assert repairs.is_unambiguous


def test_witnesses_convict_and_acquit() -> None:
    """The figure that a witness names comes first; a cell that a witness confirms comes last."""
    repairs = mend(
        ("10", "20", "40"),
        C1=CellEvidence(reference_values=(Decimal(30),)),
        B1=CellEvidence(reference_values=(Decimal(20),)),
    )
    assert answers(repairs) == [{TOTAL: Decimal(30)}, {A: Decimal(20)}, {B: Decimal(30)}]
    assert repairs.is_unambiguous


def test_a_slip_of_the_hand_leads_but_is_not_alone() -> None:
    """Transposed digits order the answers without deciding between them."""
    repairs = mend(("2100", "345", "1545"))
    assert answers(repairs)[0] == {A: Decimal(1200)}
    assert not repairs.is_unambiguous


def test_no_figure_falls_below_the_bound() -> None:
    """A cell that would have to become negative is no answer."""
    assert answers(mend(("10", "20", "5"))) == [{TOTAL: Decimal(30)}]


def test_figures_keep_their_decimals() -> None:
    """Before is as written; after keeps these decimals, takes more where it must, and has no exponent."""
    (first, second, third), *_ = zip(*mend(("1E+3", "20.50", "1021")).repairs, strict=True)
    assert {(each.before, each.after) for each in (first, second, third)} == {
        ("1000", "1000.5"),
        ("20.50", "21.00"),
        ("1021", "1020.5"),
    }


def test_a_tolerance_is_mended_exactly() -> None:
    """Once a sum must change it is closed, and what stays within tolerance is left alone."""
    rough = relation((1, A), (1, B), constant="30", tolerance="1")
    repairs = mend(("10.4", "20", "40"), rough)
    assert answers(repairs) == [{TOTAL: Decimal("30.4")}]


def test_tolerances_are_met_at_their_edge_if_need_be() -> None:
    """Two constants that differ by less than the tolerances allow are met between them."""
    low = relation((1, TOTAL), constant="30", tolerance="2")
    high = relation((1, TOTAL), constant="33", tolerance="1")
    assert answers(mend(("10", "20", "40"), low, high)) == [
        {B: Decimal(22), TOTAL: Decimal(32)},
        {A: Decimal(12), TOTAL: Decimal(32)},
    ]


def test_a_witness_chooses_within_tolerance() -> None:
    """Among the figures that a tolerance allows, the witness's is taken."""
    rough = relation((1, TOTAL), constant="30", tolerance="5")
    likely = CellEvidence(reference_values=(Decimal(28),))
    values = {TOTAL: Decimal(50)}
    assert answers(find_smallest_repairs(values, [rough], evidence={TOTAL: likely})) == [{TOTAL: Decimal(28)}]


def test_witnesses_choose_for_two_cells() -> None:
    """A set of cells with several possible figures takes the witnesses' where they fit."""
    capped = [
        relation((1, A), constant="15", tolerance="5"),
        relation((1, B), constant="30", tolerance="5"),
        relation((1, TOTAL), constant="40"),
    ]
    known = {
        "A1": CellEvidence(reference_values=(Decimal(12),)),
        "B1": CellEvidence(reference_values=(Decimal(28), Decimal(5))),
    }
    assert answers(mend(("1", "2", "40"), *capped, **known)) == [{A: Decimal(12), B: Decimal(28)}]


def test_witnesses_that_do_not_fit_are_passed_over() -> None:
    """A witness whose figure no repair allows does not stand in the way of one that fits, nor of the rest."""
    capped = [
        relation((1, A), constant="15", tolerance="5"),
        relation((1, B), constant="30", tolerance="5"),
        relation((1, TOTAL), constant="40"),
    ]
    stray, fit = CellEvidence(reference_values=(Decimal(99),)), CellEvidence(reference_values=(Decimal(28),))
    assert answers(mend(("1", "2", "40"), *capped, A1=stray, B1=fit)) == [{A: Decimal(12), B: Decimal(28)}]
    (repair,) = answers(mend(("1", "2", "40"), *capped, A1=stray))
    assert repair[A] + repair[B] == 40


def test_half_a_unit_is_no_answer() -> None:
    """Where whole units are in use, a repair by halves is none."""
    half = [relation((1, A), (1, B), constant="3"), relation((1, A), (-1, B))]
    values = {A: Decimal(0), B: Decimal(0)}
    assert find_smallest_repairs(values, half) == RankedRepairs((), is_complete=True)
    assert answers(find_smallest_repairs({A: Decimal(0), B: Decimal("0.0")}, half)) == [
        {A: Decimal("1.5"), B: Decimal("1.5")}
    ]


def test_contradictory_figures_from_outside_have_no_repair() -> None:
    """Where no figures could satisfy every sum, nothing is found, and that is certain."""
    outside = [relation((1, TOTAL), constant=constant) for constant in ("30", "31")]
    assert mend(("10", "20", "40"), *outside) == RankedRepairs((), is_complete=True)


def test_a_sum_without_cells_has_no_repair() -> None:
    """A relation whose cells cancel out cannot be mended."""
    void = relation((1, A), (-1, A), constant="1")
    assert find_smallest_repairs({A: Decimal(1)}, [void]) == RankedRepairs((), is_complete=True)


def test_more_cells_than_disjoint_sums() -> None:
    """Where the broken sums alone would need fewer cells than a repair does, the search widens."""
    targets = [relation((1, A), constant="1"), relation((1, B), constant="1")]
    fixed = relation((1, TOTAL), constant="40")
    eased = [relation((1, A), constant="30", tolerance="5"), relation((1, B), constant="10", tolerance="5")]
    assert answers(mend(("0", "0", "40"), *targets)) == [
        {A: Decimal(1), B: Decimal(1), TOTAL: Decimal(2)},
    ]
    assert [set(repair) for repair in answers(mend(("0", "0", "40"), fixed, *eased))] == [{A, B}]


def test_no_effort_means_no_promise() -> None:
    """A search without effort finds nothing and says that it is incomplete."""
    values, relations = table(CONSOLIDATION)
    values |= {cell(0, 0): Decimal(1), cell(4, 1): Decimal(1)}
    assert find_smallest_repairs(values, relations, work_budget=0) == RankedRepairs((), is_complete=False)


def test_a_search_that_ends_early_ends_at_the_same_place() -> None:
    """Effort is counted, not timed: a slow machine lists what a fast one lists; more of it only adds."""
    values, relations = table(LINKED_QUOTA)
    slips = {(3, 2): "310", (5, 2): "7", (1, 0): "160", (5, 1): "300", (1, 3): "280"}
    values |= {cell(row, column): Decimal(seen) for (row, column), seen in slips.items()}
    early = [find_smallest_repairs(values, relations, work_budget=30_000) for _ in range(2)]
    whole = find_smallest_repairs(values, relations)
    assert early[0] == early[1]
    assert not early[0].is_complete
    assert whole.is_complete
    assert 0 < len(early[0].repairs) < len(whole.repairs)
    assert set(early[0].repairs) < set(whole.repairs)


def test_a_sum_with_a_cell_that_is_no_number_is_silent() -> None:
    """A missing or endless figure silences the sums that need it, and these only."""
    target = relation((1, A), constant="7")
    values = {A: Decimal(1), B: Decimal("NaN")}
    assert find_violated_constraints(values, [SUM, target]) == (target,)
    assert answers(find_smallest_repairs(values, [SUM, target])) == [{A: Decimal(7)}]


def test_broken_keeps_tolerance_and_order() -> None:
    """What misses by its tolerance holds; what misses by more is listed in order."""
    relations = [relation((1, A), constant=constant, tolerance="0.01") for constant in ("1.02", "1.01", "3")]
    assert find_violated_constraints({A: Decimal(1)}, relations) == (relations[0], relations[2])


def test_connected_sets_share_no_cell() -> None:
    """Relations that share a cell, directly or by way of another, form one set, in the order given."""
    c, d = CellRef("表2", "A1"), CellRef("表2", "B1")
    lone, left, right = relation((1, c)), relation((1, A), (1, B)), relation((1, TOTAL), (1, d))
    bridge = relation((1, B), (1, TOTAL))
    assert group_connected_constraints([left, lone, right, bridge]) == ((left, right, bridge), (lone,))
    assert group_connected_constraints([]) == ()


@pytest.mark.parametrize(
    ("before", "after", "strength"),
    [
        ("2100", "1200", 2),
        ("120", "1200", 2),
        ("12.5", "125", 2),
        ("-5", "5", 2),
        ("-51", "15", 0),
        ("100", "110", 1),
        ("123", "1423", 1),
        ("12.53", "12.5", 1),
        ("100", "223", 0),
        ("1200", "2101", 0),
        ("1002", "2001", 0),
        ("0", "300", 0),
    ],
)
def test_slips(before: str, after: str, strength: int) -> None:
    """Transposed digits, a moved point and a lost sign are strong slips, one wrong digit is a weak one."""
    assert score_typo(before, after) == strength


def test_places_are_in_reading_order() -> None:
    """Rows and columns count as numbers, and an address of another form still has a place."""
    cells = [CellRef("表1", address) for address in ("A10", "AA2", "Z2", "合计")]
    assert [each.address for each in sorted(cells, key=lambda cell: cell.reading_order)] == ["合计", "Z2", "AA2", "A10"]


def test_one_wrong_cell_loads_no_solver() -> None:
    """The usual case, one wrong figure, is answered without loading HiGHS."""
    program = (
        "import sys; from decimal import Decimal as D; from checks.model.cell_ref import CellRef;"
        "from checks.localisation.linear_constraint import Relation, Term;"
        "from checks.localisation.minimal_repairs import smallest_repairs;"
        "a = CellRef('s', 'A1'); sums = [Relation(rule='r', terms=(Term(a, 1),), constant=D(2))];"
        "assert smallest_repairs({a: D(1)}, sums).found; assert 'highspy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_two_runs_agree() -> None:
    """The same tables give the same answers in the same order, however the sums are listed."""
    values, relations = table(CONSOLIDATION)
    wrong: Mapping[CellRef, Decimal] = {**values, cell(0, 0): Decimal(600), cell(0, 1): Decimal(200)}
    assert find_smallest_repairs(wrong, relations) == find_smallest_repairs(wrong, relations[::-1])
