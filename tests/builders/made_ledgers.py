"""Ledgers of made-up provinces: a roster, and a checked version with a list of plots of each county and year."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from ledger.folder_store import FolderStore
from ledger.object_store import ObjectStore
from review.events import Event, EventKind, JsonValue
from review.roster import DueCounty, encode_roster
from tests.benchmarks.histories import make, roster

FORM = "added_plots"
Plots = Mapping[tuple[int, str], Sequence[str]]
"""The plots that each year and county accounts."""


def make_ledger(state: Path, plots: Plots, store: ObjectStore | None = None) -> Path:
    """Make the ledger of one province in a state folder, its lists of plots in *store*; return the folder."""
    store = store or FolderStore(state)
    make(state, _list_events(plots, store))
    return state


def _list_events(plots: Plots, store: ObjectStore) -> Iterator[Event]:
    for year in sorted({year for year, _ in plots}):
        yield _build_roster_event(year, [county for plot_year, county in plots if plot_year == year])
    for (year, county), numbers in plots.items():
        yield from _list_county_events(year, county, store.store_object(json.dumps({FORM: list(numbers)}).encode()))


def _build_roster_event(year: int, counties: Iterable[str]) -> Event:
    due = tuple(DueCounty(county, f"第{county}县", f"{county[:4]}00") for county in counties)
    cities = {county.city: f"第{county.city}市" for county in due}
    listed = replace(roster(0), year=year, due_counties=due, cities=cities)
    return Event(kind=EventKind.ROSTER, year=year, facts=encode_roster(listed))


def _list_county_events(year: int, county: str, plot_list_name: str) -> Iterator[Event]:
    # `make` keeps the name of the county as the bytes of the received file.
    name = sha256(county.encode()).hexdigest()
    received = Event(kind=EventKind.RECEIVED, year=year, county=county, version=1, sha256=name)
    yield replace(received, facts={"name": f"{county}.xlsx", "bytes": len(county)})
    facts: dict[str, JsonValue] = {"hard": 0, "soft": 0, "notes": 0, "explained": 0, "outcome": "accepted"}
    yield replace(
        received,
        kind=EventKind.CHECKED,
        facts={**facts, "contracts": "c" * 64, "report": name, "plots": plot_list_name},
    )
