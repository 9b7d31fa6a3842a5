"""What holds for every repair of every table, against brute force where that is feasible."""

from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.localisation.minimal_repairs import RankedRepairs, find_smallest_repairs, find_violated_constraints
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep

Values = dict[CellRef, Decimal]
Case = tuple[Values, list[LinearConstraint]]


def signed_sum(terms: Iterable[tuple[CellRef, int]], **given_: Decimal) -> LinearConstraint:
    """Write a sum of cells with their signs."""
    return LinearConstraint(rule_id="sum", terms=tuple(Term(cell, sign) for cell, sign in terms), **given_)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Values, list[LinearConstraint], int]:
    """Draw a table with both margins, in units or in hundredths, with up to three cells overwritten."""
    rows, columns = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    unit = draw(st.sampled_from([Decimal(1), Decimal("0.01")]))
    inner = [[draw(st.integers(0, 60)) * unit for _ in range(columns)] for _ in range(rows)]
    full = [[*line, sum(line, Decimal(0))] for line in inner]
    full.append([sum(column, Decimal(0)) for column in zip(*full, strict=True)])
    names = [[CellRef("表1", f"{'ABCDE'[at]}{row + 1}") for at in range(columns + 1)] for row in range(rows + 1)]
    lines = [*names, *(list(column) for column in zip(*names, strict=True))]
    relations = [signed_sum([*((cell, 1) for cell in line[:-1]), (line[-1], -1)]) for line in lines]
    figures = (value for line in full for value in line)
    values = dict(zip((cell for line in names for cell in line), figures, strict=True))
    damaged = draw(st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True))
    for cell in damaged:
        values[cell] = draw(st.integers(0, 90)) * unit
    return values, relations, len(damaged)


@st.composite
def webs(draw: st.DrawFn) -> Case:
    """Draw sums without order, with constants and tolerances, that may contradict each other."""
    cells = [CellRef("表1", f"A{row}") for row in range(1, draw(st.integers(2, 6)) + 1)]
    values = {cell: Decimal(draw(st.integers(0, 9))) for cell in cells}
    relations = []
    for _ in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.sampled_from(cells), min_size=1, max_size=4, unique=True))
        terms = [(cell, draw(st.sampled_from([1, 1, -1]))) for cell in chosen]
        constant, tolerance = Decimal(draw(st.integers(0, 12))), Decimal(draw(st.sampled_from([0, 0, 1])))
        relations.append(signed_sum(terms, constant=constant, tolerance=tolerance))
    return values, relations


def after(values: Values, repair: Iterable[RepairStep]) -> Values:
    """Write a repair into a copy of the values."""
    return values | {change.cell: Decimal(change.after) for change in repair}


def mended_by_one(case: Case, span: int) -> set[CellRef]:
    """Try every figure up to *span* in every cell."""
    values, relations = case
    tries = ((cell, Decimal(figure)) for cell in values for figure in range(span))
    return {cell for cell, value in tries if not find_violated_constraints(values | {cell: value}, relations)}


def check(case: Case, repairs: RankedRepairs) -> None:
    """Assert what holds for all repairs: they mend all, are equally small and differ."""
    values, relations = case
    for repair in repairs.repairs:
        assert not find_violated_constraints(after(values, repair), relations)
        assert all(Decimal(change.before) == values[change.cell] for change in repair)
        assert all(Decimal(change.after) >= 0 and change.after != change.before for change in repair)
        assert "E" not in "".join(change.after for change in repair)
    assert len({len(repair) for repair in repairs.repairs}) <= 1
    supports = [frozenset(change.cell for change in repair) for repair in repairs.repairs]
    assert len(set(supports)) == len(supports)


@settings(max_examples=60)
@given(tables())
def test_tables_are_mended_exactly(case: tuple[Values, list[LinearConstraint], int]) -> None:
    """Every repair of a table with margins holds exactly and changes no more cells than were damaged."""
    values, relations, damaged = case
    repairs = find_smallest_repairs(values, relations, max_repairs=40)
    check((values, relations), repairs)
    assert bool(repairs.repairs) == bool(find_violated_constraints(values, relations))
    assert all(len(repair) <= damaged for repair in repairs.repairs)


@settings(max_examples=40)
@given(webs())
def test_one_cell_is_found_when_one_will_do(case: Case) -> None:
    """Where changing one cell mends everything, exactly the cells that brute force finds are shown."""
    values, relations = case
    repairs = find_smallest_repairs(values, relations, max_repairs=40)
    check(case, repairs)
    if find_violated_constraints(values, relations):
        alone = {repair[0].cell for repair in repairs.repairs if len(repair) == 1}
        assert alone == mended_by_one(case, 60)
