"""What was let pass or set lower: waivers with reason and term, reductions cell by cell, each with its document."""

from collections.abc import Iterator, Mapping

from contracts.messages import Wording
from filing.book.cell_builders import Row, say_date, text
from filing.book.workbook_model import Look, Sheet
from filing.context.filing_context import CountedCounty, FilingScene
from filing.context.links import own_file
from filing.sheets.numbered_list import list_sheet
from review.events import Event

COLUMNS = ("serial", "county", "allowance", "rule", "place", "before", "after", "reason", "until", "number", "unit")
WIDTHS = (5.5, 12.0, 9.0, 8.0, 17.0, 11.0, 11.0, 30.0, 15.0, 20.0, 20.0)


def allowances_of(scene: FilingScene, words: Wording) -> Sheet:
    """Return the list of waivers and reductions of the filed counties."""
    rows = [
        row
        for county in scene.in_order
        for event in county.standing.decisions
        for row in _rows(scene, county, event, words)
    ]
    return list_sheet(scene, "allowances", (COLUMNS, WIDTHS, rows), ("allowances",), words)


def _rows(scene: FilingScene, county: CountedCounty, event: Event, words: Wording) -> Iterator[Row]:
    for one in _facts(event, "waivers"):
        until = say_date(str(one.get("until", "")), words)
        given = {"rule": str(one.get("rule", "")), "reason": str(one.get("reason", "")), "until": until}
        yield _row(county, event, "waived", given, words)
    for one in _facts(event, "reductions"):
        given = {name: str(one.get(name, "")) for name in ("sheet", "cell", "before", "after", "reason")}
        link = own_file(scene, county, given["sheet"], given["cell"])
        judged = county.standing.newest is not None and event.sha256 == county.standing.newest.sha256
        yield _row(county, event, "reduced", given, words, source=link if judged else None)


def _row(
    county: CountedCounty,
    event: Event,
    kind: str,
    given: Mapping[str, str],
    words: Wording,
    *,
    source: str | None = None,
) -> Row:
    dash = words("filing.not_applicable")
    place = words("filing.place", sheet=given["sheet"], cells=given["cell"]) if "cell" in given else dash
    return (
        text(county.due.name),
        text(words(f"filing.allowance.{kind}"), Look.CENTRE),
        text(given.get("rule", dash), Look.CENTRE),
        text(place, source=source),
        text(given.get("before", dash), Look.FIGURE),
        text(given.get("after", dash), Look.FIGURE),
        text(given["reason"]),
        text(given.get("until", dash), Look.CENTRE),
        text(str(event.facts.get("number") or dash)),
        text(event.unit),
    )


def _facts(event: Event, name: str) -> list[Mapping[str, object]]:
    raw = event.facts.get(name)
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
