"""Counties between two years: filed last year and no longer due, or reporting without last year's filing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from contracts.procedures import Procedure
from review.county_state import CountyState, find_recorded_roster
from review.event_replay import replay_events
from review.events import EventSummary, LedgerEntry
from review.roster import DueCounty, Roster


@dataclass(frozen=True, slots=True)
class RosterGaps:
    """The counties that fell out between *prior_year* and the year after it.

    *dropped_counties* have a filing in force of the prior year and are not on the roster any more. *unfiled_codes* are
    the counties that sent a version this year though they were due in the prior year, not excused, and not filed.
    """

    prior_year: int = 0
    dropped_counties: tuple[DueCounty, ...] = ()
    unfiled_codes: tuple[str, ...] = ()

    def restrict_to(self, area: str, county_codes: Collection[str]) -> "RosterGaps":
        """Return the gaps of some counties, and the dropped counties of an area (of the province if it is empty)."""
        dropped_counties = tuple(county for county in self.dropped_counties if area in ("", county.city))
        unfiled_codes = tuple(code for code in self.unfiled_codes if code in county_codes)
        return RosterGaps(self.prior_year, dropped_counties, unfiled_codes)

    def list_basis(self, county_codes: Collection[str], area: str = "") -> list[str]:
        """Return one text for each gap of some counties and an area, for what outputs rest on."""
        gaps = self.restrict_to(area, county_codes)
        dropped = [f"dropped {county.code}" for county in gaps.dropped_counties]
        return [*dropped, *(f"unfiled {code}" for code in gaps.unfiled_codes)]


def find_roster_gaps(
    procedure: Procedure,
    roster: Roster,
    county_states: Mapping[str, CountyState],
    *,
    prior_history: Sequence[LedgerEntry] | Sequence[EventSummary],
    filed_before: Mapping[str, object],
) -> RosterGaps:
    """Return the gaps between a year and the year before it; none if nothing is on record for that.

    *filed_before* has the counties with a filing in force of the prior year, by code.
    """
    prior_roster = find_recorded_roster(prior_history)
    if prior_roster is None:
        return RosterGaps(roster.year - 1)
    dropped_counties = tuple(
        county
        for county in prior_roster.due_counties
        if county.code in filed_before and roster.find_county(county.code) is None
    )
    unfiled_codes = [
        county.code
        for county in prior_roster.due_counties
        if county.code not in filed_before and _has_version(county_states.get(county.code))
    ]
    if unfiled_codes:
        prior_states = replay_events(procedure, prior_roster, prior_history)
        unfiled_codes = [code for code in unfiled_codes if not _is_excused(procedure, prior_states.get(code))]
    return RosterGaps(roster.year - 1, dropped_counties, tuple(unfiled_codes))


def _has_version(county_state: CountyState | None) -> bool:
    return county_state is not None and bool(county_state.versions)


def _is_excused(procedure: Procedure, county_state: CountyState | None) -> bool:
    return county_state is not None and county_state.state in procedure.excused_states
