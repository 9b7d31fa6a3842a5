"""The register of filings: number, documents, both accounted quantities, and the digest of the file that was filed."""

from contracts.messages import Messages
from filing.book.cell_builders import CellRow, build_figure_cell, build_text_cell, format_date, get_local_date
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.accounts import AmountKind, FilingFigures
from filing.context.filing_context import COUNTY, FilingContext, IncludedCounty
from filing.context.links import build_county_filing_link
from filing.sheets.numbered_list import build_list_sheet
from review.events import Event

LEADING_COLUMNS = ("serial", "receipt", "city", "county", "report_number", "opinion_number", "filing_number")
TRAILING_COLUMNS = ("filed_on", "state", "sha256")
LEADING_WIDTHS = (5.5, 15.0, 10.0, 14.0, 17.0, 17.0, 17.0)
TRAILING_WIDTHS = (13.0, 8.0, 22.0)
AMOUNT_WIDTH = 12.0


def build_register_sheet(context: FilingContext, figures: FilingFigures, messages: Messages) -> FilingSheet:
    """Return the register, a line a filed county."""
    columns = (*LEADING_COLUMNS, *figures.measures, *TRAILING_COLUMNS)
    widths = (*LEADING_WIDTHS, *(AMOUNT_WIDTH for _ in figures.measures), *TRAILING_WIDTHS)
    rows = [_build_register_row(context, one, figures, messages) for one in context.filed_counties]
    named = {
        one: messages("filing.register.done", measure=name, unit=figures.unit) for one, name in figures.measures.items()
    }
    return build_list_sheet(
        context, "register", (columns, widths, rows), ("digest", "receipt"), messages, headings_by_column=named
    )


def find_decision_at_level(context: FilingContext, county: IncludedCounty, level_index: int) -> Event | None:
    """Return the decision by which the filed version left a level (0 is the first), counted on the straight road."""
    wanted = context.procedure.levels[level_index].id
    newest = county.county_state.newest_version
    onward = {one.id for one in context.procedure.actions if one.level == wanted and one.verb == "approve"}
    found = [
        one
        for one in county.county_state.decisions
        if one.level == wanted and one.action in onward and newest is not None and one.sha256 == newest.sha256
    ]
    return found[-1] if found else None


def _build_register_row(
    context: FilingContext, county: IncludedCounty, figures: FilingFigures, messages: Messages
) -> CellRow:
    dash = messages("filing.not_applicable")
    decisions = [find_decision_at_level(context, county, level) for level in range(len(context.procedure.levels))]
    numbers = [str(one.facts.get("number") or dash) if one else dash for one in decisions]
    filed = decisions[-1]
    account = figures.by_county[county.due_county.code]
    done = [
        build_figure_cell(
            account.compute_total(one, AmountKind.DONE),
            CellStyle.FIGURE,
            decimals=figures.get_decimals(one, AmountKind.DONE),
        )
        for one in figures.measures
    ]
    newest = county.county_state.newest_version
    on = format_date(str(filed.facts.get("date") or ""), messages) if filed else dash
    leads = None if context.owner.kind == COUNTY else build_county_filing_link(context, county, messages)
    return (
        build_text_cell(county.receipt.number if county.receipt else dash),
        build_text_cell(context.get_city_name(county.due_county)),
        build_text_cell(county.due_county.name, source_link=leads),
        *(build_text_cell(one) for one in numbers[:3]),
        *done,
        build_text_cell(
            on or (format_date(get_local_date(county.receipt.filed_at), messages) if county.receipt else dash),
            CellStyle.CENTRE,
        ),
        build_text_cell(
            context.procedure.states.get(county.county_state.state, county.county_state.state), CellStyle.CENTRE
        ),
        build_text_cell(newest.sha256 if newest else dash, CellStyle.HASH),
    )
