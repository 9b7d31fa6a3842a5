"""Opening balances of a first year: a file that somebody above the counties signed off becomes an event a county."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from checks.model.filing_history import FigureKey
from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from checks.parsing.text_normalisation import normalise_text
from flows.year.inbox import make_printable
from flows.year.year_state import YearInputs, YearState
from ledger.object_store import ObjectStore
from review.events import Event, EventKind, JsonValue
from review.proposal import parse_day
from review.roster import Roster
from workbooks.gate.file_access import read_submission_bytes
from workbooks.opening_balances_file import HEADING_PREFIX, LABEL_PREFIX, OpeningBalance, SignedBalances, read_balances


@dataclass(frozen=True, slots=True)
class OpeningBalanceEvent:
    """The opening balances of one county as they go on record: the event, its key, and the figures to keep."""

    event: Event
    key: str
    stored_figures: bytes


def evaluate_opening_balances(
    state: YearState, inputs: YearInputs
) -> tuple[list[OpeningBalanceEvent], list[tuple[str, Refusal]]]:
    """Return the opening balances that can be recorded now, and the files that are refused as things stand."""
    ready: list[OpeningBalanceEvent] = []
    refused: list[tuple[str, Refusal]] = []
    for path in inputs.opening_files:
        found = _evaluate_file(state, inputs.roster, path)
        if isinstance(found, Refusal):
            refused.append((make_printable(path.name), found))
        else:
            ready += found
    return ready, refused


def load_recorded_balances(store: ObjectStore, name: str) -> dict[FigureKey, str]:
    """Read recorded opening balances back: amounts by form, project, township and column."""
    raw = json.loads(store.load_object(name))
    return {(form, project, township, column): amount for form, project, township, column, amount in raw}


def _evaluate_file(state: YearState, roster: Roster, path: Path) -> list[OpeningBalanceEvent] | Refusal:
    data = read_submission_bytes(path, state.messages)
    if isinstance(data, Refusal):
        return data
    sha256 = hashlib.sha256(data).hexdigest()
    if any(one.event.kind is EventKind.OPENING and one.event.sha256 == sha256 for one in state.history):
        return []
    book = read_balances(data, state.messages)
    if isinstance(book, Refusal):
        return book
    refusal = _check_signature_fields(state, book) or _check_signer(state, roster, book)
    return refusal or _build_events(state, book, sha256, make_printable(path.name))


def _check_signature_fields(state: YearState, book: SignedBalances) -> Refusal | None:
    labels = state.messages.get_group(LABEL_PREFIX)
    sound = {
        "year": book.sign_off.get("year") == str(state.paths.year),
        "number": bool(book.sign_off.get("number")),
        "by": bool(book.sign_off.get("by")),
        "on": parse_day(book.sign_off.get("on", "")) is not None,
    }
    wrong = next((name for name, holds in sound.items() if not holds), None)
    if wrong is None:
        return None
    value = book.sign_off.get(wrong, "")
    return create_refusal(state.messages, "balances_unsigned", sheet=book.sheet, heading=labels[wrong], value=value)


def _check_signer(state: YearState, roster: Roster, book: SignedBalances) -> Refusal | None:
    """Whoever signs must hold an office above the counties that covers each of them."""
    day = parse_day(book.sign_off["on"])
    for county in dict.fromkeys(one.county for one in book.balances):
        if day is None or not _can_sign(state, roster, book.sign_off["by"], county, day):
            facts = {"value": book.sign_off["by"], "day": book.sign_off["on"], "county": county}
            return create_refusal(state.messages, "balances_signer", sheet=book.sheet, **facts)
    return None


def _can_sign(state: YearState, roster: Roster, person: str, county: str, day: date) -> bool:
    above = {one.id: one for one in state.procedure.levels[1:]}
    return any(
        one.level in above and above[one.level].get_area_code(county) == one.area and one.is_in_office(day)
        for one in roster.find_offices(person)
    )


def _build_events(
    state: YearState, book: SignedBalances, sha256: str, name: str
) -> list[OpeningBalanceEvent] | Refusal:
    counties: dict[str, list[OpeningBalance]] = {}
    for one in book.balances:
        counties.setdefault(one.county, []).append(one)
    made = []
    for county, rows in counties.items():
        figures = _resolve_figures(state, book.sheet, county, rows)
        if isinstance(figures, Refusal):
            return figures
        made.append(_build_event(state, county, figures, {"name": name, "sha256": sha256, **book.sign_off}))
    return made


def _build_event(
    state: YearState, county: str, figures: list[list[str]], facts: Mapping[str, str]
) -> OpeningBalanceEvent:
    kept = json.dumps(sorted(figures), ensure_ascii=False).encode()
    said: dict[str, JsonValue] = {name: facts[name] for name in ("name", "number", "by", "on")}
    event = Event(
        kind=EventKind.OPENING,
        year=state.paths.year,
        county=county,
        sha256=facts["sha256"],
        actor=facts["by"],
        facts={**said, "figures": hashlib.sha256(kept).hexdigest()},
    )
    return OpeningBalanceEvent(event, f"opening:{state.paths.year}:{county}:{facts['sha256']}", kept)


def _resolve_figures(
    state: YearState, sheet: str, county: str, rows: list[OpeningBalance]
) -> list[list[str]] | Refusal:
    names = dict(_map_headings(state, county))
    found = []
    for one in rows:
        place = names.get((one.form, one.column))
        if place is None or one.amount is None:
            wrong, value = ("amount", "") if place else ("column", one.column) if names else ("county", county)
            facts = {"heading": state.messages.get_group(HEADING_PREFIX)[wrong], "value": value, "county": county}
            return create_refusal(state.messages, "balances_row", sheet=sheet, cell=one.cell, **facts)
        found.append([place[0], one.project, one.township, place[1], format(one.amount, "f")])
    return found


def _map_headings(state: YearState, county: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Return form and column by the sheet name and heading that people write."""
    package = state.library.find_package(county, state.paths.year)
    submission = state.library.compile_submission(package, state.paths.year) if package else None
    for form in submission.forms if submission else ():
        for sheet in form.sheet_names:
            for field in form.fields:
                yield from (
                    ((normalise_text(sheet), normalise_text(name)), (form.name, field.name))
                    for name in field.all_headings
                )
