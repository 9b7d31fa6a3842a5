"""Where a year stands, in plain values: for the end of a run, for the status command, for exit codes."""

from dataclasses import dataclass

from checks.findings import Refusal
from flows.rows import Row, rows_of
from flows.survey import Desk, Handed, Scene, filing_path, judge_handed, judge_openings, sort_arrivals
from review.decisions import Denial


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


def outlook(scene: Scene, desk: Desk) -> Outlook:
    """Return how the year stands, with all that is still refused."""
    files = sort_arrivals(scene, desk)
    refused = [(f"{one.county}/{one.name}", refusal) for one, refusal in files.refused]
    path = filing_path(desk.roster)
    return Outlook(
        rows=rows_of(scene.standings, desk.roster),
        refused=(*refused, *desk.refused, *judge_openings(scene, desk)[1]),
        skipped=tuple((one.name, one.reason) for one in files.skipped),
        denied=tuple(judge_handed(scene, desk)[1]),
        filing=path if scene.places.output(path).is_file() else None,
    )
