"""Where a year stands, in plain values: for the end of a run, for the status command, for exit codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.model.finding import Refusal
from flows.decisions.pending_decisions import evaluate_decisions
from flows.intake.opening_balances import evaluate_opening_balances
from flows.outputs.filings_due import get_filing_path
from flows.outputs.write_evidence import get_evidence_path
from flows.run.pending_work import classify_arrivals
from flows.year.county_status import CountyStatusRow, build_status_rows
from flows.year.year_state import SubmittedDecision, YearInputs, YearState
from review.proposal import DecisionRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """The standing state of a year after a run."""

    rows: tuple[CountyStatusRow, ...]
    refused: tuple[tuple[str, Refusal], ...]
    skipped: tuple[tuple[str, str], ...]
    refused_decisions: tuple[tuple[SubmittedDecision, DecisionRefusal], ...]
    filing: str | None
    evidence: Mapping[str, str] | None = None

    @property
    def has_hard(self) -> bool:
        """Tell whether the newest version of some county has hard findings."""
        return any(row.hard for row in self.rows)


def summarise_run(
    state: YearState, inputs: YearInputs, vanished_files: Sequence[tuple[str, Refusal]] = ()
) -> RunSummary:
    """Return how the year stands, with all that is still refused; *gone* are files that vanished during the run."""
    files = classify_arrivals(state, inputs)
    refused = [(f"{one.county}/{one.name}", refusal) for one, refusal in files.refused]
    path = get_filing_path(inputs.roster)
    return RunSummary(
        rows=build_status_rows(state.county_states, inputs.roster),
        refused=(*refused, *vanished_files, *inputs.refused_files, *evaluate_opening_balances(state, inputs)[1]),
        skipped=tuple((one.name, one.reason) for one in files.skipped),
        refused_decisions=tuple(evaluate_decisions(state, inputs)[1]),
        filing=path if state.paths.output_path(path).is_file() else None,
        evidence=_summarise_evidence(state, inputs),
    )


def _summarise_evidence(state: YearState, inputs: YearInputs) -> Mapping[str, str] | None:
    """Return where the evidence on the roll-ups lies, and how many of its expectations failed."""
    path = get_evidence_path(inputs.roster)
    issued = state.issued_outputs.get(path)
    if issued is None or not state.paths.output_path(path).is_file():
        return None
    return {
        "path": str(state.paths.output_path(path)),
        "count": str(issued.facts["expectations"]),
        "failed": str(issued.facts["failed"]),
    }
