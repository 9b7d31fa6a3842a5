"""Adds the explanations that were decided on a version to its report, where they count like those in the workbook."""

from collections.abc import Iterator

from checks.model.report import CountyExplanation, ValidationReport
from checks.versions.explanations import attach_explanations
from checks.versions.finding_key import parse_finding_key
from contracts.messages import Messages
from contracts.return_policy import ReturnPolicy
from review.county_state import CountyState


def add_decided_explanations(
    report: ValidationReport, county_state: CountyState, sha256: str, policy: ReturnPolicy, messages: Messages
) -> ValidationReport:
    """Return the report on a version with the explanations that were decided on it."""
    explanations = list(_list_county_explanations(county_state, sha256))
    if not explanations:
        return report
    return attach_explanations(report, explanations, policy, messages)


def _list_county_explanations(county_state: CountyState, sha256: str) -> Iterator[CountyExplanation]:
    """Yield the explanations that name a finding; those of a whole rule belong to no finding."""
    for explanation in county_state.list_explanations(sha256):
        key = parse_finding_key(explanation.finding)
        if key is not None:
            yield key.explain(explanation.text)
