"""What a county says of its findings: does it say something, and does it still belong to what was found?"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from checks.model.finding import Explanation, Finding, LogicalLocation
from checks.model.report import CountyExplanation, ValidationReport
from contracts.messages import Messages
from contracts.return_policy import ReturnPolicy

_MIN_DISTINCT_CHARACTERS = 4  # a text of fewer different characters is one key held down


def attach_explanations(
    report: ValidationReport, explanations: Iterable[CountyExplanation], policy: ReturnPolicy, messages: Messages
) -> ValidationReport:
    """Return the report with what was said on record and each finding joined to its explanation."""
    known = {one.key: one for one in report.explanations}
    for one in explanations:
        if one.text or one.key not in known:  # a blank line takes nothing back: it may be an older list
            known[one.key] = one
    joined = tuple(_attach_explanation(one, known, policy, messages) for one in report.findings)
    return replace(report, findings=joined, explanations=tuple(sorted(known.values(), key=lambda one: one.key)))


def carry_explanations(
    report: ValidationReport, earlier: ValidationReport, policy: ReturnPolicy, messages: Messages
) -> ValidationReport:
    """Return the report with what was said of the version before, as far as this one says nothing newer."""
    own = report.explanations
    return attach_explanations(replace(report, explanations=earlier.explanations), own, policy, messages)


def find_explanation_fault(text: str, policy: ReturnPolicy) -> str:
    """Name what an explanation lacks: ``empty``, ``short``, ``idle``, or nothing."""
    signs = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())
    if not signs:
        return "empty"
    rest = signs
    for word in policy.filler_words:
        rest = rest.replace(word, "")
    if len(rest) < policy.min_length_without_fillers or len(set(rest)) < _MIN_DISTINCT_CHARACTERS or rest.isdecimal():
        return "idle"
    return "short" if len(signs) < policy.min_length else ""


def _attach_explanation(
    finding: Finding,
    explanations_by_key: Mapping[tuple[str, LogicalLocation, str], CountyExplanation],
    policy: ReturnPolicy,
    messages: Messages,
) -> Finding:
    said = (
        explanations_by_key.get((finding.rule, finding.logical_location, finding.value or ""))
        if finding.logical_location
        else None
    )
    if said is None:
        return replace(finding, explanation=None)
    fault = find_explanation_fault(said.text, policy)
    sentence = messages(f"explanation.{fault}", text=said.text, least=policy.min_length) if fault else ""
    return replace(finding, explanation=Explanation(said.text, sentence))
