"""The record behind a filing: every decision taken, every version received, who has not filed yet."""

from collections.abc import Iterator

from contracts.messages import Messages
from contracts.procedures import Level
from filing.book.cell_builders import CellRow, build_text_cell, format_date, get_local_date
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.decision_text import format_decision
from filing.context.filing_context import FilingContext
from filing.sheets.numbered_list import build_list_sheet
from review.county_state import CountyState, SubmissionVersion
from review.events import Event
from review.roster import DueCounty

DECISION_COLUMNS = (
    "serial",
    "county",
    "version",
    "level",
    "action",
    "number",
    "opinion",
    "unit",
    "officer",
    "date",
)
DECISION_WIDTHS = (5.5, 12.0, 7.5, 6.5, 10.0, 23.0, 30.0, 24.0, 12.0, 15.0)
VERSION_COLUMNS = ("serial", "county", "version", "file", "received", "sha256", "outcome")
VERSION_WIDTHS = (5.5, 16.0, 8.0, 33.0, 16.0, 36.0, 18.0)
MISSING_COLUMNS = ("serial", "city", "county", "code", "state", "turn", "deadline")
MISSING_WIDTHS = (6.0, 13.0, 21.0, 9.0, 12.0, 7.0, 24.0)
SHORT_DIGEST_LENGTH = 12


def build_decisions_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return every decision on the filed counties, oldest first in each county."""
    decided = [(one.due_county, event) for one in context.counties_in_order for event in one.county_state.decisions]
    rows = [_build_decision_row(context, due, event, messages) for due, event in decided]
    return build_list_sheet(context, "opinions", (DECISION_COLUMNS, DECISION_WIDTHS, rows), ("dated",), messages)


def build_versions_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return every version received, of counties still open too, with the digest that proves its bytes."""
    rows = [
        _build_version_row(context, due, one, messages)
        for due, standing in _iter_county_states(context)
        for one in standing.versions
    ]
    return build_list_sheet(
        context, "versions", (VERSION_COLUMNS, VERSION_WIDTHS, rows), ("digest", "received"), messages
    )


def build_missing_counties_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return the due counties that are not counted, with whose turn it is and until when."""
    rows = [_build_missing_row(context, due, standing, messages) for due, standing in context.missing_counties]
    return build_list_sheet(
        context, context.missing_status, (MISSING_COLUMNS, MISSING_WIDTHS, rows), ("turn",), messages
    )


def _build_decision_row(context: FilingContext, due_county: DueCounty, event: Event, messages: Messages) -> CellRow:
    level, action = context.procedure.find_level(event.level), context.procedure.find_action(event.level, event.action)
    dash = messages("filing.not_applicable")
    facts = {name: str(event.facts.get(name) or dash) for name in ("number", "title")}
    return (
        build_text_cell(due_county.name),
        build_text_cell(messages("filing.version", version=event.version), CellStyle.CENTRE),
        build_text_cell(level.name if level else event.level, CellStyle.CENTRE),
        build_text_cell(action.name if action else event.action, CellStyle.CENTRE),
        build_text_cell(facts["number"]),
        build_text_cell(format_decision(event, messages) or dash),
        build_text_cell(event.unit),
        build_text_cell(facts["title"]),
        build_text_cell(
            format_date(str(event.facts.get("date") or messages("filing.not_applicable")), messages), CellStyle.CENTRE
        ),
    )


def _iter_county_states(context: FilingContext) -> Iterator[tuple[DueCounty, CountyState]]:
    """Give every due county's standing in the order of the roster."""
    known = {one.due_county.code: one.county_state for one in context.included_counties} | {
        one.code: two for one, two in context.missing_counties
    }
    for due in context.due_counties:
        if due.code in known:
            yield due, known[due.code]


def _build_version_row(
    context: FilingContext, due_county: DueCounty, version: SubmissionVersion, messages: Messages
) -> CellRow:
    return (
        build_text_cell(due_county.name),
        build_text_cell(messages("filing.version", version=version.number), CellStyle.CENTRE),
        build_text_cell(version.name),
        build_text_cell(format_date(get_local_date(version.received_at), messages), CellStyle.CENTRE),
        build_text_cell(version.sha256, CellStyle.HASH),
        build_text_cell(_format_outcome(version, context.contracts_version, messages)),
    )


def _format_outcome(version: SubmissionVersion, contracts_version: str, messages: Messages) -> str:
    if not version.is_checked:
        return messages("filing.outcome.unchecked")
    key = "filing.outcome.counts" if version.hard_count or version.soft_count else "filing.outcome.accepted"
    said = messages(key, hard=version.hard_count, soft=version.soft_count, notes=version.note_count)
    if version.contracts_sha256 in ("", contracts_version):
        return said
    # the cover names the rules in force now; whoever checks the filing has to know that these were others
    return messages("filing.outcome.other_rules", outcome=said, rules=version.contracts_sha256[:SHORT_DIGEST_LENGTH])


def _build_missing_row(
    context: FilingContext, due_county: DueCounty, county_state: CountyState, messages: Messages
) -> CellRow:
    level = _find_next_level(context, county_state)
    deadline = context.roster.get_deadline(context.procedure, level.id)
    said = format_date(deadline, messages) if deadline else messages("filing.not_applicable")
    late = deadline is not None and get_local_date(context.as_of) > deadline
    return (
        build_text_cell(context.get_city_name(due_county)),
        build_text_cell(due_county.name),
        build_text_cell(due_county.code, CellStyle.CENTRE),
        build_text_cell(format_state(context, county_state), CellStyle.CENTRE),
        build_text_cell(level.name, CellStyle.CENTRE),
        build_text_cell(messages("filing.late", date=said) if late else said, CellStyle.CENTRE),
    )


def format_state(context: FilingContext, county_state: CountyState) -> str:
    """Return the name of the state in which a county stands."""
    return context.procedure.states.get(county_state.state, county_state.state)


def _find_next_level(context: FilingContext, county_state: CountyState) -> Level:
    """Return the level that may act next; where none may, the county has to send a version first."""
    action = context.procedure.find_next_action(county_state.state)
    return (context.procedure.find_level(action.level) if action else None) or context.procedure.levels[0]
