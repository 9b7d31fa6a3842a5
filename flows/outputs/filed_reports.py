"""The report of a county as it is filed: the one step from which the filings and their evidence take the figures."""

import json

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from flows.year.year_state import YearState
from review.county_state import CountyState
from review.explanations.decided_explanations import add_decided_explanations
from review.reductions import apply_reductions


def load_sent_report(state: YearState, county_state: CountyState) -> ValidationReport:
    """Return the report on the newest version as it was sent, with the explanations decided since.

    Raise `RuntimeError` if there is no version.
    """
    newest = county_state.newest_version
    if newest is None:
        raise RuntimeError(f"{county_state.county} is filed without a version")
    report = decode_report(json.loads(state.paths.open_store().load_object(newest.report_sha256)))
    return add_decided_explanations(report, county_state, newest.sha256, state.policy, state.messages)


def reduce_report(report: ValidationReport, county_state: CountyState) -> ValidationReport:
    """Return the report with the figures that are filed: those sent, less the reductions."""
    return apply_reductions(report, county_state)
