"""Carry a year as far as it can go: the stages in their order, each result recorded as soon as its turn comes."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from flows.filing_stage import write_filing
from flows.places import Places
from flows.run_page import write_run_page
from flows.stages import Job, Line, Outcome, perform
from flows.survey import (
    Desk,
    Scene,
    judge_handed,
    page_path,
    returned_path,
    roster_to_record,
    set_scene,
    sort_arrivals,
    unchecked,
    unmarked,
    unreported,
)
from ledger.record import Ledger
from review.decisions import decision_key
from review.standing import Standing, Version

Tell = Callable[[str, str, Line], None]  # stage, county, what happened


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that broke: a fault of the program, told without stopping the other counties."""

    stage: str
    county: str
    reason: str
    trace: str


Result = Outcome | Failure
Each = Callable[[str, Sequence[Job]], Iterable[Result]]  # gives the results in the order of the jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One run of one year: where, what was handed in, the open record, how jobs are carried out, who listens."""

    places: Places
    desk: Desk
    ledger: Ledger
    each: Each
    tell: Tell

    def scene(self) -> Scene:
        """Read the record as it stands now."""
        return set_scene(self.places, self.ledger, self.desk.roster)


def advance(year: Year) -> list[Failure]:
    """Take in, check, decide, mark, file; return what broke. Safe to stop at any instant and to run again."""
    _record_roster(year)
    failures = [
        failure for stage, jobs_of in _STAGES for failure in _carry_out(year, stage, jobs_of(year, year.scene()))
    ]
    _decide(year)
    for stage, write in (("report", write_run_page), ("file", write_filing)):
        try:
            _record(year, stage, "", write(year.scene(), year.desk.roster))
        except Exception as error:  # noqa: BLE001 - what is recorded stands; the next run writes what is missing
            failures.append(failed(stage, "", error))
    return failures


def in_line(_: str, jobs: Sequence[Job]) -> Iterator[Result]:
    """Carry jobs out one after the other in this process."""
    return (attempt(job) for job in jobs)


def attempt(job: Job) -> Result:
    """Do one job; a fault of the program comes back as a value."""
    try:
        return perform(job)
    except Exception as error:  # noqa: BLE001 - one county's fault must not stop its neighbours
        return failed(job.stage, job.county, error)


def failed(stage: str, county: str, error: BaseException) -> Failure:
    """Return a fault with its trace, for the log of the run."""
    return Failure(stage, county, f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def _carry_out(year: Year, stage: str, jobs: Sequence[Job]) -> list[Failure]:
    failures = []
    for job, result in zip(jobs, year.each(stage, jobs) if jobs else (), strict=True):
        if isinstance(result, Failure):
            failures.append(result)
            year.tell(stage, job.county, Line("failed", {"reason": result.reason}))
        else:
            _record(year, stage, job.county, result)
    return failures


def _record(year: Year, stage: str, county: str, outcome: Outcome) -> None:
    for event, key in outcome.events:
        year.ledger.append(event, key=key)
    for line in outcome.lines:
        year.tell(stage, county, line)


def _record_roster(year: Year) -> None:
    roster = roster_to_record(year.scene(), year.desk.roster)
    if roster is not None:
        line = Line("roster", {"count": str(len(year.desk.roster.due))})
        _record(year, "roster", "", Outcome((roster,), (line,)))


def _receivings(year: Year, scene: Scene) -> list[Job]:
    fresh = sort_arrivals(scene, year.desk).fresh
    return [
        _job(year, scene, "receive", county, files=tuple(str(one.path) for one in files))
        for county, files in sorted(fresh.items())
    ]


def _checkings(year: Year, scene: Scene) -> list[Job]:
    return [
        _job(year, scene, "check", county, files=tuple(one.sha256 for one in versions))
        for county, versions in _by_county(unchecked(scene))
    ]


def _markings(year: Year, scene: Scene) -> list[Job]:
    return _returns(year, scene, "mark", unmarked(scene), returned_path)


def _reportings(year: Year, scene: Scene) -> list[Job]:
    return _returns(year, scene, "report", unreported(scene), page_path)


def _returns(
    year: Year,
    scene: Scene,
    stage: str,
    due: Iterable[tuple[str, Version]],
    path: Callable[[Scene, str, Version], str],
) -> list[Job]:
    """One job a version: what is written is recorded at once, so that a run stopped again and again gets further."""
    return [
        _job(year, scene, stage, county, files=(one.sha256,), outputs=(path(scene, county, one),))
        for county, one in due
    ]


_STAGES: tuple[tuple[str, Callable[[Year, Scene], list[Job]]], ...] = (
    ("receive", _receivings),
    ("check", _checkings),
    ("mark", _markings),
    ("report", _reportings),
)


def _job(
    year: Year,
    scene: Scene,
    stage: str,
    county: str,
    *,
    files: tuple[str, ...],
    outputs: tuple[str, ...] = (),
) -> Job:
    return Job(
        stage=stage,
        county=county,
        places=year.places,
        files=files,
        outputs=outputs,
        standing=scene.standings.get(county) or Standing(county=county, state=scene.procedure.start),
        procedure=scene.procedure.id,
        due=year.desk.roster.county(county) is not None,
        after=len(scene.history),
    )


def _by_county(pairs: Iterable[tuple[str, Version]]) -> list[tuple[str, list[Version]]]:
    grouped: dict[str, list[Version]] = {}
    for county, version in pairs:
        grouped.setdefault(county, []).append(version)
    return sorted(grouped.items())


def _decide(year: Year) -> None:
    """Record decisions until none is left that may be: the order of the rows does not matter."""
    scene = year.scene()
    while ready := judge_handed(scene, year.desk)[0]:
        for event in ready:
            action = scene.procedure.action(event.level, event.action)
            facts = {name: str(event.facts[name]) for name in ("number", "title", "date")}
            line = Line("decided", {**facts, "action": action.name if action else event.action})
            _record(year, "decide", event.county, Outcome(((event, decision_key(event)),), (line,)))
        scene = year.scene()
