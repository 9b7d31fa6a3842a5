"""Whatever people hand in and decide, in whatever order: the chain is walked level by level on the same bytes."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from review.county_state import CountyState
from review.events import Event
from review.version_admission import AdmissionOutcome, VersionCandidate, decide_admissions
from tests.builders.chain import OFFICERS, Road, fingerprint, procedure, proposal

PEOPLE = st.sampled_from(sorted({officer.id for officer in OFFICERS}))
LEVEL_DUE = {"received": "county", "submitted": "city", "in_review": "city", "reviewed": "province"}
ORDER = [("county", "submit"), ("city", "approve"), ("province", "file")]


class Chain(RuleBasedStateMachine):
    """One county's year: versions arrive, are checked, and anybody tries to decide anything."""

    def __init__(self) -> None:
        super().__init__()
        self.road = Road()
        self.hard: dict[str, int] = {}

    def standing(self) -> CountyState:
        """Say where the county stands."""
        return self.road.standing()

    @rule(version=st.integers(1, 4), hard=st.sampled_from([0, 0, 0, 1]), soft=st.sampled_from([0, 0, 0, 0, 1]))
    def hand_in(self, version: int, hard: int, soft: int) -> None:
        """Hand in a version; it enters the record only where it is admitted."""
        before = self.standing()
        candidate = VersionCandidate(fingerprint(version), f"{version}.xlsx", version)
        known = [version for version in before.versions if version.sha256 == candidate.sha256]
        (fate,) = decide_admissions(procedure(), before, [candidate])
        if known or fate.outcome is not AdmissionOutcome.TAKEN:
            return
        assert before.newest_version is None or version > before.newest_version.number
        assert before.state not in ("in_review", "reviewed", "filed")
        self.road.hand_in(version, hard=hard, soft=soft)
        self.hard[candidate.sha256] = hard
        assert self.standing().get_newest_decisions() == ()

    @rule(
        person=PEOPLE,
        level=st.sampled_from(["county", "city", "province"]),
        verb=st.sampled_from(["approve", "approve", "approve", "return", "take_up"]),
        version=st.integers(0, 4),
    )
    def decide(self, person: str, level: str, verb: str, version: int) -> None:
        """Let anybody try to decide on any version."""
        before = self.standing()
        judged = self.road.judge(proposal(person, level, verb, version=version))
        if not isinstance(judged, Event):
            return
        assert before.newest_version is not None
        assert judged.sha256 == before.newest_version.sha256
        assert version in (0, before.newest_version.number)
        same = [
            decision
            for decision in before.get_newest_decisions()
            if decision.level == judged.level and decision.action != "take_up"
        ]
        assert judged.action == "take_up" or same == []
        self.road.events.append(judged)

    @rule(own=st.sampled_from([True, True, True, False]), verb=st.sampled_from(["approve"] * 4 + ["take_up", "return"]))
    @precondition(lambda self: self.standing().state in LEVEL_DUE)
    def decide_in_turn(self, *, own: bool, verb: str) -> None:
        """Let the level whose turn it is act, so that the end of the road is reached often enough."""
        level = LEVEL_DUE[self.standing().state]
        self.decide(level if own else "many", level, verb, 0)

    @rule(level=st.sampled_from(["county", "city", "province"]), verb=st.sampled_from(["approve", "return"]))
    def decide_out_of_turn(self, level: str, verb: str) -> None:
        """Let the right person of any level try, whosever turn it is."""
        self.decide(level, level, verb, 0)

    @rule(version=st.integers(1, 4))
    @precondition(lambda self: self.standing().state in LEVEL_DUE)
    def decide_on_version(self, version: int) -> None:
        """Let the right person at the right time name any version."""
        level = LEVEL_DUE[self.standing().state]
        self.decide(level, level, "approve", version)

    @invariant()
    def filed_only_by_the_whole_road(self) -> None:
        """What is filed was submitted by the county, approved by the city and filed by the province, in that order."""
        standing = self.standing()
        if standing.state == "filed":
            steps = [
                (decision.level, decision.action)
                for decision in standing.get_newest_decisions()
                if decision.action != "take_up"
            ]
            assert steps == ORDER
            assert {decision.sha256 for decision in standing.get_newest_decisions()} == {standing.versions[-1].sha256}

    @invariant()
    def nobody_at_two_levels(self) -> None:
        """Each person has acted at one level only."""
        levels: dict[str, set[str]] = {}
        for decision in self.standing().decisions:
            levels.setdefault(decision.actor, set()).add(decision.level)
        assert all(len(level) == 1 for level in levels.values())

    @invariant()
    def nothing_broken_is_decided(self) -> None:
        """A version with hard findings is never submitted, let alone approved."""
        assert all(self.hard[decision.sha256] == 0 for decision in self.standing().decisions)

    @invariant()
    def versions_rise(self) -> None:
        """Versions are on record in the order of their numbers."""
        numbers = [version.number for version in self.standing().versions]
        assert numbers == sorted(set(numbers))

    @invariant()
    def state_is_known(self) -> None:
        """A county always stands in one of the states of its procedure."""
        assert self.standing().state in procedure().states


TestChain = Chain.TestCase
TestChain.settings = settings(max_examples=60, stateful_step_count=25)
