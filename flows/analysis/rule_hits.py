"""What became of each rule's findings: corrected, explained, waived, or still there when the county was filed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from checks.model.report import ValidationReport
from flows.intake.returned_files import ReturnContext
from flows.year.year_state import YearState
from review.county_state import CountyState, SubmissionVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHits:
    """One rule in one year: in how many counties it was hit, and what became of it there.

    *counties* were hit in any version. *corrected* have no such finding in their newest version. *explained* and
    *waived* kept the value and gave a reason; where the figures were filed like this, the rule was a *false_alarm*.
    *open_count* is the number of counties whose newest version still has it without a reason. *findings* counts the
    findings of all versions.
    """

    rule: str
    year: int
    findings: int
    counties: int
    corrected: int
    explained: int
    waived: int
    false_alarms: int
    open_count: int


@dataclass(frozen=True, slots=True)
class _CountyHit:
    """One rule in one county: the number of its findings in all versions, and what became of them."""

    rule: str
    findings: int
    is_corrected: bool
    is_explained: bool
    is_waived: bool
    is_filed: bool


def count_rule_hits(state: YearState) -> tuple[RuleHits, ...]:
    """Return the hits of every rule that was hit in a year, in the order of the rules."""
    context = ReturnContext(state.library, state.messages, state.paths.open_store())
    hits_by_rule: dict[str, list[_CountyHit]] = {}
    for county_state in state.county_states.values():
        for hit in _list_county_hits(state, context, county_state):
            hits_by_rule.setdefault(hit.rule, []).append(hit)
    return tuple(_sum_hits(rule, state.paths.year, hits) for rule, hits in sorted(hits_by_rule.items()))


def _sum_hits(rule: str, year: int, hits: Iterable[_CountyHit]) -> RuleHits:
    hits = list(hits)
    corrected = _count_hits(hits, "is_corrected")
    confirmed = [hit for hit in hits if hit.is_explained or hit.is_waived]
    return RuleHits(
        rule=rule,
        year=year,
        findings=_count_hits(hits, "findings"),
        counties=len(hits),
        corrected=corrected,
        explained=_count_hits(hits, "is_explained"),
        waived=_count_hits(hits, "is_waived"),
        false_alarms=_count_hits(confirmed, "is_filed"),
        open_count=len(hits) - len(confirmed) - corrected,
    )


def _count_hits(hits: Iterable[_CountyHit], field: str) -> int:
    """Return the sum of a field; of a field that is true or false, the number of hits for which it is true."""
    return sum(map(attrgetter(field), hits))


def _list_county_hits(state: YearState, context: ReturnContext, county_state: CountyState) -> Iterator[_CountyHit]:
    checked_versions = county_state.checked_versions
    counts = _count_findings(checked_versions)
    if not counts:
        return
    newest = context.load_report(checked_versions[-1])
    is_filed = county_state.state in state.procedure.final_states
    explained_rules = {*_list_explained_rules(newest), *(item.rule for item in county_state.get_newest_explanations())}
    waived_rules = set(county_state.list_waived_rules())
    present_rules = {finding.rule for finding in newest.findings}
    for rule, count in counts.items():
        is_present = rule in present_rules
        yield _CountyHit(
            rule=rule,
            findings=count,
            is_corrected=not is_present,
            is_explained=is_present and rule in explained_rules and rule not in waived_rules,
            is_waived=is_present and rule in waived_rules,
            is_filed=is_filed,
        )


def _count_findings(versions: Iterable[SubmissionVersion]) -> dict[str, int]:
    """Return the number of findings by rule over all versions; a version whose record lacks the counts adds none."""
    counts: dict[str, int] = {}
    for version in versions:
        for counts_by_rule in (version.finding_counts or {}).values():
            for rule, count in counts_by_rule.items():
                counts[rule] = counts.get(rule, 0) + count
    return counts


def _list_explained_rules(report: ValidationReport) -> Iterator[str]:
    """Yield the rules all of whose findings have a valid explanation."""
    open_rules = {finding.rule for finding in report.findings if not finding.is_explained}
    for rule in dict.fromkeys(map(attrgetter("rule"), report.findings)):
        if rule not in open_rules:
            yield rule
