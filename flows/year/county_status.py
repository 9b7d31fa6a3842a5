"""The state of each county as a row of plain values; imports little, because ``hesuan status`` reads nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.year.office_day import get_office_day
from review.county_state import CountyState
from review.roster import Roster
from review.roster_gaps import RosterGaps


@dataclass(frozen=True, slots=True)
class CountyStatusRow:
    """One county: code, name, key of its state, newest version and the numbers of its hard and soft findings.

    *open_hard* and *open_soft* are the findings that still block it: neither waived nor explained.
    """

    code: str
    name: str
    state: str
    version: int | None
    sha256: str | None
    hard: int
    soft: int
    open_hard: int = 0
    open_soft: int = 0


def build_status_rows(county_states: Mapping[str, CountyState], roster: Roster) -> tuple[CountyStatusRow, ...]:
    """Return a row for every county of *county_states*, in the order of the roster."""
    return tuple(
        _build_status_row(county_states[due_county.code], due_county.name)
        for due_county in roster.due_counties
        if due_county.code in county_states
    )


def build_status_json(
    year: int, rows: Sequence[CountyStatusRow], state_names: Mapping[str, str], gaps: RosterGaps | None = None
) -> dict[str, Any]:
    """Return the object that ``hesuan status --format json`` promises; it has ``gaps`` only if there are any."""
    status: dict[str, Any] = {"year": year, "counties": [_build_county_json(row, state_names) for row in rows]}
    if gaps is not None and (gaps.dropped_counties or gaps.unfiled_codes):
        dropped = [{"code": county.code, "name": county.name} for county in gaps.dropped_counties]
        status["gaps"] = {"year": gaps.prior_year, "dropped": dropped, "unfiled": list(gaps.unfiled_codes)}
    return status


def _build_county_json(row: CountyStatusRow, state_names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "state": state_names[row.state],
        "version": row.version,
        "sha256": row.sha256,
        "hard": row.hard,
        "soft": row.soft,
    }


def _build_status_row(county_state: CountyState, name: str) -> CountyStatusRow:
    newest = county_state.newest_version
    if newest is None:
        return CountyStatusRow(
            code=county_state.county, name=name, state=county_state.state, version=None, sha256=None, hard=0, soft=0
        )
    return CountyStatusRow(
        code=county_state.county,
        name=name,
        state=county_state.state,
        version=newest.number,
        sha256=newest.sha256,
        hard=newest.hard_count or 0,
        soft=newest.soft_count or 0,
        open_hard=_count_open_findings(county_state, "hard"),
        open_soft=_count_open_findings(county_state, "soft"),
    )


def _count_open_findings(county_state: CountyState, severity: str) -> int:
    """Count the findings that block the newest version today; a waiver need not outlast the filing that it served."""
    if county_state.newest_sha256 in county_state.filed_sha256s:
        return county_state.count_open_findings(severity)
    return county_state.count_open_findings(severity, get_office_day(), get_office_day())
