"""Restore the keys of rows, townships first: the project of a row is looked for by its township."""

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import WorkbookEvaluator
from checks.diagnosis.keys.blank_townships import restore_townships
from checks.diagnosis.keys.restored_keys import RestoredKeys
from checks.diagnosis.keys.unusable_projects import restore_projects
from checks.model.raw_workbook import RawWorkbook
from contracts.registers import County


def restore_keys(
    book: RawWorkbook, evaluation: Evaluation, evaluate: WorkbookEvaluator, county: County | None
) -> RestoredKeys:
    """Return the workbook with usable townships and projects in the rows whose other cells tell them.

    What is reported of a key that is not usable is reported once, and nothing that follows from it.
    """
    townships = restore_townships(book, evaluation, evaluate, county)
    projects = restore_projects(townships.book, townships.evaluation, evaluate)
    return projects.add_root_causes(townships.root_causes)
