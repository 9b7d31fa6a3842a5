"""One amount at every stage from the plan to the province's filing, and where two stages differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Stage(StrEnum):
    """Where an amount is stated, in the order in which it travels."""

    ISSUED = "issued"  # 下达: the approved plan
    ACCEPTED = "accepted"  # 收下: the county's own file, as it was taken
    REVIEWED = "reviewed"  # 复核: after the city's reductions
    COUNTY_FILING = "county_filing"
    CITY_FILING = "city_filing"
    PROVINCE_FILING = "province_filing"


class AmountItem(StrEnum):
    """What an amount is: the target of the year, or what was done in it."""

    TARGET = "target"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class AmountPlace:
    """Where an amount stands: the file (or the number of the plan), its sheet (or annex), its cell (or row)."""

    document: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageAmount:
    """The amount at one stage: the value of each place that it is the sum of; without any it is left out there."""

    stage: Stage
    values: Mapping[AmountPlace, Decimal]

    @property
    def value(self) -> Decimal:
        """The amount."""
        return sum(self.values.values(), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDifference:
    """By how much the amount at *after* differs from that at *before*, and the places at which it does.

    A difference with a *reason* is a reduction: the reviewer decided it.
    """

    before: Stage
    after: Stage
    amount: Decimal
    places: tuple[AmountPlace, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciledAmount:
    """One amount of a township, at each stage that states it; *reasons* has those of the reductions by place."""

    township: str
    measure: str
    item: AmountItem
    stages: tuple[StageAmount, ...]
    reasons: Mapping[AmountPlace, str]

    def find_value(self, stage: Stage) -> Decimal | None:
        """Return the amount at a stage, or None if it is not stated there."""
        for stage_amount in self.stages:
            if stage_amount.stage is stage:
                return stage_amount.value
        return None

    def list_differences(self) -> tuple[StageDifference, ...]:
        """Return what differs between each stage and the one before it; empty if all state the same amount."""
        differences: list[StageDifference] = []
        for before, after in zip(self.stages, self.stages[1:], strict=False):
            differences += self._compare_stages(before, after)
        return tuple(differences)

    def _compare_stages(self, before: StageAmount, after: StageAmount) -> Iterator[StageDifference]:
        if before.values.keys() != after.values.keys():
            if before.value != after.value:
                places = tuple(after.values) or tuple(before.values)
                yield self._build_difference(before, after, after.value - before.value, places)
            return
        for place, value in after.values.items():
            if value != before.values[place]:
                yield self._build_difference(before, after, value - before.values[place], (place,))

    def _build_difference(
        self, before: StageAmount, after: StageAmount, amount: Decimal, places: tuple[AmountPlace, ...]
    ) -> StageDifference:
        reason = ""
        if after.stage is Stage.REVIEWED:
            reason = self.reasons.get(places[0], "")
        return StageDifference(before=before.stage, after=after.stage, amount=amount, places=places, reason=reason)
