"""Attach a county's explanations to its findings and decide which of them are valid."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from checks.model.filing_history import FilingHistory, find_place
from checks.model.finding import Explanation, Finding, Severity
from checks.model.report import CountyExplanation, ValidationReport
from checks.versions.explanation_index import (
    ExplanationIndex,
    describe_changes,
    describe_other_value,
    index_explanations,
)
from contracts.messages import Messages
from contracts.return_policy import ReturnPolicy

# A text that says one thing again and again says it once.
_REPETITION = re.compile(r"(.+?)\1+", re.DOTALL)


def attach_explanations(
    report: ValidationReport, explanations: Iterable[CountyExplanation], policy: ReturnPolicy, messages: Messages
) -> ValidationReport:
    """Return the report with *explanations* added to those it has, and each finding with its own explanation."""
    explanations_by_key = {explanation.key: explanation for explanation in report.explanations}
    for explanation in explanations:
        # A blank line withdraws nothing: it may come from an older list of findings.
        if explanation.text or explanation.key not in explanations_by_key:
            explanations_by_key[explanation.key] = explanation
    index = index_explanations(explanations_by_key.values())
    findings = tuple(_attach_explanation(finding, index, policy, messages) for finding in report.findings)
    return replace(
        report,
        findings=findings,
        explanations=tuple(sorted(explanations_by_key.values(), key=lambda explanation: explanation.key)),
    )


def add_last_year(report: ValidationReport, history: FilingHistory | None, messages: Messages) -> ValidationReport:
    """Return the report, each soft finding with the explanation of the same thing in last year's filing."""
    if history is None or not history.explanations:
        return report
    findings: list[Finding] = []
    for finding in report.findings:
        place = find_place(finding, report.identity.year)
        text = history.explanations.get(place, "") if place else ""
        sentence = ""
        if text and finding.severity is Severity.SOFT:
            sentence = messages("explanation.last_year", text=text)
        findings.append(replace(finding, last_year=sentence))
    return replace(report, findings=tuple(findings))


def carry_explanations(
    report: ValidationReport, earlier: ValidationReport, policy: ReturnPolicy, messages: Messages
) -> ValidationReport:
    """Return the report with the explanations of the earlier version, unless the report has newer ones.

    A row of the county's form that says again what it said of other figures is no newer explanation.
    """
    newer_explanations = [
        explanation for explanation in report.explanations if not _is_repeated(explanation, earlier.explanations)
    ]
    report = replace(report, explanations=earlier.explanations)
    return attach_explanations(report, newer_explanations, policy, messages)


def _is_repeated(explanation: CountyExplanation, earlier_explanations: Iterable[CountyExplanation]) -> bool:
    if not explanation.is_from_form:
        return False
    for earlier in earlier_explanations:
        is_same_text = (earlier.rule, earlier.spot, earlier.text) == (
            explanation.rule,
            explanation.spot,
            explanation.text,
        )
        if is_same_text and earlier.cell_digests and earlier != explanation:
            return True
    return False


def find_explanation_fault(text: str, policy: ReturnPolicy) -> str:
    """Return the fault of an explanation, ``empty``, ``idle`` or ``short``, or an empty text if it is valid."""
    characters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
    if not characters:
        return "empty"
    repetition = _REPETITION.fullmatch(characters)
    if repetition is not None:
        characters = repetition[1]
    if _is_idle(characters, policy):
        return "idle"
    if len(characters) < policy.min_length:
        return "short"
    return ""


def _is_idle(characters: str, policy: ReturnPolicy) -> bool:
    """Return whether letters and digits explain nothing: filler words, a few repeated characters, or a number."""
    for filler in policy.filler_words:
        characters = characters.replace(filler, "")
    return (
        len(characters) < policy.min_length_without_fillers
        or len(set(characters)) < policy.min_distinct
        or characters.isdecimal()
    )


def _attach_explanation(finding: Finding, index: ExplanationIndex, policy: ReturnPolicy, messages: Messages) -> Finding:
    explanations = index.find_explanations(finding)
    if not explanations:
        return replace(finding, explanation=_explain_lapse(finding, index, policy, messages))
    text = "\n".join(dict.fromkeys(explanation.text for explanation in explanations))
    fault = find_explanation_fault(text, policy)
    if fault:
        sentence = messages(f"explanation.{fault}", text=text, least=policy.min_length)
        return replace(finding, explanation=Explanation(text, sentence))
    changes = describe_changes(finding, explanations, messages)
    if changes:
        return replace(finding, explanation=_build_lapsed_explanation(text, changes, messages))
    return replace(finding, explanation=Explanation(text))


def _explain_lapse(
    finding: Finding, index: ExplanationIndex, policy: ReturnPolicy, messages: Messages
) -> Explanation | None:
    """Return what became of an explanation that was given for the same place, or None if there is none."""
    earlier = index.find_earlier(finding)
    if earlier is None or finding.severity is not Severity.SOFT or find_explanation_fault(earlier.text, policy):
        return None
    changes = describe_other_value(finding, earlier, messages)
    if not changes:
        return None
    return _build_lapsed_explanation(earlier.text, changes, messages)


def _build_lapsed_explanation(text: str, changes: Sequence[str], messages: Messages) -> Explanation:
    """Return an explanation without a text: the county has to say it anew, and is told what it said before and why."""
    sentence = messages(
        "explanation.lapsed", text=text, changes=messages("explanation.changed.separator").join(changes)
    )
    return Explanation("", sentence)
