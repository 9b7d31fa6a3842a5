"""Keep the repairs of a broken sum that violate no rule which held before: each is tried on the workbook."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.formulas.recalculation import Recalculation
from checks.diagnosis.hypothesis_testing import CellContent, apply_corrections
from checks.diagnosis.repairs.readings import describe_readings
from checks.diagnosis.serial_numbers import format_steps
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.rules.registry import SUM_CHECKS

Repair = tuple[RepairStep, ...]
ViolationKey = tuple[str, CellRef | None]
"""Rule and cell of a violation."""
WorkbookEvaluator = Callable[[RawWorkbook], Evaluation]

# Every trial costs an evaluation of the whole workbook.
_MAX_TRIALS = 12
_MAX_TRIALS_PER_SUM = 10
_MAX_ROWS = 5_000
_MAX_FORMULAS = 2_000
_MAX_VIOLATIONS = 300
_RETRIED_VARIANTS = ("one", "several", "together")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a repair does besides: whether it violates no other rule, and the violations that it corrects."""

    repair: Repair
    is_harmless: bool = True
    cleared: frozenset[ViolationKey] = frozenset()


@dataclass(slots=True)
class _RepairTrials:
    """Tries repairs until *remaining* evaluations are used up.

    A violation is new unless its rule and cell are known, or its rule was violated elsewhere or not run.
    """

    book: RawWorkbook
    evaluate: WorkbookEvaluator
    known_keys: frozenset[ViolationKey]
    known_rules: frozenset[str]
    remaining: int = _MAX_TRIALS

    def try_repairs(self, violation: Violation) -> list[_Outcome]:
        """Return what each repair of a violation does, those that are in the row of another violation first."""
        violated_rows = {(cell.sheet, cell.row) for _, cell in self.known_keys if cell is not None}
        ordered = sorted(
            violation.repairs, key=lambda repair: not any(_is_in_row(step, violated_rows) for step in repair)
        )
        outcomes: list[_Outcome] = []
        for index, repair in enumerate(ordered):
            # What is certain by itself is doubted only if another repair corrects more.
            is_rival = violation.variant == "one" and repair != violation.repairs[0]
            is_pointless = is_rival and not any(_is_in_row(step, violated_rows) for step in repair)
            if index >= _MAX_TRIALS_PER_SUM or not self.remaining or is_pointless:
                outcomes.append(_Outcome(repair))
            else:
                outcomes.append(self._try_repair(repair, frozenset(violation.cells)))
        return outcomes

    def _try_repair(self, repair: Repair, cells: AbstractSet[CellRef]) -> _Outcome:
        self.remaining -= 1
        corrections: dict[CellRef, CellContent] = {}
        for step in repair:
            corrections[step.cell] = (step.after, CellKind.NUMBER)
        after = self.evaluate(_calculate_formulas(apply_corrections(self.book, corrections)))
        keys = frozenset(_list_keys(after))
        is_harmless = all(rule in self.known_rules for rule, _ in keys - self.known_keys)
        is_contradicted = any(_expects_another_figure(violation, cells) for violation in after.violations)
        return _Outcome(repair, is_harmless and not is_contradicted, self.known_keys - keys)


def _expects_another_figure(violation: Violation, cells: AbstractSet[CellRef]) -> bool:
    """Return whether a rule still asks for a certain figure in one of the cells, such as the one filed last year.

    The sum may then hold by chance, and with a second wrong figure in it.
    """
    if violation.cell not in cells or violation.rule.check in SUM_CHECKS:
        return False
    return violation.expected is not None and violation.rule.get_severity(violation.variant) != "report"


def drop_harmful_repairs(book: RawWorkbook, evaluation: Evaluation, evaluate: WorkbookEvaluator) -> Evaluation:
    """Return the evaluation without repairs that violate a rule which held before.

    If some repairs also correct another violation, only they are kept, and that violation is merged. Workbooks with
    long tables or many formulas are left as they are: a trial would take too long.
    """
    is_long = any(table.body.height > _MAX_ROWS for table in evaluation.tables)
    is_broken = len(evaluation.violations) > _MAX_VIOLATIONS  # each trial would look at all of them again
    if is_long or is_broken or sum(len(sheet.formulas) for sheet in book.sheets) > _MAX_FORMULAS:
        return evaluation
    known_rules = {skipped.rule for skipped in evaluation.not_run}
    for violation in evaluation.violations:
        known_rules.update(violation.related_rules)
    trials = _RepairTrials(book, evaluate, frozenset(_list_keys(evaluation)), frozenset(known_rules))
    violations: list[Violation] = []
    cleared_by: dict[ViolationKey, int] = {}
    for index, violation in enumerate(evaluation.violations):
        retried, cleared = _retry_repairs(violation, trials)
        violations.append(retried)
        cleared_by.update(dict.fromkeys(cleared, index))
    return replace(evaluation, violations=_merge_cleared(violations, cleared_by))


