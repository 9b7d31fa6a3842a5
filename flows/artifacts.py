"""What a run leaves to be seen on Prefect's own pages: where each county stands, city by city, and what was written."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from prefect.artifacts import create_link_artifact, create_table_artifact

from flows.run.run_summary import RunSummary, summarise_run
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import load_year_state

ArtifactRow = dict[str, Any]


def publish_artifacts(paths: YearPaths) -> None:
    """Write the artifacts of a year as it stands in the ledger."""
    words = paths.open_contracts().get_messages()
    desk = read_year_inputs(paths, words)
    with paths.open_ledger() as ledger:
        scene = load_year_state(paths, ledger, desk.roster)
    standing, year = summarise_run(scene, desk), str(paths.year)
    heads, states = words.get_group("artifact.columns"), scene.procedure.states
    for key, table in (("progress", build_progress_table), ("completeness", build_completeness_table)):
        told = words(f"artifact.{key}", year=year)
        create_table_artifact(table(standing, states, heads), key=f"{key}-{year}", description=told)
    if standing.filing is not None:
        path = paths.output_path(standing.filing).resolve()
        create_link_artifact(link=path.as_uri(), key=f"filing-{year}", link_text=path.name)


def build_progress_table(
    summary: RunSummary, states: Mapping[str, str], headings: Mapping[str, str]
) -> list[ArtifactRow]:
    """Return a line for each county: code, name, state, version and what stands against it."""
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
    """Return a line for each city, by the first four digits of its counties' codes: how many counties in each state."""
    cities: dict[str, Counter[str]] = {}
    for row in summary.rows:
        cities.setdefault(f"{row.code[:4]}00", Counter())[states[row.state]] += 1
    seen = [one for one in dict.fromkeys(states.values()) if any(counted[one] for counted in cities.values())]
    return [
        {headings["city"]: city, headings["due"]: counted.total(), **{state: counted[state] for state in seen}}
        for city, counted in sorted(cities.items())
    ]
