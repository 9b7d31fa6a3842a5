"""Where a year stands, in plain values: for the end of a run, for the status command, for exit codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from checks.findings import Refusal
from flows.survey import Desk, Handed, Scene, filing_path, judge_handed, sort_arrivals
from review.decisions import Denial
from review.roster import Roster
from review.standing import Standing


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The standing state of a year after a run."""

    rows: tuple[Row, ...]
    refused: tuple[tuple[str, Refusal], ...]
    skipped: tuple[tuple[str, str], ...]
    denied: tuple[tuple[Handed, Denial], ...]
    filing: str | None

    @property
    def has_hard(self) -> bool:
        """Tell whether the newest version of some county has hard findings."""
        return any(row.hard for row in self.rows)


def rows_of(scene: Scene, roster: Roster) -> tuple[Row, ...]:
    """Return where every county stands, in the order of the roster."""
    return tuple(_row(scene.standings[one.code], one.name) for one in roster.due if one.code in scene.standings)


def outlook(scene: Scene, desk: Desk) -> Outlook:
    """Return how the year stands, with all that is still refused."""
    files = sort_arrivals(scene, desk)
    refused = [(f"{one.county}/{one.name}", refusal) for one, refusal in files.refused]
    path = filing_path(desk.roster)
    return Outlook(
        rows=rows_of(scene, desk.roster),
        refused=(*refused, *desk.refused),
        skipped=tuple((one.name, one.reason) for one in files.skipped),
        denied=tuple(judge_handed(scene, desk)[1]),
        filing=path if scene.places.output(path).is_file() else None,
    )


def to_json(year: int, rows: Sequence[Row], states: dict[str, str]) -> dict[str, Any]:
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
