"""Evaluate a submission as received and with supposed corrections: only what a correction touches is done again."""

from dataclasses import dataclass, field

from checks.diagnosis.evaluation import Evaluation
from checks.model.filing_history import FilingHistory
from checks.model.raw_workbook import RawWorkbook
from checks.recognition.cover import Cover
from checks.recognition.form_instance import FormUnderCheck, KnownTables, recognise_forms
from checks.rule_evaluation import evaluate_rules
from checks.rule_results import RuleResults
from contracts.contract_library import Submission


@dataclass(slots=True)
class SubmissionEvaluator:
    """Evaluates one workbook and its supposed corrections against the contract of its submission."""

    cover: Cover
    submission: Submission
    history: FilingHistory | None
    known_tables: KnownTables = field(default_factory=KnownTables)
    rule_results: RuleResults = field(default_factory=RuleResults)

    def recognise(self, book: RawWorkbook) -> tuple[FormUnderCheck, ...]:
        """Return the forms of a workbook, each with its table."""
        return recognise_forms(book, self.cover, self.submission, self.history, self.known_tables)

    def evaluate(self, book: RawWorkbook) -> Evaluation:
        """Return what all rules say about a workbook."""
        return self.evaluate_forms(self.recognise(book))

    def evaluate_forms(self, subjects: tuple[FormUnderCheck, ...]) -> Evaluation:
        """Return what all rules say about recognised forms."""
        return evaluate_rules(subjects, self.rule_results)
