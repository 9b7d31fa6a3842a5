"""Where each county stands: the year's history folded into one state a county."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contracts.procedures import Procedure
from review.events import Entry, Event, Kind
from review.roster import Roster, read_roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a county's submission as it was received; counts are None until it has been checked."""

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

    @property
    def checked(self) -> bool:
        """Tell whether a check of this version is on record."""
        return self.hard is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one county stands: its state, its versions oldest first, every decision made on any of them."""

    county: str
    state: str
    versions: tuple[Version, ...] = ()
    decisions: tuple[Event, ...] = ()

    @property
    def newest(self) -> Version | None:
        """The version that may be decided upon."""
        return self.versions[-1] if self.versions else None

    def decided(self) -> tuple[Event, ...]:
        """Return the decisions on the newest version."""
        return tuple(one for one in self.decisions if self.newest and one.sha256 == self.newest.sha256)


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


def _received(procedure: Procedure, before: Standing, entry: Entry) -> Standing:
    event = entry.event
    version = Version(
        number=event.version, sha256=event.sha256, name=str(event.facts.get("name", "")), received=entry.at
    )
    state = procedure.on_check["accepted"]  # 已收, until the check has spoken
    return replace(before, state=state, versions=(*before.versions, version))


def _checked(procedure: Procedure, before: Standing, entry: Entry) -> Standing:
    event = entry.event
    hard, soft = int(str(event.facts["hard"])), int(str(event.facts["soft"]))
    explained = int(str(event.facts.get("explained", 0)))
    versions = tuple(
        replace(
            one,
            hard=hard,
            soft=soft,
            notes=int(str(event.facts["notes"])),
            explained=explained,
            report=str(event.facts["report"]),
            contracts=str(event.facts["contracts"]),
        )
        if one.sha256 == event.sha256
        else one
        for one in before.versions
    )
    outcome = "hard" if hard else "flagged" if soft > explained else "accepted"
    undecided = before.state in procedure.on_check.values()
    judged = before.newest is not None and before.newest.sha256 == event.sha256
    state = procedure.on_check[outcome] if undecided and judged else before.state
    return replace(before, state=state, versions=versions)


def _decided(procedure: Procedure, before: Standing, entry: Entry) -> Standing:
    event = entry.event
    action = procedure.action(event.level, event.action)
    judged = before.newest is not None and before.newest.sha256 == event.sha256
    state = action.to_state if action and judged else before.state
    return replace(before, state=state, decisions=(*before.decisions, event))


_STEPS = {Kind.RECEIVED: _received, Kind.CHECKED: _checked, Kind.DECISION: _decided}
