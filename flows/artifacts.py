"""What a run leaves to be seen on Prefect's own pages: where each county stands, city by city, and what was written."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from prefect.artifacts import create_link_artifact, create_table_artifact

from flows.run.run_summary import Outlook, outlook
from flows.year.locations import Places
from flows.year.year_inputs import read_desk
from flows.year.year_state import set_scene

Line = dict[str, Any]


def publish(places: Places) -> None:
    """Write the artifacts of a year as it stands in the ledger."""
    words = places.library().wording()
    desk = read_desk(places, words)
    with places.open_ledger() as ledger:
        scene = set_scene(places, ledger, desk.roster)
    standing, year = outlook(scene, desk), str(places.year)
    heads, states = words.under("artifact.columns"), scene.procedure.states
    for key, table in (("progress", progress), ("completeness", completeness)):
        told = words(f"artifact.{key}", year=year)
        create_table_artifact(table(standing, states, heads), key=f"{key}-{year}", description=told)
    if standing.filing is not None:
        path = places.output(standing.filing).resolve()
        create_link_artifact(link=path.as_uri(), key=f"filing-{year}", link_text=path.name)


def progress(standing: Outlook, states: Mapping[str, str], heads: Mapping[str, str]) -> list[Line]:
    """Return a line for each county: code, name, state, version and what stands against it."""
    return [
        {
            heads["code"]: row.code,
            heads["name"]: row.name,
            heads["state"]: states[row.state],
            heads["version"]: row.version or "",
            heads["hard"]: row.hard,
            heads["soft"]: row.soft,
        }
        for row in standing.rows
    ]


def completeness(standing: Outlook, states: Mapping[str, str], heads: Mapping[str, str]) -> list[Line]:
    """Return a line for each city, by the first four digits of its counties' codes: how many counties in each state."""
    cities: dict[str, Counter[str]] = {}
    for row in standing.rows:
        cities.setdefault(f"{row.code[:4]}00", Counter())[states[row.state]] += 1
    seen = [one for one in dict.fromkeys(states.values()) if any(counted[one] for counted in cities.values())]
    return [
        {heads["city"]: city, heads["due"]: counted.total(), **{state: counted[state] for state in seen}}
        for city, counted in sorted(cities.items())
    ]
