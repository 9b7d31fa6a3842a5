"""Replays a year's history, entry by entry, into the state of each county."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from contracts.procedures import Action, Effect, Procedure
from review.county_state import (
    AccompanyingPaper,
    CountyState,
    DecidedExplanation,
    Reduction,
    RefusedFile,
    SubmissionVersion,
    Waiver,
    compute_next_state,
)
from review.events import Event, EventKind, EventSummary, LedgerEntry
from review.filing_records import FilingRecord, find_record_in_force, list_sha256s_in_force
from review.office_day import parse_office_day
from review.roster import Roster
from review.submissions import recorded_files
from review.submissions.check_results import add_check_result


def replay_events(
    procedure: Procedure, roster: Roster, history: Iterable[LedgerEntry | EventSummary]
) -> dict[str, CountyState]:
    """Return the state of every county by code: due counties in the order of the roster, then others with history."""
    context = _ReplayContext(procedure, {(action.level, action.id): action for action in procedure.actions})
    builders: dict[str, _CountyBuilder] = {}
    for due_county in roster.due_counties:
        builders[due_county.code] = _CountyBuilder(due_county.code, procedure.initial_state)
    for entry in history:
        event = entry.event
        apply_event = _EVENT_HANDLERS.get(event.kind)
        if apply_event is not None and event.county:
            builder = builders.get(event.county)
            if builder is None:
                builder = builders[event.county] = _CountyBuilder(event.county, procedure.initial_state)
            apply_event(context, builder, entry)
    return {code: builder.build_state() for code, builder in builders.items()}


def add_decision(procedure: Procedure, county_state: CountyState, event: Event) -> CountyState:
    """Return the state of a county after one more decision, which is not on record: what would follow from it."""
    context = _ReplayContext(procedure, {(action.level, action.id): action for action in procedure.actions})
    builder = _CountyBuilder(
        county=county_state.county,
        state=county_state.state,
        versions=list(county_state.versions),
        decisions=list(county_state.decisions),
        decision_days=list(county_state.decision_days),
        waivers=list(county_state.waivers),
        reductions=list(county_state.reductions),
        explanations=list(county_state.explanations),
        refused_files=list(county_state.refused_files),
        papers=list(county_state.papers),
        filings=county_state.filings,
    )
    sequence = max((filing.sequence for filing in county_state.filings), default=0) + 1
    _apply_decision(context, builder, EventSummary("", event, sequence))
    return builder.build_state()


@dataclass(frozen=True, slots=True)
class _ReplayContext:
    """The procedure and an index of its actions by level and id, which every decision of the year needs."""

    procedure: Procedure
    actions: Mapping[tuple[str, str], Action]


@dataclass(slots=True)
class _CountyBuilder:
    """The mutable state of one county during the replay; it becomes a `CountyState` once, at the end."""

    county: str
    state: str
    versions: list[SubmissionVersion] = field(default_factory=list)
    decisions: list[Event] = field(default_factory=list)
    decision_days: list[date | None] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    explanations: list[DecidedExplanation] = field(default_factory=list)
    refused_files: list[RefusedFile] = field(default_factory=list)
    papers: list[AccompanyingPaper] = field(default_factory=list)
    filings: tuple[FilingRecord, ...] = ()

    def build_state(self) -> CountyState:
        return CountyState(
            county=self.county,
            state=self.state,
            versions=tuple(self.versions),
            decisions=tuple(self.decisions),
            decision_days=tuple(self.decision_days),
            waivers=tuple(self.waivers),
            reductions=tuple(self.reductions),
            explanations=tuple(self.explanations),
            refused_files=tuple(self.refused_files),
            papers=tuple(self.papers),
            filings=self.filings,
        )

    def is_newest(self, sha256: str) -> bool:
        return sha256 == (self.versions[-1].sha256 if self.versions else "")


def _apply_receipt(context: _ReplayContext, builder: _CountyBuilder, entry: LedgerEntry | EventSummary) -> None:
    event = entry.event
    name = str(event.facts.get("name", ""))
    builder.versions.append(
        SubmissionVersion(number=event.version, sha256=event.sha256, name=name, received_at=entry.at)
    )
    builder.refused_files.clear()
    # 已收, until the version is checked
    builder.state = context.procedure.state_by_outcome["accepted"]


def _apply_refusal(context: _ReplayContext, builder: _CountyBuilder, entry: LedgerEntry | EventSummary) -> None:
    refused_file = recorded_files.build_refused_file(entry.event, entry.at)
    if refused_file.code == recorded_files.SUPERSEDED_CODE:
        return
    builder.refused_files = [
        earlier for earlier in builder.refused_files if not recorded_files.is_same_refused_file(earlier, refused_file)
    ]
    builder.refused_files.append(refused_file)
    if builder.state == context.procedure.initial_state and context.procedure.refused_state:
        builder.state = context.procedure.refused_state


def _apply_paper(_: _ReplayContext, builder: _CountyBuilder, entry: LedgerEntry | EventSummary) -> None:
    builder.papers.append(AccompanyingPaper(str(entry.event.facts["name"]), entry.event.sha256))


def _apply_check(context: _ReplayContext, builder: _CountyBuilder, entry: LedgerEntry | EventSummary) -> None:
    event = entry.event
    for index, version in enumerate(builder.versions):
        if version.sha256 == event.sha256:
            builder.versions[index] = add_check_result(version, event)
    builder.explanations = [_mark_if_counted(explanation, event) for explanation in builder.explanations]
    if builder.versions and builder.is_newest(event.sha256):
        _update_checked_state(context, builder)


def _mark_if_counted(explanation: DecidedExplanation, check: Event) -> DecidedExplanation:
    """Return an explanation of a finding as one that a check of its version has counted since it was given."""
    if explanation.sha256 != check.sha256 or not explanation.finding:
        return explanation
    return replace(explanation, is_in_report=True)


def _update_checked_state(context: _ReplayContext, builder: _CountyBuilder) -> None:
    """Set the state to the outcome of the check, unless somebody has already decided on the version."""
    state_by_outcome = context.procedure.state_by_outcome
    if builder.state in state_by_outcome.values():
        builder.state = state_by_outcome[_find_outcome(builder)]


def _find_outcome(builder: _CountyBuilder) -> str:
    newest = builder.versions[-1]
    if not newest.hard_count and not newest.soft_count:
        return "accepted"
    county_state = builder.build_state()
    if county_state.count_open_findings("hard"):
        return "hard"
    if county_state.count_open_findings("soft"):
        return "flagged"
    return "accepted"


def _apply_decision(context: _ReplayContext, builder: _CountyBuilder, entry: LedgerEntry | EventSummary) -> None:
    event = entry.event
    recorded_day = parse_office_day(entry.at)
    builder.decisions.append(event)
    builder.decision_days.append(recorded_day)
    action = context.actions.get((event.level, event.action))
    if action is None or not builder.is_newest(event.sha256):
        return
    previous_state = builder.state
    builder.state = compute_next_state(
        action, previous_state, filed_sha256s=list_sha256s_in_force(builder.filings), newest_sha256=event.sha256
    )
    builder.filings = _update_filings(context.procedure, builder, previous_state, entry.sequence)
    apply_effect = _EFFECT_HANDLERS.get(action.effect)
    if apply_effect is not None:
        apply_effect(builder, event, recorded_day)
    if action.effect in _CLEARING_EFFECTS and builder.versions:
        _update_checked_state(context, builder)


def _update_filings(
    procedure: Procedure, builder: _CountyBuilder, previous_state: str, sequence: int
) -> tuple[FilingRecord, ...]:
    """Return the filings of the county: one more after a filing; the newest is marked once it is undone."""
    was_filed, is_filed = previous_state in procedure.final_states, builder.state in procedure.final_states
    if is_filed and not was_filed and builder.versions:
        record = FilingRecord(len(builder.filings) + 1, builder.versions[-1].sha256, sequence)
        return (*builder.filings, record)
    if was_filed and not is_filed and builder.state not in procedure.resubmittable_states:
        return tuple(_mark_undone(builder.filings, sequence))
    return builder.filings


def _mark_undone(filings: tuple[FilingRecord, ...], sequence: int) -> Iterator[FilingRecord]:
    """Yield the filings, the one in force as undone by the entry with this sequence."""
    in_force = find_record_in_force(filings)
    for filing in filings:
        if filing is in_force:
            yield replace(filing, undone_sequence=sequence)
        else:
            yield filing


def _list_facts(event: Event, name: str) -> Iterator[Mapping[str, object]]:
    raw = event.facts.get(name)
    if not isinstance(raw, list):
        return
    for facts in raw:
        if isinstance(facts, dict):
            yield facts


def _add_explanations(builder: _CountyBuilder, event: Event, _: date | None) -> None:
    for facts in _list_facts(event, "explanations"):
        explanation = DecidedExplanation(
            sha256=event.sha256,
            rule=str(facts["rule"]),
            text=str(facts["text"]),
            finding=str(facts.get("finding", "")),
            place=str(facts.get("place", "")),
            related_rules=tuple(str(facts.get("related", "")).split()),
        )
        builder.explanations.append(explanation)


def _add_waivers(builder: _CountyBuilder, event: Event, recorded_day: date | None) -> None:
    for waiver in _list_facts(event, "waivers"):
        until = date.fromisoformat(str(waiver["until"]))
        builder.waivers.append(Waiver(str(waiver["rule"]), until, str(waiver["reason"]), recorded_day))


def _add_reductions(builder: _CountyBuilder, event: Event, _: date | None) -> None:
    names = ("sheet", "cell", "before", "after", "reason")
    for reduction in _list_facts(event, "reductions"):
        builder.reductions.append(Reduction(event.sha256, *(str(reduction[name]) for name in names)))


_CLEARING_EFFECTS = (Effect.EXPLAIN, Effect.WAIVE)
_EVENT_HANDLERS = {
    EventKind.RECEIVED: _apply_receipt,
    EventKind.REFUSED: _apply_refusal,
    EventKind.PAPER: _apply_paper,
    EventKind.CHECKED: _apply_check,
    EventKind.DECISION: _apply_decision,
}
_EFFECT_HANDLERS: Mapping[Effect, Callable[[_CountyBuilder, Event, date | None], None]] = {
    Effect.EXPLAIN: _add_explanations,
    Effect.WAIVE: _add_waivers,
    Effect.REDUCE: _add_reductions,
}
