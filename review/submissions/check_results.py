"""Reads the recorded result of a check into the version that was checked."""

from collections.abc import Mapping

from review.county_state import SubmissionVersion
from review.events import Event, JsonValue
from review.submissions import recorded_files


def add_check_result(version: SubmissionVersion, event: Event) -> SubmissionVersion:
    """Return a version with the result of a check of it."""
    facts = event.facts
    return SubmissionVersion(
        number=version.number,
        sha256=version.sha256,
        name=version.name,
        received_at=version.received_at,
        hard_count=int(str(facts["hard"])),
        soft_count=int(str(facts["soft"])),
        note_count=int(str(facts["notes"])),
        explained_count=int(str(facts.get("explained", 0))),
        report_sha256=str(facts["report"]),
        contracts_sha256=str(facts["contracts"]),
        plots_sha256=str(facts.get("plots", "")),
        balances_digest=str(facts.get("basis", "")),
        claims_digest=str(facts.get("disputed", "")),
        finding_counts=parse_finding_counts(event),
        related_rules=_parse_related_rules(event),
        cover=tuple(recorded_files.list_cover_fields(event)),
    )


def parse_finding_counts(event: Event) -> Mapping[str, Mapping[str, int]] | None:
    """Return the number of findings of a check by severity and rule, or None if it was not recorded."""
    raw = event.facts.get("found")
    if not isinstance(raw, dict):
        # The event was recorded before findings were counted by rule.
        return None
    counts: dict[str, dict[str, int]] = {}
    for severity, rules in raw.items():
        if isinstance(rules, dict):
            counts[severity] = {rule: int(str(count)) for rule, count in rules.items()}
    return counts


def _parse_related_rules(event: Event) -> Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]]:
    raw = event.facts.get("related")
    if not isinstance(raw, dict):
        return {}
    return {severity: _parse_rule_lists(rules) for severity, rules in raw.items()}


def _parse_rule_lists(raw: JsonValue) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return by rule the lists of related rules, which are recorded with spaces between the rules."""
    lists: dict[str, tuple[tuple[str, ...], ...]] = {}
    if isinstance(raw, dict):
        for rule, texts in raw.items():
            if isinstance(texts, list):
                lists[rule] = tuple(tuple(str(text).split()) for text in texts)
    return lists
