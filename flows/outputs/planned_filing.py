"""One file of a filing as planned: what it is, where it lies, and which entries of the record it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.procedures import Procedure
from filing.context.filing_context import Area
from review.events import Event, EventKind, LedgerEntry
from review.filing_records import EndedFiling

FILING_FOLDER = "filing/"
OWN_COPY, RECEIPT = "own", "receipt"
_FILING_EVENT_KINDS = (EventKind.RECEIVED, EventKind.CHECKED, EventKind.DECISION)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFiling:
    """One file of the filing: its kind (province, city, county, receipt or own), area, path and basis.

    *path* is relative to the year's outputs, and *basis* the digest of all that the file rests on. *head* and *as_of*
    are the digest and the time of the newest entry that concerns it. *ended* is set once the filing has ended.
    """

    kind: str
    area: Area
    path: str
    basis: str
    head: str
    as_of: str
    ended: EndedFiling | None = None


def get_receipt_path(county: str, year: int) -> str:
    """Return the path of a county's receipt, among the files returned to it, relative to the year's outputs."""
    return f"returned/{county}/{county}-{year}-备案回执.xlsx"


def find_last_entry(
    history: Sequence[LedgerEntry], procedure: Procedure, county_codes: set[str], city: str = ""
) -> LedgerEntry:
    """Return the newest entry that concerns any of the counties, or the roll-up of their city."""
    city_level = procedure.levels[1].id
    return next(
        entry
        for entry in reversed(history)
        if _concerns_counties(entry.event, county_codes) or _concerns_roll_up(entry.event, city_level, city)
    )


def _concerns_counties(event: Event, county_codes: set[str]) -> bool:
    return event.kind in _FILING_EVENT_KINDS and event.county in county_codes


def _concerns_roll_up(event: Event, level: str, area: str) -> bool:
    return event.kind is EventKind.ROLL_UP and (event.level, event.county) == (level, area)
