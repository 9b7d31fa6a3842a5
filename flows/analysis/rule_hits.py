"""What became of each rule's findings: corrected, explained, waived, or still there when the county was filed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from checks.model.report import ValidationReport
from checks.versions.version_diff import compare_forms
from flows.analysis.value_history import load_forms
from flows.intake.returned_files import ReturnContext
from flows.year.year_state import YearState
from review.county_state import CountyState, SubmissionVersion
from review.events import EventKind
from review.submissions.check_results import parse_finding_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHits:
    """One rule in one year: in how many counties it was hit, and what became of it there.

    *counties* were hit in any version. *corrected* have no such finding in their newest version. *retracted* have none
    either, though the figures are the same: the rule was edited, or what it compares with. *explained* and *waived*
    kept the value and gave a reason. A rule was a *false_alarm* where it was retracted, and where figures were filed as
    they were, with a reason. *open_count* is the number of counties whose newest version still has it without a reason.
    *findings* counts the findings of all versions.
    """

    rule: str
    year: int
    findings: int
    counties: int
    corrected: int
    retracted: int
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
    is_retracted: bool
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
    corrected, retracted = _count_hits(hits, "is_corrected"), _count_hits(hits, "is_retracted")
    confirmed = [hit for hit in hits if hit.is_explained or hit.is_waived]
    return RuleHits(
        rule=rule,
        year=year,
        findings=_count_hits(hits, "findings"),
        counties=len(hits),
        corrected=corrected,
        retracted=retracted,
        explained=_count_hits(hits, "is_explained"),
        waived=_count_hits(hits, "is_waived"),
        false_alarms=_count_hits(confirmed, "is_filed") + retracted,
        open_count=len(hits) - len(confirmed) - corrected - retracted,
    )


def _count_hits(hits: Iterable[_CountyHit], field: str) -> int:
    """Return the sum of a field; of a field that is true or false, the number of hits for which it is true."""
    return sum(map(attrgetter(field), hits))


def _list_county_hits(state: YearState, context: ReturnContext, county_state: CountyState) -> Iterator[_CountyHit]:
    checked_versions = county_state.checked_versions
    earlier_counts = _count_earlier_checks(state, county_state)
    counts = {**earlier_counts, **_count_findings(checked_versions)}
    if not counts:
        return
    newest = context.load_report(checked_versions[-1])
    is_filed = county_state.state in state.procedure.final_states
    explained_rules = {*_list_explained_rules(newest), *(item.rule for item in county_state.get_newest_explanations())}
    waived_rules = set(county_state.list_waived_rules())
    present_rules = {finding.rule for finding in newest.findings}
    for rule, count in counts.items():
        is_present = rule in present_rules
        is_retracted = not is_present and _is_retracted(state, checked_versions, rule)
        yield _CountyHit(
            rule=rule,
            findings=count,
            is_corrected=not is_present and not is_retracted,
            is_retracted=is_retracted,
            is_explained=is_present and rule in explained_rules and rule not in waived_rules,
            is_waived=is_present and rule in waived_rules,
            is_filed=is_filed,
        )


def _count_earlier_checks(state: YearState, county_state: CountyState) -> dict[str, int]:
    """Return the findings by rule of checks that a later check of the same version has replaced."""
    counts: dict[str, int] = {}
    for entry in state.history:
        event = entry.event
        if event.kind is not EventKind.CHECKED or event.county != county_state.county:
            continue
        for counts_by_rule in (parse_finding_counts(event) or {}).values():
            counts |= counts_by_rule
    return counts


def _is_retracted(state: YearState, versions: Sequence[SubmissionVersion], rule: str) -> bool:
    """Return whether a rule that is not hit any more was hit by the very figures of the newest version.

    Either the newest version itself was hit in an earlier check, or the last one that was hit has the same figures.
    """
    hit_versions = [version for version in versions if _has_rule(version, rule)]
    if not hit_versions:
        return True
    if hit_versions[-1].contracts_sha256 == versions[-1].contracts_sha256:
        return False  # the same rules: it is the figures that changed
    store = state.paths.open_store()
    before, after = (load_forms(state, store, version) for version in (hit_versions[-1], versions[-1]))
    return not compare_forms(before, after)


def _has_rule(version: SubmissionVersion, rule: str) -> bool:
    return any(rule in counts_by_rule for counts_by_rule in (version.finding_counts or {}).values())


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
