"""What a run leaves on Prefect's own pages: results of each stage, progress of the year, what needs attention."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from prefect.artifacts import create_link_artifact, create_table_artifact

from contracts.messages import Messages
from flows.run.run_context import JobFailure, JobResult
from flows.run.run_summary import RunSummary, summarise_run
from flows.year.jobs import AnyJob
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import load_year_state

ArtifactRow = dict[str, Any]
_FAILED: Final = "failed"


def publish_year(paths: YearPaths) -> None:
    """Write the artifacts of a year as it stands in the ledger."""
    messages = paths.open_contracts().get_messages()
    inputs = read_year_inputs(paths, messages)
    with paths.open_ledger() as ledger:
        state = load_year_state(paths, ledger, inputs.roster)
    summary, year = summarise_run(state, inputs), str(paths.year)
    headings, state_names = messages.get_group("artifact.columns"), state.procedure.states
    tables = {
        "progress": build_progress_table(summary, state_names, headings),
        "completeness": build_completeness_table(summary, state_names, headings),
        "needs-attention": build_attention_table(summary, messages),
    }
    for name, rows in tables.items():
        description = messages(f"artifact.{name.replace('-', '_')}", year=year)
        create_table_artifact(rows, key=f"{name}-{year}", description=description)
    if summary.filing is not None:
        path = paths.output_path(summary.filing).resolve()
        create_link_artifact(link=path.as_uri(), key=f"filing-{year}", link_text=path.name)


def publish_stage_results(stage: str, jobs: Sequence[AnyJob], results: Sequence[JobResult]) -> None:
    """Write what each job of a stage did: one row per county, with the kinds of its lines of progress."""
    rows = [_build_result_row(job, result) for job, result in zip(jobs, results, strict=True)]
    create_table_artifact(rows, key=f"stage-{stage}", description=f"{stage}: {len(rows)}")


def _build_result_row(job: AnyJob, result: JobResult) -> ArtifactRow:
    if isinstance(result, JobFailure):
        return {"county": job.county, "files": len(job.files), "results": _FAILED}
    keys = Counter(line.key for line in result.lines)
    counts = [f"{key} {count}" for key, count in keys.items()]
    return {"county": job.county, "files": len(job.files), "results": ", ".join(counts)}


def build_progress_table(
    summary: RunSummary, states: Mapping[str, str], headings: Mapping[str, str]
) -> list[ArtifactRow]:
    """Return a row for each county: code, name, state, version and the findings that block it."""
    return [
        {
            headings["code"]: row.code,
            headings["name"]: row.name,
            headings["state"]: states[row.state],
            headings["version"]: row.version or "",
            headings["hard"]: row.hard,
            headings["soft"]: row.soft,
        }
        for row in summary.rows
    ]


def build_completeness_table(
    summary: RunSummary, states: Mapping[str, str], headings: Mapping[str, str]
) -> list[ArtifactRow]:
    """Return a row for each city, by the first four digits of its counties' codes: how many counties in each state."""
    cities: dict[str, Counter[str]] = {}
    for row in summary.rows:
        cities.setdefault(f"{row.code[:4]}00", Counter())[states[row.state]] += 1
    total: Counter[str] = Counter()
    for counts in cities.values():
        total.update(counts)
    present_states = [name for name in dict.fromkeys(states.values()) if total[name]]
    rows = []
    for city, counts in sorted(cities.items()):
        columns = {name: counts[name] for name in present_states}
        rows.append({headings["city"]: city, headings["due"]: counts.total(), **columns})
    return rows


def build_attention_table(summary: RunSummary, messages: Messages) -> list[ArtifactRow]:
    """Return a row for each refused file and each refused decision: where it lies, and why it was refused."""
    headings = messages.get_group("artifact.columns")
    return [
        {headings["kind"]: kind, headings["file"]: file, headings["reason"]: reason}
        for kind, file, reason in _iter_refusals(summary, messages)
    ]


def _iter_refusals(summary: RunSummary, messages: Messages) -> Iterator[tuple[str, str, str]]:
    for name, refusal in summary.refused:
        yield messages("artifact.refused_file"), name, refusal.code
    for decision, reason in summary.refused_decisions:
        yield messages("artifact.refused_decision"), f"{decision.file}:{decision.row}", reason.code
