"""A year's history folded, entry by entry, into where each county stands."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from contracts.procedures import Action, Effect, Procedure
from review.county_state import Reduction, Standing, Version, Waiver, state_after
from review.events import Entry, Event, Kind, Told
from review.roster import Roster


def standings(procedure: Procedure, roster: Roster, history: Iterable[Entry | Told]) -> dict[str, Standing]:
    """Return where every due county stands, in the order of the roster; counties with history but not due follow."""
    chain = _Chain(procedure, {(one.level, one.id): one for one in procedure.actions})
    found = {one.code: _County(one.code, procedure.start) for one in roster.due}
    for entry in history:
        event = entry.event
        step = _STEPS.get(event.kind)
        if step is not None and event.county:
            county = found.get(event.county)
            if county is None:
                county = found[event.county] = _County(event.county, procedure.start)
            step(chain, county, event, entry.at)
    return {code: one.standing() for code, one in found.items()}


@dataclass(frozen=True, slots=True)
class _Chain:
    """The procedure, with its actions by level and id: they are looked up for every decision of the year."""

    procedure: Procedure
    actions: Mapping[tuple[str, str], Action]


@dataclass(slots=True)
class _County:
    """One county while its history is folded: made into a `Standing` once, not once an entry."""

    county: str
    state: str
    versions: list[Version] = field(default_factory=list)
    decisions: list[Event] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    explained: dict[str, dict[str, str]] = field(default_factory=dict)
    filed: tuple[str, ...] = ()

    def standing(self) -> Standing:
        return Standing(
            county=self.county,
            state=self.state,
            versions=tuple(self.versions),
            decisions=tuple(self.decisions),
            waivers=tuple(self.waivers),
            reductions=tuple(self.reductions),
            explained=self.explained or None,
            filed=self.filed,
        )

    def is_newest(self, sha256: str) -> bool:
        return sha256 == (self.versions[-1].sha256 if self.versions else "")


def _received(chain: _Chain, county: _County, event: Event, at: str) -> None:
    name = str(event.facts.get("name", ""))
    county.versions.append(Version(number=event.version, sha256=event.sha256, name=name, received=at))
    county.state = chain.procedure.on_check["accepted"]  # 已收, until the check has spoken


def _checked(chain: _Chain, county: _County, event: Event, _: str) -> None:
    county.versions = [_with_check(one, event) if one.sha256 == event.sha256 else one for one in county.versions]
    if county.versions and county.is_newest(event.sha256):
        _settle(chain, county)


def _with_check(version: Version, event: Event) -> Version:
    facts = event.facts
    return Version(
        number=version.number,
        sha256=version.sha256,
        name=version.name,
        received=version.received,
        hard=int(str(facts["hard"])),
        soft=int(str(facts["soft"])),
        notes=int(str(facts["notes"])),
        explained=int(str(facts.get("explained", 0))),
        report=str(facts["report"]),
        contracts=str(facts["contracts"]),
        plots=str(facts.get("plots", "")),
        basis=str(facts.get("basis", "")),
        disputed=str(facts.get("disputed", "")),
        found=_found(event),
    )


def _found(event: Event) -> Mapping[str, Mapping[str, int]] | None:
    raw = event.facts.get("found")
    if not isinstance(raw, dict):
        return None  # recorded before findings were counted by rule
    return {
        severity: {rule: int(str(count)) for rule, count in rules.items()}
        for severity, rules in raw.items()
        if isinstance(rules, dict)
    }


def _settle(chain: _Chain, county: _County) -> None:
    """Derive the state from the check, as long as nobody has decided on it."""
    on_check = chain.procedure.on_check
    if county.state not in on_check.values():
        return
    newest = county.versions[-1]
    outcome = "accepted"
    if newest.hard or newest.soft:
        standing = county.standing()
        hard, soft = standing.open_findings("hard"), standing.open_findings("soft")
        outcome = "hard" if hard else "flagged" if soft else "accepted"
    county.state = on_check[outcome]


def _decided(chain: _Chain, county: _County, event: Event, _: str) -> None:
    county.decisions.append(event)
    action = chain.actions.get((event.level, event.action))
    if action is None or not county.is_newest(event.sha256):
        return
    before = county.state
    county.state = state_after(action, before, filed=county.filed, newest=event.sha256)
    county.filed = _filings(chain.procedure, county, before)
    effect = _EFFECTS.get(action.effect)
    if effect is not None:
        effect(county, event)
    if action.effect in _CLEARING and county.versions:
        _settle(chain, county)


def _filings(procedure: Procedure, county: _County, before: str) -> tuple[str, ...]:
    """Keep the list of filings: one more where a version was filed, one less where a filing was undone."""
    was, now = before in procedure.final, county.state in procedure.final
    if now and not was and county.versions:
        return (*county.filed, county.versions[-1].sha256)
    undone = was and not now and county.state not in procedure.open_to_new_version
    return county.filed[:-1] if undone else county.filed


def _facts(event: Event, name: str) -> Iterator[Mapping[str, object]]:
    raw = event.facts.get(name)
    return (one for one in raw if isinstance(one, dict)) if isinstance(raw, list) else iter(())


def _explain(county: _County, event: Event) -> None:
    said = county.explained.setdefault(event.sha256, {})
    said.update((str(one["rule"]), str(one["text"])) for one in _facts(event, "explanations"))


def _waive(county: _County, event: Event) -> None:
    county.waivers += [
        Waiver(str(one["rule"]), date.fromisoformat(str(one["until"])), str(one["reason"]))
        for one in _facts(event, "waivers")
    ]


def _reduce(county: _County, event: Event) -> None:
    names = ("sheet", "cell", "before", "after", "reason")
    county.reductions += [
        Reduction(event.sha256, *(str(one[name]) for name in names)) for one in _facts(event, "reductions")
    ]


_CLEARING = (Effect.EXPLAIN, Effect.WAIVE)
_STEPS = {Kind.RECEIVED: _received, Kind.CHECKED: _checked, Kind.DECISION: _decided}
_EFFECTS: Mapping[Effect, Callable[[_County, Event], None]] = {
    Effect.EXPLAIN: _explain,
    Effect.WAIVE: _waive,
    Effect.REDUCE: _reduce,
}
