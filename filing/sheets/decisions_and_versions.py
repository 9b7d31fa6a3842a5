"""The record behind a filing: the decisions taken, the versions received, and the counties still missing."""

from collections.abc import Iterator

from contracts.messages import Messages
from contracts.procedures import Level
from filing.book.cell_builders import CellRow, build_text_cell, format_date, get_local_date
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.decision_text import format_decision, get_decision_fact, mark_late_day
from filing.context.filing_context import FilingContext
from filing.sheets.numbered_list import build_list_sheet
from review.county_state import CountyState, SubmissionVersion
from review.decision_dates import list_late_steps
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
    """Return the list of decisions on the filed counties, county by county, oldest first."""
    rows: list[CellRow] = []
    for county in context.counties_in_order:
        for decision, lateness in _list_decisions(context, county.county_state):
            rows.append(_build_decision_row(context, county.due_county, decision, messages, lateness=lateness))
    return build_list_sheet(context, "opinions", (DECISION_COLUMNS, DECISION_WIDTHS, rows), ("dated",), messages)


def build_versions_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return the list of versions received, those of missing counties included, with the digest of each file."""
    rows: list[CellRow] = []
    for due_county, county_state in _iter_county_states(context):
        versions = county_state.versions
        rows.extend(_build_version_row(context, due_county, version, messages) for version in versions)
    return build_list_sheet(
        context, "versions", (VERSION_COLUMNS, VERSION_WIDTHS, rows), ("digest", "received"), messages
    )


def build_missing_counties_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return the list of missing counties, with the level whose turn it is and its deadline."""
    rows = [
        _build_missing_row(context, due_county, county_state, messages)
        for due_county, county_state in context.missing_counties
    ]
    return build_list_sheet(
        context, context.missing_status, (MISSING_COLUMNS, MISSING_WIDTHS, rows), ("turn",), messages
    )


def _list_decisions(context: FilingContext, county_state: CountyState) -> Iterator[tuple[Event, str]]:
    """Yield the decisions on a county, each with how it was late, if it was."""
    late_steps = list(list_late_steps(context.procedure, context.roster, county_state))
    for decision in county_state.decisions:
        lateness = next((lateness for late_step, lateness in late_steps if late_step is decision), "")
        yield decision, lateness


def _build_decision_row(
    context: FilingContext, due_county: DueCounty, event: Event, messages: Messages, *, lateness: str
) -> CellRow:
    level = context.procedure.find_level(event.level)
    action = context.procedure.find_action(event.level, event.action)
    level_name, action_name = event.level, event.action
    if level is not None:
        level_name = level.name
    if action is not None:
        action_name = action.name
    placeholder = messages("filing.not_applicable")
    day = get_decision_fact(event, "date") or placeholder
    return (
        build_text_cell(due_county.name),
        build_text_cell(messages("filing.version", version=event.version), CellStyle.CENTRE),
        build_text_cell(level_name, CellStyle.CENTRE),
        build_text_cell(action_name, CellStyle.CENTRE),
        build_text_cell(get_decision_fact(event, "number") or placeholder),
        build_text_cell(format_decision(event, messages) or placeholder),
        build_text_cell(event.unit),
        build_text_cell(get_decision_fact(event, "title") or placeholder),
        build_text_cell(mark_late_day(format_date(day, messages), lateness, messages), CellStyle.CENTRE),
    )


def _iter_county_states(context: FilingContext) -> Iterator[tuple[DueCounty, CountyState]]:
    """Yield each due county that is not excused with its state, in the order of the roster."""
    states = {county.due_county.code: county.county_state for county in context.included_counties}
    for due_county, county_state in context.missing_counties:
        states[due_county.code] = county_state
    for due_county in context.due_counties:
        if due_county.code in states:
            yield due_county, states[due_county.code]


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
    outcome = messages(key, hard=version.hard_count, soft=version.soft_count, notes=version.note_count)
    if version.contracts_sha256 in ("", contracts_version):
        return outcome
    # the cover has the version of the rules now in force; a reader has to know that this check used another one
    return messages("filing.outcome.other_rules", outcome=outcome, rules=version.contracts_sha256[:SHORT_DIGEST_LENGTH])


def _build_missing_row(
    context: FilingContext, due_county: DueCounty, county_state: CountyState, messages: Messages
) -> CellRow:
    level = _find_next_level(context, county_state)
    return (
        build_text_cell(context.get_city_name(due_county)),
        build_text_cell(due_county.name),
        build_text_cell(due_county.code, CellStyle.CENTRE),
        build_text_cell(format_state(context, county_state), CellStyle.CENTRE),
        build_text_cell(level.name, CellStyle.CENTRE),
        build_text_cell(_format_deadline(context, level, messages), CellStyle.CENTRE),
    )


def _format_deadline(context: FilingContext, level: Level, messages: Messages) -> str:
    """Return the deadline of a level, marked if it had passed when the filing was made."""
    deadline = context.roster.get_deadline(context.procedure, level.id)
    if not deadline:
        return messages("filing.not_applicable")
    day = format_date(deadline, messages)
    if get_local_date(context.as_of) <= deadline:
        return day
    return messages("filing.late", date=day)


def format_state(context: FilingContext, county_state: CountyState) -> str:
    """Return the Chinese name of the state that a county is in."""
    return context.procedure.states.get(county_state.state, county_state.state)


def _find_next_level(context: FilingContext, county_state: CountyState) -> Level:
    """Return the level that acts next; the first level if the county has to send a version first."""
    procedure = context.procedure
    action = procedure.find_next_action(county_state.state)
    level = procedure.find_level(action.level) if action else None
    return level or procedure.levels[0]
