"""The page of a run: where every county stands, and how far the year is against the plan."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

from checks.report import Report
from contracts.messages import Wording
from filing.cells import day_of
from filing.html import run_html
from filing.page import CountyLine, RunPage
from filing.progress import Amounts, Plot, done_by_township, plot
from flows.returning import Office, county_of
from flows.stages import Line, Outcome, output_event, write_output
from flows.survey import Scene, basis_of_filing, filing_path, page_path, run_page_due, run_page_path
from review.events import Kind
from review.roster import Due, Roster
from review.standing import Version


def write_run_page(scene: Scene, roster: Roster) -> Outcome:
    """Write the page of the run; nothing where it is current."""
    if not run_page_due(scene):
        return Outcome()
    basis, path = basis_of_filing(scene), run_page_path(scene)
    data = run_html(_page(scene, roster))
    written = write_output(scene.places, path, data)
    event = output_event(scene.places, path, data, basis=basis)
    key = f"issued:{path}:{basis}:after {len(scene.history)}"
    return Outcome(((event, key),), (Line("marked", {"path": path}),), (written,))


def _page(scene: Scene, roster: Roster) -> RunPage:
    resting = next(one for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED)
    most = scene.library.returning().caps["page"]
    lines = [_line(scene, one) for one in roster.due]
    filed = any(one.state in scene.procedure.final for one in scene.standings.values())
    return RunPage(
        title=scene.words("page.run_title", province=roster.province[1], year=roster.year),
        year=roster.year,
        as_of=_date(resting.at, scene.words),
        head=resting.digest,
        states={name: sum(one.state == name for one in lines) for name in dict.fromkeys(one.state for one in lines)},
        counties=tuple(lines[:most]),
        total=len(lines),
        plots=tuple(_plots(scene, roster, most)),
        filing=filing_path(roster) if filed else "",
    )


def _date(moment: str, words: Wording) -> str:
    day = day_of(moment)
    return words("filing.date", year=day.year, month=day.month, day=day.day)


def _line(scene: Scene, due: Due) -> CountyLine:
    standing = scene.standings[due.code]
    newest = standing.newest
    checked = newest is not None and newest.checked
    return CountyLine(
        code=due.code,
        name=due.name,
        state=scene.procedure.states[standing.state],
        version=str(newest.number) if newest else "",
        hard=newest.hard if newest else None,
        soft=newest.soft if newest else None,
        explained=newest.explained if newest and checked else None,
        link=quote(page_path(scene, due.code, newest)) if newest and checked else "",
    )


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
                Amounts(county, *(_sum(getattr(one, at) for one in its) for at in ("done", "due")))
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


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    found = [one for one in amounts if one is not None]
    return sum(found, Decimal(0)) if found else None
