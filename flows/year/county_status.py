"""Where each county stands, a row each, in plain values; light, as ``hesuan status`` reads nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.county_state import CountyState
from review.roster import Roster


@dataclass(frozen=True, slots=True)
class CountyStatusRow:
    """One county: code, name, state (its key), newest version and what stands against it."""

    code: str
    name: str
    state: str
    version: int | None
    sha256: str | None
    hard: int
    soft: int


def build_status_rows(county_states: Mapping[str, CountyState], roster: Roster) -> tuple[CountyStatusRow, ...]:
    """Return where every county stands, in the order of the roster."""
    return tuple(
        _build_status_row(county_states[one.code], one.name) for one in roster.due_counties if one.code in county_states
    )


def build_status_json(year: int, rows: Sequence[CountyStatusRow], state_names: Mapping[str, str]) -> dict[str, Any]:
    """Return the object that ``hesuan status --format json`` promises."""
    return {
        "year": year,
        "counties": [
            {
                "code": row.code,
                "name": row.name,
                "state": state_names[row.state],
                "version": row.version,
                "sha256": row.sha256,
                "hard": row.hard,
                "soft": row.soft,
            }
            for row in rows
        ],
    }


def _build_status_row(county_state: CountyState, name: str) -> CountyStatusRow:
    newest = county_state.newest_version
    return CountyStatusRow(
        code=county_state.county,
        name=name,
        state=county_state.state,
        version=newest.number if newest else None,
        sha256=newest.sha256 if newest else None,
        hard=(newest.hard_count or 0) if newest else 0,
        soft=(newest.soft_count or 0) if newest else 0,
    )
