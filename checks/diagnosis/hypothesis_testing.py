"""Tests of hypotheses about the clerk's mistakes.

A hypothesis says what some cells should hold. It is accepted if the workbook with those contents has fewer violations
and no new ones: all violations that are gone follow from that one mistake, and are reported as one root cause.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import collect_rule_ids
from checks.model.cell_ref import CellRef, column_letters
from checks.model.finding import RepairStep, Severity
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook
from checks.model.violation import Violation

# Every hypothesis costs an evaluation of the whole workbook.
_MAX_HYPOTHESES = 8
_MAX_HYPOTHESES_LONG_TABLE = 2
_MAX_ROWS_SHORT_TABLE = 5_000
_MAX_CELLS_PER_FINDING = 200
_MIN_FINDINGS_EXPLAINED = 2

# The text of a cell and its kind.
CellContent = tuple[str | None, int]
HypothesisGenerator = Callable[[RawWorkbook, Evaluation], Iterable[Sequence["Hypothesis"]]]
WorkbookEvaluator = Callable[[RawWorkbook], Evaluation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One possible mistake of the clerk: *corrections* are the contents that some cells should have.

    Its finding points at *cell* and then at the cells of *highlight*. It has the sentence of *variant*, filled by
    *facts*, unless the violation *message_from* provides it. *min_explained* is the number of findings that the
    hypothesis must explain to be reported. Without *has_correction*, only the right rows are known, not what each
    cell should hold, and no repair is suggested.
    """

    cell: CellRef
    corrections: Mapping[CellRef, CellContent]
    variant: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    highlight: tuple[CellRef, ...] = ()
    min_explained: int = _MIN_FINDINGS_EXPLAINED
    value: str | None = None
    expected: str | None = None
    message_from: Violation | None = None
    has_correction: bool = True


@dataclass(slots=True)
class _HypothesisTester:
    """Tests hypotheses until *remaining* evaluations are used up."""

    generate: HypothesisGenerator
    evaluate: WorkbookEvaluator
    remaining: int

    def find_accepted(self, book: RawWorkbook, evaluation: Evaluation) -> tuple[Hypothesis, Evaluation] | None:
        """Return the first hypothesis that is accepted and the evaluation after its corrections, or None."""
        for rivals in self.generate(book, evaluation):
            self.remaining -= len(rivals)
            if self.remaining < 0:
                return None
            accepted = self._select_best_rival(book, evaluation, rivals=rivals)
            if accepted or not self.remaining:
                return accepted
        return None

    def _select_best_rival(
        self, book: RawWorkbook, evaluation: Evaluation, *, rivals: Sequence[Hypothesis]
    ) -> tuple[Hypothesis, Evaluation] | None:
        """Return the hypothesis that leaves the fewest violations, or None if two of them leave as few."""
        accepted: list[tuple[Hypothesis, Evaluation]] = []
        for hypothesis in rivals:
            after = self._evaluate_hypothesis(book, evaluation, hypothesis=hypothesis)
            if after:
                accepted.append((hypothesis, after))
        accepted.sort(key=_count_left)
        if not accepted:
            return None
        if len(accepted) > 1 and _count_left(accepted[0]) == _count_left(accepted[1]):
            return None
        return accepted[0]

    def _evaluate_hypothesis(
        self, book: RawWorkbook, evaluation: Evaluation, *, hypothesis: Hypothesis
    ) -> Evaluation | None:
        """Return the evaluation after the corrections, or None if they explain too little or violate anything new."""
        if len(_exclude_remarks(evaluation)) < hypothesis.min_explained:
            return None
        after = self.evaluate(apply_corrections(book, hypothesis.corrections))
        if not _build_violation_keys(after, hypothesis) <= _build_violation_keys(evaluation, hypothesis):
            return None
        # Violations at the same cell become one finding anyway, in the words of the simplest rule.
        explained = _find_explained(evaluation, after, hypothesis=hypothesis)
        cells = {(violation.sheet, violation.cell) for violation in explained}
        if len(cells) < hypothesis.min_explained:
            return None
        return after


def explain_by_hypotheses(
    book: RawWorkbook, evaluation: Evaluation, generate: HypothesisGenerator, evaluate: WorkbookEvaluator
) -> Evaluation:
    """Return the evaluation with a root cause in place of the violations that each accepted hypothesis explains.

    *generate* yields rival hypotheses together: if the two best of them leave as few violations, neither is accepted.
    """
    tester = _HypothesisTester(generate, evaluate, _get_max_hypotheses(evaluation))
    root_causes: list[Violation] = []
    corrected_book, remaining = book, evaluation
    while accepted := tester.find_accepted(corrected_book, remaining):
        hypothesis, after = accepted
        explained = _find_explained(remaining, after, hypothesis=hypothesis)
        root_causes.append(_build_root_cause(hypothesis, corrected_book, explained=explained))
        remaining = after
        corrected_book = apply_corrections(corrected_book, hypothesis.corrections)
    if not root_causes:
        return evaluation
    # Remarks stay as they were for the workbook as received.
    remarks = filter(_is_remark, evaluation.violations)
    violations = (*root_causes, *_exclude_remarks(remaining), *remarks)
    return replace(evaluation, violations=violations, not_run=remaining.not_run)


def _get_max_hypotheses(evaluation: Evaluation) -> int:
    if any(table.body.height > _MAX_ROWS_SHORT_TABLE for table in evaluation.tables):
        return _MAX_HYPOTHESES_LONG_TABLE
    return _MAX_HYPOTHESES


def _count_left(accepted: tuple[Hypothesis, Evaluation]) -> int:
    _, after = accepted
    return len(_exclude_remarks(after))


