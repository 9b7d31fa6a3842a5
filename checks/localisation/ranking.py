"""What speaks for one repair rather than another of the same size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from checks.model.cell_ref import CellRef
from checks.model.finding import Change

SWAPPED = 5  # more than two figures that each look like a strong slip
STRONG_SLIP = 2
WEAK_SLIP = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a cell besides its figure, in the unit of the figure.

    A cell computed by a *formula* outweighs a typed one. *witnesses* are what the plan's text, last year's
    filing or a sister table say that it should be.
    """

    formula: bool = False
    witnesses: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Where a repair stands among its equals: the smaller, the likelier; the fields weigh in this order.

    *against* counts witnesses, those against the repair less those for it; *unlike* is the less, the more the
    changes look like slips of the hand; *change* adds up the relative changes; *places* only makes the order
    stable.
    """

    formulas: int
    against: int
    unlike: int
    change: Fraction
    places: tuple[tuple[str, int, int, str], ...]

    def beside(self, other: "Rank") -> "Rank":
        """Return the rank of this repair and another one of other cells together, swaps between the two left out."""
        return Rank(
            self.formulas + other.formulas,
            self.against + other.against,
            self.unlike + other.unlike,
            self.change + other.change,
            tuple(sorted(self.places + other.places)),
        )


def rank(changes: Iterable[Change], evidence: Mapping[CellRef, Evidence]) -> Rank:
    """Weigh one repair by its evidence."""
    repair = tuple(changes)
    known = [(change, evidence.get(change.cell, Evidence())) for change in repair]
    return Rank(
        formulas=sum(each.formula for _, each in known),
        against=sum(_against(change, each.witnesses) for change, each in known),
        unlike=-sum(slip(change.before, change.after) for change in repair) - SWAPPED * _swaps(repair),
        change=sum((_relative(change) for change in repair), Fraction(0)),
        places=tuple(change.cell.reading_order for change in repair),
    )


def slip(before: str, after: str) -> int:
    """Tell how much a change looks like a slip of the hand: 2 strongly, 1 a little, 0 not at all."""
    seen, meant = Fraction(before), Fraction(after)
    if seen == -meant or _shifted(before, after):
        return STRONG_SLIP
    if (seen < 0) != (meant < 0):
        return 0
    first, second = _digits(before, after)
    if _transposed(first, second):
        return STRONG_SLIP
    return WEAK_SLIP if _one_digit(first, second) else 0


def _against(change: Change, witnesses: tuple[Decimal, ...]) -> int:
    before, after = Decimal(change.before), Decimal(change.after)
    return witnesses.count(before) - witnesses.count(after)


def _relative(change: Change) -> Fraction:
    before, after = Fraction(change.before), Fraction(change.after)
    return abs(after - before) / max(abs(before), abs(after))


def _swaps(repair: tuple[Change, ...]) -> int:
    """Count the pairs of one row or one column whose figures change places."""
    met: dict[tuple[Decimal, Decimal], list[CellRef]] = {}
    count = 0
    for change in repair:
        before, after = Decimal(change.before), Decimal(change.after)
        count += sum(_aligned(change.cell, one) for one in met.get((after, before), ()))
        met.setdefault((before, after), []).append(change.cell)
    return count


def _aligned(one: CellRef, other: CellRef) -> bool:
    return one.sheet == other.sheet and (one.row == other.row or one.column == other.column)


def _shifted(before: str, after: str) -> bool:
    """Tell whether the decimal point moved, or noughts were added or dropped, and nothing else."""
    return before.replace(".", "").strip("0") == after.replace(".", "").strip("0") != ""


def _digits(before: str, after: str) -> tuple[str, str]:
    """Write both figures as digits with the same number of decimals."""
    places = max(len(text.partition(".")[2]) for text in (before, after))
    first, second = (str(abs(int(Fraction(text) * 10**places))) for text in (before, after))
    return first, second


def _transposed(first: str, second: str) -> bool:
    if len(first) != len(second):
        return False
    apart = [at for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    if len(apart) != 2 or apart[1] != apart[0] + 1:  # noqa: PLR2004 - a transposition is of two
        return False
    left, right = apart
    return first[left] == second[right] and first[right] == second[left]


def _one_digit(first: str, second: str) -> bool:
    """Tell whether one digit is wrong, missing or too many."""
    if len(first) == len(second):
        return sum(one != other for one, other in zip(first, second, strict=True)) == 1
    short, long = sorted((first, second), key=len)
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
