"""Look at inbox and record with plain functions: what stands, what can advance. Nothing is changed here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.reporting.json_codec import refusal_from_json
from flows.decisions.pending_decisions import judge_handed
from flows.intake.opening_balances import judge_openings
from flows.outputs.filings_due import filings_due
from flows.outputs.withdraw_outputs import withdrawn
from flows.outputs.write_evidence import evidence_due
from flows.outputs.write_manifest import manifest_due
from flows.year.contract_impact import Touch
from flows.year.inbox import Arrival, Skipped
from flows.year.issued_outputs import (
    boards_due,
    reviews_due,
    unfinished,
    unmarked,
    unreported,
)
from flows.year.year_state import Desk, Scene
from review.county_state import Version
from review.events import Entry, Event, Kind
from review.roster import Roster, roster_facts


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


def vanished(scene: Scene, desk: Desk, seen: Sequence[Arrival]) -> tuple[Arrival, ...]:
    """Return the files that were seen and lie there no more, unless the record holds them: the inbox was pulled out."""
    present = {one.path for one in desk.inbox.arrivals}
    return tuple(one for one in seen if one.path not in present and _received_as(scene, one) is None)


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
    if event.facts["code"] in ("version_locked", "unit_excused"):
        return standing is None or standing.state in scene.procedure.open_to_new_version
    return event.facts["code"] == "not_due" and desk.roster.county(event.county) is not None


def _refusals(scene: Scene) -> Iterator[Entry]:
    return (one for one in scene.history if one.event.kind is Kind.REFUSED)


def _same_file(event: Event, arrival: Arrival) -> bool:
    return (event.county, event.sha256, event.facts["name"]) == (arrival.county, arrival.sha256, arrival.name)


def unchecked(scene: Scene) -> Iterator[tuple[str, Version]]:
    """Return the versions to check: never checked, or newest and undecided on contracts or balances that changed."""
    touch = Touch(scene)
    for county, standing in scene.standings.items():
        undecided = standing.state in scene.procedure.on_check.values()
        for version in standing.versions:
            if not version.checked or (version is standing.newest and undecided and _is_stale(touch, county, version)):
                yield county, version


def _is_stale(touch: Touch, county: str, version: Version) -> bool:
    return version.basis != touch.scene.background(county).basis or touch.on(county, version)


def has_work(scene: Scene, desk: Desk) -> bool:
    """Tell whether anything can advance."""
    questions: Iterable[object] = (
        roster_to_record(scene, desk.roster),
        judge_openings(scene, desk)[0],
        sort_arrivals(scene, desk).fresh,
        next(unchecked(scene), None),
        next(unmarked(scene), None),
        next(unreported(scene), None),
        judge_handed(scene, desk)[0],
        reviews_due(scene, desk.roster),
        evidence_due(scene, desk.roster),
        filings_due(scene, desk.roster),
        withdrawn(scene, desk.roster),
        boards_due(scene, desk.roster),
        unfinished(scene),
        manifest_due(scene),
    )
    return any(questions)
