"""Where each county stands: the year's history folded into one state a county."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from contracts.procedures import Action, Effect, Procedure
from review.events import Entry, Event, Kind
from review.roster import Roster, read_roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a county's submission as it was received; counts are None until it has been checked.

    *found* counts the findings by severity and rule, where the record says so.
    """

    number: int
    sha256: str
    name: str
    received: str
    hard: int | None = None
    soft: int | None = None
    notes: int = 0
    explained: int = 0
    report: str = ""
    contracts: str = ""
    found: Mapping[str, Mapping[str, int]] | None = None

    @property
    def checked(self) -> bool:
        """Tell whether a check of this version is on record."""
        return self.hard is not None

    def standing_against(self, severity: str, cleared: Iterable[str]) -> int:
        """Return how many findings of a severity are left once those of some rules are cleared."""
        total = (self.hard or 0) if severity == "hard" else (self.soft or 0) - self.explained
        rules = (self.found or {}).get(severity, {})
        return total - sum(rules.get(one, 0) for one in set(cleared))


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule set aside for one submission, until a day."""

    rule: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Reduction:
    """A figure of one version set lower by a reviewer."""

    sha256: str
    sheet: str
    cell: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one county stands: its state, its versions oldest first, every decision made on any of them.

    *filed* names, by sha256 and oldest first, the versions that were filed and not un-filed. *explained* maps a
    version's sha256 to its rules explained.
    """

    county: str
    state: str
    versions: tuple[Version, ...] = ()
    decisions: tuple[Event, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    explained: Mapping[str, Mapping[str, str]] | None = None
    filed: tuple[str, ...] = ()

    @property
    def newest(self) -> Version | None:
        """The version that may be decided upon."""
        return self.versions[-1] if self.versions else None

    def decided(self) -> tuple[Event, ...]:
        """Return the decisions on the newest version."""
        return tuple(one for one in self.decisions if self.newest and one.sha256 == self.newest.sha256)

    def explanations(self) -> Mapping[str, str]:
        """Return what the newest version's findings were explained by, rule by rule."""
        return (self.explained or {}).get(self.newest.sha256, {}) if self.newest else {}

    def waived(self, day: date | None = None) -> tuple[str, ...]:
        """Return the rules waived, on a day or at all."""
        return tuple(one.rule for one in self.waivers if day is None or day <= one.until)

    def open_findings(self, severity: str, day: date | None = None) -> int:
        """Return how many findings of the newest version still stand in its way on a day."""
        if self.newest is None:
            return 0
        cleared = (*self.waived(day), *(self.explanations() if severity == "soft" else ()))
        return self.newest.standing_against(severity, cleared)


def recorded_roster(history: Iterable[Entry]) -> Roster | None:
    """Return the newest roster on record."""
    last = None
    for entry in history:
        if entry.event.kind is Kind.ROSTER:
            last = entry.event
    return read_roster(last.facts) if last else None


def standings(procedure: Procedure, roster: Roster, history: Sequence[Entry]) -> dict[str, Standing]:
    """Return where every due county stands, in the order of the roster; counties with history but not due follow."""
    found = {one.code: Standing(county=one.code, state=procedure.start) for one in roster.due}
    for entry in history:
        event = entry.event
        if event.county and event.kind in _STEPS:
            before = found.get(event.county) or Standing(county=event.county, state=procedure.start)
            found[event.county] = _STEPS[event.kind](procedure, before, entry)
    return found


def as_filed(procedure: Procedure, standing: Standing) -> Standing | None:
    """Return how a county stood when it was last filed; nothing where no filing of it is in force."""
    if not standing.filed:
        return None
    if standing.state in procedure.final:
        return standing
    sha256 = standing.filed[-1]
    upto = next(at for at, one in enumerate(standing.versions) if one.sha256 == sha256) + 1
    filings = [at for at, one in enumerate(standing.decisions) if one.sha256 == sha256 and _files(procedure, one)]
    state = procedure.final[0] if len(standing.filed) == 1 else procedure.final[-1]
    return replace(
        standing, state=state, versions=standing.versions[:upto], decisions=standing.decisions[: filings[-1] + 1]
    )


def state_after(action: Action, standing: Standing) -> str:
    """Return the state to which an action leads a submission."""
    older = [one for one in standing.filed if standing.newest is None or one != standing.newest.sha256]
    if action.to_again and older:
        return action.to_again
    return action.to_state or standing.state


def _files(procedure: Procedure, event: Event) -> bool:
    action = procedure.action(event.level, event.action)
    return action is not None and {action.to_state, action.to_again} & set(procedure.final) != set()


def _received(procedure: Procedure, before: Standing, entry: Entry) -> Standing:
    event = entry.event
    version = Version(
        number=event.version, sha256=event.sha256, name=str(event.facts.get("name", "")), received=entry.at
    )
    state = procedure.on_check["accepted"]  # 已收, until the check has spoken
    return replace(before, state=state, versions=(*before.versions, version))


def _checked(procedure: Procedure, before: Standing, entry: Entry) -> Standing:
    event = entry.event
    versions = tuple(_with_check(one, event) if one.sha256 == event.sha256 else one for one in before.versions)
    judged = before.newest is not None and before.newest.sha256 == event.sha256
    if not judged or before.state not in procedure.on_check.values():
        return replace(before, versions=versions)
    newest = versions[-1]
    if not newest.hard and not newest.soft:
        return replace(before, versions=versions, state=procedure.on_check["accepted"])
    return _settle(procedure, replace(before, versions=versions))


def _with_check(version: Version, event: Event) -> Version:
    return replace(
        version,
        hard=int(str(event.facts["hard"])),
        soft=int(str(event.facts["soft"])),
        notes=int(str(event.facts["notes"])),
        explained=int(str(event.facts.get("explained", 0))),
        report=str(event.facts["report"]),
        contracts=str(event.facts["contracts"]),
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


def _settle(procedure: Procedure, standing: Standing) -> Standing:
    """Derive the state from the check, as long as nobody has decided on it."""
    if standing.state not in procedure.on_check.values():
        return standing
    open_now = {severity: standing.open_findings(severity) for severity in ("hard", "soft")}
    outcome = "hard" if open_now["hard"] else "flagged" if open_now["soft"] else "accepted"
    return replace(standing, state=procedure.on_check[outcome])


def _decided(procedure: Procedure, before: Standing, entry: Entry) -> Standing:
    event = entry.event
    action = procedure.action(event.level, event.action)
    decisions = (*before.decisions, event)
    if action is None or event.sha256 != (before.newest.sha256 if before.newest else ""):
        return replace(before, decisions=decisions)
    state = state_after(action, before)
    filed = _filings(procedure, before, state)
    after = replace(before, decisions=decisions, state=state, filed=filed)
    effect = _EFFECTS.get(action.effect)
    if effect is None:
        return after
    after = effect(after, event)
    return _settle(procedure, after) if action.effect in (Effect.EXPLAIN, Effect.WAIVE) else after


def _filings(procedure: Procedure, before: Standing, state: str) -> tuple[str, ...]:
    """Keep the list of filings: one more where a version was filed, one less where a filing was undone."""
    was, now = before.state in procedure.final, state in procedure.final
    if now and not was and before.newest is not None:
        return (*before.filed, before.newest.sha256)
    undone = was and not now and state not in procedure.open_to_new_version
    return before.filed[:-1] if undone else before.filed


def _facts(event: Event, name: str) -> list[Mapping[str, object]]:
    raw = event.facts.get(name)
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []


def _explain(standing: Standing, event: Event) -> Standing:
    said = {str(one["rule"]): str(one["text"]) for one in _facts(event, "explanations")}
    earlier = standing.explained or {}
    return replace(standing, explained={**earlier, event.sha256: {**earlier.get(event.sha256, {}), **said}})


def _waive(standing: Standing, event: Event) -> Standing:
    new = (
        Waiver(str(one["rule"]), date.fromisoformat(str(one["until"])), str(one["reason"]))
        for one in _facts(event, "waivers")
    )
    return replace(standing, waivers=(*standing.waivers, *new))


def _reduce(standing: Standing, event: Event) -> Standing:
    names = ("sheet", "cell", "before", "after", "reason")
    new = (Reduction(event.sha256, *(str(one[name]) for name in names)) for one in _facts(event, "reductions"))
    return replace(standing, reductions=(*standing.reductions, *new))


_STEPS = {Kind.RECEIVED: _received, Kind.CHECKED: _checked, Kind.DECISION: _decided}
_EFFECTS: Mapping[Effect, Callable[[Standing, Event], Standing]] = {
    Effect.EXPLAIN: _explain,
    Effect.WAIVE: _waive,
    Effect.REDUCE: _reduce,
}