def _exclude_remarks(evaluation: Evaluation) -> list[Violation]:
    return [violation for violation in evaluation.violations if not _is_remark(violation)]


def _is_remark(violation: Violation) -> bool:
    return violation.rule.get_severity(violation.variant) == Severity.REPORT


def _find_explained(evaluation: Evaluation, after: Evaluation, *, hypothesis: Hypothesis) -> list[Violation]:
    """Return the violations that are gone once the cells are corrected."""
    keys_left = _build_violation_keys(after, hypothesis)
    return [
        violation
        for violation in _exclude_remarks(evaluation)
        if _build_violation_key(violation, hypothesis) not in keys_left
    ]


def _build_violation_keys(evaluation: Evaluation, hypothesis: Hypothesis) -> set[tuple[object, ...]]:
    return {_build_violation_key(violation, hypothesis) for violation in _exclude_remarks(evaluation)}


def _build_violation_key(violation: Violation, hypothesis: Hypothesis) -> tuple[object, ...]:
    """Return the key by which two violations count as the same; repairs are left out of it.

    The key of a violation that involves a corrected cell contains all cells of the violation.
    """
    corrected_cells: frozenset[CellRef] | None = None
    if not hypothesis.corrections.keys().isdisjoint(violation.cells):
        corrected_cells = frozenset(violation.cells)
    return (
        violation.rule.id,
        violation.sheet,
        violation.cell,
        violation.value,
        violation.difference,
        violation.related_rules,
        corrected_cells,
    )


@dataclass(slots=True)
class _ColumnCorrections:
    """New contents of cells of one column, by their positions from 0."""

    positions: list[int] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)


def apply_corrections(book: RawWorkbook, corrections: Mapping[CellRef, CellContent]) -> RawWorkbook:
    """Return the workbook with other contents in some cells."""
    sheets = tuple(_apply_sheet_corrections(sheet, corrections) for sheet in book.sheets)
    return replace(book, sheets=sheets)


def _apply_sheet_corrections(sheet: RawSheet, corrections: Mapping[CellRef, CellContent]) -> RawSheet:
    corrections_by_column: dict[str, _ColumnCorrections] = defaultdict(_ColumnCorrections)
    for cell, (text, kind) in corrections.items():
        if cell.sheet == sheet.name:
            column_corrections = corrections_by_column[column_letters(cell.column)]
            column_corrections.positions.append(cell.row - 1)
            column_corrections.texts.append(text)
            column_corrections.kinds.append(kind)
    texts, kinds = sheet.text, sheet.kinds
    for name, column in corrections_by_column.items():
        texts = texts.with_columns(_replace_values(texts[name], column.positions, values=column.texts))
        kinds = kinds.with_columns(_replace_values(kinds[name], column.positions, values=column.kinds))
    if not corrections_by_column:
        return sheet
    return replace(sheet, text=texts, kinds=kinds)


def _replace_values(column: pl.Series, positions: Sequence[int], *, values: Sequence[str | int | None]) -> pl.Series:
    return column.scatter(positions, pl.Series(values, dtype=column.dtype))


def get_cell_content(book: RawWorkbook, cell: CellRef) -> CellContent:
    """Return the text of a cell and its kind."""
    sheet = next(sheet for sheet in book.sheets if sheet.name == cell.sheet)
    row, column = cell.position
    name = column_letters(column)
    return sheet.text[name][row - 1], sheet.kinds[name][row - 1]


def build_text_content(text: str) -> CellContent:
    """Return the content of a cell that holds a text."""
    return text, CellKind.TEXT


def _build_root_cause(hypothesis: Hypothesis, book: RawWorkbook, *, explained: Sequence[Violation]) -> Violation:
    """Return the violation for a hypothesis, with the severity of the gravest violation that it explains."""
    gravest = min(explained, key=_get_priority)
    root_cause = hypothesis.message_from or _build_own_violation(hypothesis, gravest)
    rule = replace(
        root_cause.rule,
        severity=gravest.rule.get_severity(gravest.variant),
        severities={},
        trial=all(violation.rule.trial for violation in explained),
    )
    cells = dict.fromkeys((hypothesis.cell, *hypothesis.highlight))
    for violation in explained:
        cells.update(dict.fromkeys(violation.cells))
    steps = _list_repair_steps(hypothesis, book)
    return replace(
        root_cause,
        rule=rule,
        cells=tuple(cells)[:_MAX_CELLS_PER_FINDING],
        related_rules=tuple(sorted(collect_rule_ids(explained) - {rule.id})),
        repairs=root_cause.repairs or tuple(filter(None, [steps])),
    )


def _get_priority(violation: Violation) -> tuple[int, int, str]:
    severity = Severity(violation.rule.get_severity(violation.variant))
    return severity.rank, violation.rule.phase.rank, violation.rule.id


def _build_own_violation(hypothesis: Hypothesis, first_violation: Violation) -> Violation:
    return Violation(
        rule=first_violation.rule,
        sheet=hypothesis.cell.sheet,
        cell=hypothesis.cell,
        variant=hypothesis.variant,
        facts={"cell": hypothesis.cell.address, **hypothesis.facts},
        value=hypothesis.value,
        expected=hypothesis.expected,
    )


def _list_repair_steps(hypothesis: Hypothesis, book: RawWorkbook) -> tuple[RepairStep, ...]:
    """Return a step for each corrected cell, or none if there are too many or the contents are not known."""
    if not hypothesis.has_correction or len(hypothesis.corrections) > _MAX_CELLS_PER_FINDING:
        return ()
    steps: list[RepairStep] = []
    for cell, (text, _) in hypothesis.corrections.items():
        text_before, _ = get_cell_content(book, cell)
        steps.append(RepairStep(cell, text_before or "", text or ""))
    return tuple(steps)
