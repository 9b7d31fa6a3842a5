"""The state of one county and what follows from it; `review.event_replay` builds it from the history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from checks.model.report import CoverField
from contracts.procedures import Action, Procedure
from review.events import Event, EventKind, EventSummary, LedgerEntry
from review.filing_records import FilingRecord, list_sha256s_in_force
from review.roster import Roster, parse_roster


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionVersion:
    """One received version of a county's submission; *hard_count* and *soft_count* are None until it is checked.

    *finding_counts* maps severity to rule to number of findings; it is None if the record does not have it.
    *related_rules* has, by severity and rule, the other rules of each finding that has any. The
    validation report and the plots are stored under *report_sha256* and *plots_sha256*. *balances_digest* and
    *claims_digest* identify what the check used besides the file. *cover* are the fields of the cover that report the
    file.
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
    related_rules: Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]] = field(default_factory=dict)
    cover: tuple[CoverField, ...] = ()

    @property
    def is_checked(self) -> bool:
        """Whether a check of this version is on record."""
        return self.hard_count is not None

    def count_open_findings(self, severity: str, cleared_rules: Iterable[str]) -> int:
        """Return how many findings of a severity remain once *cleared_rules* are cleared.

        A finding that other rules violate too, from the same cause, remains until these are cleared as well.
        """
        rules = set(cleared_rules)
        counts_by_rule = (self.finding_counts or {}).get(severity, {})
        cleared_count = sum(counts_by_rule.get(rule, 0) - self._count_held(severity, rule, rules) for rule in rules)
        return self._count_unexplained(severity) - cleared_count

    def _count_held(self, severity: str, rule: str, cleared_rules: set[str]) -> int:
        """Return how many findings of a rule are held open by a related rule that is not cleared."""
        related_rules = self.related_rules.get(severity, {}).get(rule, ())
        return sum(not cleared_rules.issuperset(rules) for rules in related_rules)

    def _count_unexplained(self, severity: str) -> int:
        if severity == "hard":
            return self.hard_count or 0
        return (self.soft_count or 0) - self.explained_count


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule set aside for one submission, until a day; *recorded_day* is None if it is not known."""

    rule: str
    until: date
    reason: str
    recorded_day: date | None = None

    def is_valid(self, day: date, today: date | None = None) -> bool:
        """Return whether the waiver serves a decision of *day* that is recorded *today*.

        It must have been on record by that day, and not have expired on either.
        """
        first_day = self.recorded_day or day
        last_day = max(day, today or day)
        return first_day <= day and last_day <= self.until


@dataclass(frozen=True, slots=True)
class Reduction:
    """A figure of one version that a reviewer set lower."""

    sha256: str
    sheet: str
    cell: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedExplanation:
    """An explanation that was given as a decision on one version.

    *finding* is the identity of the finding that it names and *place* its cell; both are empty in records of the time
    when a text stood for all findings of a *rule*. *related_rules* are the other rules of the finding. *is_in_report*
    says that a later check of the version has counted it.
    """

    sha256: str
    rule: str
    text: str
    finding: str = ""
    place: str = ""
    related_rules: tuple[str, ...] = ()
    is_in_report: bool = False

    @property
    def target(self) -> str:
        """The rule with the cell, as people write it."""
        return f"{self.rule} {self.place}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedFile:
    """A file of a county that was not taken: its *name*, the code of the reason, the reason itself and the remedy.

    *sha256* is empty if the file could not be read. *place* are the part, sheet and cell that the reason is about.
    """

    name: str
    sha256: str
    code: str
    message: str
    remedy: str
    place: tuple[str, str, str] = ("", "", "")
    refused_at: str = ""


@dataclass(frozen=True, slots=True)
class AccompanyingPaper:
    """A file that a county sent beside its workbooks, such as a scan: its name and sha256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyState:
    """One county: its workflow state, its versions (oldest first) and every decision on any of them.

    *explanations* are those given as decisions, oldest first. *refused_files* are the files refused
    since the last version was received, and *papers* the accompanying papers, oldest first.
    *decision_days* are the days on which *decisions* were recorded, in the same order.
    *filings* are all its filings, oldest first, those that were undone or replaced included.
    """

    county: str
    state: str
    versions: tuple[SubmissionVersion, ...] = ()
    decisions: tuple[Event, ...] = ()
    decision_days: tuple[date | None, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    explanations: tuple[DecidedExplanation, ...] = ()
    refused_files: tuple[RefusedFile, ...] = ()
    papers: tuple[AccompanyingPaper, ...] = ()
    filings: tuple[FilingRecord, ...] = ()

    @property
    def filed_sha256s(self) -> tuple[str, ...]:
        """The versions that were filed and whose filing was not undone, oldest first."""
        return list_sha256s_in_force(self.filings)

    @property
    def newest_version(self) -> SubmissionVersion | None:
        """The version that may be decided on."""
        return self.versions[-1] if self.versions else None

    @property
    def newest_sha256(self) -> str:
        """The sha256 of the newest version; empty if nothing was received."""
        return self.versions[-1].sha256 if self.versions else ""

    @property
    def version_sha256s(self) -> tuple[str, ...]:
        """The sha256 of each version, oldest first."""
        return tuple(version.sha256 for version in self.versions)

    @property
    def checked_versions(self) -> tuple[SubmissionVersion, ...]:
        """The versions that were checked, oldest first."""
        return tuple(version for version in self.versions if version.is_checked)

    @property
    def paper_names(self) -> tuple[str, ...]:
        """The names of the accompanying papers, oldest first."""
        return tuple(paper.name for paper in self.papers)

    def list_decisions(self, sha256: str) -> tuple[Event, ...]:
        """Return the decisions on one version."""
        return tuple([decision for decision in self.decisions if decision.sha256 == sha256])

    def get_newest_decisions(self) -> tuple[Event, ...]:
        """Return the decisions on the newest version."""
        if not self.versions:
            return ()
        return self.list_decisions(self.newest_sha256)

    def list_explanations(self, sha256: str) -> tuple[DecidedExplanation, ...]:
        """Return the explanations decided on a version; of several for one finding, the last."""
        newest: dict[str, DecidedExplanation] = {}
        for explanation in self.explanations:
            if explanation.sha256 == sha256:
                newest[explanation.finding or explanation.rule] = explanation
        return tuple(newest.values())

    def get_newest_explanations(self) -> tuple[DecidedExplanation, ...]:
        """Return the explanations decided on the newest version."""
        return self.list_explanations(self.newest_sha256)

    def list_waived_rules(self, day: date | None = None, today: date | None = None) -> tuple[str, ...]:
        """Return the rules with a waiver that is valid on *day* and *today*, or with any waiver if *day* is None."""
        return tuple(waiver.rule for waiver in self.waivers if day is None or waiver.is_valid(day, today))

    def count_open_findings(self, severity: str, day: date | None = None, today: date | None = None) -> int:
        """Return how many findings of the newest version still block a decision of *day* that is recorded *today*."""
        if self.newest_version is None:
            return 0
        cleared_rules = set(self.list_waived_rules(day, today))
        explanations = self.get_newest_explanations() if severity == "soft" else ()
        cleared_rules.update(explanation.rule for explanation in explanations if not explanation.finding)
        open_count = self.newest_version.count_open_findings(severity, cleared_rules)
        for explanation in explanations:
            is_cleared = cleared_rules.issuperset((explanation.rule, *explanation.related_rules))
            if explanation.finding and not explanation.is_in_report and not is_cleared:
                open_count -= 1
        return open_count


def find_recorded_roster(history: Iterable[LedgerEntry | EventSummary]) -> Roster | None:
    """Return the newest roster on record, or None if there is none."""
    newest_event = None
    for entry in history:
        if entry.event.kind is EventKind.ROSTER:
            newest_event = entry.event
    if newest_event is None:
        return None
    return parse_roster(newest_event.facts)


def restore_filed_state(procedure: Procedure, county_state: CountyState) -> CountyState | None:
    """Return the county's state when it was last filed, or None if no filing of it is in force."""
    if not county_state.filed_sha256s:
        return None
    if county_state.state in procedure.final_states:
        return county_state
    is_first_filing = len(county_state.filed_sha256s) == 1
    sha256 = county_state.filed_sha256s[-1]
    decisions = _list_decisions_until_filing(procedure, county_state, sha256)
    return replace(
        county_state,
        state=procedure.final_states[0 if is_first_filing else -1],
        versions=_list_versions_until(county_state, sha256),
        decisions=decisions,
        decision_days=county_state.decision_days[: len(decisions)],
    )


def _list_versions_until(county_state: CountyState, sha256: str) -> tuple[SubmissionVersion, ...]:
    return county_state.versions[: county_state.version_sha256s.index(sha256) + 1]


def _list_decisions_until_filing(procedure: Procedure, county_state: CountyState, sha256: str) -> tuple[Event, ...]:
    decisions = county_state.decisions
    filing_index = max(
        index
        for index, decision in enumerate(decisions)
        if decision.sha256 == sha256 and _is_filing(procedure, decision)
    )
    return decisions[: filing_index + 1]


def compute_next_state(action: Action, state: str, *, filed_sha256s: Iterable[str], newest_sha256: str) -> str:
    """Return the state that an action leads to; it may differ if a version other than the newest was filed before."""
    if action.to_state_if_filed_before and set(filed_sha256s) - {newest_sha256}:
        return action.to_state_if_filed_before
    return action.to_state or state


def _is_filing(procedure: Procedure, event: Event) -> bool:
    action = procedure.find_action(event.level, event.action)
    if action is None:
        return False
    return not {action.to_state, action.to_state_if_filed_before}.isdisjoint(procedure.final_states)
