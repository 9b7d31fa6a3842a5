"""What the page of a year shows besides its board: links to the counties' pages, and how far the year is."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from checks.model.report import Report
from checks.parsing.decimal_amounts import sum_known_amounts
from filing.pages.progress_plots import Amounts, Plot, done_by_township, plot
from filing.status.status_page import Beside
from flows.intake.returned_files import Office, county_of
from flows.outputs.filings_due import filing_path
from flows.year.issued_outputs import page_path
from flows.year.year_state import Scene
from review.county_state import Version
from review.events import Kind
from review.roster import Due, Roster


def beside_board(scene: Scene, roster: Roster) -> Beside:
    """Read from the record and the reports what the page shows besides the board."""
    resting = next(one for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED)
    most = scene.library.returning().caps["page"]
    filed = any(one.filed for one in scene.standings.values())
    return Beside(
        head=resting.digest,
        links={one.code: _link(scene, one, newest) for one in roster.due if (newest := _checked(scene, one))},
        plots=tuple(_plots(scene, roster, most)),
        filing=filing_path(roster) if filed else "",
        most=most,
    )


def _link(scene: Scene, due: Due, version: Version) -> str:
    return quote(f"../{page_path(scene, due.code, version)}")


def _plots(scene: Scene, roster: Roster, most: int) -> Iterator[Plot]:
    """Give a plot a measure: by township, or by county where there are too many townships to look at."""
    office = Office(scene.library, scene.words, scene.places.store())
    found = [(one.name, office.report(newest)) for one in roster.due if (newest := _checked(scene, one)) is not None]
    for measure, name, unit in dict.fromkeys(one for _, report in found for one in _measures(scene, report)):
        counties = [(county, _amounts(scene, report, measure)) for county, report in found]
        told = len(counties) > 1
        rows = [replace(one, name=f"{county} {one.name}") if told else one for county, its in counties for one in its]
        if len(rows) > most:
            rows = [
                Amounts(county, *(sum_known_amounts(getattr(one, at) for one in its) for at in ("done", "due")))
                for county, its in counties
            ]
        if rows:
            yield plot(name, unit, rows)


def _checked(scene: Scene, due: Due) -> Version | None:
    newest = scene.standings[due.code].newest
    return newest if newest is not None and newest.checked else None


def _measures(scene: Scene, report: Report) -> Iterator[tuple[str, str, str]]:
    plan = county_of(scene.library, report)[1]
    for one in plan.measures.values() if plan else ():
        yield one.id, one.name, plan.unit if plan else ""


def _amounts(scene: Scene, report: Report, measure: str) -> list[Amounts]:
    plan, done = county_of(scene.library, report)[1], done_by_township(report, measure)
    if not done:
        return []
    targets = plan.measures[measure].townships if plan and measure in plan.measures else {}
    names = dict.fromkeys([*targets, *done])
    return [Amounts(name, done.get(name), targets.get(name, {}).get(report.identity.year)) for name in names]
