"""The end of a run in words: what was refused or passed over, where each county stands, what to do next."""

from collections.abc import Iterator, Sequence

from contracts.messages import Wording
from desk.county_line import standing_line
from flows.run.run_summary import Outlook
from flows.year.county_status import Row
from flows.year.earlier_filings import Shaken
from flows.year.issued_outputs import returned_path
from flows.year.year_state import Scene
from review.events import Kind
from review.proposal import Denial
from review.roster import Roster


def outlook_lines(scene: Scene, standing: Outlook, failures: int) -> Iterator[str]:
    """Return the closing lines of a run, the next thing to do last."""
    words = scene.words
    for name, reason in standing.skipped:
        yield words("run.skipped", name=name, reason=words(f"skipped.{reason}"))
    for name, refusal in standing.refused:
        yield words("run.refused", name=name, message=refusal.message, remedy=refusal.remedy)
    for handed, denial in standing.denied:
        reason = denial_sentence(denial, words) + _entry_behind(scene, handed.proposal.county, denial)
        yield words("run.denied", file=handed.file, row=str(handed.row), reason=reason)
    for row in standing.rows:
        yield standing_line(row, words, scene.procedure)
    steps = list(_next(scene, standing, failures))
    evidence = words("run.next_evidence", **standing.evidence) if standing.evidence else ""
    yield from steps[:-1]
    if steps or evidence:
        yield "".join(steps[-1:]) + evidence


def shaken_lines(shaken: Sequence[Shaken], roster: Roster, words: Wording) -> Iterator[str]:
    """Return a line for each county's year that rests on a filing which has changed since."""
    for one in shaken:
        due = roster.county(one.county)
        name = due.name if due else one.county
        yield words("run.shaken", code=one.county, name=name, year=str(one.year), ground=str(one.ground))


def _entry_behind(scene: Scene, county: str, denial: Denial) -> str:
    """Name the newest entry of the record about the county: what a rule of procedure was held against."""
    told = (Kind.RECEIVED, Kind.CHECKED, Kind.DECISION, Kind.ROLL_UP)
    found = (one for one in reversed(scene.history) if one.event.county == county and one.event.kind in told)
    entry = next(found, None)
    if entry is None or not denial.rule:
        return ""
    return scene.words("denial.entry", sequence=str(entry.sequence), digest=entry.digest[:8])


def denial_sentence(denial: Denial, words: Wording) -> str:
    """Return why a decision was refused, in one sentence or two."""
    facts = dict(denial.facts)
    if denial.code == "incomplete":
        facts["missing"] = words(f"missing.{facts['missing']}")
        facts.setdefault("action", words("missing.decision"))
    reason = words(f"denial.{denial.code}", **facts)
    return words("denial.with_rule", reason=reason, rule=denial.rule, basis=denial.basis) if denial.rule else reason


def _next(scene: Scene, standing: Outlook, failures: int) -> Iterator[str]:
    words = scene.words
    if failures:
        yield words("run.next_failed", count=str(failures), path=str(scene.places.failure_log))
    if standing.refused:
        yield words("run.next_refused", count=str(len(standing.refused)))
    if standing.denied:
        yield words("run.next_denied", count=str(len(standing.denied)))
    waiting = [row for row in standing.rows if row.state not in scene.procedure.final]
    for row in waiting:
        yield _next_of(row, scene)
    if standing.rows and not waiting:
        place = scene.places.output(standing.filing) if standing.filing else ""
        yield words("run.next_done", path=str(place))


def _next_of(row: Row, scene: Scene) -> str:
    words = scene.words
    newest = scene.standings[row.code].newest
    if newest is not None and (row.hard or row.soft) and row.state in scene.procedure.on_check.values():
        path = scene.places.output(returned_path(scene, row.code, newest))
        return words("run.next_return", code=row.code, name=row.name, path=str(path))
    turn = scene.procedure.next_action(row.state)
    level = scene.procedure.level(turn.level) if turn else None
    if turn is None or level is None:
        return words("run.next_send", code=row.code, name=row.name)
    return words("run.next_wait", code=row.code, name=row.name, level=level.name, action=turn.name)
