"""Attach a county's explanations to its findings and decide which of them are valid."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from checks.model.finding import Explanation, Finding
from checks.model.report import CountyExplanation, ValidationReport
from checks.versions.finding_key import FindingKey
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
    texts = _collect_texts(explanations_by_key.values())
    findings = tuple(_attach_explanation(finding, texts, policy, messages) for finding in report.findings)
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


def _collect_texts(explanations: Iterable[CountyExplanation]) -> dict[tuple[str, str], str]:
    """Return the text for each rule and cell with its value; the text of the longer list comes first.

    A text for several cells explains each of them. It holds as long as none of them has another value, and covers no
    cell that was not among them.
    """
    texts: dict[tuple[str, str], str] = {}
    for explanation in sorted(explanations, key=lambda explanation: -len(explanation.members)):
        key = FindingKey(explanation.rule, explanation.spot, explanation.value, explanation.members)
        for digest in key.list_covered():
            if explanation.text or (explanation.rule, digest) not in texts:
                texts[explanation.rule, digest] = explanation.text
    return texts


def _find_text(finding: Finding, texts: Mapping[tuple[str, str], str]) -> str | None:
    """Return the text that explains a finding with all its members, or None if one of them has none."""
    key = FindingKey.from_finding(finding)
    if key is None:
        return None
    member_texts = [texts.get((key.rule, digest)) for digest in key.list_covered()]
    known_texts = [text for text in member_texts if text is not None]
    if len(known_texts) < len(member_texts) or (any(known_texts) and not all(known_texts)):
        return None
    return "\n".join(dict.fromkeys(known_texts))


def _attach_explanation(
    finding: Finding, texts: Mapping[tuple[str, str], str], policy: ReturnPolicy, messages: Messages
) -> Finding:
    text = _find_text(finding, texts)
    if text is None:
        return replace(finding, explanation=None)
    fault = find_explanation_fault(text, policy)
    if fault:
        sentence = messages(f"explanation.{fault}", text=text, least=policy.min_length)
        return replace(finding, explanation=Explanation(text, sentence))
    return replace(finding, explanation=Explanation(text))
