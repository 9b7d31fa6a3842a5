"""One file of a filing as planned: what it is, where it lies, and which entries of the record it rests on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from contracts.procedures import Procedure
from filing.context.filing_context import Area
from review.events import EventKind, LedgerEntry
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


@dataclass(frozen=True, slots=True)
class LastEntries:
    """The newest entry that concerns each county, and the newest decision on each city's roll-up, by code."""

    by_county: Mapping[str, LedgerEntry]
    by_city: Mapping[str, LedgerEntry]

    @classmethod
    def collect(cls, history: Sequence[LedgerEntry], procedure: Procedure) -> "LastEntries":
        """Return the newest entries of a history, read once for all counties."""
        city_level = procedure.levels[1].id
        by_county: dict[str, LedgerEntry] = {}
        by_city: dict[str, LedgerEntry] = {}
        for entry in history:
            event = entry.event
            if event.kind in _FILING_EVENT_KINDS:
                by_county[event.county] = entry
            elif event.kind is EventKind.ROLL_UP and event.level == city_level:
                by_city[event.county] = entry
        return cls(by_county, by_city)

    def find(self, county_codes: Collection[str], city: str = "") -> LedgerEntry:
        """Return the newest entry that concerns any of the counties, or the roll-up of their city."""
        entries = list(filter(None, map(self.by_county.get, county_codes)))
        if city in self.by_city:
            entries.append(self.by_city[city])
        return max(entries, key=attrgetter("sequence"))
