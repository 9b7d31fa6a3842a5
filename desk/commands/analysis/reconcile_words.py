"""The words of a reconciliation: a line for each measure of a county, for each difference, and for the totals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from checks.parsing.decimal_amounts import count_decimals
from contracts.messages import Messages
from flows.analysis.reconciled_amounts import AmountItem, AmountPlace, ReconciledAmount, Stage, StageDifference
from flows.analysis.reconciliation import CountyReconciliation
from flows.analysis.reconciliation_totals import MeasureTotal, TownshipResult, list_township_results, sum_by_measure

MIN_DECIMALS: Final = 2
FILED_STAGES: Final = (Stage.COUNTY_FILING, Stage.CITY_FILING, Stage.PROVINCE_FILING)


@dataclass(frozen=True, slots=True)
class ReconciliationWords:
    """Puts reconciliations into words."""

    messages: Messages

    def list_lines(self, reconciliations: Sequence[CountyReconciliation]) -> Iterator[str]:
        """Yield the lines of every county and year, then the totals over them if there are several."""
        for reconciled in reconciliations:
            yield from self._list_county_lines(reconciled)
        if len(reconciliations) > 1:
            yield self.messages("reconcile.totals")
            names = collect_measure_names(reconciliations)
            for total in sum_by_measure(reconciliations):
                yield self._format_total(total, names)

    def _list_county_lines(self, reconciled: CountyReconciliation) -> Iterator[str]:
        facts = {"year": reconciled.year, "code": reconciled.code, "name": reconciled.name, "state": reconciled.state}
        if not reconciled.version:
            yield self.messages("reconcile.no_version", **facts)
            return
        yield self.messages("reconcile.county", version=reconciled.version, **facts)
        yield self.format_register(reconciled)
        for path in reconciled.outdated_paths:
            yield self.messages("reconcile.outdated", path=path)
        for total in sum_by_measure([reconciled]):
            yield self._format_total(total, reconciled.measures)
        yield from self._list_difference_lines(reconciled)
        for result in list_township_results(reconciled):
            if result.surplus:
                yield self._format_surplus(result, reconciled)

    def format_register(self, reconciled: CountyReconciliation) -> str:
        """Say which plan issues the targets, or that none is on file."""
        if reconciled.register:
            return self.messages("reconcile.register", document=reconciled.register)
        return self.messages("reconcile.no_register")

    def _list_difference_lines(self, reconciled: CountyReconciliation) -> Iterator[str]:
        is_equal = True
        for amount in reconciled.amounts:
            for difference in amount.list_differences():
                is_equal = False
                yield self._format_difference(amount, difference, reconciled)
        if is_equal:
            count = len({amount.township for amount in reconciled.amounts})
            yield self.messages("reconcile.equal", count=count)

    def _format_difference(
        self, amount: ReconciledAmount, difference: StageDifference, reconciled: CountyReconciliation
    ) -> str:
        key = "reduced" if difference.reason else "differs"
        return self.messages(
            f"reconcile.{key}",
            township=amount.township or reconciled.name,
            measure=self.name_amount(amount, reconciled),
            step=self.format_step(amount, difference),
            places=self.format_places(difference.places),
            reason=difference.reason,
        )

    def format_step(self, amount: ReconciledAmount, difference: StageDifference) -> str:
        """Return both stages of a difference with their amounts, and by how much they differ."""
        return self.messages(
            "reconcile.step",
            before=self.name_stage(difference.before),
            after=self.name_stage(difference.after),
            old=format_amount(amount.find_value(difference.before)),
            new=format_amount(amount.find_value(difference.after)),
            amount=format_signed(difference.amount),
        )

    def name_amount(self, amount: ReconciledAmount, reconciled: CountyReconciliation) -> str:
        """Return the name of the measure, and whether it is its target or what was done."""
        measure = reconciled.measures.get(amount.measure, amount.measure)
        return self.messages("reconcile.amount", measure=measure, item=self.name_item(amount.item))

    def _format_surplus(self, result: TownshipResult, reconciled: CountyReconciliation) -> str:
        target, done = result.target, result.done
        return self.messages(
            "reconcile.surplus",
            township=result.township or reconciled.name,
            measure=reconciled.measures.get(result.measure, result.measure),
            target=format_amount(target.stages[0].value if target else None),
            done=format_amount(done.stages[-1].value if done else None),
            amount=format_signed(result.surplus or Decimal(0)),
            places=self.format_places(result.surplus_places),
        )

    def _format_total(self, total: MeasureTotal, names: Mapping[str, str]) -> str:
        parts = [
            self.messages("reconcile.stated", stage=self.name_stage(stage), value=format_amount(v))
            for stage, v in total.totals
        ]
        return self.messages(
            "reconcile.total",
            measure=names.get(total.measure, total.measure),
            item=self.name_item(total.item),
            parts=self.messages("reconcile.between").join(parts),
        )

    def name_stage(self, stage: Stage) -> str:
        """Return the name of a stage."""
        return self.messages(f"reconcile.stage.{stage.value}")

    def name_item(self, item: AmountItem) -> str:
        """Return the name of target or amount done."""
        return self.messages(f"reconcile.item.{item.value}")

    def format_places(self, places: Sequence[AmountPlace]) -> str:
        """Return the places; the cells of one sheet stand together."""
        cells_by_sheet: dict[tuple[str, str], list[str]] = {}
        for place in places:
            cells_by_sheet.setdefault((place.document, place.sheet), []).append(place.cell)
        between = self.messages("reconcile.between")
        texts = []
        for (document, sheet), cells in cells_by_sheet.items():
            texts.append(self.messages("reconcile.place", document=document, sheet=sheet, cell=between.join(cells)))
        return between.join(texts)


def collect_measure_names(reconciliations: Sequence[CountyReconciliation]) -> dict[str, str]:
    """Return the names of all measures by id."""
    names: dict[str, str] = {}
    for reconciled in reconciliations:
        names |= reconciled.measures
    return names


def format_amount(amount: Decimal | None) -> str:
    """Return an amount with two decimals, or with all it has; empty if it is not known."""
    if amount is None:
        return ""
    return f"{amount:.{max(MIN_DECIMALS, count_decimals(amount))}f}"


def format_signed(amount: Decimal) -> str:
    """Return a difference with its sign."""
    return ("+" if amount > 0 else "") + format_amount(amount)
