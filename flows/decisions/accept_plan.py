"""Records that a plan file was reviewed and accepted, and tells which filed years a changed plan touches."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.contract_library import ContractLibrary
from contracts.plans import Plan
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError
from ledger.ledger import Ledger
from review.check_inputs import find_filed_states
from review.county_state import find_recorded_roster
from review.events import Event, EventKind, LedgerEntry
from review.proposal import DecisionRefusal, is_responsible_for, parse_day
from review.roster import Officer, Roster


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAcceptance:
    """What an officer wrote: who accepts, on which day, under which document number."""

    by: str
    day: str
    number: str


@dataclass(frozen=True, slots=True)
class AcceptedPlan:
    """The recorded event; *is_new* is false if the same acceptance was recorded before."""

    event: Event
    is_new: bool


def accept_plan(
    paths: YearPaths, plan: Plan, data: bytes, acceptance: PlanAcceptance
) -> AcceptedPlan | DecisionRefusal:
    """Record the acceptance of a plan file and keep its bytes, or return why it is refused.

    Whoever accepts must be in office on the day at a level above the county, with the county in their area. The
    roster is the recorded one. Raises `LedgerMissingError` if no run has recorded anything yet.
    """
    with paths.open_ledger(must_exist=True) as ledger:
        history = ledger.list_entries(paths.year)
        roster = find_recorded_roster(history)
        if roster is None:
            raise LedgerMissingError(str(paths.ledger_location))
        officer = _find_officer(roster, paths.open_contracts(), plan, acceptance)
        if isinstance(officer, DecisionRefusal):
            return officer
        sha256 = paths.open_store().store_object(data)
        event = _build_event(paths.year, plan, officer, acceptance, sha256=sha256)
        key = "plan:" + hashlib.sha256(f"{sha256} {acceptance}".encode()).hexdigest()
        is_new = not ledger.has_key(key)
        ledger.append(event, key=key)
    return AcceptedPlan(event, is_new)


def _find_officer(
    roster: Roster, library: ContractLibrary, plan: Plan, acceptance: PlanAcceptance
) -> Officer | DecisionRefusal:
    day = parse_day(acceptance.day)
    if day is None:
        return DecisionRefusal("bad_date", {"value": acceptance.day})
    offices = roster.find_offices(acceptance.by)
    if not offices:
        return DecisionRefusal("unknown_person", {"by": acceptance.by})
    levels = library.get_procedure(roster.procedure).levels[1:]  # those above the level that hands in
    responsible = [office for level in levels for office in offices if is_responsible_for(office, plan.county, level)]
    if not responsible:
        names = "、".join(level.name for level in levels)
        return DecisionRefusal("plan_not_above", {"by": acceptance.by, "county": plan.county, "levels": names})
    for office in responsible:
        if office.is_in_office(day):
            return office
    return DecisionRefusal("not_in_office", {"by": acceptance.by, "day": acceptance.day})


def _build_event(year: int, plan: Plan, officer: Officer, acceptance: PlanAcceptance, *, sha256: str) -> Event:
    return Event(
        kind=EventKind.PLAN,
        year=year,
        county=plan.county,
        sha256=sha256,
        level=officer.level,
        actor=acceptance.by,
        unit=officer.unit,
        facts={
            "plan": plan.id,
            "document": plan.document_number,
            "number": acceptance.number.strip(),
            "date": acceptance.day,
            "title": officer.title,
        },
    )


def find_acceptance(history: Sequence[LedgerEntry], sha256: str) -> Event | None:
    """Return the newest acceptance of exactly this plan file, or None."""
    for entry in reversed(history):
        if entry.event.kind is EventKind.PLAN and entry.event.sha256 == sha256:
            return entry.event
    return None


def find_touched_years(ledger: Ledger, library: ContractLibrary, county: str, years: Sequence[int]) -> Iterator[int]:
    """Yield the years that the county has filed among *years*, those whose targets a new edition changes."""
    for year in ledger.list_years():
        history = ledger.list_entries(year)
        roster = find_recorded_roster(history)
        if year not in years or roster is None:
            continue
        if county in find_filed_states(library.get_procedure(roster.procedure), history):
            yield year
