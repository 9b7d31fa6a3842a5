"""A roster and a history of one county, made for trying the review chain."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256

from checks.model.cell_ref import CellRef
from checks.model.finding import ExplainedCell, Finding, LogicalLocation, Severity
from contracts.contract_library import open_library
from contracts.procedures import Procedure
from contracts.return_policy import ReturnPolicy
from review.county_state import CountyState
from review.decision import decide_proposal
from review.event_replay import replay_events
from review.events import Event, EventKind, JsonValue, LedgerEntry
from review.proposal import DecisionContext, DecisionRefusal, Proposal
from review.roster import DueCounty, Officer, Roster

COUNTY, NEIGHBOUR, YEAR = "530113", "530114", 2024
NEVER_LEFT = date(2024, 1, 1)


def officer(person: str, level: str, area: str, *, until: date | None = None) -> Officer:
    """Make an office of a level and area."""
    return Officer(
        id=person, title=f"{level}经办", unit=f"{area}单位", level=level, area=area, since=NEVER_LEFT, until=until
    )


OFFICERS = (
    officer("county", "county", COUNTY),
    officer("county-2", "county", COUNTY),
    officer("neighbour", "county", NEIGHBOUR),
    officer("city", "city", "530100"),
    officer("other-city", "city", "530300"),
    officer("province", "province", "530000"),
    officer("former", "city", "530100", until=date(2024, 12, 31)),
    officer("many", "county", COUNTY),  # one person who holds an office at every level
    officer("many", "city", "530100"),
    officer("many", "province", "530000"),
)


@cache
def procedure() -> Procedure:
    """Return the chain of the annual accounting."""
    return open_library().get_procedure("annual-accounting")


@cache
def policy() -> ReturnPolicy:
    """Return what an explanation must hold."""
    return open_library().get_return_policy()


def roster() -> Roster:
    """Return the roster of a year in which two counties are due."""
    return Roster(
        year=YEAR,
        procedure="annual-accounting",
        province=("530000", "云南省"),
        cities={"530100": "昆明市"},
        due_counties=(DueCounty(COUNTY, "东川区", "530100"), DueCounty(NEIGHBOUR, "呈贡区", "530100")),
        deadlines={"county": date(2025, 1, 31), "city": date(2025, 2, 28), "province": date(2025, 3, 31)},
        officers=OFFICERS,
    )


def make_soft_finding(rule: str = "F11", cell: str = "A12") -> Finding:
    """Make a finding that waits for an explanation."""
    return Finding(
        rule=rule,
        severity=Severity.SOFT,
        sheet="附件3",
        cell=cell,
        cells=(CellRef("附件3", cell),),
        message="序号不连续",
        remedy="请说明",
        basis="惯例",
        logical_location=LogicalLocation("linkage", cell, "serial"),
        explained_cells=(ExplainedCell(CellRef("附件3", cell), f"{cell}:1"),),
    )


def fingerprint(version: int) -> str:
    """Return the sha256 of a made-up version."""
    return sha256(str(version).encode()).hexdigest()


@dataclass
class Road:
    """What has happened to one county so far."""

    events: list[Event] = field(default_factory=list)

    def receive(self, version: int) -> "Road":
        """Take a version."""
        sha, name = fingerprint(version), f"第{version}版.xlsx"
        self.events.append(
            Event(
                kind=EventKind.RECEIVED,
                year=YEAR,
                county=COUNTY,
                version=version,
                sha256=sha,
                facts={"name": name, "bytes": 1},
            )
        )
        return self

    def check(self, version: int, *, hard: int = 0, soft: int = 0) -> "Road":
        """Check a version, with so many findings."""
        facts: dict[str, JsonValue] = {
            "hard": hard,
            "soft": soft,
            "notes": 0,
            "report": "r",
            "contracts": "c",
            "outcome": "",
        }
        sha = fingerprint(version)
        self.events.append(
            Event(kind=EventKind.CHECKED, year=YEAR, county=COUNTY, version=version, sha256=sha, facts=facts)
        )
        return self

    def hand_in(self, version: int, *, hard: int = 0, soft: int = 0) -> "Road":
        """Take and check a version."""
        return self.receive(version).check(version, hard=hard, soft=soft)

    def decide(self, *steps: str) -> "Road":
        """Carry out decisions written as person, level and action; each must be allowed."""
        for step in steps:
            person, level, action = step.split()
            judged = self.judge(proposal(person, level, action))
            assert isinstance(judged, Event), (step, judged)
            self.events.append(judged)
        return self

    def judge(self, proposed: Proposal) -> Event | DecisionRefusal:
        """Ask whether a decision may be made now."""
        return decide_proposal(
            DecisionContext(
                procedure=procedure(),
                roster=roster(),
                county_state=self.standing(),
                return_policy=policy(),
                findings=(make_soft_finding(),),
            ),
            proposed,
        )

    def standing(self) -> CountyState:
        """Say where the county stands."""
        return replay_events(procedure(), roster(), entries(self.events))[COUNTY]


def proposal(person: str, level: str, action: str, **other: str | int) -> Proposal:
    """Write down a complete decision on the newest version."""
    given = {
        "county": COUNTY,
        "level": level,
        "action": action,
        "by": person,
        "on": "2025-02-01",
        "number": "文〔2025〕1号",
        "opinion": "同意。",
        **other,
    }
    return Proposal(**given)  # type: ignore[arg-type]  # the fields differ in type


def entries(events: Iterable[Event]) -> list[LedgerEntry]:
    """Return events as the ledger would give them back."""
    return [
        LedgerEntry(
            sequence=at, previous="", digest=str(at), at="2025-01-20T00:00:00+00:00", system_user="", key="", event=item
        )
        for at, item in enumerate(events, start=1)
    ]
