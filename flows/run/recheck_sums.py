"""What a change of the contracts means by rule: who would be blocked or pass now, and what trial rules find."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from flows.run.recheck import RecheckResult, RecheckSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSum:
    """One rule over all rechecked counties and years.

    *newly_blocked* counties have findings of the rule now and had none, *newly_passed* ones the other way round; of
    each, *_filed* tells how many are filed. *trial_findings* are those of a rule on trial, in *trial_counties*.
    """

    rule: str
    newly_blocked: int = 0
    blocked_filed: int = 0
    newly_passed: int = 0
    passed_filed: int = 0
    trial_findings: int = 0
    trial_counties: int = 0


def sum_by_rule(summaries: Iterable[RecheckSummary]) -> tuple[RuleSum, ...]:
    """Return a sum for each rule that blocks or passes somebody now, or that is on trial and found something."""
    counts: Counter[tuple[str, str]] = Counter()
    for summary in summaries:
        for result in summary.results:
            counts.update(_count_result(result))
        for (rule, _), count in summary.trial_findings.items():
            counts[rule, "trial_findings"] += count
            counts[rule, "trial_counties"] += 1
    rules = sorted({rule for rule, _ in counts})
    return tuple(_build_sum(rule, counts) for rule in rules)


def _count_result(result: RecheckResult) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for rule, (before, after) in result.rule_counts.items():
        if not before:
            counts[rule, "newly_blocked"] += 1
            counts[rule, "blocked_filed"] += result.is_filed
        elif not after:
            counts[rule, "newly_passed"] += 1
            counts[rule, "passed_filed"] += result.is_filed
    return counts


def _build_sum(rule: str, counts: Counter[tuple[str, str]]) -> RuleSum:
    return RuleSum(
        rule=rule,
        newly_blocked=counts[rule, "newly_blocked"],
        blocked_filed=counts[rule, "blocked_filed"],
        newly_passed=counts[rule, "newly_passed"],
        passed_filed=counts[rule, "passed_filed"],
        trial_findings=counts[rule, "trial_findings"],
        trial_counties=counts[rule, "trial_counties"],
    )
