"""Evidence ranks repairs of equal size: formulas, reference values, swaps and typing errors."""

from decimal import Decimal

import pytest

from checks.localisation.minimal_repairs import (
    find_smallest_repairs,
)
from checks.localisation.ranking import CellEvidence, score_typo
from checks.model.cell_ref import CellRef
from tests.builders.repair_tables import (
    CONSOLIDATION,
    TOTAL,
    A,
    B,
    build_table,
    cell_at,
    constraint,
    repair_sum,
    repaired_values,
)


def test_a_swap_leads_its_rivals() -> None:
    """A swap that no other row explains as one comes first of the equally small repairs."""
    values, constraints = build_table(CONSOLIDATION)
    item, other = cell_at(0, 0), cell_at(0, 2)
    repairs = find_smallest_repairs(values | {item: Decimal(300), other: Decimal(200)}, constraints)
    assert repaired_values(repairs)[0] == {item: Decimal(200), other: Decimal(300)}


def test_a_swap_is_shown_among_more_rivals_than_fit() -> None:
    """With more equally small repairs than the limit, the swap is still listed and the list is marked as cut."""
    values, constraints = build_table(CONSOLIDATION)
    item, other = cell_at(0, 0), cell_at(0, 2)
    repairs = find_smallest_repairs(values | {item: Decimal(300), other: Decimal(200)}, constraints, max_repairs=2)
    assert repaired_values(repairs)[0] == {item: Decimal(200), other: Decimal(300)}
    assert len(repairs.repairs) == 2
    assert not repairs.is_complete
    assert not repairs.is_unambiguous


def test_a_lone_sum_accuses_nobody() -> None:
    """Three cells could mend one sum: all are shown, and none is alone in first place."""
    repairs = repair_sum(("10", "20", "40"))
    assert repaired_values(repairs) == [{TOTAL: Decimal(30)}, {B: Decimal(30)}, {A: Decimal(20)}]
    assert not repairs.is_unambiguous


def test_formulas_are_trusted() -> None:
    """A computed cell comes after typed ones, and a lone typed cell among formulas is accused."""
    repairs = repair_sum(("10", "20", "40"), B1=CellEvidence(is_formula=True), C1=CellEvidence(is_formula=True))
    assert repaired_values(repairs)[0] == {A: Decimal(20)}
    assert repairs.is_unambiguous


def test_witnesses_convict_and_acquit() -> None:
    """The figure that a witness names comes first; a cell that a witness confirms comes last."""
    repairs = repair_sum(
        ("10", "20", "40"),
        C1=CellEvidence(reference_values=(Decimal(30),)),
        B1=CellEvidence(reference_values=(Decimal(20),)),
    )
    assert repaired_values(repairs) == [{TOTAL: Decimal(30)}, {A: Decimal(20)}, {B: Decimal(30)}]
    assert repairs.is_unambiguous


def test_a_slip_of_the_hand_leads_but_is_not_alone() -> None:
    """Transposed digits order the answers without deciding between them."""
    repairs = repair_sum(("2100", "345", "1545"))
    assert repaired_values(repairs)[0] == {A: Decimal(1200)}
    assert not repairs.is_unambiguous


def test_a_witness_chooses_within_tolerance() -> None:
    """Among the figures that a tolerance allows, the witness's is taken."""
    rough = constraint((1, TOTAL), constant="30", tolerance="5")
    likely = CellEvidence(reference_values=(Decimal(28),))
    values = {TOTAL: Decimal(50)}
    assert repaired_values(find_smallest_repairs(values, [rough], evidence={TOTAL: likely})) == [{TOTAL: Decimal(28)}]


def test_witnesses_choose_for_two_cells() -> None:
    """A set of cells with several possible figures takes the witnesses' where they fit."""
    capped = [
        constraint((1, A), constant="15", tolerance="5"),
        constraint((1, B), constant="30", tolerance="5"),
        constraint((1, TOTAL), constant="40"),
    ]
    known = {
        "A1": CellEvidence(reference_values=(Decimal(12),)),
        "B1": CellEvidence(reference_values=(Decimal(28), Decimal(5))),
    }
    assert repaired_values(repair_sum(("1", "2", "40"), *capped, **known)) == [{A: Decimal(12), B: Decimal(28)}]


def test_witnesses_that_do_not_fit_are_passed_over() -> None:
    """A witness whose figure no repair allows does not stand in the way of one that fits, nor of the rest."""
    capped = [
        constraint((1, A), constant="15", tolerance="5"),
        constraint((1, B), constant="30", tolerance="5"),
        constraint((1, TOTAL), constant="40"),
    ]
    stray, fit = CellEvidence(reference_values=(Decimal(99),)), CellEvidence(reference_values=(Decimal(28),))
    assert repaired_values(repair_sum(("1", "2", "40"), *capped, A1=stray, B1=fit)) == [
        {A: Decimal(12), B: Decimal(28)}
    ]
    (repair,) = repaired_values(repair_sum(("1", "2", "40"), *capped, A1=stray))
    assert repair[A] + repair[B] == 40


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
    """Transposed digits, a moved point and a lost sign are strong evidence, one wrong digit is weak evidence."""
    assert score_typo(before, after) == strength


def test_places_are_in_reading_order() -> None:
    """Rows and columns count as numbers, and an address of another form still has a place."""
    cells = [CellRef("表1", address) for address in ("A10", "AA2", "Z2", "合计")]
    cells.sort(key=lambda cell: cell.reading_order)
    assert [cell.address for cell in cells] == ["合计", "Z2", "AA2", "A10"]
