"""What speaks for one repair rather than another of the same size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep

SWAP_SCORE = 5  # more than two figures that each look like a strong slip
STRONG_TYPO_SCORE = 2
WEAK_TYPO_SCORE = 1


@dataclass(frozen=True, slots=True)
class CellEvidence:
    """What is known of a cell besides its figure, in the unit of the figure.

    A cell computed by a *formula* outweighs a typed one. *witnesses* are what the plan's text, last year's
    filing or a sister table say that it should be.
    """

    is_formula: bool = False
    reference_values: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class RepairRank:
    """Where a repair stands among its equals: the smaller, the likelier; the fields weigh in this order.

    *against* counts witnesses, those against the repair less those for it; *unlike* is the less, the more the
    changes look like slips of the hand; *change* adds up the relative changes; *places* only makes the order
    stable.
    """

    formula_count: int
    net_contradictions: int
    negative_typo_score: int
    relative_change: Fraction
    reading_orders: tuple[tuple[str, int, int, str], ...]

    def combine_with(self, other: "RepairRank") -> "RepairRank":
        """Return the rank of this repair and another one of other cells together, swaps between the two left out."""
        return RepairRank(
            self.formula_count + other.formula_count,
            self.net_contradictions + other.net_contradictions,
            self.negative_typo_score + other.negative_typo_score,
            self.relative_change + other.relative_change,
            tuple(sorted(self.reading_orders + other.reading_orders)),
        )


def rank_repair(steps: Iterable[RepairStep], evidence: Mapping[CellRef, CellEvidence]) -> RepairRank:
    """Weigh one repair by its evidence."""
    repair = tuple(steps)
    known = [(change, evidence.get(change.cell, CellEvidence())) for change in repair]
    return RepairRank(
        formula_count=sum(each.is_formula for _, each in known),
        net_contradictions=sum(_count_contradictions(change, each.reference_values) for change, each in known),
        negative_typo_score=-sum(score_typo(change.before, change.after) for change in repair)
        - SWAP_SCORE * _count_swaps(repair),
        relative_change=sum((_compute_relative_change(change) for change in repair), Fraction(0)),
        reading_orders=tuple(change.cell.reading_order for change in repair),
    )


def score_typo(before: str, after: str) -> int:
    """Tell how much a change looks like a slip of the hand: 2 strongly, 1 a little, 0 not at all."""
    seen, meant = Fraction(before), Fraction(after)
    if seen == -meant or _is_decimal_shift(before, after):
        return STRONG_TYPO_SCORE
    if (seen < 0) != (meant < 0):
        return 0
    first, second = _format_digits(before, after)
    if _is_transposition(first, second):
        return STRONG_TYPO_SCORE
    return WEAK_TYPO_SCORE if _is_one_digit_apart(first, second) else 0


def _count_contradictions(step: RepairStep, reference_values: tuple[Decimal, ...]) -> int:
    before, after = Decimal(step.before), Decimal(step.after)
    return reference_values.count(before) - reference_values.count(after)


def _compute_relative_change(step: RepairStep) -> Fraction:
    before, after = Fraction(step.before), Fraction(step.after)
    return abs(after - before) / max(abs(before), abs(after))


def _count_swaps(repair: tuple[RepairStep, ...]) -> int:
    """Count the pairs of one row or one column whose figures change places."""
    met: dict[tuple[Decimal, Decimal], list[CellRef]] = {}
    count = 0
    for change in repair:
        before, after = Decimal(change.before), Decimal(change.after)
        count += sum(_is_same_row_or_column(change.cell, one) for one in met.get((after, before), ()))
        met.setdefault((before, after), []).append(change.cell)
    return count


def _is_same_row_or_column(first: CellRef, second: CellRef) -> bool:
    return first.sheet == second.sheet and (first.row == second.row or first.column == second.column)


def _is_decimal_shift(before: str, after: str) -> bool:
    """Tell whether the decimal point moved, or noughts were added or dropped, and nothing else."""
    return before.replace(".", "").strip("0") == after.replace(".", "").strip("0") != ""


def _format_digits(before: str, after: str) -> tuple[str, str]:
    """Write both figures as digits with the same number of decimals."""
    places = max(len(text.partition(".")[2]) for text in (before, after))
    first, second = (str(abs(int(Fraction(text) * 10**places))) for text in (before, after))
    return first, second


def _is_transposition(first: str, second: str) -> bool:
    if len(first) != len(second):
        return False
    apart = [at for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    if len(apart) != 2 or apart[1] != apart[0] + 1:  # noqa: PLR2004 - a transposition is of two
        return False
    left, right = apart
    return first[left] == second[right] and first[right] == second[left]


def _is_one_digit_apart(first: str, second: str) -> bool:
    """Tell whether one digit is wrong, missing or too many."""
    if len(first) == len(second):
        return sum(one != other for one, other in zip(first, second, strict=True)) == 1
    short, long = sorted((first, second), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
