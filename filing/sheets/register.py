"""The register of filings (备案登记): numbers, documents, accounted quantities, and the digests of the filed files."""

from collections.abc import Iterator

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_figure_cell, build_text_cell, format_date, get_local_date
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.accounts import AmountKind, FilingFigures
from filing.context.decision_text import get_decision_fact
from filing.context.filing_context import COUNTY, FilingContext, IncludedCounty
from filing.context.links import build_county_filing_link
from filing.sheets.decisions_and_versions import format_state
from filing.sheets.numbered_list import build_list_sheet
from review.events import Event

LEADING_COLUMNS = ("serial", "receipt", "city", "county", "report_number", "opinion_number", "filing_number")
TRAILING_COLUMNS = ("filed_on", "state", "sha256")
LEADING_WIDTHS = (5.5, 15.0, 10.0, 14.0, 17.0, 17.0, 17.0)
TRAILING_WIDTHS = (13.0, 8.0, 22.0)
AMOUNT_WIDTH = 12.0
_MAX_DOCUMENT_NUMBERS = 3


def build_register_sheet(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the register, one row for each filed county."""
    columns = (*LEADING_COLUMNS, *figures.measures, *TRAILING_COLUMNS)
    widths = (*LEADING_WIDTHS, *[AMOUNT_WIDTH] * len(figures.measures), *TRAILING_WIDTHS)
    rows = [_build_register_row(context, county, figures, messages) for county in context.filed_counties]
    headings = {}
    for measure, name in figures.measures.items():
        headings[measure] = messages("filing.register.done", measure=name, unit=figures.unit)
    return build_list_sheet(
        context, "register", (columns, widths, rows), ("digest", "receipt"), messages, headings_by_column=headings
    )


def find_decision_at_level(context: FilingContext, county: IncludedCounty, level_index: int) -> Event | None:
    """Return the last decision by which the newest version was passed on from a level, or None if there is none.

    *level_index* counts from the first level (0); negative indices count from the last one.
    """
    newest = county.county_state.newest_version
    if newest is None:
        return None
    level = context.procedure.levels[level_index].id
    approvals = {
        action.id for action in context.procedure.actions if action.level == level and action.verb == "approve"
    }
    for decision in reversed(county.county_state.decisions):
        if decision.level == level and decision.action in approvals and decision.sha256 == newest.sha256:
            return decision
    return None


def _build_register_row(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> CellRow:
    placeholder = messages("filing.not_applicable")
    link = None
    if context.owner.kind != COUNTY:
        link = build_county_filing_link(context, county, messages)
    filing = find_decision_at_level(context, county, -1)
    return (
        build_text_cell(county.receipt.number if county.receipt else placeholder),
        build_text_cell(context.get_city_name(county.due_county)),
        build_text_cell(county.due_county.name, source_link=link),
        *_build_document_number_cells(context, county, messages),
        *_build_amount_cells(county, figures),
        build_text_cell(_format_filing_date(county, filing, messages), CellStyle.CENTRE),
        build_text_cell(format_state(context, county.county_state), CellStyle.CENTRE),
        build_text_cell(county.county_state.newest_sha256 or placeholder, CellStyle.HASH),
    )


def _build_document_number_cells(context: FilingContext, county: IncludedCounty, messages: Messages) -> Iterator[Cell]:
    """Yield the document numbers of the decisions at the first levels, from the lowest level up."""
    for level_index in range(len(context.procedure.levels))[:_MAX_DOCUMENT_NUMBERS]:
        decision = find_decision_at_level(context, county, level_index)
        yield build_text_cell(get_decision_fact(decision, "number") or messages("filing.not_applicable"))


def _build_amount_cells(county: IncludedCounty, figures: FilingFigures) -> Iterator[Cell]:
    county_figures = figures.by_county[county.due_county.code]
    for measure in figures.measures:
        amount = county_figures.compute_total(measure, AmountKind.DONE)
        decimals = figures.get_decimals(measure, AmountKind.DONE)
        yield build_figure_cell(amount, CellStyle.FIGURE, decimals=decimals)


def _format_filing_date(county: IncludedCounty, decision: Event | None, messages: Messages) -> str:
    """Return the date of the decision to file or, if it is undated, the day on which the receipt was made."""
    if decision is None:
        return messages("filing.not_applicable")
    day = format_date(get_decision_fact(decision, "date"), messages)
    if day:
        return day
    if county.receipt is None:
        return messages("filing.not_applicable")
    return format_date(get_local_date(county.receipt.filed_at), messages)
