"""Opening balances of a first year: a file signed off above the counties becomes one event for each county."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from checks.parsing.text_normalisation import normalise_text
from flows.year.inbox import make_printable
from flows.year.year_state import YearInputs, YearState
from review.events import Event, EventKind, JsonValue
from review.proposal import parse_day
from review.roster import Roster
from workbooks.gate.file_access import read_submission_bytes
from workbooks.opening_balances_file import HEADING_PREFIX, LABEL_PREFIX, OpeningBalance, SignedBalances, read_balances


@dataclass(frozen=True, slots=True)
class OpeningBalanceEvent:
    """The opening balances of one county to be recorded: the event, its key, and the JSON of the figures to store."""

    event: Event
    key: str
    stored_figures: bytes


def evaluate_opening_balances(
    state: YearState, inputs: YearInputs
) -> tuple[list[OpeningBalanceEvent], list[tuple[str, Refusal]]]:
    """Return the opening balances that can be recorded now, and the names of the refused files with their refusals."""
    ready: list[OpeningBalanceEvent] = []
    refused: list[tuple[str, Refusal]] = []
    for path in inputs.opening_files:
        events = _evaluate_file(state, inputs.roster, path)
        if isinstance(events, Refusal):
            refused.append((make_printable(path.name), events))
        else:
            ready += events
    return ready, refused


def _evaluate_file(state: YearState, roster: Roster, path: Path) -> list[OpeningBalanceEvent] | Refusal:
    data = read_submission_bytes(path, state.messages)
    if isinstance(data, Refusal):
        return data
    sha256 = hashlib.sha256(data).hexdigest()
    if _is_recorded(state, sha256):
        return []
    signed_balances = read_balances(data, state.messages)
    if isinstance(signed_balances, Refusal):
        return signed_balances
    refusal = _check_signature_fields(state, signed_balances) or _check_signer(state, roster, signed_balances)
    return refusal or _build_events(state, signed_balances, sha256=sha256, name=make_printable(path.name))


def _is_recorded(state: YearState, sha256: str) -> bool:
    return any(entry.event.kind is EventKind.OPENING and entry.event.sha256 == sha256 for entry in state.history)


def _check_signature_fields(state: YearState, book: SignedBalances) -> Refusal | None:
    """Return a refusal that names the first field of the signature that is missing or wrong, or None."""
    labels = state.messages.get_group(LABEL_PREFIX)
    is_valid_by_field = {
        "year": book.sign_off.get("year") == str(state.paths.year),
        "number": bool(book.sign_off.get("number")),
        "by": bool(book.sign_off.get("by")),
        "on": parse_day(book.sign_off.get("on", "")) is not None,
    }
    for field, is_valid in is_valid_by_field.items():
        if not is_valid:
            facts = {"heading": labels[field], "value": book.sign_off.get(field, "")}
            return create_refusal(state.messages, "balances_unsigned", sheet=book.sheet, **facts)
    return None


def _check_signer(state: YearState, roster: Roster, book: SignedBalances) -> Refusal | None:
    """Refuse the file unless the signer holds, for each of its counties, an office above the counties."""
    day = parse_day(book.sign_off["on"])
    for county in _group_by_county(book):
        if day is None or not _can_sign(state, roster, person=book.sign_off["by"], county=county, day=day):
            facts = {"value": book.sign_off["by"], "day": book.sign_off["on"], "county": county}
            return create_refusal(state.messages, "balances_signer", sheet=book.sheet, **facts)
    return None


def _can_sign(state: YearState, roster: Roster, *, person: str, county: str, day: date) -> bool:
    """Return whether a person holds an office above the counties on *day* whose area includes the county."""
    levels_by_id = {level.id: level for level in state.procedure.levels[1:]}
    for officer in roster.find_offices(person):
        level = levels_by_id.get(officer.level)
        if level is not None and level.get_area_code(county) == officer.area and officer.is_in_office(day):
            return True
    return False


def _group_by_county(book: SignedBalances) -> dict[str, list[OpeningBalance]]:
    balances_by_county: dict[str, list[OpeningBalance]] = {}
    for balance in book.balances:
        balances_by_county.setdefault(balance.county, []).append(balance)
    return balances_by_county


def _build_events(
    state: YearState, book: SignedBalances, *, sha256: str, name: str
) -> list[OpeningBalanceEvent] | Refusal:
    events = []
    for county, balances in _group_by_county(book).items():
        figures = _resolve_figures(state, book.sheet, county=county, balances=balances)
        if isinstance(figures, Refusal):
            return figures
        facts = {"name": name, "sha256": sha256, **book.sign_off}
        events.append(_build_event(state, county, figures=figures, facts=facts))
    return events


def _build_event(
    state: YearState, county: str, *, figures: list[list[str]], facts: Mapping[str, str]
) -> OpeningBalanceEvent:
    stored_figures = json.dumps(sorted(figures), ensure_ascii=False).encode()
    recorded_facts: dict[str, JsonValue] = {name: facts[name] for name in ("name", "number", "by", "on")}
    event = Event(
        kind=EventKind.OPENING,
        year=state.paths.year,
        county=county,
        sha256=facts["sha256"],
        actor=facts["by"],
        facts={**recorded_facts, "figures": hashlib.sha256(stored_figures).hexdigest()},
    )
    return OpeningBalanceEvent(event, f"opening:{state.paths.year}:{county}:{facts['sha256']}", stored_figures)


def _resolve_figures(
    state: YearState, sheet: str, *, county: str, balances: list[OpeningBalance]
) -> list[list[str]] | Refusal:
    """Return form, project, township, column and amount of each balance, or a refusal that points at the first fault.

    Forms and columns are given by the names of the county's contract.
    """
    names_by_heading = dict(_map_headings(state, county))
    figures = []
    for balance in balances:
        names = names_by_heading.get((balance.form, balance.column))
        if names is None or balance.amount is None:
            field, value = _find_wrong_field(balance, names_by_heading)
            facts = {"heading": state.messages.get_group(HEADING_PREFIX)[field], "value": value, "county": county}
            return create_refusal(state.messages, "balances_row", sheet=sheet, cell=balance.cell, **facts)
        form, column = names
        figures.append([form, balance.project, balance.township, column, format(balance.amount, "f")])
    return figures


def _find_wrong_field(
    balance: OpeningBalance, names_by_heading: Mapping[tuple[str, str], tuple[str, str]]
) -> tuple[str, str]:
    """Return the key of the wrong field of a balance that cannot be resolved, and the value to show for it."""
    if not names_by_heading:
        return "county", balance.county
    if (balance.form, balance.column) in names_by_heading:
        return "amount", ""
    return "column", balance.column


def _map_headings(state: YearState, county: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield each sheet name and heading that people may write, with the names of its form and column.

    Yields nothing if no contract is in force for the county.
    """
    package = state.library.find_package(county, state.paths.year)
    if package is None:
        return
    for form in state.library.compile_submission(package, state.paths.year).forms:
        for sheet, field in product(form.sheet_names, form.fields):
            for heading in field.all_headings:
                yield (normalise_text(sheet), normalise_text(heading)), (form.name, field.name)
