"""What was let pass or set lower: waivers with reason and term, reductions cell by cell, each with its document."""

from collections.abc import Iterator, Mapping

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, format_date
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.links import build_source_cell_link
from filing.sheets.numbered_list import build_list_sheet
from review.events import Event

COLUMN_KEYS = ("serial", "county", "allowance", "rule", "place", "before", "after", "reason", "until", "number", "unit")
COLUMN_WIDTHS = (5.5, 12.0, 9.0, 8.0, 17.0, 11.0, 11.0, 30.0, 15.0, 20.0, 20.0)


def build_allowances_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return the list of waivers and reductions of the filed counties."""
    rows = [
        row
        for county in context.counties_in_order
        for event in county.county_state.decisions
        for row in _build_allowance_rows(context, county, event, messages)
    ]
    return build_list_sheet(context, "allowances", (COLUMN_KEYS, COLUMN_WIDTHS, rows), ("allowances",), messages)


def _build_allowance_rows(
    context: FilingContext, county: IncludedCounty, event: Event, messages: Messages
) -> Iterator[CellRow]:
    for one in _list_facts(event, "waivers"):
        until = format_date(str(one.get("until", "")), messages)
        given = {"rule": str(one.get("rule", "")), "reason": str(one.get("reason", "")), "until": until}
        yield _build_allowance_row(county, event, "waived", given, messages)
    for one in _list_facts(event, "reductions"):
        given = {name: str(one.get(name, "")) for name in ("sheet", "cell", "before", "after", "reason")}
        link = build_source_cell_link(context, county, given["sheet"], given["cell"])
        judged = (
            county.county_state.newest_version is not None and event.sha256 == county.county_state.newest_version.sha256
        )
        yield _build_allowance_row(county, event, "reduced", given, messages, source=link if judged else None)


def _build_allowance_row(
    county: IncludedCounty,
    event: Event,
    kind: str,
    facts: Mapping[str, str],
    messages: Messages,
    *,
    source: str | None = None,
) -> CellRow:
    dash = messages("filing.not_applicable")
    place = messages("filing.place", sheet=facts["sheet"], cells=facts["cell"]) if "cell" in facts else dash
    return (
        build_text_cell(county.due_county.name),
        build_text_cell(messages(f"filing.allowance.{kind}"), CellStyle.CENTRE),
        build_text_cell(facts.get("rule", dash), CellStyle.CENTRE),
        build_text_cell(place, source_link=source),
        build_text_cell(facts.get("before", dash), CellStyle.FIGURE),
        build_text_cell(facts.get("after", dash), CellStyle.FIGURE),
        build_text_cell(facts["reason"]),
        build_text_cell(facts.get("until", dash), CellStyle.CENTRE),
        build_text_cell(str(event.facts.get("number") or dash)),
        build_text_cell(event.unit),
    )


def _list_facts(event: Event, name: str) -> list[Mapping[str, object]]:
    raw = event.facts.get(name)
    return [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
