"""Reads the balances that a check begins with from the record: last year's filing, or signed-off opening balances."""

import json
from decimal import Decimal

from checks.model.filing_history import FigureKey, FilingHistory, build_filing_history
from checks.reporting.json_codec import decode_report
from ledger.object_store import ObjectStore
from review.check_inputs import CheckInputs
from review.reductions import apply_reductions


def load_history(check_inputs: CheckInputs, store: ObjectStore) -> FilingHistory:
    """Return the history of a county: the figures as reviewed of the year before, or its opening balances."""
    year, claims = check_inputs.prior_year, check_inputs.claims
    if check_inputs.prior_state is not None and check_inputs.prior_version is not None:
        report = decode_report(json.loads(store.load_object(check_inputs.prior_version.report_sha256)))
        reviewed_report = apply_reductions(report, check_inputs.prior_state)
        return build_filing_history(year, reviewed_report.figures, claims)
    if check_inputs.opening_sha256:
        amounts = load_recorded_balances(store, check_inputs.opening_sha256)
        figures = {key: Decimal(amount) for key, amount in amounts.items()}
        return FilingHistory(year=year, figures=figures, claims=claims)
    return FilingHistory(year=year, claims=claims)


def load_recorded_balances(store: ObjectStore, name: str) -> dict[FigureKey, str]:
    """Read recorded opening balances back: amounts by form, project, township and column."""
    rows = json.loads(store.load_object(name))
    return {(form, project, township, column): amount for form, project, township, column, amount in rows}
