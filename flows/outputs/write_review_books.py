"""The review workbooks: one for each reviewing area, from the record and the reports kept with it."""

import json
from collections.abc import Iterator

from checks.model.report import Report
from checks.reporting.json_codec import report_from_json
from filing.context.review_context import Reviewed, ReviewScene
from filing.review_book.review_workbook import review_book
from flows.year.issued_outputs import ReviewDue, output_event, write_output
from flows.year.jobs import Line, Outcome
from flows.year.year_state import Scene
from ledger.object_store import Store
from review.county_state import Standing, Version
from review.reductions import reviewed
from review.rollup_seals import due_in, sealed_areas
from review.roster import Due, Roster
from workbooks.writer.write_book import write_book


def write_review(scene: Scene, roster: Roster, due: ReviewDue) -> Outcome:
    """Write one review workbook."""
    data = write_book(review_book(_review_scene(scene, roster, due), scene.words))
    event = output_event(scene.places, due.path, data, basis=due.basis)
    written = write_output(scene.places, due.path, data)
    key = f"issued:{due.path}:{due.basis}:after {len(scene.history)}"
    return Outcome(((event, key),), (Line("marked", {"path": due.path}),), (written,))


def _review_scene(scene: Scene, roster: Roster, due: ReviewDue) -> ReviewScene:
    store = scene.places.store()
    names = {**roster.cities, roster.province[0]: roster.province[1]}
    return ReviewScene(
        level=due.level,
        area=due.area,
        name=names.get(due.area, due.area),
        roster=roster,
        procedure=scene.procedure,
        counties=tuple(_counties(scene, roster, due, store)),
        sealed=(due.level.id, due.area) in sealed_areas(scene.procedure, scene.roll_ups),
        as_of=due.as_of,
    )


def _counties(scene: Scene, roster: Roster, due: ReviewDue, store: Store) -> Iterator[Reviewed]:
    for one in due_in(roster, due.level, due.area):
        yield _county(scene, one, due, store)


def _county(scene: Scene, due: Due, review: ReviewDue, store: Store) -> Reviewed:
    standing = scene.standings[due.code]
    report = _report(store, standing.newest)
    seen = _seen(standing, review.level.id)
    seen_report = _report(store, seen)
    last_year = scene.last_year.get(due.code)
    return Reviewed(
        due=due,
        standing=standing,
        report=report,
        reviewed=reviewed(report, standing) if report else None,
        last_year=_read(store, last_year) if last_year else None,
        seen=(seen, seen_report) if seen and seen_report else None,
    )


def _seen(standing: Standing, level: str) -> Version | None:
    """Return the version on which this level acted last: what has changed since then is what it must look at."""
    acted = [one.sha256 for one in standing.decisions if one.level == level and one.sha256]
    return next((one for one in standing.versions if acted and one.sha256 == acted[-1]), None)


def _report(store: Store, version: Version | None) -> Report | None:
    return _read(store, version.report) if version is not None and version.checked else None


def _read(store: Store, name: str) -> Report:
    return report_from_json(json.loads(store.read(name)))
