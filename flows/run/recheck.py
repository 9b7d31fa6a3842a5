"""Rechecks recorded versions under changed contracts and compares the results; nothing is recorded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from checks.model.filing_history import PlotClaim
from checks.model.finding import Refusal, Severity
from checks.model.report import ValidationReport
from flows.intake.earlier_versions import with_version_before
from flows.intake.filing_history import find_competing_claims
from flows.intake.returned_files import ReturnContext, with_earlier_explanations
from flows.year.check_history import load_history
from flows.year.contract_impact import ContractImpact
from flows.year.locations import YearPaths
from flows.year.year_state import YearState, load_year_state
from review.county_state import CountyState, SubmissionVersion, find_recorded_roster
from workbooks.examine import validate_file

_COUNTED_SEVERITIES: Final = (Severity.HARD, Severity.SOFT)


@dataclass(frozen=True, slots=True)
class RecheckResult:
    """The newest version of one county under the contracts of its check and under those of today.

    *rule_counts* has the rules whose number of unexplained findings differs, each with the numbers before and after;
    *is_filed* tells whether the version is filed.
    """

    county: str
    version: int
    state: str
    before: ValidationReport
    after: ValidationReport | Refusal
    rule_counts: Mapping[str, tuple[int, int]]
    is_filed: bool = False

    @property
    def has_changes(self) -> bool:
        """Whether the version is refused now, or has another outcome or another number of findings of any rule."""
        return isinstance(self.after, Refusal) or bool(self.rule_counts) or self.before.outcome != self.after.outcome


@dataclass(frozen=True, slots=True)
class RecheckSummary:
    """The results of all rechecked versions, and the number of versions that the change cannot affect.

    *trial_findings* counts, by rule and county, what rules on trial find in all newest versions, affected or not.
    """

    results: tuple[RecheckResult, ...]
    unaffected_count: int
    trial_findings: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def changed_results(self) -> list[RecheckResult]:
        """The results that differ from before."""
        return [result for result in self.results if result.has_changes]


def recheck_submissions(paths: YearPaths) -> RecheckSummary | None:
    """Check again, without recording anything, the newest versions that a change of the contracts can affect.

    Filed versions are checked too. Returns None before any run; raises `LedgerMissingError` without a ledger.
    """
    with paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        if roster is None:
            return None
        state = load_year_state(paths, ledger, roster)
        impact = ContractImpact(state)
        checked_versions = _find_checked_versions(state)
        affected_versions = {
            county: version for county, version in checked_versions.items() if impact.is_affected(county, version)
        }
        claims = find_competing_claims(state, ledger, affected_versions)
        results = tuple(_recheck_versions(state, affected_versions, claims))
        unaffected_versions = {
            county: version for county, version in checked_versions.items() if county not in affected_versions
        }
        trial_findings = _count_trial_findings(state, results, unaffected_versions)
        return RecheckSummary(results, len(unaffected_versions), trial_findings)


def _find_checked_versions(state: YearState) -> dict[str, SubmissionVersion]:
    """Return the newest version of every county in which it is checked."""
    versions = {}
    for county, county_state in state.county_states.items():
        newest = county_state.newest_version
        if newest is not None and newest.is_checked:
            versions[county] = newest
    return versions


def _recheck_versions(
    state: YearState, versions: Mapping[str, SubmissionVersion], claims: Mapping[str, tuple[PlotClaim, ...]]
) -> Iterator[RecheckResult]:
    context = ReturnContext(state.library, state.messages, state.paths.open_store())
    for county, version in sorted(versions.items()):
        check_inputs = replace(state.get_check_inputs(county), claims=claims.get(county, ()))
        county_state, history = state.county_states[county], load_history(check_inputs, context.store)
        history = with_version_before(history, context, county_state, version.sha256)
        data = context.store.load_object(version.sha256)
        result = validate_file(data, state.library, state.messages, history=history)
        compared = _compare_reports(context, county_state, version, result)
        yield replace(compared, is_filed=county_state.state in state.procedure.final_states)


def _compare_reports(
    context: ReturnContext, county_state: CountyState, version: SubmissionVersion, result: ValidationReport | Refusal
) -> RecheckResult:
    before = context.load_report(version)
    after = result
    after_counts: Counter[str] = Counter()
    if isinstance(result, ValidationReport):
        after = with_earlier_explanations(context, county_state, result)
        after_counts = _count_unexplained_findings(after)
    rule_counts = _pair_different_counts(_count_unexplained_findings(before), after_counts)
    return RecheckResult(county_state.county, version.number, county_state.state, before, after, rule_counts)


def _count_trial_findings(
    state: YearState, results: Iterable[RecheckResult], unaffected_versions: Mapping[str, SubmissionVersion]
) -> dict[tuple[str, str], int]:
    """Return the number of findings of trial rules, by rule and county."""
    context = ReturnContext(state.library, state.messages, state.paths.open_store())
    reports = {result.county: result.after for result in results if isinstance(result.after, ValidationReport)}
    for county, version in unaffected_versions.items():
        reports[county] = context.load_report(version)
    counts: Counter[tuple[str, str]] = Counter()
    for county, report in reports.items():
        counts.update((finding.rule, county) for finding in report.findings if finding.trial)
    return dict(counts)


def _pair_different_counts(before: Counter[str], after: Counter[str]) -> dict[str, tuple[int, int]]:
    rules = sorted({*before, *after})
    return {rule: (before[rule], after[rule]) for rule in rules if before[rule] != after[rule]}


def _count_unexplained_findings(report: ValidationReport) -> Counter[str]:
    """Count the hard and soft findings by rule, without trial rules and explained findings."""
    return Counter(
        finding.rule
        for finding in report.findings
        if finding.severity in _COUNTED_SEVERITIES and not finding.trial and not finding.is_explained
    )
