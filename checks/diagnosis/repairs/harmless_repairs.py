"""Keep the repairs of a broken sum that violate no rule which held before: each is tried on the workbook."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.formulas.recalculation import Recalculation
from checks.diagnosis.hypothesis_testing import CellContent, apply_corrections
from checks.diagnosis.serial_numbers import format_steps
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.rules.registry import SUM_CHECKS

Repair = tuple[RepairStep, ...]
WorkbookEvaluator = Callable[[RawWorkbook], Evaluation]

# Every trial costs an evaluation of the whole workbook.
_MAX_TRIALS = 12
_MAX_TRIALS_PER_SUM = 6
_MAX_ROWS = 5_000
_MAX_FORMULAS = 2_000
_RETRIED_VARIANTS = ("one", "several", "together")


@dataclass(slots=True)
class _RepairTrials:
    """Tries repairs until *remaining* evaluations are used up.

    A violation is new unless its rule and cell are known, or its rule was violated elsewhere or not run.
    """

    book: RawWorkbook
    evaluate: WorkbookEvaluator
    known_keys: frozenset[tuple[str, CellRef | None]]
    known_rules: frozenset[str]
    remaining: int = _MAX_TRIALS

    def select_harmless(self, repairs: Iterable[Repair]) -> tuple[Repair, ...]:
        """Return the repairs without those that violate a rule which held; those that are not tried stay."""
        kept: list[Repair] = []
        for index, repair in enumerate(repairs):
            if index >= _MAX_TRIALS_PER_SUM or not self.remaining or self._is_harmless(repair):
                kept.append(repair)
        return tuple(kept)

    def _is_harmless(self, repair: Repair) -> bool:
        self.remaining -= 1
        corrections: dict[CellRef, CellContent] = {}
        for step in repair:
            corrections[step.cell] = (step.after, CellKind.NUMBER)
        after = self.evaluate(_calculate_formulas(apply_corrections(self.book, corrections)))
        new_keys = set(_list_keys(after)) - self.known_keys
        return all(rule in self.known_rules for rule, _ in new_keys)


def drop_harmful_repairs(book: RawWorkbook, evaluation: Evaluation, evaluate: WorkbookEvaluator) -> Evaluation:
    """Return the evaluation without repairs that violate a rule which held before.

    Workbooks with long tables or many formulas are left as they are: a trial would take too long.
    """
    is_long = any(table.body.height > _MAX_ROWS for table in evaluation.tables)
    if is_long or sum(len(sheet.formulas) for sheet in book.sheets) > _MAX_FORMULAS:
        return evaluation
    known_rules = {skipped.rule for skipped in evaluation.not_run}
    for violation in evaluation.violations:
        known_rules.update(violation.related_rules)
    trials = _RepairTrials(book, evaluate, frozenset(_list_keys(evaluation)), frozenset(known_rules))
    violations = tuple(_retry_repairs(violation, trials) for violation in evaluation.violations)
    return replace(evaluation, violations=violations)


def _list_keys(evaluation: Evaluation) -> list[tuple[str, CellRef | None]]:
    """Return rule and cell of each violation; sums are left out, since repairs are made for them."""
    return [
        (violation.rule.id, violation.cell)
        for violation in evaluation.violations
        if violation.rule.check not in SUM_CHECKS and violation.rule.get_severity(violation.variant) != "report"
    ]


def _retry_repairs(violation: Violation, trials: _RepairTrials) -> Violation:
    if violation.variant not in _RETRIED_VARIANTS or violation.remedy_key or violation.rule.check not in SUM_CHECKS:
        return violation
    harmless = trials.select_harmless(violation.repairs)
    if len(harmless) == len(violation.repairs):
        return violation
    if not harmless:
        return replace(violation, variant="open", repairs=())
    return _with_repairs(violation, harmless)


def _with_repairs(violation: Violation, repairs: tuple[Repair, ...]) -> Violation:
    """Return a violation with fewer repairs, and with the sentence for them."""
    facts = {**violation.facts, "first": format_steps(repairs[0]), "count": str(len(repairs))}
    if len(repairs) > 1:
        return replace(violation, variant="several", facts=facts, repairs=repairs)
    if len(repairs[0]) > 1:
        return replace(violation, variant="together", facts=facts, repairs=repairs)
    (step,) = repairs[0]
    return replace(
        violation,
        variant="one",
        sheet=step.cell.sheet,
        cell=step.cell,
        facts={**facts, "cell": step.cell.address, "after": step.after},
        value=step.before,
        expected=step.after,
        difference=format_plain_number(Decimal(step.before) - Decimal(step.after)),
        repairs=repairs,
    )


def _calculate_formulas(book: RawWorkbook) -> RawWorkbook:
    """Return the workbook as it is after its formulas are calculated, with their results in their place."""
    if not any(sheet.formulas for sheet in book.sheets):
        return book
    recalculation = Recalculation(book)
    results: dict[CellRef, CellContent] = {}
    for sheet in book.sheets:
        results.update(_calculate_sheet(sheet, recalculation))
    calculated = apply_corrections(book, results)
    return RawWorkbook(tuple(replace(sheet, formulas={}) for sheet in calculated.sheets))


def _calculate_sheet(sheet: RawSheet, recalculation: Recalculation) -> dict[CellRef, CellContent]:
    results: dict[CellRef, CellContent] = {}
    for address in sheet.formulas:
        cell = CellRef(sheet.name, address)
        if recalculation.evaluate(cell) is not None and recalculation.read_stored(cell) is not None:
            results[cell] = (format(recalculation.calculate(cell) or Decimal(0), "f"), CellKind.NUMBER)
    return results
