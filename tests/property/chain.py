"""A small province in memory: the pure chain over a fake ledger, driven by whoever wants to try anything."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from checks.model.finding import Finding
from contracts.contract_library import open_library
from contracts.messages import Messages
from contracts.procedures import Action, Procedure
from contracts.return_policy import ReturnPolicy
from flows.decisions.contradictions import ReadyDecision, find_contradictions
from flows.year.year_state import SubmittedDecision
from ledger.errors import HeadMovedError
from review.county_state import CountyState
from review.decision import build_decision_key, decide_proposal, decide_roll_up
from review.event_replay import replay_events
from review.events import Event, EventKind, JsonValue, LedgerEntry
from review.office_day import parse_office_day
from review.proposal import DecisionContext, DecisionRefusal, Proposal
from review.rollup_seals import find_sealed_areas, list_roll_up_days, list_roll_up_events
from review.roster import DueCounty, Officer, Roster
from review.version_admission import AdmissionOutcome, VersionCandidate, decide_admissions
from tests.builders.chain import make_soft_finding
from tests.builders.fake_ledger import FakeLedger
from tests.property.chain_figures import list_reducible_amounts

YEAR = 2024
COUNTIES = ("530113", "530112", "530326")
CITIES = ("530100", "530300")
PROVINCE = "530000"
DAYS = tuple(date(2025, 1, 1) + timedelta(days=30 * at) for at in range(6))
SINCE, UNTIL = date(2024, 1, 1), date(2025, 4, 1)


@cache
def procedure() -> Procedure:
    """Return the chain as the contracts have it."""
    return open_library().get_procedure("annual-accounting")


@cache
def policy() -> ReturnPolicy:
    """Return what an explanation must hold."""
    return open_library().get_return_policy()


@cache
def wording() -> Messages:
    """Return the sentences that people read."""
    return open_library().get_messages()


def _office(person: str, level: str, area: str, until: date | None = None) -> Officer:
    return Officer(id=person, title="员", unit="局", level=level, area=area, since=SINCE, until=until)


@cache
def roster() -> Roster:
    """Return three counties in two cities, and people of whom some hold too many offices."""
    officers = [_office(f"县{code}", "county", code) for code in COUNTIES]
    officers += [_office(f"市{code}", "city", code) for code in CITIES]
    officers += [_office("省甲", "province", PROVINCE), _office("省乙", "province", PROVINCE, UNTIL)]
    officers += [_office("兼职", "county", COUNTIES[0]), _office("兼职", "city", CITIES[0])]
    officers += [_office("兼职", "province", PROVINCE), _office("前任", "city", CITIES[0], UNTIL)]
    return Roster(
        year=YEAR,
        procedure=procedure().id,
        province=(PROVINCE, "省"),
        cities={code: code for code in CITIES},
        due_counties=tuple(DueCounty(code, code, code[:4] + "00") for code in COUNTIES),
        deadlines={},
        officers=tuple(officers),
    )


PEOPLE = (*dict.fromkeys(officer.id for officer in roster().officers), "路人")


@dataclass(frozen=True)
class YearBook:
    """What the search for contradictions reads of the state of a year."""

    procedure: Procedure
    county_states: Mapping[str, CountyState]
    roll_ups: tuple[Event, ...]


@dataclass
class World:
    """The record and what can be done to it; every answer is computed from the record alone."""

    ledger: FakeLedger = field(default_factory=FakeLedger)
    taken: int = 0
    folded: dict[str, dict[str, CountyState]] = field(default_factory=dict)
    today: date | None = None

    def history(self) -> list[LedgerEntry]:
        """Read the record."""
        return self.ledger.list_entries(YEAR)

    def standings(self) -> dict[str, CountyState]:
        """Fold it, once for each head."""
        head = self.ledger.get_head()
        if head not in self.folded:
            self.folded = {head: replay_events(procedure(), roster(), self.history())}
        return dict(self.folded[head])

    def sealed(self) -> frozenset[tuple[str, str]]:
        """Return the sealed roll-ups."""
        return find_sealed_areas(procedure(), list_roll_up_events(self.history()))

    def receive(self, county: str, version: int) -> AdmissionOutcome:
        """Hand in a file with a version on its cover."""
        self.taken += 1
        standing = self.standings()[county]
        admitted = decide_admissions(
            procedure(), standing, [VersionCandidate(f"{self.taken:064x}", "f.xlsx", version)]
        )[0]
        if admitted.outcome is AdmissionOutcome.TAKEN:
            item = admitted.candidate
            facts: dict[str, JsonValue] = {"name": item.name, "bytes": 1}
            event = Event(
                kind=EventKind.RECEIVED, year=YEAR, county=county, version=item.version, sha256=item.sha256, facts=facts
            )
            self.ledger.append(event, key=f"received:{item.sha256}")
        return admitted.outcome

    def check(self, county: str, hard: int, soft: int) -> None:
        """Record a check of the newest version, where a run would make one."""
        standing = self.standings()[county]
        newest = standing.newest_version
        if newest is None or (newest.is_checked and standing.state not in procedure().state_by_outcome.values()):
            return
        listed = (("hard", "T01", hard), ("soft", "F11", soft))
        found: dict[str, JsonValue] = {name: {rule: count} for name, rule, count in listed if count}
        facts: dict[str, JsonValue] = {
            "hard": hard,
            "soft": soft,
            "notes": 0,
            "report": "r",
            "contracts": "c",
            "found": found,
        }
        event = Event(
            kind=EventKind.CHECKED, year=YEAR, county=county, version=newest.number, sha256=newest.sha256, facts=facts
        )
        self.ledger.append(event, key=f"checked:{len(self.history())}")

    def judge(
        self, proposal: Proposal, states: Mapping[str, CountyState] | None = None, roll_ups: tuple[Event, ...] = ()
    ) -> Event | DecisionRefusal:
        """Ask the chain, of the record or, if *states* and *roll_ups* are given, of what would follow from it."""
        found = self.standings() if states is None else dict(states)
        standing = found.get(proposal.county) or CountyState(county=proposal.county, state=procedure().initial_state)
        bench = DecisionContext(
            procedure=procedure(),
            roster=roster(),
            county_state=standing,
            return_policy=policy(),
            sealed_areas=self.sealed() if states is None else find_sealed_areas(procedure(), roll_ups),
            figures=list_reducible_amounts(standing.newest_sha256),
            today=self.today or DAYS[-1],
            roll_ups=list_roll_up_events(self.history()) if states is None else roll_ups,
            roll_up_days=list_roll_up_days(self.history()),
            findings=self._open_findings(standing),
        )
        action = procedure().find_action(proposal.level, proposal.action)
        on_area = action is not None and action.effect.is_on_area
        return decide_roll_up(bench, proposal, found) if on_area else decide_proposal(bench, proposal)

    def _open_findings(self, standing: CountyState) -> tuple[Finding, ...]:
        """Return the finding that waits for an explanation, if the last check had one and nobody has explained it."""
        newest = standing.newest_version
        if (
            newest is None
            or not newest.soft_count
            or any(not item.is_in_report for item in standing.get_newest_explanations())
        ):
            return ()
        return (make_soft_finding(),)

    def find_contradictions(self, proposals: Sequence[Proposal]) -> list[tuple[SubmittedDecision, DecisionRefusal]]:
        """Return which of these proposals, all of which could be recorded now, contradict each other."""
        rows = [SubmittedDecision(f"{number}.xlsx", 2, item) for number, item in enumerate(proposals, start=1)]
        ready: list[ReadyDecision] = []
        for row in rows:
            judged = self.judge(row.proposal)
            assert isinstance(judged, Event)
            ready.append(ReadyDecision(row, judged))
        states = self.standings()
        state: Any = YearBook(procedure(), states, list_roll_up_events(self.history()))
        return find_contradictions(
            state, ready, rows, lambda later, proposal: self.judge(proposal, later.county_states, later.roll_ups)
        )

    def _key(self, event: Event) -> str:
        """Return the key of a decision as the runs record it."""
        if event.kind is EventKind.ROLL_UP:
            return build_decision_key(event, list_roll_up_events(self.history()))
        return build_decision_key(event, self.standings()[event.county].decisions)

    def decide(self, proposal: Proposal, *, stale: str | None = None) -> Event | DecisionRefusal | None:
        """Ask and record; nothing where the head has moved since it was read."""
        head = self.ledger.get_head() if stale is None else stale
        judged = self.judge(proposal)
        if isinstance(judged, Event):
            try:
                self.ledger.append(judged, key=self._key(judged), expected_head=head)
            except HeadMovedError:
                return None
        return judged


def list_backdated_decisions(history: Iterable[LedgerEntry]) -> Iterator[Event]:
    """Yield decisions dated before the recording of the file, or of another level's decision, on which they rest."""
    recorded: dict[str, list[tuple[str, str]]] = {county: [] for county in COUNTIES}
    received: dict[str, str] = {}
    for entry in history:
        event, day = entry.event, str(parse_office_day(entry.at))
        if event.kind is EventKind.RECEIVED:
            received[event.county] = day
        elif event.kind is EventKind.DECISION:
            dated = str(event.facts["date"])
            bases = [earlier for level, earlier in recorded[event.county] if level != event.level]
            if event.level != "county" and event.county in received:
                bases.append(received[event.county])
            if any(dated < basis for basis in bases):
                yield event
            recorded[event.county].append((event.level, day))


def action_of(event: Event) -> Action:
    """Return what was done."""
    action = procedure().find_action(event.level, event.action)
    assert action is not None
    return action


def now() -> datetime:
    """Return some moment."""
    return datetime(2025, 1, 1, tzinfo=UTC)
