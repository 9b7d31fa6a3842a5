"""Sums as whole numbers, so that what mends them is decided exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import ceil, floor

from checks.localisation.linear_constraint import Relation
from checks.model.cell_ref import CellRef
from checks.parsing.decimal_amounts import count_decimals

Shifts = dict[int, int]  # number of the cell in its system -> what to add to it
Pins = Mapping[int, tuple[int, ...]]  # number of the cell -> shifts that its witnesses ask for


@dataclass(frozen=True, slots=True)
class Row:
    """One relation: ``sum(weight * shift)`` must come within *slack* of *gap*."""

    weights: Mapping[int, int]
    gap: int
    slack: int

    @property
    def broken(self) -> bool:
        """Whether the figures as seen leave more than the slack open."""
        return abs(self.gap) > self.slack


@dataclass(frozen=True, slots=True)
class System:
    """Cells and sums that hang together, counted in units of ``10 ** -places``.

    *touching* holds, for each cell, the numbers of the rows that it stands in.
    """

    cells: tuple[CellRef, ...]
    seen: tuple[int, ...]
    rows: tuple[Row, ...]
    touching: tuple[tuple[int, ...], ...]
    lower: int
    places: int

    @property
    def broken(self) -> tuple[Row, ...]:
        """The rows that do not hold as seen."""
        return tuple(row for row in self.rows if row.broken)


def silent(values: Mapping[CellRef, Decimal], relation: Relation) -> bool:
    """Tell whether a relation cannot be judged because one of its cells holds no finite number."""
    return not all(term.cell in values and values[term.cell].is_finite() for term in relation.terms)


def system(values: Mapping[CellRef, Decimal], relations: Iterable[Relation], lower: Decimal) -> System:
    """Write *relations*, none of them silent, in whole numbers of the finest unit in use."""
    relations = tuple(relations)
    cells = tuple(
        sorted({term.cell for relation in relations for term in relation.terms}, key=lambda cell: cell.reading_order)
    )
    number = {cell: at for at, cell in enumerate(cells)}
    figures = [*(values[cell] for cell in cells), *(relation.constant for relation in relations)]
    places = max((count_decimals(figure) for figure in figures), default=0)
    seen = tuple(int(Fraction(values[cell]) * 10**places) for cell in cells)
    rows = tuple(_row(relation, number, seen, places) for relation in relations)
    return System(cells, seen, rows, _touching(rows, len(cells)), ceil(Fraction(lower) * 10**places), places)


def _row(relation: Relation, number: Mapping[CellRef, int], seen: tuple[int, ...], places: int) -> Row:
    weights: dict[int, int] = {}
    for term in relation.terms:
        at = number[term.cell]
        weights[at] = weights.get(at, 0) + term.sign
    gap = int(Fraction(relation.constant) * 10**places) - sum(weight * seen[at] for at, weight in weights.items())
    slack = floor(Fraction(relation.tolerance) * 10**places)
    return Row({at: weight for at, weight in weights.items() if weight}, gap, slack)


def _touching(rows: tuple[Row, ...], cells: int) -> tuple[tuple[int, ...], ...]:
    touching: list[list[int]] = [[] for _ in range(cells)]
    for number, row in enumerate(rows):
        for at in row.weights:
            touching[at].append(number)
    return tuple(map(tuple, touching))


def rows_of(whole: System, support: Iterable[int]) -> tuple[Row, ...]:
    """Give the rows in which any cell of *support* stands."""
    numbers = {number for at in support for number in whole.touching[at]}
    return tuple(whole.rows[number] for number in sorted(numbers))


def mends(whole: System, shifts: Shifts) -> bool:
    """Tell exactly whether *shifts* mend every row, change every cell named and respect the lower bound."""
    bounded = all(shift != 0 and whole.seen[at] + shift >= whole.lower for at, shift in shifts.items())
    touched = rows_of(whole, shifts)
    covered = sum(row.broken for row in touched) == len(whole.broken)
    return bounded and covered and all(_closes(row, shifts) for row in touched)


def _closes(row: Row, shifts: Shifts) -> bool:
    moved = sum(weight * shifts.get(at, 0) for at, weight in row.weights.items())
    return abs(row.gap - moved) <= row.slack


def single_shifts(whole: System, pins: Pins) -> list[Shifts]:
    """Find every cell that mends all rows alone, with its shift."""
    suspects = reduce(set.intersection, (set(row.weights) for row in whole.broken))
    found = ((at, _single(whole, at, pins.get(at, ()))) for at in sorted(suspects))
    return [{at: shift} for at, shift in found if shift is not None]


def _single(whole: System, at: int, pins: tuple[int, ...]) -> int | None:
    """Choose the shift of one cell: a witness's, else one that closes a sum exactly, else the smallest."""
    low, high = whole.lower - whole.seen[at], None
    exact = []
    for row in rows_of(whole, [at]):
        weight = row.weights[at]
        ends = sorted((Fraction(row.gap - row.slack, weight), Fraction(row.gap + row.slack, weight)))
        low = max(low, ceil(ends[0]))
        high = floor(ends[1]) if high is None else min(high, floor(ends[1]))
        exact += [row.gap // weight] if row.broken and row.gap % weight == 0 else []
    if high is None or low > high:
        return None
    return next(shift for shift in (*pins, *exact, max(low, min(high, 0))) if low <= shift <= high)


def solve(whole: System, support: tuple[int, ...]) -> Shifts | None:
    """Give the one choice of shifts of *support* that closes the broken rows and leaves the others alone.

    None when there is no such choice, several of them, or none in whole units.
    """
    table = [
        [*(Fraction(row.weights.get(at, 0)) for at in support), Fraction(row.gap if row.broken else 0)]
        for row in rows_of(whole, support)
    ]
    reduced = _eliminated(table, len(support))
    if reduced is None or any(each.denominator != 1 for each in reduced):
        return None
    return dict(zip(support, map(int, reduced), strict=True))


def _eliminated(table: list[list[Fraction]], unknowns: int) -> list[Fraction] | None:
    for column in range(unknowns):
        pivot = next((at for at in range(column, len(table)) if table[at][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        lead = table[column] = [each / table[column][column] for each in table[column]]
        for at, line in enumerate(table):
            if at != column and (factor := line[column]):
                table[at] = [each - factor * first for each, first in zip(line, lead, strict=True)]
    if any(line[unknowns] for line in table[unknowns:]):
        return None
    return [line[unknowns] for line in table[:unknowns]]


def free(whole: System, support: tuple[int, ...]) -> bool:
    """Tell whether several shifts of *support* may do: a row has slack, or rows are too few."""
    rows = rows_of(whole, support)
    if any(row.slack for row in rows):
        return True
    table = [[*(Fraction(row.weights.get(at, 0)) for at in support), Fraction(0)] for row in rows]
    return _eliminated(table, len(support)) is None
