"""Anything that anybody may try, in any order: what the record then holds is what the chain allows.

The suite runs some dozens of histories, ``pytest -m long <this file>`` a thousand, ``HESUAN_HISTORIES=10000`` as many.
The invariants are counted as in the list of the review chain; each is derived from the entries alone, on another way
than the chain takes.
"""

import os
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from contracts.procedures import Action, Effect, Precondition
from flows.decisions.refusal_text import format_decision_refusal
from ledger.canonical_json import GENESIS_DIGEST
from ledger.hash_chain import ChainFaultReason, find_first_fault
from review.events import Event, EventKind, LedgerEntry
from review.proposal import DecisionRefusal, Proposal, is_responsible_for
from review.version_admission import AdmissionOutcome
from tests.builders.fake_ledger import FakeLedger
from tests.property.chain import (
    CITIES,
    COUNTIES,
    DAYS,
    PEOPLE,
    PROVINCE,
    World,
    action_of,
    list_backdated_decisions,
    now,
    procedure,
    roster,
    wording,
)
from tests.property.chain_figures import find_wrong_sums

HISTORIES = int(os.environ.get("HESUAN_HISTORIES", "40"))
LONG_HISTORIES = 1_000
POINTS = {
    Effect.EXPLAIN: "F11：经核对原始台账，序号系抄录错误",
    Effect.WAIVE: "T01：2025-06-15，系统性差异",
    Effect.REDUCE: "表!{cell}：{amount}，现场测量",
    Effect.RETURN: "附件3!A12：序号重复\nF11：缺 5",
}
ACTIONS = [(action.level, action.id) for action in procedure().actions]
counties = st.sampled_from(COUNTIES)
people = st.sampled_from(PEOPLE)
days = st.sampled_from((0, 0, 0, 0, -1, -2, -9, 20, *DAYS))
"""A date, or so many days from today."""
cuts = st.sampled_from([("C5", "180"), ("C5", "120.5"), ("C5", "0"), ("C6", "99.75"), ("C6", "40")])


