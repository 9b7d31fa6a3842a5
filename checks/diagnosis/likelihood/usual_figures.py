"""What is usual in the place of a figure, learned from the other rows of its column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from checks.diagnosis.likelihood.figure_expectations import (
    FigureExpectation,
    FigurePair,
    expect_alone,
    expect_beside,
)
from checks.diagnosis.likelihood.related_figures import (
    AmountsByRow,
    FigurePlace,
    RelatedColumn,
    RelatedFigures,
)
from checks.recognition.table import Table

# Rows near the place are as good as all, and take less time.
_MAX_ROWS_COMPARED: Final = 40
# Among some hundred columns, one fits by chance.
_MIN_GAIN: Final = 4.0
# A target is related before any figure is seen.
_TARGET_GAIN: Final = 6.0
_MIN_PAIRS: Final = 2


@dataclass(frozen=True, slots=True)
class UsualFigures:
    """What is usual in one place: the *expectation*, and the *related* figure if one tells more than the column."""

    expectation: FigureExpectation
    related: Decimal | None = None

    def weigh(self, amount: Decimal) -> float:
        """Return the logarithm of the probability of a figure in this place."""
        return self.expectation.weigh(FigurePair(amount, self.related))


def find_closest_column(figures: RelatedFigures, table: Table, column: str) -> RelatedColumn | None:
    """Return the related column beside which the figures of a column are least surprising, None if none helps."""
    amounts = figures.read_column(table, column)
    compared = dict(islice(amounts.items(), _MAX_ROWS_COMPARED))
    unit = figures.find_unit(table, column)
    expectations = (expect_alone(_drop_total(table, compared), unit), expect_alone([], unit))
    if table.total_row is not None and table.total_row in amounts:
        compared[table.total_row] = amounts[table.total_row]
    best: RelatedColumn | None = None
    best_gain = _MIN_GAIN
    for related in figures.iter_related(table, column):
        pairs = _pair_figures(table, compared, figures.read_related(related, compared))
        if not _tells_something(pairs):
            continue
        gain = _measure_gain(table, pairs, expectations)
        if related.is_target:
            gain += _TARGET_GAIN
        if gain > best_gain:
            best, best_gain = related, gain
    return best


def learn_usual_figures(figures: RelatedFigures, place: FigurePlace, related: RelatedColumn | None) -> UsualFigures:
    """Return what the other rows say about a place, beside the *related* column if it reaches the place."""
    amounts = figures.read_column(place.table, place.column)
    others, unit = _select_nearest(amounts, place), figures.find_unit(place.table, place.column)
    if related is not None:
        beside = figures.read_related(related, (place.row, *others))
        pairs = _pair_figures(place.table, others, beside)
        if place.row in beside and _tells_something(pairs):
            return UsualFigures(expect_beside(list(pairs.values()), unit), beside[place.row])
    if place.is_total:
        return UsualFigures(expect_alone([], unit))
    return UsualFigures(expect_alone(_drop_total(place.table, others), unit))


def _drop_total(table: Table, amounts: AmountsByRow) -> list[Decimal]:
    return [amount for row, amount in amounts.items() if row != table.total_row]


def _pair_figures(table: Table, amounts: AmountsByRow, related: AmountsByRow) -> dict[int, FigurePair]:
    """Return figures with their related ones; a total tells nothing of rows unless it equals the related total."""
    pairs: dict[int, FigurePair] = {}
    for row, amount in amounts.items():
        pair = FigurePair(amount, related.get(row))
        if row in related and (pair.is_equal or not _is_total(table, row)):
            pairs[row] = pair
    return pairs


def _tells_something(pairs: Mapping[int, FigurePair]) -> bool:
    """Return whether there are enough pairs to learn from: one may be by chance, or wrong itself."""
    return sum(bool(pair.related) for pair in pairs.values()) >= _MIN_PAIRS


def _measure_gain(table: Table, pairs: Mapping[int, FigurePair], alone: Sequence[FigureExpectation]) -> float:
    """Return how much better the figures are foreseen beside the related column than *alone*: rows, then totals."""
    gain, beside = 0.0, expect_beside(list(pairs.values()), alone[0].unit)
    for row, pair in pairs.items():
        gain += beside.weigh(pair) - alone[_is_total(table, row)].weigh(FigurePair(pair.amount))
    return gain


def _select_nearest(amounts: AmountsByRow, place: FigurePlace) -> AmountsByRow:
    rows = sorted(amounts, key=lambda row: abs(row - place.row))
    nearest: dict[int, Decimal] = {}
    for row in rows[: _MAX_ROWS_COMPARED + 1]:
        if row != place.row:
            nearest[row] = amounts[row]
    return nearest


def _is_total(table: Table, row: int) -> bool:
    return row == table.total_row
