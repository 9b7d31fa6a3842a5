"""Attach a county's explanations to its findings and decide which of them are valid."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from checks.model.finding import Explanation, Finding, LogicalLocation
from checks.model.report import CountyExplanation, ValidationReport
from contracts.messages import Messages
from contracts.return_policy import ReturnPolicy

# A text with fewer distinct characters is a key held down.
_MIN_DISTINCT_CHARACTERS = 4


def attach_explanations(
    report: ValidationReport, explanations: Iterable[CountyExplanation], policy: ReturnPolicy, messages: Messages
) -> ValidationReport:
    """Return the report with *explanations* added to those it has, and each finding with its own explanation."""
    explanations_by_key = {explanation.key: explanation for explanation in report.explanations}
    for explanation in explanations:
        # A blank line withdraws nothing: it may come from an older list of findings.
        if explanation.text or explanation.key not in explanations_by_key:
            explanations_by_key[explanation.key] = explanation
    findings = tuple(_attach_explanation(finding, explanations_by_key, policy, messages) for finding in report.findings)
    return replace(
        report,
        findings=findings,
        explanations=tuple(sorted(explanations_by_key.values(), key=lambda explanation: explanation.key)),
    )


def carry_explanations(
    report: ValidationReport, earlier: ValidationReport, policy: ReturnPolicy, messages: Messages
) -> ValidationReport:
    """Return the report with the explanations of the earlier version, unless the report has newer ones."""
    newer_explanations = report.explanations
    report = replace(report, explanations=earlier.explanations)
    return attach_explanations(report, newer_explanations, policy, messages)


def find_explanation_fault(text: str, policy: ReturnPolicy) -> str:
    """Return the fault of an explanation, ``empty``, ``idle`` or ``short``, or an empty text if it is valid."""
    characters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))
    if not characters:
        return "empty"
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
        or len(set(characters)) < _MIN_DISTINCT_CHARACTERS
        or characters.isdecimal()
    )


def _attach_explanation(
    finding: Finding,
    explanations_by_key: Mapping[tuple[str, LogicalLocation, str], CountyExplanation],
    policy: ReturnPolicy,
    messages: Messages,
) -> Finding:
    location = finding.logical_location
    if location is None:
        return replace(finding, explanation=None)
    explanation = explanations_by_key.get((finding.rule, location, finding.value or ""))
    if explanation is None:
        return replace(finding, explanation=None)
    text = explanation.text
    fault = find_explanation_fault(text, policy)
    if fault:
        sentence = messages(f"explanation.{fault}", text=text, least=policy.min_length)
        return replace(finding, explanation=Explanation(text, sentence))
    return replace(finding, explanation=Explanation(text))