class Chain(RuleBasedStateMachine):
    """Counties send, reviewers decide, clocks go wrong, people try what they may not."""

    heads = Bundle("heads")

    def __init__(self) -> None:
        super().__init__()
        self.ticks = now()
        self.world = World(FakeLedger(lambda: self.ticks))
        self.seen: list[LedgerEntry] = []
        self.cut = ("C5", "180")
        self._set_day()

    @initialize(target=heads, far=st.tuples(*[st.integers(0, 5)] * len(COUNTIES)), cuts=st.tuples(*[cuts] * 2))
    def begin(self, far: tuple[int, ...], cuts: tuple[tuple[str, str], ...]) -> str:
        """Each county is somewhere between not begun and filed; figures of the first two were set lower on the way."""
        for place, (county, steps) in enumerate(zip(COUNTIES, far, strict=True)):
            if steps:
                self.world.receive(county, 1)
                self.world.check(county, 0, 0)
            self.carry(county, min(1, steps - 1), DAYS[0])
            if place < len(cuts):
                self.cut_a_figure(county, cuts[place])
            self.carry(county, steps - 2, DAYS[0])
        return GENESIS_DIGEST

    @rule(target=heads)
    def remember(self) -> str:
        """Somebody reads the record and keeps its head."""
        return self.world.ledger.get_head()

    @rule(hours=st.integers(-48, 48))
    def move_clock(self, hours: int) -> None:
        """18: the clock may go back; nothing below may notice."""
        self.ticks += timedelta(hours=hours)
        self._set_day()

    @rule(count=st.integers(1, 25))
    def let_days_pass(self, count: int) -> None:
        """What was recorded before lies in the past now."""
        self.ticks += timedelta(days=count)
        self._set_day()

    @rule(county=counties, cut=cuts)
    def cut_a_figure(self, county: str, cut: tuple[str, str]) -> None:
        """The city sets a figure lower, more than once if it likes."""
        self.cut = cut
        self._decide(county, ("city", "reduce"), self._right("city", county), "0")

    @rule(county=counties, back=st.sampled_from(["reopen_filing", "correct", "reopen_filing"]))
    def undo_a_filing(self, county: str, back: str) -> None:
        """A filing is undone, or a correction permitted; then the county may send, and all is filed anew."""
        self._decide(county, ("province", back), "省甲", "0")

    @rule(county=counties, picks=st.tuples(st.integers(0, 99), st.integers(0, 99)), ahead=st.integers(0, 3))
    def hand_in_two(self, county: str, picks: tuple[int, int], ahead: int) -> None:
        """Two rows of one batch: either both are refused, each naming the other, or both can be made in their order."""
        allowed = self._list_allowed(county)
        if not allowed:
            return
        days = (str(self.today), str(self.today + timedelta(days=ahead)))
        rows: list[Proposal] = []
        for pick, day in zip(picks, days, strict=True):
            what = allowed[pick % len(allowed)]
            proposal = self._proposal(county, what, self._right(what[0], county), day)
            rows.append(replace(proposal, number=f"{pick}号"))
        if not all(isinstance(self.world.judge(row), Event) for row in rows) or rows[0] == rows[1]:
            return
        contradictions = self.world.find_contradictions(rows)
        if contradictions:
            named = {row.file: refusal.facts["file"] for row, refusal in contradictions}
            assert named == {"1.xlsx": "2.xlsx", "2.xlsx": "1.xlsx"}
            return
        order = procedure().actions.index
        for row in sorted(rows, key=lambda row: (row.on, bool(self._action(row).to_state), order(self._action(row)))):
            assert isinstance(self.world.decide(row), Event), [(item.level, item.action, item.on) for item in rows]

    @rule()
    def add_up(self) -> None:
        """33: filed = accepted - reduced by township, totals, roll-up and next year's opening are what they must be."""
        assert list(find_wrong_sums(procedure(), roster(), self.world.standings())) == []

    @rule(county=counties, rise=st.integers(-1, 2), hard=st.sampled_from([0, 0, 0, 1]), soft=st.sampled_from([0, 0, 1]))
    def send(self, county: str, rise: int, hard: int, soft: int) -> None:
        """A county sends a version, which is checked at once; a locked or repeated one is refused."""
        standing = self.world.standings()[county]
        number = (standing.newest_version.number if standing.newest_version else 0) + rise
        fate = self.world.receive(county, max(1, number))
        if fate is AdmissionOutcome.TAKEN:
            assert standing.state in procedure().resubmittable_states  # 6, 7: nothing moves under a reviewer
            self.world.check(county, hard, soft)

    @rule(county=counties, hard=st.integers(0, 1))
    def check_again(self, county: str, hard: int) -> None:
        """Contracts change: what is undecided is checked anew."""
        self.world.check(county, hard, 0)

    @rule(county=counties, steps=st.integers(1, 4), day=days)
    def carry(self, county: str, steps: int, day: object) -> None:
        """The right people take the next steps of the straight road."""
        for _ in range(steps):
            action = procedure().find_next_action(self.world.standings()[county].state)
            if action is not None:
                self._decide(county, (action.level, action.id), self._right(action.level, county), str(day))

    @rule(county=counties, dates=st.tuples(st.integers(-9, 0), st.integers(-9, 0), st.integers(-9, 0)))
    def enter_from_paper(self, county: str, dates: tuple[int, ...]) -> None:
        """Somebody enters today what was decided on paper on the days before, one step after the other."""
        for day in sorted(dates):
            self.carry(county, 1, day)

    @rule(county=counties, pick=st.integers(0, 99), day=days)
    def turn_aside(self, county: str, pick: int, day: object) -> None:
        """The right person takes any step that the state allows: back, aside, past a level, to a correction."""
        allowed = self._list_allowed(county)
        if allowed:
            what = allowed[pick % len(allowed)]
            self._decide(county, what, self._right(what[0], county), str(day))

    @rule(county=counties, what=st.sampled_from(ACTIONS), day=days)
    def somebody_in_office(self, county: str, what: tuple[str, str], day: object) -> None:
        """The right person tries any action of the level."""
        self._decide(county, what, self._right(what[0], county), str(day))

    @rule(county=counties, what=st.sampled_from(ACTIONS), by=people, day=days, old=st.booleans())
    def anybody(self, county: str, what: tuple[str, str], by: str, day: object, old: bool) -> None:  # noqa: FBT001
        """Anybody tries anything, on the newest version or an older one."""
        versions = self.world.standings()[county].versions
        sha256 = versions[0].sha256 if versions and old else ""
        self._decide(county, what, by, str(day), sha256)

    @rule(county=counties, what=st.sampled_from(ACTIONS), day=days, head=heads)
    def on_an_old_reading(self, county: str, what: tuple[str, str], day: object, head: str) -> None:
        """Who decides on an old reading records nothing."""
        before = self.world.ledger.get_head()
        done = self.world.decide(self._proposal(county, what, self._right(what[0], county), str(day)), stale=head)
        if done is None:
            assert self.world.ledger.get_head() == before != head

    @rule(level=st.sampled_from(["city", "province"]), verb=st.sampled_from(["seal", "unseal"]), day=days)
    def close_roll_up(self, level: str, verb: str, day: object) -> None:
        """A roll-up is sealed or opened, if it may be."""
        area = CITIES[0] if level == "city" else PROVINCE
        self._decide(area, (level, verb), self._right(level, COUNTIES[0]), str(day))

    @rule()
    def say_it_again(self) -> None:
        """13: the last decision handed in again is no second one."""
        entries = self.world.history()
        if entries:
            last = entries[-1]
            again = self.world.ledger.append(last.event, key=last.key)
            assert again == last
            assert self.world.history() == entries

    @property
    def today(self) -> date:
        """The day in China of the clock."""
        return (self.ticks + timedelta(hours=8)).date()

    def _list_allowed(self, county: str) -> list[tuple[str, str]]:
        state = self.world.standings()[county].state
        return [(action.level, action.id) for action in procedure().actions if state in action.from_states]

    def _set_day(self) -> None:
        self.world.today = self.today

    def _action(self, proposal: Proposal) -> Action:
        action = procedure().find_action(proposal.level, proposal.action)
        assert action is not None
        return action

    def _right(self, level: str, county: str) -> str:
        return {"county": f"县{county}", "city": f"市{county[:4]}00", "province": "省甲"}[level]

    def _proposal(self, county: str, what: tuple[str, str], by: str, day: str, sha256: str = "") -> Proposal:
        action = procedure().find_action(*what)
        assert action is not None
        answers = "1：已改\n2：已补" if Precondition.ANSWERS in action.preconditions else ""
        points = POINTS.get(action.effect, answers).format(cell=self.cut[0], amount=self.cut[1])
        if day.lstrip("-").isdecimal():
            day = str(self.today + timedelta(days=int(day)))
        return Proposal(
            county=county,
            level=what[0],
            action=what[1],
            by=by,
            on=day,
            number="号",
            opinion="意见",
            sha256=sha256,
            points=points,
        )

    def _decide(self, county: str, what: tuple[str, str], by: str, day: str, sha256: str = "") -> None:
        proposal = self._proposal(county, what, by, day, sha256)
        before = len(self.world.ledger.rows)
        judged = self.world.decide(proposal)
        if isinstance(judged, DecisionRefusal):
            assert len(self.world.ledger.rows) == before  # a refused action leaves no trace in the chain
            assert format_decision_refusal(judged, wording())  # and can be told in words, whatever the refusal

    def _decisions(self, county: str) -> list[Event]:
        return [
            entry.event
            for entry in self.world.history()
            if entry.event.kind is EventKind.DECISION and entry.event.county == county
        ]

    @invariant()
    def invariant_01_a_filing_was_reported_reviewed_and_filed(self) -> None:
        """1: what is filed was submitted, approved and filed for exactly its sha256, in that order."""
        for county, standing in self.world.standings().items():
            for sha256 in standing.filed_sha256s:
                verbs = [action_of(decision).id for decision in self._decisions(county) if decision.sha256 == sha256]
                last = len(verbs) - 1 - verbs[::-1].index("file")
                assert "approve" in verbs[:last]
                assert "submit" in verbs[: verbs.index("approve")]

    @invariant()
    def invariant_02_and_03_people(self) -> None:
        """2: each actor held the office for the area on that day. 3: no actor at two levels of one submission."""
        for county in COUNTIES:
            levels: dict[str, str] = {}
            for event in self._decisions(county):
                level = procedure().find_level(event.level)
                assert level is not None
                offices = [
                    office for office in roster().find_offices(event.actor) if is_responsible_for(office, county, level)
                ]
                assert any(
                    str(office.since) <= str(event.facts["date"]) <= str(office.until or "9") for office in offices
                )
                assert levels.setdefault(event.actor, event.level) == event.level

    @invariant()
    def invariant_05_nothing_is_approved_with_findings_open(self) -> None:
        """5: at each step of the road the last check had nothing open, waivers and explanations counted."""
        counts: dict[str, tuple[int, int]] = {}
        cleared: dict[str, set[str]] = {county: set() for county in COUNTIES}
        for event in (entry.event for entry in self.world.history() if entry.event.county in COUNTIES):
            if event.kind is EventKind.CHECKED:
                counts[event.county] = (int(str(event.facts["hard"])), int(str(event.facts["soft"])))
            elif event.kind is EventKind.DECISION and action_of(event).effect in (Effect.WAIVE, Effect.EXPLAIN):
                waives = action_of(event).effect is Effect.WAIVE
                cleared[event.county].add("hard" if waives else f"soft{event.sha256}")
            elif event.kind is EventKind.DECISION and Precondition.CLEAR in action_of(event).preconditions:
                hard, soft = counts[event.county]
                waived = "hard" in cleared[event.county] and str(event.facts["date"]) <= "2025-06-15"
                assert not hard or waived
                assert not soft or f"soft{event.sha256}" in cleared[event.county]

    @invariant()
    def invariant_06_a_new_version_voids_open_decisions(self) -> None:
        """6: after a new version nothing counts that was decided on an older one."""
        for county, standing in self.world.standings().items():
            own = [entry.event for entry in self.world.history() if entry.event.county == county]
            last = max((at for at, item in enumerate(own) if item.kind is EventKind.RECEIVED), default=None)
            if last is None:
                continue
            decided = [event for event in own[last:] if event.kind is EventKind.DECISION]
            assert all(item.sha256 == own[last].sha256 for item in decided)
            if not decided:
                assert standing.state in procedure().state_by_outcome.values()

    @invariant()
    def invariant_07_no_level_decides_twice(self) -> None:
        """7: between two approvals of one version at one level stands an un-approval or a return; top-down only."""
        for county in COUNTIES:
            approved: dict[str, str] = {}
            order = [level.id for level in procedure().levels]
            for event in self._decisions(county):
                action = action_of(event)
                if action.verb == "approve":
                    above = order[order.index(event.level) + 1 :]
                    assert approved.get(event.level) != event.sha256
                    assert not any(approved.get(item) == event.sha256 for item in above)
                    approved[event.level] = event.sha256
                elif action.to_state:
                    freed = order[order.index(event.level) :] if action.verb in ("withdraw", "reopen") else order
                    approved = (
                        {level: sha for level, sha in approved.items() if level not in freed} if freed else approved
                    )

    @invariant()
    def invariant_08_a_sealed_roll_up_is_complete(self) -> None:
        """8: while a roll-up is sealed every due county of it is decided at its level, or excused."""
        found = self.world.standings()
        for level_id, area in self.world.sealed():
            level = procedure().find_level(level_id)
            assert level is not None
            inside = [found[code] for code in COUNTIES if level.get_area_code(code) == area]
            assert all(item.state in procedure().closed_states[level_id] for item in inside)

    @invariant()
    def invariant_09_and_18_the_chain_is_gapless_whatever_the_clock(self) -> None:
        """9: numbers run from 1 without a gap, each holds the digest before. 18: whatever the clock said."""
        entries = self.world.history()
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        assert [entry.previous for entry in entries] == [GENESIS_DIGEST, *(entry.digest for entry in entries[:-1])][
            : len(entries)
        ]

    @invariant()
    def invariant_19_no_decision_is_dated_before_what_it_rests_on(self) -> None:
        """19: not before the recording of the file or of another level's decision; the county knows its own file."""
        assert list(list_backdated_decisions(self.world.history())) == []

    @invariant()
    def invariant_32_history_is_kept(self) -> None:
        """32: whatever is un-approved, returned or sent again, no entry is ever altered."""
        entries = self.world.history()
        assert entries[: len(self.seen)] == self.seen
        self.seen = entries

    def teardown(self) -> None:
        """10, 11: one altered entry is named; a cut tail is missed by the head kept outside. 33 at the end, too."""
        self.add_up()
        rows = self.world.ledger.rows
        assert find_first_fault(rows) is None
        if not rows:
            return
        at = len(rows) // 2
        spoiled = [*rows[:at], replace(rows[at], body=rows[at].body.replace("2024", "2025", 1)), *rows[at + 1 :]]
        fault = find_first_fault(spoiled)
        assert fault is not None
        assert fault.sequence == at + 1
        cut = find_first_fault(rows[:-1], earlier_head=rows[-1].digest)
        assert cut is not None
        assert cut.reason_code is ChainFaultReason.HEAD


QUICK = settings(max_examples=HISTORIES, stateful_step_count=35, suppress_health_check=list(HealthCheck))

TestChain = Chain.TestCase
TestChain.settings = settings(QUICK, derandomize="HESUAN_HISTORIES" not in os.environ)


class Walk(Chain):
    """The same, for minutes, along other histories each time."""


TestLongWalk = pytest.mark.long(Walk.TestCase)
TestLongWalk.settings = settings(QUICK, max_examples=LONG_HISTORIES, stateful_step_count=60)
