"""Where each county stands, a row each, in plain values; light, as ``hesuan status`` reads nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.county_state import Standing
from review.roster import Roster


@dataclass(frozen=True, slots=True)
class Row:
    """One county: code, name, state (its key), newest version and what stands against it."""

    code: str
    name: str
    state: str
    version: int | None
    sha256: str | None
    hard: int
    soft: int


def rows_of(found: Mapping[str, Standing], roster: Roster) -> tuple[Row, ...]:
    """Return where every county stands, in the order of the roster."""
    return tuple(_row(found[one.code], one.name) for one in roster.due if one.code in found)


def to_json(year: int, rows: Sequence[Row], states: Mapping[str, str]) -> dict[str, Any]:
    """Return the object that ``hesuan status --format json`` promises."""
    return {
        "year": year,
        "counties": [
            {
                "code": row.code,
                "name": row.name,
                "state": states[row.state],
                "version": row.version,
                "sha256": row.sha256,
                "hard": row.hard,
                "soft": row.soft,
            }
            for row in rows
        ],
    }


def _row(standing: Standing, name: str) -> Row:
    newest = standing.newest
    return Row(
        code=standing.county,
        name=name,
        state=standing.state,
        version=newest.number if newest else None,
        sha256=newest.sha256 if newest else None,
        hard=(newest.hard or 0) if newest else 0,
        soft=(newest.soft or 0) if newest else 0,
    )
