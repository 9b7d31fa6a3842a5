"""Carry a year as far as it can go: the stages in their order, each result recorded as soon as its turn comes."""

from collections.abc import Callable, Iterator, Sequence

from contracts.procedures import Effect
from flows.decisions.pending_decisions import judge_handed
from flows.intake.county_stages import perform
from flows.intake.opening_balances import judge_openings
from flows.outputs.output_plan import keep_contracts, makings
from flows.outputs.write_evidence import write_evidence
from flows.run.failure_log import course_of, kind_of
from flows.run.job_assignment import STAGES
from flows.run.pending_work import roster_to_record
from flows.run.run_context import Failure, Result, Year
from flows.year.issued_outputs import unfinished
from flows.year.jobs import Job, Line, Outcome
from flows.year.year_state import Scene
from ledger.atomic_files import clear_beside, settle
from ledger.errors import HeadMoved, LedgerUnavailable, OutputBusy, disk_trouble
from review.decision import decision_key


def advance(year: Year) -> list[Failure]:
    """Take in, check, decide, mark, file; return what broke. Safe to stop at any instant and to run again.

    Raises `HeadMoved` where somebody else recorded something meanwhile: advance again, on what they recorded.
    """
    _finish(year.scene())
    keep_contracts(year.places)
    _record_roster(year)
    _record_openings(year)
    failures = _judge(year)
    while _decide(year):  # a return frees the plots that the submission claimed
        failures += _judge(year)
    failures += _made(year, "evidence", lambda: write_evidence(year.scene(), year.desk.roster))
    for stage, make in makings(year.scene(), year.desk.roster, anew=year.scene):
        failures += _made(year, stage, make)
    return failures


def _judge(year: Year) -> list[Failure]:
    return [failure for stage, jobs_of in STAGES for failure in _carry_out(year, stage, jobs_of(year, year.scene()))]


def _made(year: Year, stage: str, make: Callable[[], Outcome]) -> list[Failure]:
    try:
        _record(year, stage, "", make())
    except (HeadMoved, LedgerUnavailable):
        raise
    except Exception as error:  # noqa: BLE001 - what is recorded stands; the output is written by the next run
        return [_told(year, failed(stage, "", error))]
    return []


def _finish(scene: Scene) -> None:
    """Put into their places the outputs that a killed run left beside them, and clear away the rest."""
    waiting = unfinished(scene)
    for place, sha256 in waiting:
        settle(place, sha256)
    clear_beside(scene.places.outputs / str(scene.places.year), ())


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
    """Return a fault with its course, for the log of the run."""
    return Failure(stage, county, course_of(error), _line_of(error))


def _line_of(error: BaseException) -> Line:
    """Say what broke: a full or broken disk, or a file held open, is no fault of the program."""
    if isinstance(error, OutputBusy):
        return Line("output_busy", {"path": str(error.path)})
    trouble = disk_trouble(error)
    return Line(f"disk_{trouble}", {}) if trouble else Line("failed", {"reason": kind_of(error)})


def _told(year: Year, failure: Failure) -> Failure:
    year.tell(failure.stage, failure.county, failure.line)
    return failure


def _carry_out(year: Year, stage: str, jobs: Sequence[Job]) -> list[Failure]:
    failures = []
    for job, result in zip(jobs, year.each(stage, jobs) if jobs else (), strict=True):
        if isinstance(result, Failure):
            failures.append(_told(year, result))
        else:
            failures += _attempted(year, stage, job.county, result)
    return failures


def _attempted(year: Year, stage: str, county: str, outcome: Outcome) -> list[Failure]:
    """Record a result; an output that cannot be put into its place waits beside it for the next run."""
    try:
        _record(year, stage, county, outcome)
    except OutputBusy as error:
        return [_told(year, failed(stage, county, error))]
    return []


def _record(year: Year, stage: str, county: str, outcome: Outcome) -> None:
    for event, key in outcome.events:
        year.pen.append(event, key=key)
    for place, sha256 in outcome.written:
        settle(place, sha256)
    for line in outcome.lines:
        year.tell(stage, county, line)


def _record_roster(year: Year) -> None:
    roster = roster_to_record(year.scene(), year.desk.roster)
    if roster is not None:
        line = Line("roster", {"count": str(len(year.desk.roster.due))})
        _record(year, "roster", "", Outcome((roster,), (line,)))


def _record_openings(year: Year) -> None:
    scene = year.scene()
    for opened in judge_openings(scene, year.desk)[0]:
        scene.places.store().put(opened.kept)
        line = Line("opening", {name: str(opened.event.facts[name]) for name in ("number", "by")})
        _record(year, "opening", opened.event.county, Outcome(((opened.event, opened.key),), (line,)))


def _decide(year: Year) -> bool:
    """Record decisions until none is left that may be: the order of the rows does not matter.

    Return whether one of them sent a submission back.
    """
    sent_back = False
    scene = year.scene()
    while ready := judge_handed(scene, year.desk)[0]:
        for event in ready:
            action = scene.procedure.action(event.level, event.action)
            sent_back |= action is not None and action.effect is Effect.RETURN
            facts = {name: str(event.facts[name]) for name in ("number", "title", "date")}
            flags = event.facts.get("flags")
            facts["number"] = scene.words("decide.number", number=facts["number"]) if facts["number"] else ""
            facts["flags"] = "".join(f"（{one}）" for one in flags) if isinstance(flags, list) else ""
            line = Line("decided", {**facts, "action": action.name if action else event.action})
            _record(year, "decide", event.county, Outcome(((event, decision_key(event)),), (line,)))
        scene = year.scene()
    return sent_back
