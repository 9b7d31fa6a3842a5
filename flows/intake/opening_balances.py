"""Opening balances of a first year: a file that somebody above the counties signed off becomes an event a county."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from checks.model.filing_history import Key
from checks.model.finding import Refusal
from checks.model.refusal import refuse
from checks.parsing.text_normalisation import compact
from flows.year.inbox import shown
from flows.year.year_state import Desk, Scene
from ledger.object_store import Store
from review.events import Event, JsonValue, Kind
from review.proposal import read_day
from review.roster import Roster
from workbooks.gate.file_access import take_bytes
from workbooks.opening_balances_file import HEADINGS, LABELS, Balance, SignedBalances, read_balances


@dataclass(frozen=True, slots=True)
class Opened:
    """The opening balances of one county as they go on record: the event, its key, and the figures to keep."""

    event: Event
    key: str
    kept: bytes


def judge_openings(scene: Scene, desk: Desk) -> tuple[list[Opened], list[tuple[str, Refusal]]]:
    """Return the opening balances that can be recorded now, and the files that are refused as things stand."""
    ready: list[Opened] = []
    refused: list[tuple[str, Refusal]] = []
    for path in desk.openings:
        found = _judged(scene, desk.roster, path)
        if isinstance(found, Refusal):
            refused.append((shown(path.name), found))
        else:
            ready += found
    return ready, refused


def balances_in(store: Store, name: str) -> dict[Key, str]:
    """Read recorded opening balances back: amounts by form, project, township and column."""
    raw = json.loads(store.read(name))
    return {(form, project, township, column): amount for form, project, township, column, amount in raw}


def _judged(scene: Scene, roster: Roster, path: Path) -> list[Opened] | Refusal:
    data = take_bytes(path, scene.words)
    if isinstance(data, Refusal):
        return data
    sha256 = hashlib.sha256(data).hexdigest()
    if any(one.event.kind is Kind.OPENING and one.event.sha256 == sha256 for one in scene.history):
        return []
    book = read_balances(data, scene.words)
    if isinstance(book, Refusal):
        return book
    refusal = _unsigned(scene, book) or _unfit_signer(scene, roster, book)
    return refusal or _opened(scene, book, sha256, shown(path.name))


def _unsigned(scene: Scene, book: SignedBalances) -> Refusal | None:
    labels = scene.words.under(LABELS)
    sound = {
        "year": book.signed.get("year") == str(scene.places.year),
        "number": bool(book.signed.get("number")),
        "by": bool(book.signed.get("by")),
        "on": read_day(book.signed.get("on", "")) is not None,
    }
    wrong = next((name for name, holds in sound.items() if not holds), None)
    if wrong is None:
        return None
    value = book.signed.get(wrong, "")
    return refuse(scene.words, "balances_unsigned", sheet=book.sheet, heading=labels[wrong], value=value)


def _unfit_signer(scene: Scene, roster: Roster, book: SignedBalances) -> Refusal | None:
    """Whoever signs must hold an office above the counties that covers each of them."""
    day = read_day(book.signed["on"])
    for county in dict.fromkeys(one.county for one in book.rows):
        if day is None or not _may_sign(scene, roster, book.signed["by"], county, day):
            facts = {"value": book.signed["by"], "day": book.signed["on"], "county": county}
            return refuse(scene.words, "balances_signer", sheet=book.sheet, **facts)
    return None


def _may_sign(scene: Scene, roster: Roster, person: str, county: str, day: date) -> bool:
    above = {one.id: one for one in scene.procedure.levels[1:]}
    return any(
        one.level in above and above[one.level].area(county) == one.area and one.in_office(day)
        for one in roster.offices(person)
    )


def _opened(scene: Scene, book: SignedBalances, sha256: str, name: str) -> list[Opened] | Refusal:
    counties: dict[str, list[Balance]] = {}
    for one in book.rows:
        counties.setdefault(one.county, []).append(one)
    made = []
    for county, rows in counties.items():
        figures = _figures(scene, book.sheet, county, rows)
        if isinstance(figures, Refusal):
            return figures
        made.append(_event(scene, county, figures, {"name": name, "sha256": sha256, **book.signed}))
    return made


def _event(scene: Scene, county: str, figures: list[list[str]], facts: Mapping[str, str]) -> Opened:
    kept = json.dumps(sorted(figures), ensure_ascii=False).encode()
    said: dict[str, JsonValue] = {name: facts[name] for name in ("name", "number", "by", "on")}
    event = Event(
        kind=Kind.OPENING,
        year=scene.places.year,
        county=county,
        sha256=facts["sha256"],
        actor=facts["by"],
        facts={**said, "figures": hashlib.sha256(kept).hexdigest()},
    )
    return Opened(event, f"opening:{scene.places.year}:{county}:{facts['sha256']}", kept)


def _figures(scene: Scene, sheet: str, county: str, rows: list[Balance]) -> list[list[str]] | Refusal:
    names = dict(_names(scene, county))
    found = []
    for one in rows:
        place = names.get((one.form, one.column))
        if place is None or one.amount is None:
            wrong, value = ("amount", "") if place else ("column", one.column) if names else ("county", county)
            facts = {"heading": scene.words.under(HEADINGS)[wrong], "value": value, "county": county}
            return refuse(scene.words, "balances_row", sheet=sheet, cell=one.cell, **facts)
        found.append([place[0], one.project, one.township, place[1], format(one.amount, "f")])
    return found


def _names(scene: Scene, county: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Return form and column by the sheet name and heading that people write."""
    package = scene.library.package(county, scene.places.year)
    submission = scene.library.submission(package, scene.places.year) if package else None
    for form in submission.forms if submission else ():
        for sheet in form.sheet_names:
            for field in form.fields:
                yield from (((compact(sheet), compact(name)), (form.name, field.name)) for name in field.headings)
