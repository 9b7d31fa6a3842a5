"""Judge what people decided by the record as it stands."""

import json
from dataclasses import replace

from checks.model.report import Report
from checks.reporting.json_codec import report_from_json
from contracts.procedures import Effect, Procedure
from flows.year.office_day import office_day
from flows.year.year_state import Desk, Handed, Scene
from review.changed_figures import figures_moved
from review.county_state import Standing, Version
from review.decision import decide, decide_roll_up
from review.events import Event
from review.proposal import NOTHING_SEEN, Bench, Denial, Proposal, read_day, said_lines
from review.rollup_seals import sealed_areas
from review.roster import Roster

MOST_MOVED = 3


def judge_handed(scene: Scene, desk: Desk) -> tuple[list[Event], list[tuple[Handed, Denial]]]:
    """Return the decisions that can be recorded now, one a county at most, and those refused as things stand."""
    ready: dict[str, Event] = {}
    denied: list[tuple[Handed, Denial]] = []
    for handed in desk.handed:
        judged = judge_one(scene, desk.roster, handed.proposal)
        if isinstance(judged, Denial):
            denied.append((handed, judged))
        elif judged is not None:
            ready.setdefault(judged.county, judged)
    return list(ready.values()), denied


def judge_one(scene: Scene, roster: Roster, proposal: Proposal) -> Event | Denial | None:
    """Return the event of one proposal, why it is refused, or nothing where it is on record already."""
    standing = scene.standings.get(proposal.county) or Standing(county=proposal.county, state=scene.procedure.start)
    bench = Bench(
        procedure=scene.procedure,
        roster=roster,
        standing=standing,
        policy=scene.policy,
        sealed=sealed_areas(scene.procedure, scene.roll_ups),
        today=office_day(),
    )
    if _recorded(scene, bench, proposal):
        return None
    effect = _effect(scene.procedure, proposal)
    if effect is not None and effect.on_area:
        return decide_roll_up(bench, proposal, scene.standings)
    judged = decide(replace(bench, figures=_figures(scene, standing)) if effect is Effect.REDUCE else bench, proposal)
    return _with_moves(scene, standing, proposal, judged) if isinstance(judged, Denial) else judged


def _with_moves(scene: Scene, standing: Standing, proposal: Proposal, denial: Denial) -> Denial:
    """Who decided on an older version is told which figures have moved since."""
    meant = [one for one in standing.versions if proposal.sha256 == one.sha256 or proposal.version == one.number]
    newest = standing.newest
    if denial.code != "version_moved" or not meant or newest is None or not (meant[0].checked and newest.checked):
        return denial
    moved = list(figures_moved(_report(scene, meant[0]), _report(scene, newest)))
    listed = "、".join(f"{one.place} {one.before}→{one.after}" for one in moved[:MOST_MOVED])
    more = "、……" if len(moved) > MOST_MOVED else ""
    said = scene.words("denial.moved", count=str(len(moved)), listed=listed + more) if moved else ""
    return replace(denial, facts={**denial.facts, "moved": said})


def _effect(procedure: Procedure, proposal: Proposal) -> Effect | None:
    level = procedure.level(proposal.level)
    action = procedure.action(level.id, proposal.action) if level else None
    return action.effect if action else None


def _figures(scene: Scene, standing: Standing) -> dict[tuple[str, str], str]:
    """Return the newest version's figures by place, as its check read them."""
    if standing.newest is None or not standing.newest.checked:
        return {}
    report = _report(scene, standing.newest)
    return {(one.sheet, one.cell): one.amount for one in report.figures if one.township}


def _report(scene: Scene, version: Version) -> Report:
    return report_from_json(json.loads(scene.places.store().read(version.report)))


def _recorded(scene: Scene, bench: Bench, proposal: Proposal) -> bool:
    """A row stays in its workbook after it was carried out; the same row again is no new decision."""
    level = bench.procedure.level(proposal.level)
    action = bench.procedure.action(level.id, proposal.action) if level else None
    day = read_day(proposal.on)
    if level is None or action is None or day is None:
        return False
    done = bench.standing.decisions
    if action.effect.on_area:
        done = tuple(one for one in scene.roll_ups if one.county == proposal.county)
    return any(
        (one.level, one.action, one.actor) == (level.id, action.id, proposal.by)
        and one.facts["date"] == day.isoformat()
        and (one.facts["number"], one.facts["opinion"]) == (proposal.number.strip(), proposal.opinion.strip())
        and one.facts.get("lines", "") == said_lines(proposal.points)
        and (proposal.sha256 in ("", one.sha256) or (proposal.sha256 == NOTHING_SEEN and not one.sha256))
        and proposal.version in (0, one.version)
        for one in done
    )
