"""Which filings are due: workbooks of province, cities and counties, receipts, copies of the counties' own files."""

import hashlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from filing.context.filing_context import CITY, COUNTY, PROVINCE, Area
from filing.context.links import city_file, county_file, own_copy, province_file
from filing.filing_books import EDITION
from flows.year.issued_outputs import is_current
from flows.year.year_state import Scene
from ledger.errors import KeyUnusable
from ledger.signing_key import Signer
from review.county_state import Standing, as_filed
from review.events import Entry, Event, Kind
from review.roster import Due, Roster

FOLDER = "filing/"
OWN, RECEIPT = "own", "receipt"
_SHOWN = (Kind.RECEIVED, Kind.CHECKED, Kind.DECISION)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingDue:
    """One file of the filing: what it is (province, city, county, receipt or own), whose, and what it rests on.

    *head* and *as_of* are the digest and the time of the newest entry that concerns it.
    """

    kind: str
    area: Area
    path: str
    basis: str
    head: str
    as_of: str


def filing_path(roster: Roster) -> str:
    """Return where the province's filing goes, relative to the year's outputs."""
    return FOLDER + province_file(roster.province[0], roster.year)


def receipt_path(county: str, year: int) -> str:
    """Return where a county's receipt goes: to what it is sent back."""
    return f"returned/{county}/{county}-{year}-备案回执.xlsx"


def filings_due(scene: Scene, roster: Roster) -> list[FilingDue]:
    """Return the files that are missing or made from less than the record now holds."""
    return [one for one in filings(scene, roster) if not is_current(scene, one.path, one.basis) or _lost(scene, one)]


def _lost(scene: Scene, due: FilingDue) -> bool:
    """Tell whether what a workbook says is missing from the store: the manifest could not be made without it."""
    values = str(scene.issued[due.path].facts.get("values", ""))
    return bool(values) and not scene.places.store().has(values)


def filings(scene: Scene, roster: Roster) -> list[FilingDue]:
    """Return every file of the filing, counties first: what a file links to is there before it."""
    filed, reviewed = filed_counties(scene, roster), reviewed_counties(scene, roster)
    if not reviewed:
        return []
    ground = _ground(scene, fingerprint(scene))
    found = [one for due, standing in filed for one in _of_county(scene, due, standing, ground)]
    for city in dict.fromkeys(due.city for due, _ in reviewed):
        members = {one.code for one in roster.due if one.city == city}
        area = Area(CITY, city, roster.cities.get(city, city))
        found.append(
            _due(
                CITY,
                area,
                FOLDER + city_file(city, roster.year),
                _last(scene, members, city),
                [*ground, contracts_behind(scene, reviewed, members), *_past(scene, members)],
            )
        )
    return [*found, _of_province(scene, roster, filed, ground)] if filed else found


def _of_province(
    scene: Scene, roster: Roster, filed: Sequence[tuple[Due, Standing]], ground: Sequence[str]
) -> FilingDue:
    resting = next(one for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED)
    codes = {one.code for one in roster.due}
    area = Area(PROVINCE, *roster.province)
    more = [*ground, contracts_behind(scene, filed, codes), *_past(scene, codes)]
    return _due(PROVINCE, area, filing_path(roster), resting, more)


def filed_counties(scene: Scene, roster: Roster) -> list[tuple[Due, Standing]]:
    """Return the due counties with a filing in force, each as it stood when it was filed."""
    found = (
        (one, as_filed(scene.procedure, scene.standings[one.code])) for one in roster.due if one.code in scene.standings
    )
    return [(due, standing) for due, standing in found if standing is not None]


def reviewed_counties(scene: Scene, roster: Roster) -> list[tuple[Due, Standing]]:
    """Return the due counties that stand in their city's roll-up: filed ones as filed, others that it has approved."""
    filed = {due.code: at for due, at in filed_counties(scene, roster)}
    settled = set(scene.procedure.settled.get(scene.procedure.levels[1].id, ())) - set(scene.procedure.excused)
    approved = {code: at for code, at in scene.standings.items() if at.state in settled and at.newest is not None}
    counted = {**approved, **filed}
    return [(one, counted[one.code]) for one in roster.due if one.code in counted]


def contracts_behind(scene: Scene, filed: Sequence[tuple[Due, Standing]], counties: Container[str]) -> str:
    """Return the contracts under which what is filed was checked, the last of them where there were several.

    A filing names these: contracts that change afterwards do not touch what is filed.
    """
    behind = {(due.code, at.newest.sha256) for due, at in filed if at.newest is not None and due.code in counties}
    checks = (one.event for one in reversed(scene.history) if one.event.kind is Kind.CHECKED)
    last = next((one for one in checks if (one.county, one.sha256) in behind), None)
    return str(last.facts["contracts"]) if last is not None else scene.contracts


def fingerprint(scene: Scene) -> str:
    """Return the fingerprint of the signing key; where the key is of no use, the stage that signs will say so."""
    try:
        return Signer(scene.places.key_folder).public.fingerprint
    except KeyUnusable:
        return ""


def _of_county(scene: Scene, due: Due, standing: Standing, ground: Sequence[str]) -> Iterator[FilingDue]:
    newest, year = standing.newest, scene.places.year
    if newest is None:
        return
    area, entry = Area(COUNTY, due.code, due.name), _last(scene, {due.code})
    more = [*ground, newest.contracts, *_past(scene, {due.code})]
    own = FOLDER + own_copy(due.code, year, newest.number, newest.name)
    yield FilingDue(kind=OWN, area=area, path=own, basis=newest.sha256, head=entry.digest, as_of=entry.at)
    yield _due(COUNTY, area, FOLDER + county_file(due.code, year), entry, more)
    yield _due(RECEIPT, area, receipt_path(due.code, year), entry, more)


def _due(kind: str, area: Area, path: str, entry: Entry, ground: Sequence[str]) -> FilingDue:
    basis = hashlib.sha256("\n".join([entry.digest, *ground]).encode()).hexdigest()
    return FilingDue(kind=kind, area=area, path=path, basis=basis, head=entry.digest, as_of=entry.at)


def _ground(scene: Scene, key: str) -> list[str]:
    """What every filing rests on besides the entries about its counties: roster, key, and what is shown."""
    roster = [one.digest for one in scene.history if one.event.kind is Kind.ROSTER]
    return [*roster[-1:], key, EDITION]


def _last(scene: Scene, counties: set[str], city: str = "") -> Entry:
    """Return the newest entry that concerns any of the counties, or the roll-up of their city."""
    level = scene.procedure.levels[1].id

    def concerns(event: Event) -> bool:
        if event.kind is Kind.ROLL_UP:
            return (event.level, event.county) == (level, city)
        return event.kind in _SHOWN and event.county in counties

    return next(one for one in reversed(scene.history) if concerns(one.event))


def _past(scene: Scene, counties: set[str]) -> list[str]:
    """Name the earlier filings that counties are compared with: a correction of one makes the comparison anew."""
    return [
        f"{year} {county} {one.sequence}"
        for year, filings in sorted(scene.earlier.items())
        for county, one in sorted(filings.items())
        if county in counties
    ]
