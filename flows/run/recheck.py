"""What a change of the contracts does to verdicts on record: looked at, and nothing recorded."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from checks.model.filing_history import PlotClaim
from checks.model.finding import Refusal, Severity
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from flows.intake.filing_history import find_competing_claims, load_history
from flows.intake.returned_files import ReturnContext, with_earlier_explanations
from flows.year.contract_impact import ContractImpact
from flows.year.locations import YearPaths
from flows.year.year_state import YearState, load_year_state
from review.county_state import CountyState, SubmissionVersion, find_recorded_roster
from workbooks.examine import validate_file

_COUNTED_SEVERITIES: Final = (Severity.HARD, Severity.SOFT)


@dataclass(frozen=True, slots=True)
class RecheckResult:
    """The newest version of one county under the contracts of its check and under those of today.

    *rules* are those with more or fewer unexplained findings now, each with both counts.
    """

    county: str
    version: int
    state: str
    before: ValidationReport
    after: ValidationReport | Refusal
    rule_counts: Mapping[str, tuple[int, int]]

    @property
    def has_changes(self) -> bool:
        """Tell whether anything weighty is otherwise."""
        return isinstance(self.after, Refusal) or bool(self.rule_counts) or self.before.outcome != self.after.outcome


@dataclass(frozen=True, slots=True)
class RecheckSummary:
    """What came of it: every version that was checked anew, and how many the change does not touch."""

    results: tuple[RecheckResult, ...]
    unaffected_count: int


def recheck_submissions(paths: YearPaths) -> RecheckSummary | None:
    """Check again what the contracts of today touch, filed or not; nothing is written. None before any run."""
    with paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        if roster is None:
            return None
        scene = load_year_state(paths, ledger, roster)
        touch = ContractImpact(scene)
        checked = {
            county: one.newest_version
            for county, one in scene.county_states.items()
            if one.newest_version and one.newest_version.is_checked
        }
        due = {county: newest for county, newest in checked.items() if touch.is_affected(county, newest)}
        claims = find_competing_claims(scene, ledger, due)
        return RecheckSummary(tuple(_recheck_versions(scene, due, claims)), len(checked) - len(due))


def _recheck_versions(
    state: YearState, versions: Mapping[str, SubmissionVersion], claims: Mapping[str, tuple[PlotClaim, ...]]
) -> Iterator[RecheckResult]:
    office = ReturnContext(state.library, state.messages, state.paths.open_store())
    for county, version in sorted(versions.items()):
        background = replace(state.get_check_inputs(county), claims=claims.get(county, ()))
        data, history = office.store.load_object(version.sha256), load_history(background, office.store)
        found = validate_file(data, state.library, state.messages, history=history)
        yield _compare_reports(office, state.county_states[county], version, found)


def _compare_reports(
    context: ReturnContext, county_state: CountyState, version: SubmissionVersion, result: ValidationReport | Refusal
) -> RecheckResult:
    before = decode_report(json.loads(context.store.load_object(version.report_sha256)))
    after = result if isinstance(result, Refusal) else with_earlier_explanations(context, county_state, result)
    counts = (
        _count_unexplained_findings(before),
        Counter[str]() if isinstance(after, Refusal) else _count_unexplained_findings(after),
    )
    rules = {
        rule: (counts[0][rule], counts[1][rule])
        for rule in sorted({*counts[0], *counts[1]})
        if counts[0][rule] != counts[1][rule]
    }
    return RecheckResult(county_state.county, version.number, county_state.state, before, after, rules)


def _count_unexplained_findings(report: ValidationReport) -> Counter[str]:
    return Counter(
        one.rule
        for one in report.findings
        if one.severity in _COUNTED_SEVERITIES and not (one.trial or one.is_explained)
    )
