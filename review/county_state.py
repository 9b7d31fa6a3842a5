"""Where a county stands, and what can be told of it; `review.folding` makes it from the history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from contracts.procedures import Action, Procedure
from review.events import Event, EventKind, EventSummary, LedgerEntry
from review.roster import Roster, parse_roster


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionVersion:
    """One version of a county's submission as it was received; counts are None until it has been checked.

    *found* counts the findings by severity and rule, where the record says so. *report* and *plots* are kept under
    these sha256; *basis* and *disputed* are the digests of what the check rested on besides the file.
    """

    number: int
    sha256: str
    name: str
    received_at: str
    hard_count: int | None = None
    soft_count: int | None = None
    note_count: int = 0
    explained_count: int = 0
    report_sha256: str = ""
    contracts_sha256: str = ""
    plots_sha256: str = ""
    balances_digest: str = ""
    claims_digest: str = ""
    finding_counts: Mapping[str, Mapping[str, int]] | None = None

    @property
    def is_checked(self) -> bool:
        """Tell whether a check of this version is on record."""
        return self.hard_count is not None

    def count_open_findings(self, severity: str, cleared_rules: Iterable[str]) -> int:
        """Return how many findings of a severity are left once those of some rules are cleared."""
        total = (self.hard_count or 0) if severity == "hard" else (self.soft_count or 0) - self.explained_count
        rules = (self.finding_counts or {}).get(severity, {})
        return total - sum(rules.get(one, 0) for one in set(cleared_rules))


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
class CountyState:
    """Where one county stands: its state, its versions oldest first, every decision made on any of them.

    *filed* names, by sha256 and oldest first, the versions that were filed and not un-filed. *explained* maps a
    version's sha256 to its rules explained.
    """

    county: str
    state: str
    versions: tuple[SubmissionVersion, ...] = ()
    decisions: tuple[Event, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    explanations_by_version: Mapping[str, Mapping[str, str]] | None = None
    filed_sha256s: tuple[str, ...] = ()

    @property
    def newest_version(self) -> SubmissionVersion | None:
        """The version that may be decided upon."""
        return self.versions[-1] if self.versions else None

    def get_newest_decisions(self) -> tuple[Event, ...]:
        """Return the decisions on the newest version."""
        newest = self.newest_version
        return tuple([one for one in self.decisions if one.sha256 == newest.sha256]) if newest else ()

    def get_newest_explanations(self) -> Mapping[str, str]:
        """Return what the newest version's findings were explained by, rule by rule."""
        return (self.explanations_by_version or {}).get(self.newest_version.sha256, {}) if self.newest_version else {}

    def list_waived_rules(self, day: date | None = None) -> tuple[str, ...]:
        """Return the rules waived, on a day or at all."""
        return tuple(one.rule for one in self.waivers if day is None or day <= one.until)

    def count_open_findings(self, severity: str, day: date | None = None) -> int:
        """Return how many findings of the newest version still stand in its way on a day."""
        if self.newest_version is None:
            return 0
        cleared = (*self.list_waived_rules(day), *(self.get_newest_explanations() if severity == "soft" else ()))
        return self.newest_version.count_open_findings(severity, cleared)


def find_recorded_roster(history: Iterable[LedgerEntry | EventSummary]) -> Roster | None:
    """Return the newest roster on record."""
    last = None
    for entry in history:
        if entry.event.kind is EventKind.ROSTER:
            last = entry.event
    return parse_roster(last.facts) if last else None


def restore_filed_state(procedure: Procedure, county_state: CountyState) -> CountyState | None:
    """Return how a county stood when it was last filed; nothing where no filing of it is in force."""
    if not county_state.filed_sha256s:
        return None
    if county_state.state in procedure.final_states:
        return county_state
    sha256 = county_state.filed_sha256s[-1]
    upto = next(at for at, one in enumerate(county_state.versions) if one.sha256 == sha256) + 1
    filings = [
        at for at, one in enumerate(county_state.decisions) if one.sha256 == sha256 and _is_filing(procedure, one)
    ]
    state = procedure.final_states[0] if len(county_state.filed_sha256s) == 1 else procedure.final_states[-1]
    return replace(
        county_state,
        state=state,
        versions=county_state.versions[:upto],
        decisions=county_state.decisions[: filings[-1] + 1],
    )


def compute_next_state(action: Action, state: str, *, filed_sha256s: Iterable[str], newest_sha256: str) -> str:
    """Return the state to which an action leads: another one where a version other than the newest was filed before."""
    if action.to_state_if_filed_before and any(one != newest_sha256 for one in filed_sha256s):
        return action.to_state_if_filed_before
    return action.to_state or state


def _is_filing(procedure: Procedure, event: Event) -> bool:
    action = procedure.find_action(event.level, event.action)
    return (
        action is not None and {action.to_state, action.to_state_if_filed_before} & set(procedure.final_states) != set()
    )
