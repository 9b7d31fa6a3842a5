"""The last stage: write the province's filing from the record and the reports kept with it."""

import json

from checks.report import Report
from checks.shape import report_from_json
from contracts.plans import Plan
from filing.province import FiledCounty, FilingScene, province_book
from flows.stages import Line, Outcome, output_event, write_output
from flows.survey import Scene, basis_of_filing, filing_due, filing_path
from ledger.store import Store
from review.events import Kind
from review.reducing import reviewed
from review.roster import Due, Roster
from review.standing import Standing, Version, as_filed
from workbooks.writing import write_book


def write_filing(scene: Scene, roster: Roster) -> Outcome:
    """Write the filing where it is due; nothing where it is current or nothing is filed."""
    if not filing_due(scene, roster):
        return Outcome()
    basis, path = basis_of_filing(scene), filing_path(roster)
    data = write_book(province_book(_filing_scene(scene, roster), scene.words))
    event = output_event(scene.places, path, data, basis=basis)
    key = f"issued:{path}:{basis}:after {len(scene.history)}"
    written = write_output(scene.places, path, data)
    return Outcome(((event, key),), (Line("filed", {"path": path}),), (written,))


def _filing_scene(scene: Scene, roster: Roster) -> FilingScene:
    store = scene.places.store()
    due = [(one, scene.standings[one.code]) for one in roster.due]
    filed = [(one, as_filed(scene.procedure, at)) for one, at in due]
    resting = next(one for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED)
    return FilingScene(
        roster=roster,
        procedure=scene.procedure,
        filed=tuple(_filed(scene, store, one, at) for one, at in filed if at is not None),
        open=tuple(at for one, at in due if not at.filed),
        excused=frozenset(one.code for one, at in due if at.state in scene.procedure.excused),
        contracts=scene.contracts,
        head=resting.digest,
        as_of=resting.at,
    )


def _filed(scene: Scene, store: Store, due: Due, standing: Standing) -> FiledCounty:
    *earlier, newest = standing.versions
    return FiledCounty(
        due=due,
        standing=standing,
        report=reviewed(_report(store, newest), standing),
        plan=_plan(scene, due.code),
        earlier=tuple((one, _report(store, one)) for one in earlier if one.checked),
    )


def _report(store: Store, version: Version) -> Report:
    return report_from_json(json.loads(store.read(version.report)))


def _plan(scene: Scene, county: str) -> Plan | None:
    package = scene.library.package(county, scene.places.year)
    return scene.library.plan(package.plan) if package and package.plan else None
