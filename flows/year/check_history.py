"""Reads the balances that a check begins with from the record: last year's filing, or signed-off opening balances."""

import json
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import (
    FigureKey,
    FilingHistory,
    FindingPlace,
    build_filing_history,
    collect_explanations,
    find_place,
)
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from checks.versions.finding_key import format_finding_key
from ledger.object_store import ObjectStore
from review.check_inputs import CheckInputs
from review.county_state import CountyState
from review.reductions import apply_reductions


def load_history(check_inputs: CheckInputs, store: ObjectStore) -> FilingHistory:
    """Return the history of a county: the figures as reviewed of the year before, or its opening balances.

    The explanations of the year before are shown beside those of this year.
    """
    year, claims = check_inputs.prior_year, check_inputs.claims
    if check_inputs.prior_state is not None and check_inputs.prior_version is not None:
        report = decode_report(json.loads(store.load_object(check_inputs.prior_version.report_sha256)))
        reviewed_report = apply_reductions(report, check_inputs.prior_state)
        history = build_filing_history(year, reviewed_report.figures, claims)
        return replace(history, explanations=_collect_all_explanations(report, check_inputs.prior_state))
    if check_inputs.opening_sha256:
        amounts = load_recorded_balances(store, check_inputs.opening_sha256)
        figures = {key: Decimal(amount) for key, amount in amounts.items()}
        return FilingHistory(year=year, figures=figures, claims=claims)
    return FilingHistory(year=year, claims=claims)


def _collect_all_explanations(report: ValidationReport, prior_state: CountyState) -> dict[FindingPlace, str]:
    """Return the explanations of a filing: those in its report, and those decided since its check."""
    places: dict[str, FindingPlace] = {}
    for finding in report.findings:
        place = find_place(finding, report.identity.year)
        if place is not None:
            places[format_finding_key(finding)] = place
    explanations = collect_explanations(report)
    for explanation in prior_state.list_explanations(prior_state.newest_sha256):
        if explanation.finding in places:
            explanations[places[explanation.finding]] = explanation.text
    return explanations


def load_recorded_balances(store: ObjectStore, name: str) -> dict[FigureKey, str]:
    """Read recorded opening balances back: amounts by form, project, township and column."""
    rows = json.loads(store.load_object(name))
    return {(form, project, township, column): amount for form, project, township, column, amount in rows}
