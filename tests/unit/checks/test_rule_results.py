"""Results of rules are kept for supposed corrections, and used again only while all that was read is the same."""

from collections.abc import Callable, Iterable
from functools import cache

import pytest

from checks.diagnosis.hypothesis_testing import apply_corrections
from checks.model.cell_ref import CellRef
from checks.model.finding import Refusal
from checks.model.raw_workbook import CellKind, RawWorkbook
from checks.recognition.cover import read_cover
from checks.recognition.form_instance import FormUnderCheck
from checks.rule_results import RuleResults
from checks.submission_evaluator import SubmissionEvaluator
from tests.builders.clerk_mistakes import PLOTS, SUMMARY
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import gansu_submission, gansu_workbook
from workbooks.reader.read_workbook import read_workbook

PLOT_CELL, SUMMARY_CELL = CellRef(PLOTS, "S5"), CellRef(SUMMARY, "F5")
Evaluate = Callable[[FormUnderCheck], Iterable[object]]


@cache
def sound_book() -> RawWorkbook:
    """Return a sound workbook as read."""
    book = read_workbook(gansu_workbook(), wording())
    assert not isinstance(book, Refusal)
    return book


def make_evaluator() -> SubmissionEvaluator:
    """Return an evaluator of that workbook's submission that has seen nothing yet."""
    cover = read_cover(sound_book(), warm_library().compile_cover())
    assert cover is not None
    return SubmissionEvaluator(cover, gansu_submission(), None)


def correct(*cells: CellRef) -> RawWorkbook:
    """Return the workbook with 1 in some cells."""
    return apply_corrections(sound_book(), dict.fromkeys(cells, ("1", int(CellKind.NUMBER))))


def get_subject(evaluator: SubmissionEvaluator, book: RawWorkbook, form: str) -> FormUnderCheck:
    """Return one form of a workbook."""
    return next(subject for subject in evaluator.recognise(book) if subject.form.name == form)


@pytest.mark.parametrize(
    ("read", "cells", "count"),
    [
        (lambda subject: [subject.table], (), 1),
        (lambda subject: [subject.table], (SUMMARY_CELL,), 1),
        (lambda subject: [subject.table], (PLOT_CELL,), 2),
        (lambda subject: [subject.tables.get("summary")], (PLOT_CELL,), 1),
        (lambda subject: [subject.tables.get("summary")], (SUMMARY_CELL,), 2),
        (lambda subject: ["no form" in subject.tables], (SUMMARY_CELL,), 1),
        (lambda subject: list(subject.tables.values()), (SUMMARY_CELL,), 2),
        (lambda subject: [len(subject.book.sheets)], (SUMMARY_CELL,), 2),
        (lambda subject: [subject.search.location], (SUMMARY_CELL,), 1),
        (lambda subject: [subject.search.location], (PLOT_CELL,), 2),
        (lambda subject: [subject.cover], (PLOT_CELL,), 1),
    ],
)
def test_rule_runs_again_if_what_it_read_has_changed(read: Evaluate, cells: tuple[CellRef, ...], count: int) -> None:
    """A rule on plots is run once more after a correction only if the correction is in something that it read."""
    evaluator, results = make_evaluator(), RuleResults()
    runs: list[FormUnderCheck] = []

    def evaluate(subject: FormUnderCheck) -> Iterable[object]:
        runs.append(subject)
        return read(subject)

    for book in (sound_book(), correct(*cells) if cells else sound_book()):
        results.evaluate(get_subject(evaluator, book, "new_farmland"), "rule", evaluate)
    assert len(runs) == count


@pytest.mark.parametrize("cells", [(PLOT_CELL,), (SUMMARY_CELL,), (PLOT_CELL, SUMMARY_CELL)])
def test_corrected_workbook_is_evaluated_as_if_it_were_new(cells: tuple[CellRef, ...]) -> None:
    """After other evaluations, a corrected workbook has the violations that it has by itself."""
    evaluator, book = make_evaluator(), correct(*cells)
    evaluator.evaluate(sound_book())
    evaluator.evaluate(correct(CellRef(PLOTS, "P4")))
    kept, fresh = evaluator.evaluate(book), make_evaluator().evaluate(book)
    assert fresh.violations
    assert kept.violations == fresh.violations
    assert (kept.not_run, kept.values) == (fresh.not_run, fresh.values)
