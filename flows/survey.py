"""Look at inbox and record with plain functions: what stands, what can advance. Nothing is changed here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.findings import Refusal
from checks.shape import refusal_from_json
from contracts.library import Library
from contracts.messages import Wording
from contracts.procedures import Procedure
from flows.inbox import Arrival, Inbox, Skipped
from flows.places import Places
from ledger.record import Ledger
from review.decisions import Bench, Denial, Proposal, decide, read_day
from review.events import Entry, Event, Kind
from review.roster import Roster, roster_facts
from review.standing import Standing, Version, standings


@dataclass(frozen=True, slots=True)
class Handed:
    """One row of a review workbook that was handed in."""

    file: str
    row: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Desk:
    """What people handed in this year, read once a run: files, decisions, the roster, and what is wrong with them."""

    inbox: Inbox
    roster: Roster
    handed: tuple[Handed, ...]
    refused: tuple[tuple[str, Refusal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The contracts and the record as they stand at one moment."""

    places: Places
    library: Library
    words: Wording
    procedure: Procedure
    contracts: str
    history: Sequence[Entry]
    standings: Mapping[str, Standing]


def set_scene(places: Places, ledger: Ledger, roster: Roster) -> Scene:
    """Read the record anew."""
    library = places.library()
    procedure = library.procedure(roster.procedure)
    history = ledger.entries(places.year)
    return Scene(
        places=places,
        library=library,
        words=library.wording(),
        procedure=procedure,
        contracts=library.version(),
        history=history,
        standings=standings(procedure, roster, history),
    )


def roster_to_record(scene: Scene, roster: Roster) -> tuple[Event, str] | None:
    """Return the roster as an event where it differs from the one on record."""
    last = next((one for one in reversed(scene.history) if one.event.kind is Kind.ROSTER), None)
    facts = roster_facts(roster)
    if last is not None and dict(last.event.facts) == facts:
        return None
    event = Event(kind=Kind.ROSTER, year=scene.places.year, facts=facts)
    return event, f"roster:{scene.places.year}:after {last.sequence if last else 0}"


@dataclass(frozen=True, slots=True)
class Sorted:
    """The files of the inbox: new ones by county, those that stand refused, those passed over."""

    fresh: Mapping[str, tuple[Arrival, ...]]
    refused: tuple[tuple[Arrival, Refusal], ...]
    skipped: tuple[Skipped, ...]


def sort_arrivals(scene: Scene, desk: Desk) -> Sorted:
    """Tell new files from those that the record knows already."""
    fresh: dict[str, list[Arrival]] = {}
    refused, skipped = [], list(desk.inbox.skipped)
    present = {one.sha256 for one in desk.inbox.arrivals}
    for arrival in desk.inbox.arrivals:
        known = _received_as(scene, arrival)
        standing = None if known else _standing_refusal(scene, arrival, desk, present)
        if known is not None:
            skipped += [Skipped(f"{arrival.county}/{arrival.name}", "known")] if known != arrival.name else []
        elif standing is not None:
            refused.append((arrival, standing))
        elif _superseded(scene, arrival):
            skipped.append(Skipped(f"{arrival.county}/{arrival.name}", "version_old"))
        else:
            fresh.setdefault(arrival.county, []).append(arrival)
    return Sorted({county: tuple(files) for county, files in fresh.items()}, tuple(refused), tuple(skipped))


def _received_as(scene: Scene, arrival: Arrival) -> str | None:
    standing = scene.standings.get(arrival.county)
    versions = standing.versions if standing and arrival.sha256 else ()
    return next((one.name for one in versions if one.sha256 == arrival.sha256), None)


def _superseded(scene: Scene, arrival: Arrival) -> bool:
    """An old version that came late is passed over once and for all."""
    return any(_same_file(one.event, arrival) and one.event.facts["code"] == "version_old" for one in _refusals(scene))


def _standing_refusal(scene: Scene, arrival: Arrival, desk: Desk, present: set[str]) -> Refusal | None:
    recorded = [one.event for one in _refusals(scene) if _same_file(one.event, arrival)]
    if not recorded or recorded[-1].facts["code"] == "version_old":
        return None
    last = recorded[-1]
    if last.facts["contracts"] != scene.contracts or _lifted(scene, last, desk, present):
        return None
    if arrival.refusal is not None and arrival.refusal.code != last.facts["code"]:
        return None
    return refusal_from_json({name: last.facts[name] for name in Refusal.__slots__})


def _lifted(scene: Scene, event: Event, desk: Desk, present: set[str]) -> bool:
    standing = scene.standings.get(event.county)
    if event.facts["code"] == "version_conflict":
        rivals = str(event.facts.get("rivals", "")).split()
        kept = {one.sha256 for one in standing.versions} if standing else set()
        return not any(one in present or one in kept for one in rivals)
    if event.facts["code"] == "version_locked":
        return standing is None or standing.state in scene.procedure.open_to_new_version
    return event.facts["code"] == "not_due" and desk.roster.county(event.county) is not None