def _merge_cleared(violations: Sequence[Violation], cleared_by: Mapping[ViolationKey, int]) -> tuple[Violation, ...]:
    """Merge the violations that a repair corrects into that of the repair, by its index."""
    remaining = dict(enumerate(violations))
    for index, violation in enumerate(violations):
        cause = cleared_by.get(_get_key(violation))
        if cause is not None and violation.rule.check not in SUM_CHECKS:
            remaining[cause] = merge_into(remaining[cause], [violation])
            del remaining[index]
    return tuple(remaining.values())


def _is_in_row(step: RepairStep, rows: AbstractSet[tuple[str, int]]) -> bool:
    return (step.cell.sheet, step.cell.row) in rows


def _get_key(violation: Violation) -> ViolationKey:
    return violation.rule.id, violation.cell


def _list_keys(evaluation: Evaluation) -> list[ViolationKey]:
    """Return rule and cell of each violation; sums are left out, since repairs are made for them."""
    return [
        _get_key(violation)
        for violation in evaluation.violations
        if violation.rule.check not in SUM_CHECKS and violation.rule.get_severity(violation.variant) != "report"
    ]


def _retry_repairs(violation: Violation, trials: _RepairTrials) -> tuple[Violation, frozenset[ViolationKey]]:
    """Return the violation with the repairs that are left, and the other violations that they correct."""
    if violation.variant not in _RETRIED_VARIANTS or violation.remedy_key or violation.rule.check not in SUM_CHECKS:
        return violation, frozenset()
    outcomes = [outcome for outcome in trials.try_repairs(violation) if outcome.is_harmless]
    if not outcomes:
        return replace(violation, variant="open", repairs=()), frozenset()
    most_cleared = max(len(outcome.cleared) for outcome in outcomes)
    cleared_by_repair = {
        outcome.repair: outcome.cleared for outcome in outcomes if len(outcome.cleared) == most_cleared
    }
    repairs = tuple(repair for repair in violation.repairs if repair in cleared_by_repair)
    cleared = frozenset.intersection(*cleared_by_repair.values())
    if violation.variant == "one" and repairs[0] == violation.repairs[0]:
        cleared, violation = cleared_by_repair[repairs[0]], _keep_repairs(violation, repairs)
    elif len(repairs) < len(violation.repairs):
        return _with_repairs(violation, repairs), cleared
    # What is violated at a repaired cell itself becomes one finding with it anyway, in its own words.
    changed_cells = {step.cell for repair in repairs[:1] for step in repair}
    return violation, frozenset(key for key in cleared if key[1] not in changed_cells)


def _keep_repairs(violation: Violation, repairs: tuple[Repair, ...]) -> Violation:
    """Return a violation with fewer repairs, of which the first is told as the right one."""
    slips = _select_slips(violation, repairs)
    phrases = describe_readings(repairs, slips)
    if repairs[0] == violation.repairs[0] and "formula" in violation.phrases:
        phrases["formula"] = violation.phrases["formula"]
    return replace(violation, repairs=repairs, slips=slips, phrases=phrases)


def _select_slips(violation: Violation, repairs: tuple[Repair, ...]) -> tuple[str, ...]:
    slips = dict(zip(violation.repairs, violation.slips, strict=False))
    return tuple(slips.get(repair, "") for repair in repairs)


def _with_repairs(violation: Violation, repairs: tuple[Repair, ...]) -> Violation:
    """Return a violation with fewer repairs, and with the sentence for them."""
    facts = {**violation.facts, "first": format_steps(repairs[0]), "count": str(len(repairs))}
    violation = _keep_repairs(violation, repairs)
    if len(repairs) > 1:
        return replace(violation, variant="several", facts=facts)
    if len(repairs[0]) > 1:
        return replace(violation, variant="together", facts=facts)
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
    )


def _calculate_formulas(book: RawWorkbook) -> RawWorkbook:
    """Return the workbook as it is after its formulas are calculated, with their results in their place."""
    if not book.has_formulas:
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
