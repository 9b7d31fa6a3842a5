"""What follows from reconciled amounts: what was done beside the target of each township, and totals over years."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from flows.analysis.reconciled_amounts import AmountItem, AmountPlace, ReconciledAmount, Stage
from flows.analysis.reconciliation import CountyReconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipResult:
    """One measure of a township: the amounts of its target and of what was done, None if there is none."""

    township: str
    measure: str
    target: ReconciledAmount | None = None
    done: ReconciledAmount | None = None

    @property
    def surplus(self) -> Decimal | None:
        """What was done less the target, by the last stage of the one and the first of the other; None if unknown."""
        if self.target is None or self.done is None:
            return None
        return self.done.stages[-1].value - self.target.stages[0].value

    @property
    def surplus_places(self) -> tuple[AmountPlace, ...]:
        """The cells of the county's file that state what was done."""
        if self.done is None:
            return ()
        return tuple(self.done.stages[0].values)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTotal:
    """The total of an amount at each stage, over townships; a stage that states only some of them has no total."""

    measure: str
    item: AmountItem
    totals: tuple[tuple[Stage, Decimal], ...]


def list_township_results(reconciliation: CountyReconciliation) -> list[TownshipResult]:
    """Return target and amount done of every township and measure side by side."""
    results: dict[tuple[str, str], TownshipResult] = {}
    for amount in reconciliation.amounts:
        name = (amount.measure, amount.township)
        result = results.setdefault(name, TownshipResult(measure=amount.measure, township=amount.township))
        if amount.item is AmountItem.TARGET:
            results[name] = replace(result, target=amount)
        else:
            results[name] = replace(result, done=amount)
    return list(results.values())


def sum_by_measure(reconciliations: Iterable[CountyReconciliation]) -> Iterator[MeasureTotal]:
    """Yield the total of each measure's targets, then of what was done, over all townships, counties and years."""
    amounts_by_name: dict[tuple[str, AmountItem], list[ReconciledAmount]] = {}
    for reconciliation in reconciliations:
        for amount in reconciliation.amounts:
            amounts_by_name.setdefault((amount.measure, amount.item), []).append(amount)
    for (measure, item), amounts in amounts_by_name.items():
        totals = []
        for stage in Stage:
            total = _sum_stage(amounts, stage)
            if total is not None:
                totals.append((stage, total))
        yield MeasureTotal(measure=measure, item=item, totals=tuple(totals))


def _sum_stage(amounts: Iterable[ReconciledAmount], stage: Stage) -> Decimal | None:
    """Return the sum at a stage, or None if the stage does not state all of the amounts."""
    total = Decimal(0)
    for amount in amounts:
        value = amount.find_value(stage)
        if value is None:
            return None
        total += value
    return total


def has_unexplained_difference(reconciliations: Iterable[CountyReconciliation]) -> bool:
    """Return whether any two stages differ otherwise than by a reduction with a reason."""
    for reconciliation in reconciliations:
        for amount in reconciliation.amounts:
            for difference in amount.list_differences():
                if not difference.reason:
                    return True
    return False
