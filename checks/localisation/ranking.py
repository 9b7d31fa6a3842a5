"""Rank repairs of the same size by their likelihood."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import ne

from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep

# More than the score of two figures that each look like a strong typo.
SWAP_SCORE = 5
STRONG_TYPO_SCORE = 2
WEAK_TYPO_SCORE = 1


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """Evidence about a cell besides its figure.

    A cell computed by a formula is more reliable than a typed one. *reference_values* are what the plan's text, last
    year's filing or a related table state for the cell, in its own unit. *decimals* are those of its column, if known.
    """

    is_formula: bool = False
    reference_values: tuple[Decimal, ...] = ()
    decimals: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class RepairRank:
    """Sort key of a repair among repairs of the same size, the likeliest first; the first field weighs most.

    *net_contradictions* counts the reference values against the repair minus those for it. *negative_typo_score* is
    the smaller, the more the changes look like typos or swaps. *relative_change* adds up the relative changes.
    *reading_orders* only makes the order stable.
    """

    formula_count: int
    net_contradictions: int
    negative_typo_score: int
    relative_change: Fraction
    reading_orders: tuple[tuple[str, int, int, str], ...]

    def combine_with(self, other: "RepairRank") -> "RepairRank":
        """Return the rank of this repair and one of other cells together; swaps between the two are not counted."""
        return RepairRank(
            self.formula_count + other.formula_count,
            self.net_contradictions + other.net_contradictions,
            self.negative_typo_score + other.negative_typo_score,
            self.relative_change + other.relative_change,
            tuple(sorted(self.reading_orders + other.reading_orders)),
        )


def rank_repair(steps: Iterable[RepairStep], evidence: Mapping[CellRef, CellEvidence]) -> RepairRank:
    """Return the rank of a repair, given the evidence about its cells."""
    repair = tuple(steps)
    formula_count = net_contradictions = 0
    typo_score = SWAP_SCORE * _count_swaps(repair)
    relative_change = Fraction(0)
    for step in repair:
        cell_evidence = evidence.get(step.cell, CellEvidence())
        formula_count += cell_evidence.is_formula
        net_contradictions += _count_contradictions(step, cell_evidence.reference_values)
        typo_score += score_typo(step.before, step.after)
        relative_change += _compute_relative_change(step)
    reading_orders = tuple(step.cell.reading_order for step in repair)
    return RepairRank(formula_count, net_contradictions, -typo_score, relative_change, reading_orders)


def rank_by_evidence(repair: Iterable[RepairStep], evidence: Mapping[CellRef, CellEvidence]) -> tuple[int, int]:
    """Return the rank of a repair by formulas and reference values alone; its likeness to typos is ignored."""
    rank = rank_repair(repair, evidence)
    return rank.formula_count, rank.net_contradictions


def score_typo(before: str, after: str) -> int:
    """Return how much a change looks like the correction of a typo: 2 strongly, 1 a little, 0 not at all.

    A wrong sign, a moved decimal point and a transposition are strong, a single wrong, missing or extra digit is weak.
    """
    old_value, new_value = Fraction(before), Fraction(after)
    if old_value == -new_value or _is_decimal_shift(before, after):
        return STRONG_TYPO_SCORE
    if (old_value < 0) != (new_value < 0):
        return 0
    first, second = _format_digits(before, after)
    if _is_transposition(first, second):
        return STRONG_TYPO_SCORE
    if _is_one_digit_apart(first, second):
        return WEAK_TYPO_SCORE
    return 0


def _count_contradictions(step: RepairStep, reference_values: tuple[Decimal, ...]) -> int:
    before, after = Decimal(step.before), Decimal(step.after)
    return reference_values.count(before) - reference_values.count(after)


def _compute_relative_change(step: RepairStep) -> Fraction:
    before, after = Fraction(step.before), Fraction(step.after)
    return abs(after - before) / max(abs(before), abs(after))


def _count_swaps(repair: tuple[RepairStep, ...]) -> int:
    """Return the number of pairs of cells in one row or one column that exchange their figures."""
    cells_by_change: dict[tuple[Decimal, Decimal], list[CellRef]] = {}
    swap_count = 0
    for step in repair:
        before, after = Decimal(step.before), Decimal(step.after)
        for cell in cells_by_change.get((after, before), ()):
            swap_count += _is_same_row_or_column(step.cell, cell)
        cells_by_change.setdefault((before, after), []).append(step.cell)
    return swap_count


def _is_same_row_or_column(first: CellRef, second: CellRef) -> bool:
    return first.sheet == second.sheet and (first.row == second.row or first.column == second.column)


def _is_decimal_shift(before: str, after: str) -> bool:
    """Return whether two figures differ only in the decimal point and in leading or trailing zeros."""
    return before.replace(".", "").strip("0") == after.replace(".", "").strip("0") != ""


def _format_digits(before: str, after: str) -> tuple[str, str]:
    """Return the digits of two figures, both written with the same number of decimals."""
    places = max(len(before.partition(".")[2]), len(after.partition(".")[2]))
    return _format_scaled(before, places), _format_scaled(after, places)


def _format_scaled(text: str, decimal_places: int) -> str:
    return str(abs(int(Fraction(text) * 10**decimal_places)))


def _is_transposition(first: str, second: str) -> bool:
    """Return whether two texts differ only in the order of two neighbouring digits."""
    if len(first) != len(second):
        return False
    index = next((index for index in range(len(first)) if first[index] != second[index]), None)
    if index is None:
        return False
    transposed = first[:index] + first[index + 1 : index + 2] + first[index] + first[index + 2 :]
    return transposed == second


def _is_one_digit_apart(first: str, second: str) -> bool:
    """Return whether one digit is wrong, missing or extra."""
    if len(first) == len(second):
        difference_count: int = sum(map(ne, first, second))
        return difference_count == 1
    short, long = sorted((first, second), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))
