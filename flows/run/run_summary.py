"""The state of a year in plain values, for the end of a run, the status command and exit codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.model.finding import Refusal
from flows.decisions.pending_decisions import EvaluatedCover, evaluate_cover_submissions, evaluate_decisions
from flows.intake.opening_balances import evaluate_opening_balances
from flows.outputs.filings_due import get_filing_path
from flows.outputs.write_evidence import get_evidence_path
from flows.run.pending_work import classify_arrivals
from flows.year.county_status import CountyStatusRow, build_status_rows
from flows.year.year_state import SubmittedDecision, YearInputs, YearState
from review.proposal import DecisionRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """The state of a year after a run.

    *filing* is the path of the province's filing, relative to the year's outputs, or None if there is none.
    *refused_covers* are those that report their file, but may not: they wait for an ordinary decision.
    """

    rows: tuple[CountyStatusRow, ...]
    refused: tuple[tuple[str, Refusal], ...]
    skipped: tuple[tuple[str, str], ...]
    refused_decisions: tuple[tuple[SubmittedDecision, DecisionRefusal], ...]
    filing: str | None
    refused_covers: tuple[EvaluatedCover, ...] = ()
    evidence: Mapping[str, str] | None = None

    @property
    def has_hard(self) -> bool:
        """Whether the newest version of any county has hard findings that are not waived."""
        return any(row.open_hard for row in self.rows)


def summarise_run(
    state: YearState, inputs: YearInputs, vanished_files: Sequence[tuple[str, Refusal]] = ()
) -> RunSummary:
    """Return the state of the year with all that is still refused; *vanished_files* disappeared during the run."""
    arrivals = classify_arrivals(state, inputs)
    refused = [(f"{arrival.county}/{arrival.name}", refusal) for arrival, refusal in arrivals.refused]
    filing_path = get_filing_path(inputs.roster)
    filing: str | None = None
    if state.paths.output_path(filing_path).is_file():
        filing = filing_path
    return RunSummary(
        rows=build_status_rows(state.county_states, inputs.roster),
        refused=(*refused, *vanished_files, *inputs.refused_files, *evaluate_opening_balances(state, inputs)[1]),
        skipped=tuple((file.name, file.reason) for file in arrivals.skipped),
        refused_decisions=tuple(evaluate_decisions(state, inputs)[1]),
        filing=filing,
        refused_covers=tuple(_list_refused_covers(state)),
        evidence=_summarise_evidence(state, inputs),
    )


def _list_refused_covers(state: YearState) -> Iterator[EvaluatedCover]:
    for cover in evaluate_cover_submissions(state):
        if isinstance(cover.result, DecisionRefusal):
            yield cover


def _summarise_evidence(state: YearState, inputs: YearInputs) -> Mapping[str, str] | None:
    """Return path, number of expectations and number of failed ones of the evidence, or None if there is none."""
    path = get_evidence_path(inputs.roster)
    event = state.issued_outputs.get(path)
    if event is None or not state.paths.output_path(path).is_file():
        return None
    return {
        "path": str(state.paths.output_path(path)),
        "count": str(event.facts["expectations"]),
        "failed": str(event.facts["failed"]),
    }
