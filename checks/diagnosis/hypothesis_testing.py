"""What would be found if the clerk had not slipped: a slip that explains several findings is told once, in their place.

A guess says which cells would have to hold what. It counts only where the workbook with those cells has nothing but
what was found before, word for word the same elsewhere: then all that is gone follows from that one slip.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from checks.diagnosis.evaluation import Evaluation
from checks.model.cell_ref import CellRef, column_letters
from checks.model.finding import RepairStep, Severity
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook
from checks.model.violation import Violation

_MAX_HYPOTHESES = 8  # guesses that one workbook is examined with
_MAX_ROWS_SHORT_TABLE = 5_000  # rows of a table that take a while to examine
_MAX_HYPOTHESES_LONG_TABLE = 2  # guesses on a workbook with such a table
_MAX_CELLS_PER_FINDING = 200  # that one finding points at, or that one repair names
_MIN_FINDINGS_EXPLAINED = 2  # findings that a guess explains, at the least

CellContent = tuple[str | None, int]  # the text of a cell and its kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One slip: *cells* with what they should hold, told as *case* at *cell* with *facts*.

    *least* is how many findings it must explain to be told. *tell* are the cells that its finding points at first;
    an offence that *speaks* for it has the sentence, else *case* has. A guess that *mends* knows what each cell should
    hold; another knows only where the rows belong.
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


def explain_by_hypotheses(
    book: RawWorkbook,
    evaluation: Evaluation,
    generate: Callable[[RawWorkbook, Evaluation], Iterable[Sequence[Hypothesis]]],
    evaluate: Callable[[RawWorkbook], Evaluation],
) -> Evaluation:
    """Return what was found, each slip that explains several findings told in their place.

    *guesses* yields rivals together: where two of them leave as little, neither is told.
    """
    heads: list[Violation] = []
    received, room = evaluation, _MAX_HYPOTHESES if _has_short_tables(evaluation) else _MAX_HYPOTHESES_LONG_TABLE
    while True:
        accepted = None
        for rivals in generate(book, evaluation):
            room -= len(rivals)
            accepted = _select_best_rival(book, evaluation, rivals, evaluate) if room >= 0 else None
            if accepted or room <= 0:
                break
        if accepted is None:
            break
        guess, after = accepted
        heads.append(_build_root_cause(guess, book, _find_explained(evaluation, after, guess)))
        book, evaluation = apply_corrections(book, guess.corrections), _add_to_repairs(after, guess, book)
    if not heads:
        return received
    remarks = (one for one in received.violations if _is_remark(one))  # what is remarked on stays as it was received
    return replace(received, violations=(*heads, *_exclude_remarks(evaluation), *remarks), not_run=evaluation.not_run)


def _exclude_remarks(evaluation: Evaluation) -> list[Violation]:
    return [one for one in evaluation.violations if not _is_remark(one)]


def _is_remark(violation: Violation) -> bool:
    return violation.rule.get_severity(violation.variant) == Severity.REPORT


def _has_short_tables(evaluation: Evaluation) -> bool:
    return all(one.body.height <= _MAX_ROWS_SHORT_TABLE for one in evaluation.tables)


def _select_best_rival(
    book: RawWorkbook,
    evaluation: Evaluation,
    rivals: Sequence[Hypothesis],
    evaluate: Callable[[RawWorkbook], Evaluation],
) -> tuple[Hypothesis, Evaluation] | None:
    """Return the guess that leaves the least, and what it leaves; none where two leave as little."""
    tried = ((one, _evaluate_hypothesis(book, evaluation, one, evaluate)) for one in rivals)
    held = sorted(((one, after) for one, after in tried if after), key=lambda pair: len(_exclude_remarks(pair[1])))
    alone = len(held) == 1 or (len(held) > 1 and len(_exclude_remarks(held[0][1])) < len(_exclude_remarks(held[1][1])))
    return held[0] if alone else None


def _evaluate_hypothesis(
    book: RawWorkbook, evaluation: Evaluation, hypothesis: Hypothesis, evaluate: Callable[[RawWorkbook], Evaluation]
) -> Evaluation | None:
    """Return what is found once the guess is made good, nothing where it does not explain enough or breaks anything."""
    if len(_exclude_remarks(evaluation)) < hypothesis.min_explained:
        return None
    after = evaluate(apply_corrections(book, hypothesis.corrections))
    before = {_build_violation_key(one, hypothesis) for one in _exclude_remarks(evaluation)}
    if any(_build_violation_key(one, hypothesis) not in before for one in _exclude_remarks(after)):
        return None
    # what is said of one cell comes to one finding anyway, in the words of the plainest rule
    places = {(one.sheet, one.cell) for one in _find_explained(evaluation, after, hypothesis)}
    return after if len(places) >= hypothesis.min_explained else None


def _find_explained(evaluation: Evaluation, after: Evaluation, hypothesis: Hypothesis) -> list[Violation]:
    left = {_build_violation_key(one, hypothesis) for one in _exclude_remarks(after)}
    return [one for one in _exclude_remarks(evaluation) if _build_violation_key(one, hypothesis) not in left]


def _build_violation_key(violation: Violation, hypothesis: Hypothesis) -> tuple[object, ...]:
    """What is said at the same cell of the same figures is the same, whatever the repairs of the whole workbook are.

    Where it is about a cell that the guess changes, it is the same only where all of its cells are.
    """
    touched = frozenset(violation.cells) if any(cell in hypothesis.corrections for cell in violation.cells) else None
    return (
        violation.rule.id,
        violation.sheet,
        violation.cell,
        violation.value,
        violation.difference,
        violation.related_rules,
        touched,
    )


def apply_corrections(book: RawWorkbook, corrections: Mapping[CellRef, CellContent]) -> RawWorkbook:
    """Return the workbook with other contents in some cells."""
    return RawWorkbook(tuple(_apply_sheet_corrections(one, corrections) for one in book.sheets))


def _apply_sheet_corrections(sheet: RawSheet, corrections: Mapping[CellRef, CellContent]) -> RawSheet:
    by_column: dict[str, list[tuple[int, CellContent]]] = {}
    for cell, content in corrections.items():
        if cell.sheet == sheet.name:
            row, column = cell.position
            by_column.setdefault(column_letters(column), []).append((row - 1, content))
    if not by_column:
        return sheet
    return replace(
        sheet,
        text=sheet.text.with_columns(_replace_values(sheet.text[name], new, 0) for name, new in by_column.items()),
        kinds=sheet.kinds.with_columns(_replace_values(sheet.kinds[name], new, 1) for name, new in by_column.items()),
    )


def _replace_values(
    column: pl.Series, contents_by_row: Sequence[tuple[int, CellContent]], content_index: int
) -> pl.Series:
    values = pl.Series([content[content_index] for _, content in contents_by_row], dtype=column.dtype)
    return column.scatter([at for at, _ in contents_by_row], values)


def get_cell_content(book: RawWorkbook, cell: CellRef) -> CellContent:
    """Return what a cell holds."""
    sheet = next(one for one in book.sheets if one.name == cell.sheet)
    row, column = cell.position
    name = column_letters(column)
    return sheet.text[name][row - 1], sheet.kinds[name][row - 1]


def build_text_content(text: str) -> CellContent:
    """Return a content that is a text."""
    return text, CellKind.TEXT


def _build_root_cause(hypothesis: Hypothesis, book: RawWorkbook, explained: Sequence[Violation]) -> Violation:
    """Return what is told of a slip: it weighs as much as the gravest of what it explains."""
    gravest = min(explained, key=lambda one: (_get_severity_rank(one), one.rule.phase.rank, one.rule.id))
    own = hypothesis.message_from or _build_own_violation(hypothesis, gravest)
    rule = replace(
        own.rule, severity=gravest.rule.get_severity(gravest.variant), severities={}, trial=_is_on_trial(explained)
    )
    involved = (hypothesis.cell, *hypothesis.highlight, *(cell for one in explained for cell in one.cells))
    also = {one for other in explained for one in (other.rule.id, *other.related_rules)} - {rule.id}
    changes = _list_repair_steps(hypothesis, book)
    return replace(
        own,
        rule=rule,
        cells=tuple(dict.fromkeys(involved))[:_MAX_CELLS_PER_FINDING],
        related_rules=tuple(sorted(also)),
        repairs=own.repairs or ((changes,) if changes else ()),
    )


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


def _is_on_trial(explained: Sequence[Violation]) -> bool:
    return all(one.rule.trial for one in explained)


def _get_severity_rank(violation: Violation) -> int:
    return Severity(violation.rule.get_severity(violation.variant)).rank


def _list_repair_steps(hypothesis: Hypothesis, book: RawWorkbook) -> tuple[RepairStep, ...]:
    if not hypothesis.has_correction or len(hypothesis.corrections) > _MAX_CELLS_PER_FINDING:
        return ()
    before = {cell: get_cell_content(book, cell)[0] or "" for cell in hypothesis.corrections}
    return tuple(RepairStep(cell, before[cell], content[0] or "") for cell, content in hypothesis.corrections.items())


def _add_to_repairs(after: Evaluation, hypothesis: Hypothesis, book: RawWorkbook) -> Evaluation:
    """Put the slip into the repairs of what is left: each of them mends all sums of the workbook."""
    changes = _list_repair_steps(hypothesis, book)
    offences = (
        replace(one, repairs=tuple((*repair, *changes) for repair in one.repairs)) if one.repairs else one
        for one in after.violations
    )
    return replace(after, violations=tuple(offences))