def _refusals(scene: Scene) -> Iterator[Entry]:
    return (one for one in scene.history if one.event.kind is Kind.REFUSED)


def _same_file(event: Event, arrival: Arrival) -> bool:
    return (event.county, event.sha256, event.facts["name"]) == (arrival.county, arrival.sha256, arrival.name)


def unchecked(scene: Scene) -> Iterator[tuple[str, Version]]:
    """Return the versions to check: never checked, or newest and undecided under contracts that have changed."""
    for county, standing in scene.standings.items():
        undecided = standing.state in scene.procedure.on_check.values()
        for version in standing.versions:
            stale = version is standing.newest and undecided and version.contracts != scene.contracts
            if not version.checked or stale:
                yield county, version


def issued(scene: Scene, path: str) -> list[Event]:
    """Return what the record says of an output, oldest first."""
    events = (one.event for one in scene.history if one.event.kind is Kind.ISSUED)
    return [one for one in events if one.facts["path"] == path]


def is_current(scene: Scene, path: str, basis: str) -> bool:
    """Tell whether an output is there and was made from *basis*. Its bytes are never read back."""
    last = issued(scene, path)[-1:]
    return bool(last) and last[0].facts["basis"] == basis and scene.places.output(path).is_file()


def returned_path(scene: Scene, county: str, version: Version) -> str:
    """Return where the marked workbook of a version goes, relative to the year's outputs."""
    return f"returned/{county}/{county}-{scene.places.year}-第{version.number}版-问题标注.xlsx"


def unmarked(scene: Scene) -> Iterator[tuple[str, Version]]:
    """Return the checked versions whose marked workbook is missing or made from an older check."""
    for county, standing in scene.standings.items():
        for version in standing.versions:
            flagged = version.checked and (version.hard or version.soft or version.notes)
            if flagged and not is_current(scene, returned_path(scene, county, version), version.report):
                yield county, version


def page_path(scene: Scene, county: str, version: Version) -> str:
    """Return where the page of a version goes, relative to the year's outputs."""
    return f"returned/{county}/{county}-{scene.places.year}-第{version.number}版-核对报告.html"


def unreported(scene: Scene) -> Iterator[tuple[str, Version]]:
    """Return the checked versions whose page is missing or made from an older check."""
    for county, standing in scene.standings.items():
        for version in standing.versions:
            if version.checked and not is_current(scene, page_path(scene, county, version), version.report):
                yield county, version


def run_page_path(scene: Scene) -> str:
    """Return where the page of the run goes, relative to the year's outputs."""
    return f"{scene.places.year}-核算进度.html"


def run_page_due(scene: Scene) -> bool:
    """Tell whether the page of the run is to be written: something is recorded, and it does not show the head."""
    return bool(scene.history) and not is_current(scene, run_page_path(scene), basis_of_filing(scene))


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
    bench = Bench(procedure=scene.procedure, roster=roster, standing=standing)
    return None if _recorded(bench, proposal) else decide(bench, proposal)


def _recorded(bench: Bench, proposal: Proposal) -> bool:
    """A row stays in its workbook after it was carried out; the same row again is no new decision."""
    level = bench.procedure.level(proposal.level)
    action = bench.procedure.action(level.id, proposal.action) if level else None
    day = read_day(proposal.on)
    if level is None or action is None or day is None:
        return False
    return any(
        (one.level, one.action, one.actor) == (level.id, action.id, proposal.by)
        and one.facts["date"] == day.isoformat()
        and (one.facts["number"], one.facts["opinion"]) == (proposal.number.strip(), proposal.opinion.strip())
        and proposal.sha256 in ("", one.sha256)
        and proposal.version in (0, one.version)
        for one in bench.standing.decisions
    )


def basis_of_filing(scene: Scene) -> str:
    """Return the digest of the year's last entry that is not about an output: what a filing rests on."""
    return next((one.digest for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED), "")


def filing_path(roster: Roster) -> str:
    """Return where the province's filing goes, relative to the year's outputs."""
    return f"filing/{roster.province[0]}-{roster.year}-年度核算备案.xlsx"


def filing_due(scene: Scene, roster: Roster) -> bool:
    """Tell whether the filing is to be written: something is filed, and the filing does not show the record's head."""
    filed = any(one.state in scene.procedure.final for one in scene.standings.values())
    return filed and not is_current(scene, filing_path(roster), basis_of_filing(scene))


def has_work(scene: Scene, desk: Desk) -> bool:
    """Tell whether anything can advance."""
    questions: Iterable[object] = (
        roster_to_record(scene, desk.roster),
        sort_arrivals(scene, desk).fresh,
        next(unchecked(scene), None),
        next(unmarked(scene), None),
        next(unreported(scene), None),
        judge_handed(scene, desk)[0],
        filing_due(scene, desk.roster),
        run_page_due(scene),
    )
    return any(questions)
