"""The allowances (豁免与核减): waivers with reason and term, reductions cell by cell, each with its document number."""

from collections.abc import Iterator, Mapping

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_text_cell, format_date
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.decision_text import get_decision_fact
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.links import build_source_cell_link
from filing.sheets.numbered_list import build_list_sheet
from review.events import Event

COLUMN_KEYS = ("serial", "county", "allowance", "rule", "place", "before", "after", "reason", "until", "number", "unit")
COLUMN_WIDTHS = (5.5, 12.0, 9.0, 8.0, 17.0, 11.0, 11.0, 30.0, 15.0, 20.0, 20.0)


def build_allowances_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return the list of waivers and reductions of the filed counties."""
    rows: list[CellRow] = []
    for county in context.counties_in_order:
        for decision in county.county_state.decisions:
            rows += _build_allowance_rows(context, county, decision, messages)
    return build_list_sheet(context, "allowances", (COLUMN_KEYS, COLUMN_WIDTHS, rows), ("allowances",), messages)


def _build_allowance_rows(
    context: FilingContext, county: IncludedCounty, event: Event, messages: Messages
) -> Iterator[CellRow]:
    for waiver in _iter_facts(event, "waivers"):
        facts = _select_facts(waiver, ("rule", "reason", "until"))
        facts["until"] = format_date(facts["until"], messages)
        yield _build_allowance_row(county, event, "waived", facts, messages)
    for reduction in _iter_facts(event, "reductions"):
        facts = _select_facts(reduction, ("sheet", "cell", "before", "after", "reason"))
        link = None
        if _is_on_newest_version(county, event):
            link = build_source_cell_link(context, county, facts["sheet"], facts["cell"])
        yield _build_allowance_row(county, event, "reduced", facts, messages, source=link)


def _build_allowance_row(
    county: IncludedCounty,
    event: Event,
    kind: str,
    facts: Mapping[str, str],
    messages: Messages,
    *,
    source: str | None = None,
) -> CellRow:
    placeholder = messages("filing.not_applicable")
    place = placeholder
    if "cell" in facts:
        place = messages("filing.place", sheet=facts["sheet"], cells=facts["cell"])
    return (
        build_text_cell(county.due_county.name),
        build_text_cell(messages(f"filing.allowance.{kind}"), CellStyle.CENTRE),
        build_text_cell(facts.get("rule", placeholder), CellStyle.CENTRE),
        build_text_cell(place, source_link=source),
        build_text_cell(facts.get("before", placeholder), CellStyle.FIGURE),
        build_text_cell(facts.get("after", placeholder), CellStyle.FIGURE),
        build_text_cell(facts["reason"]),
        build_text_cell(facts.get("until", placeholder), CellStyle.CENTRE),
        build_text_cell(get_decision_fact(event, "number") or placeholder),
        build_text_cell(event.unit),
    )


def _is_on_newest_version(county: IncludedCounty, event: Event) -> bool:
    """Return whether a decision is on the version whose file the filing has a copy of."""
    newest = county.county_state.newest_version
    return newest is not None and event.sha256 == newest.sha256


def _select_facts(item: Mapping[str, object], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(item.get(name, "")) for name in names}


def _iter_facts(event: Event, name: str) -> Iterator[Mapping[str, object]]:
    items = event.facts.get(name)
    if not isinstance(items, list):
        return
    for item in items:
        if isinstance(item, dict):
            yield item
