"""What a change of the contracts does to verdicts on record: looked at, and nothing recorded."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from checks.model.filing_history import Claim
from checks.model.finding import Refusal, Severity
from checks.model.report import Report
from checks.reporting.json_codec import report_from_json
from flows.intake.filing_history import claims_of, history_from
from flows.intake.returned_files import Office, carried
from flows.year.contract_impact import Touch
from flows.year.locations import Places
from flows.year.year_state import Scene, set_scene
from review.county_state import Standing, Version, recorded_roster
from workbooks.examine import examine

_WEIGHTY: Final = (Severity.HARD, Severity.SOFT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The newest version of one county under the contracts of its check and under those of today.

    *rules* are those with more or fewer unexplained findings now, each with both counts.
    """

    county: str
    version: int
    state: str
    before: Report
    after: Report | Refusal
    rules: Mapping[str, tuple[int, int]]

    @property
    def changes(self) -> bool:
        """Tell whether anything weighty is otherwise."""
        return isinstance(self.after, Refusal) or bool(self.rules) or self.before.outcome != self.after.outcome


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What came of it: every version that was checked anew, and how many the change does not touch."""

    verdicts: tuple[Verdict, ...]
    untouched: int


def recheck(places: Places) -> Rechecked | None:
    """Check again what the contracts of today touch, filed or not; nothing is written. None before any run."""
    with places.open_ledger(must_exist=True) as ledger:
        roster = recorded_roster(ledger.entries(places.year))
        if roster is None:
            return None
        scene = set_scene(places, ledger, roster)
        touch = Touch(scene)
        checked = {county: one.newest for county, one in scene.standings.items() if one.newest and one.newest.checked}
        due = {county: newest for county, newest in checked.items() if touch.on(county, newest)}
        claims = claims_of(scene, ledger, due)
        return Rechecked(tuple(_verdicts(scene, due, claims)), len(checked) - len(due))


def _verdicts(scene: Scene, due: Mapping[str, Version], claims: Mapping[str, tuple[Claim, ...]]) -> Iterator[Verdict]:
    office = Office(scene.library, scene.words, scene.places.store())
    for county, version in sorted(due.items()):
        background = replace(scene.background(county), claims=claims.get(county, ()))
        data, history = office.store.read(version.sha256), history_from(background, office.store)
        found = examine(data, scene.library, scene.words, history=history)
        yield _verdict(office, scene.standings[county], version, found)


def _verdict(office: Office, standing: Standing, version: Version, found: Report | Refusal) -> Verdict:
    before = report_from_json(json.loads(office.store.read(version.report)))
    after = found if isinstance(found, Refusal) else carried(office, standing, found)
    counts = _weighty(before), Counter[str]() if isinstance(after, Refusal) else _weighty(after)
    rules = {
        rule: (counts[0][rule], counts[1][rule])
        for rule in sorted({*counts[0], *counts[1]})
        if counts[0][rule] != counts[1][rule]
    }
    return Verdict(standing.county, version.number, standing.state, before, after, rules)


def _weighty(report: Report) -> Counter[str]:
    return Counter(one.rule for one in report.findings if one.severity in _WEIGHTY and not (one.trial or one.explained))
