"""A year's history folded, entry by entry, into where each county stands."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.procedures import Action, Effect, Procedure
from review.county_state import CountyState, Reduction, SubmissionVersion, Waiver, compute_next_state
from review.events import Event, EventKind, EventSummary, LedgerEntry
from review.roster import Roster


def replay_events(
    procedure: Procedure, roster: Roster, history: Iterable[LedgerEntry | EventSummary]
) -> dict[str, CountyState]:
    """Return where every due county stands, in the order of the roster; counties with history but not due follow."""
    chain = _ReplayContext(procedure, {(one.level, one.id): one for one in procedure.actions})
    found = {one.code: _CountyBuilder(one.code, procedure.initial_state) for one in roster.due_counties}
    for entry in history:
        event = entry.event
        step = _EVENT_HANDLERS.get(event.kind)
        if step is not None and event.county:
            county = found.get(event.county)
            if county is None:
                county = found[event.county] = _CountyBuilder(event.county, procedure.initial_state)
            step(chain, county, event, entry.at)
    return {code: one.build_state() for code, one in found.items()}


@dataclass(frozen=True, slots=True)
class _ReplayContext:
    """The procedure, with its actions by level and id: they are looked up for every decision of the year."""

    procedure: Procedure
    actions: Mapping[tuple[str, str], Action]


@dataclass(slots=True)
class _CountyBuilder:
    """One county while its history is folded: made into a `Standing` once, not once an entry."""

    county: str
    state: str
    versions: list[SubmissionVersion] = field(default_factory=list)
    decisions: list[Event] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    explanations_by_version: dict[str, dict[str, str]] = field(default_factory=dict)
    filed_sha256s: tuple[str, ...] = ()

    def build_state(self) -> CountyState:
        return CountyState(
            county=self.county,
            state=self.state,
            versions=tuple(self.versions),
            decisions=tuple(self.decisions),
            waivers=tuple(self.waivers),
            reductions=tuple(self.reductions),
            explanations_by_version=self.explanations_by_version or None,
            filed_sha256s=self.filed_sha256s,
        )

    def is_newest(self, sha256: str) -> bool:
        return sha256 == (self.versions[-1].sha256 if self.versions else "")


def _apply_receipt(context: _ReplayContext, builder: _CountyBuilder, event: Event, recorded_at: str) -> None:
    name = str(event.facts.get("name", ""))
    builder.versions.append(
        SubmissionVersion(number=event.version, sha256=event.sha256, name=name, received_at=recorded_at)
    )
    builder.state = context.procedure.state_by_outcome["accepted"]  # 已收, until the check has spoken


def _apply_check(context: _ReplayContext, builder: _CountyBuilder, event: Event, _: str) -> None:
    builder.versions = [
        _add_check_result(one, event) if one.sha256 == event.sha256 else one for one in builder.versions
    ]
    if builder.versions and builder.is_newest(event.sha256):
        _update_checked_state(context, builder)


def _add_check_result(version: SubmissionVersion, event: Event) -> SubmissionVersion:
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
        finding_counts=_parse_finding_counts(event),
    )


def _parse_finding_counts(event: Event) -> Mapping[str, Mapping[str, int]] | None:
    raw = event.facts.get("found")
    if not isinstance(raw, dict):
        return None  # recorded before findings were counted by rule
    return {
        severity: {rule: int(str(count)) for rule, count in rules.items()}
        for severity, rules in raw.items()
        if isinstance(rules, dict)
    }


def _update_checked_state(context: _ReplayContext, builder: _CountyBuilder) -> None:
    """Derive the state from the check, as long as nobody has decided on it."""
    on_check = context.procedure.state_by_outcome
    if builder.state not in on_check.values():
        return
    newest = builder.versions[-1]
    outcome = "accepted"
    if newest.hard_count or newest.soft_count:
        standing = builder.build_state()
        hard, soft = standing.count_open_findings("hard"), standing.count_open_findings("soft")
        outcome = "hard" if hard else "flagged" if soft else "accepted"
    builder.state = on_check[outcome]


def _apply_decision(context: _ReplayContext, builder: _CountyBuilder, event: Event, _: str) -> None:
    builder.decisions.append(event)
    action = context.actions.get((event.level, event.action))
    if action is None or not builder.is_newest(event.sha256):
        return
    before = builder.state
    builder.state = compute_next_state(action, before, filed_sha256s=builder.filed_sha256s, newest_sha256=event.sha256)
    builder.filed_sha256s = _update_filings(context.procedure, builder, before)
    effect = _EFFECT_HANDLERS.get(action.effect)
    if effect is not None:
        effect(builder, event)
    if action.effect in _CLEARING_EFFECTS and builder.versions:
        _update_checked_state(context, builder)


def _update_filings(procedure: Procedure, builder: _CountyBuilder, previous_state: str) -> tuple[str, ...]:
    """Keep the list of filings: one more where a version was filed, one less where a filing was undone."""
    was, now = previous_state in procedure.final_states, builder.state in procedure.final_states
    if now and not was and builder.versions:
        return (*builder.filed_sha256s, builder.versions[-1].sha256)
    undone = was and not now and builder.state not in procedure.resubmittable_states
    return builder.filed_sha256s[:-1] if undone else builder.filed_sha256s


def _list_facts(event: Event, name: str) -> Iterator[Mapping[str, object]]:
    raw = event.facts.get(name)
    return (one for one in raw if isinstance(one, dict)) if isinstance(raw, list) else iter(())


def _add_explanations(builder: _CountyBuilder, event: Event) -> None:
    said = builder.explanations_by_version.setdefault(event.sha256, {})
    said.update((str(one["rule"]), str(one["text"])) for one in _list_facts(event, "explanations"))


def _add_waivers(builder: _CountyBuilder, event: Event) -> None:
    builder.waivers += [
        Waiver(str(one["rule"]), date.fromisoformat(str(one["until"])), str(one["reason"]))
        for one in _list_facts(event, "waivers")
    ]


def _add_reductions(builder: _CountyBuilder, event: Event) -> None:
    names = ("sheet", "cell", "before", "after", "reason")
    builder.reductions += [
        Reduction(event.sha256, *(str(one[name]) for name in names)) for one in _list_facts(event, "reductions")
    ]


_CLEARING_EFFECTS = (Effect.EXPLAIN, Effect.WAIVE)
_EVENT_HANDLERS = {
    EventKind.RECEIVED: _apply_receipt,
    EventKind.CHECKED: _apply_check,
    EventKind.DECISION: _apply_decision,
}
_EFFECT_HANDLERS: Mapping[Effect, Callable[[_CountyBuilder, Event], None]] = {
    Effect.EXPLAIN: _add_explanations,
    Effect.WAIVE: _add_waivers,
    Effect.REDUCE: _add_reductions,
}
