"""The likelihood of repairs that satisfy the same rules: which slip would put just these figures where they stand.

A repair says which figures were meant. It is the likelier, the commoner the slip that turns them into what is written,
and the more usual the meant figures are in their places, compared with the written ones.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from math import exp, log
from typing import Final

from checks.diagnosis.formulas.typed_over import find_overwritten_totals
from checks.diagnosis.likelihood.previous_figures import map_previous_figures
from checks.diagnosis.likelihood.related_figures import FigurePlace, RelatedColumn, RelatedFigures
from checks.diagnosis.likelihood.usual_figures import UsualFigures, find_closest_column, learn_usual_figures
from checks.localisation.typing_errors import UNEXPLAINED, TypingError, find_typing_error
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table

COPIED, TOTAL_TYPED, ROW_OMITTED = "copied", "total_typed", "row_omitted"
EXCHANGED, MOVED, PREVIOUS = "exchanged", "moved", "previous"
MIN_CERTAINTY: Final = 0.98
"""So likely must a repair be to be told as the only one."""

_COPIED_SHARE: Final = 0.06
_NEIGHBOURS: Final = ((-1, 0), (1, 0), (0, -1), (0, 1))
_MAX_DISTANCE: Final = 5
_TOTAL_TYPED_SHARE: Final = 0.04
_OMITTED_SHARE: Final = 0.08
_EXCHANGED_SHARE: Final = 0.06
_MOVED_SHARE: Final = 0.03
# Totals are computed by hand and follow from changes of rows; they are wrong more often than a row.
_TOTAL_WEIGHT: Final = 2.0
_OVERWRITTEN_WEIGHT: Final = 100.0
# A total is added up by hand, or was right before a row was changed: any difference may be in it.
_UNEXPLAINED_SHARES: Final = {True: 0.15, False: 0.03}
_UNKNOWN_SPREAD: Final = 14.0
# A figure that was not touched since a version in which the sums held is hardly at fault.
_UNTOUCHED_SHARE: Final = 0.02
# What was changed since then is at fault, or its total was not changed with it.
_RESTORED_SHARE: Final = 0.5
_STALE_SHARE: Final = 0.2
_MEANT_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class StepLikelihood:
    """The logarithm of the likelihood of one step, and the slip that explains it best."""

    weight: float
    kind: str


@dataclass(slots=True)
class RepairLikelihoods:
    """Weighs repairs; what is usual in a place is learned once.

    *previous* are the figures of the version before by cell, if it is known and its figures fitted together.
    *overwritten* are the formulas that totals have lost.
    """

    figures: RelatedFigures
    previous: Mapping[CellRef, Decimal] = field(default_factory=dict)
    overwritten: Mapping[CellRef, str] = field(default_factory=dict)
    usual_by_cell: dict[CellRef, UsualFigures] = field(default_factory=dict)
    closest_columns: dict[tuple[str, int], RelatedColumn | None] = field(default_factory=dict)

    def weigh_repair(self, steps: Sequence[RepairStep], exchanged: AbstractSet[RepairStep] = frozenset()) -> float:
        """Return the logarithm of the likelihood of a repair, up to a constant that all repairs share.

        *exchanged* are steps that exchange their figures with another repair that is needed as well.
        """
        if _is_move(steps):
            return log(_MOVED_SHARE) + sum(map(self._weigh_change, steps))
        joint = {*exchanged, *list_exchanged(steps)}
        weight = 0.0
        for step in steps:
            if step in joint:
                weight += log(_EXCHANGED_SHARE) / 2 + self._weigh_change(step)
            else:
                weight += self.weigh_step(step).weight
        return weight

    def name_slip(self, steps: Sequence[RepairStep], exchanged: frozenset[RepairStep] = frozenset()) -> str:
        """Return the kind of slip that explains a repair, empty if it is of several steps or nothing explains it."""
        if _is_move(steps):
            return MOVED
        if exchanged.issuperset(steps) or len(list(list_exchanged(steps))) == len(steps):
            return EXCHANGED
        kind = self.weigh_step(steps[0]).kind if len(steps) == 1 else UNEXPLAINED
        return "" if kind == UNEXPLAINED else kind

    def weigh_step(self, step: RepairStep) -> StepLikelihood:
        """Return how likely one figure was meant where another is written."""
        slip = self._find_slip(step)
        weight = log(slip.probability) + self._weigh_change(step)
        if self._is_total(step.cell):
            weight += log(_OVERWRITTEN_WEIGHT if step.cell in self.overwritten else _TOTAL_WEIGHT)
        previous = self.previous.get(step.cell)
        if previous is None:
            return StepLikelihood(weight, slip.kind)
        if previous == Decimal(step.after):
            return StepLikelihood(self._weigh_restored(step, slip), PREVIOUS)
        if previous == Decimal(step.before):
            share = _UNTOUCHED_SHARE
            if self._is_total(step.cell):
                share = _STALE_SHARE / slip.probability
            weight += log(share)
        return StepLikelihood(weight, slip.kind)

    def _weigh_restored(self, step: RepairStep, slip: TypingError) -> float:
        """Return the likelihood that a change since the version before was a slip, and not meant."""
        usual = self._learn(step.cell)
        weight = log(_MEANT_SHARE)
        if usual is not None:
            weight = max(weight, log(slip.probability) - usual.weigh(Decimal(step.before)))
        return log(_RESTORED_SHARE) + weight

    def _is_total(self, cell: CellRef) -> bool:
        place = self.figures.find_place(cell)
        return place is not None and place.is_total

    def _weigh_change(self, step: RepairStep) -> float:
        """Return by how much the meant figure is more usual than the written one; a total follows from its rows."""
        usual = self._learn(step.cell)
        if usual is None or self._is_total(step.cell):
            return 0.0
        return usual.weigh(Decimal(step.after)) - usual.weigh(Decimal(step.before))

    def _learn(self, cell: CellRef) -> UsualFigures | None:
        if cell not in self.usual_by_cell:
            place = self.figures.find_place(cell)
            if place is None:
                return None
            related = self._find_closest_column(place)
            self.usual_by_cell[cell] = learn_usual_figures(self.figures, place, related)
        return self.usual_by_cell[cell]

    def _find_closest_column(self, place: FigurePlace) -> RelatedColumn | None:
        key = (place.table.sheet, place.table.columns[place.column])
        if key not in self.closest_columns:
            self.closest_columns[key] = find_closest_column(self.figures, place.table, place.column)
        return self.closest_columns[key]

    def _find_slip(self, step: RepairStep) -> TypingError:
        return max(self._list_slips(step), key=lambda slip: slip.probability)

    def _list_slips(self, step: RepairStep) -> Iterator[TypingError]:
        written, meant = Decimal(step.before), Decimal(step.after)
        place = self.figures.find_place(step.cell)
        typing_error = find_typing_error(written, meant)
        if typing_error is not None:
            yield typing_error
        if written and written in _list_neighbours(step.cell, self.figures.values):
            yield TypingError(COPIED, _COPIED_SHARE / len(_NEIGHBOURS))
        if place is not None:
            yield from _list_slips_in_column(self.figures, place, written, meant)
        usual = self._learn(step.cell)
        unit = usual.expectation.unit if usual else Decimal("0.01")
        gap = float(abs(written - meant) / unit)
        yield TypingError(UNEXPLAINED, _UNEXPLAINED_SHARES[self._is_total(step.cell)] / (gap + 1) / _UNKNOWN_SPREAD)


def _list_slips_in_column(
    figures: RelatedFigures, place: FigurePlace, written: Decimal, meant: Decimal
) -> Iterator[TypingError]:
    """Yield the total typed in a row, and a row that was left out of the total or counted twice."""
    amounts = figures.read_column(place.table, place.column)
    total_rows = figures.list_total_rows(place.table)
    if place.is_total:
        row_amounts = [amount for row, amount in amounts.items() if row not in total_rows and amount]
        if abs(written - meant) in row_amounts:
            yield TypingError(ROW_OMITTED, _OMITTED_SHARE / len(row_amounts))
    elif written in map(amounts.get, total_rows):
        yield TypingError(TOTAL_TYPED, _TOTAL_TYPED_SHARE)


def _list_neighbours(cell: CellRef, values: Mapping[CellRef, Decimal]) -> Iterator[Decimal]:
    """Yield the figures above and below, and the next ones to the left and to the right, past texts."""
    row, column = cell.position
    for rows, columns in _NEIGHBOURS:
        for distance in range(1, _MAX_DISTANCE + 1 if columns else 2):
            place = (row + rows * distance, column + columns * distance)
            if min(place) < 1:
                break
            amount = values.get(CellRef.from_position(cell.sheet, *place))
            if amount is not None:
                yield amount
                break


def list_exchanged(steps: Iterable[RepairStep]) -> Iterator[RepairStep]:
    """Yield the steps by which two cells of one row or column exchange their figures."""
    steps = tuple(steps)
    for step in steps:
        for other in steps:
            is_in_line = step.cell.row == other.cell.row or step.cell.column == other.cell.column
            is_exchange = (Decimal(step.before), Decimal(step.after)) == (Decimal(other.after), Decimal(other.before))
            if step.cell != other.cell and step.cell.sheet == other.cell.sheet and is_in_line and is_exchange:
                yield step


def build_repair_likelihoods(
    subject: FormUnderCheck, tables: Sequence[Table], values: Mapping[CellRef, Decimal]
) -> RepairLikelihoods:
    """Return the likelihoods for a submission; *subject* is any of its forms."""
    history = subject.history
    previous = map_previous_figures(tables, values, history.earlier_version if history else None)
    overwritten = find_overwritten_totals(subject.book, tables)
    return RepairLikelihoods(RelatedFigures(tables, values, subject.submission.year), previous, overwritten)


def _is_move(steps: Sequence[RepairStep]) -> bool:
    """Return whether a figure moves from one cell to another, which holds 0, and was written over a third figure."""
    if len(steps) != 2:  # noqa: PLR2004 - from one cell to another
        return False
    for step, other in (steps, tuple(reversed(steps))):
        if not Decimal(step.before) and Decimal(step.after) == Decimal(other.before) and Decimal(other.after):
            return True
    return False


def compute_share_of_first(weights: Sequence[float]) -> float:
    """Return the probability of the first of several repairs, from the logarithms of their likelihoods."""
    highest = max(weights)
    total = 0.0
    for weight in weights:
        total += exp(weight - highest)
    return exp(weights[0] - highest) / total
