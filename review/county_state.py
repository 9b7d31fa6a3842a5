"""Where a county stands, and what can be told of it; `review.folding` makes it from the history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from contracts.procedures import Action, Procedure
from review.events import Entry, Event, Kind, Told
from review.roster import Roster, read_roster


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a county's submission as it was received; counts are None until it has been checked.

    *found* counts the findings by severity and rule, where the record says so. *report* and *plots* are kept under
    these sha256; *basis* and *disputed* are the digests of what the check rested on besides the file.
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
    plots: str = ""
    basis: str = ""
    disputed: str = ""
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
        newest = self.newest
        return tuple([one for one in self.decisions if one.sha256 == newest.sha256]) if newest else ()

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


def recorded_roster(history: Iterable[Entry | Told]) -> Roster | None:
    """Return the newest roster on record."""
    last = None
    for entry in history:
        if entry.event.kind is Kind.ROSTER:
            last = entry.event
    return read_roster(last.facts) if last else None


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


def state_after(action: Action, state: str, *, filed: Iterable[str], newest: str) -> str:
    """Return the state to which an action leads: another one where a version other than the newest was filed before."""
    if action.to_again and any(one != newest for one in filed):
        return action.to_again
    return action.to_state or state


def _files(procedure: Procedure, event: Event) -> bool:
    action = procedure.action(event.level, event.action)
    return action is not None and {action.to_state, action.to_again} & set(procedure.final) != set()
