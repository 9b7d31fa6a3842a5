"""Where a year stands, in plain values: for the end of a run, for the status command, for exit codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.model.finding import Refusal
from flows.decisions.pending_decisions import judge_handed
from flows.intake.opening_balances import judge_openings
from flows.outputs.filings_due import filing_path
from flows.outputs.write_evidence import evidence_path
from flows.run.pending_work import sort_arrivals
from flows.year.county_status import Row, rows_of
from flows.year.year_state import Desk, Handed, Scene
from review.proposal import Denial


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The standing state of a year after a run."""

    rows: tuple[Row, ...]
    refused: tuple[tuple[str, Refusal], ...]
    skipped: tuple[tuple[str, str], ...]
    denied: tuple[tuple[Handed, Denial], ...]
    filing: str | None
    evidence: Mapping[str, str] | None = None

    @property
    def has_hard(self) -> bool:
        """Tell whether the newest version of some county has hard findings."""
        return any(row.hard for row in self.rows)


def outlook(scene: Scene, desk: Desk, gone: Sequence[tuple[str, Refusal]] = ()) -> Outlook:
    """Return how the year stands, with all that is still refused; *gone* are files that vanished during the run."""
    files = sort_arrivals(scene, desk)
    refused = [(f"{one.county}/{one.name}", refusal) for one, refusal in files.refused]
    path = filing_path(desk.roster)
    return Outlook(
        rows=rows_of(scene.standings, desk.roster),
        refused=(*refused, *gone, *desk.refused, *judge_openings(scene, desk)[1]),
        skipped=tuple((one.name, one.reason) for one in files.skipped),
        denied=tuple(judge_handed(scene, desk)[1]),
        filing=path if scene.places.output(path).is_file() else None,
        evidence=_evidence(scene, desk),
    )


def _evidence(scene: Scene, desk: Desk) -> Mapping[str, str] | None:
    """Return where the evidence on the roll-ups lies, and how many of its expectations failed."""
    path = evidence_path(desk.roster)
    issued = scene.issued.get(path)
    if issued is None or not scene.places.output(path).is_file():
        return None
    return {
        "path": str(scene.places.output(path)),
        "count": str(issued.facts["expectations"]),
        "failed": str(issued.facts["failed"]),
    }
