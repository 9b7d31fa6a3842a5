"""Put several readings of one error in order, the likeliest first, and tell whether the first stands out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from operator import itemgetter

from checks.diagnosis.likelihood.repair_likelihood import (
    MIN_CERTAINTY,
    PREVIOUS,
    RepairLikelihoods,
    compute_share_of_first,
)
from checks.localisation.ranking import CellEvidence, rank_by_evidence, rank_repair
from checks.localisation.typing_errors import find_typing_error
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep

Repair = tuple[RepairStep, ...]
_MAX_READINGS_KEPT = 20


@dataclass(frozen=True, slots=True)
class RankedReadings:
    """Readings of one error, the likeliest first; *is_certain* if no other is worth considering beside the first.

    *slips* are the kinds of slip that would explain each reading. *formula* is the one that the cell of the first has
    lost, empty if it has lost none.
    """

    readings: tuple[Repair, ...]
    slips: tuple[str, ...]
    is_certain: bool
    formula: str = ""

    @property
    def is_unexplained(self) -> bool:
        """Whether the only reading looks like no slip, and its cell has lost no formula."""
        return len(self.readings) == 1 and self.slips == ("",) and not self.formula

    @property
    def is_several_steps(self) -> bool:
        """Whether the likeliest reading changes several figures."""
        return bool(self.readings) and len(self.readings[0]) > 1


def rank_readings(
    readings: Iterable[Repair],
    evidence: Mapping[CellRef, CellEvidence],
    likelihoods: RepairLikelihoods,
    exchanged: frozenset[RepairStep] = frozenset(),
) -> RankedReadings:
    """Return the readings in order: by formulas and reference values, then by likelihood.

    *exchanged* are steps that exchange two figures together with a step of another reading.
    """
    ranked: list[tuple[tuple[int, int], float, tuple[object, ...], Repair]] = []
    for reading in readings:
        weight = likelihoods.weigh_repair(reading, exchanged)
        order = rank_repair(reading, evidence).reading_orders
        ranked.append((rank_by_evidence(reading, evidence), -weight, order, reading))
    ranked.sort(key=lambda item: item[:3])
    if not ranked:
        return RankedReadings((), (), is_certain=False)
    best_rank = ranked[0][0]
    weights = [-weight for rank, weight, _, _ in ranked if rank == best_rank]
    first = ranked[0][-1]
    is_certain = compute_share_of_first(weights) >= MIN_CERTAINTY and not _is_doubtful(first, likelihoods)
    kept = tuple(map(itemgetter(-1), ranked[:_MAX_READINGS_KEPT]))
    slips = tuple(map(partial(likelihoods.name_slip, exchanged=exchanged), kept))
    return RankedReadings(kept, slips, is_certain, likelihoods.overwritten.get(first[0].cell, ""))


def _is_doubtful(reading: Sequence[RepairStep], likelihoods: RepairLikelihoods) -> bool:
    """Return whether a reading takes back a change that may have been meant, and that looks like no slip."""
    for step in reading:
        is_restored = likelihoods.weigh_step(step).kind == PREVIOUS
        if is_restored and find_typing_error(Decimal(step.before), Decimal(step.after)) is None:
            return True
    return False
