"""``hesuan trace``: who changed one value when, from version to version."""

from dataclasses import asdict

from checks.model.cell_ref import CellRef, parse_address
from contracts.messages import Messages
from desk.console import print_error, print_json, print_line
from desk.exit_codes import ExitCode
from filing.book.cell_builders import format_date, get_local_date
from flows.analysis.value_history import ValueHistory, ValueStep, trace_value
from flows.year.locations import YearPaths
from flows.year.year_state import load_year_state
from review.county_state import find_recorded_roster


def show_trace(paths: YearPaths, county: str, place: str, *, as_json: bool) -> ExitCode:
    """Print the history of the value in a cell, written ``sheet!A1``, of the county's newest version."""
    messages = paths.open_contracts().get_messages()
    sheet, _, address = place.rpartition("!")
    if not sheet or parse_address(address) is None:
        print_error(messages("trace.bad_cell", cell=place))
        return ExitCode.USAGE
    history = _load_history(paths, county, CellRef(sheet.strip("'"), address.upper()))
    if history is None:
        print_error(messages("trace.no_value", county=county, year=str(paths.year), cell=place))
        return ExitCode.USAGE
    if as_json:
        print_json({"county": county, "year": paths.year, **asdict(history.place), "steps": _encode_steps(history)})
        return ExitCode.CLEAR
    print_line(messages("trace.heading", form=sheet, row=history.place.row, heading=history.place.heading))
    before: str | None = None
    for step in history.steps:
        print_line("  " + _format_step(step, before, messages))
        before = step.value
        for decision in step.decisions:
            print_line("    " + messages("trace.decision", **asdict(decision)))
    return ExitCode.CLEAR


def _load_history(paths: YearPaths, county: str, cell: CellRef) -> ValueHistory | None:
    with paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        if roster is None:
            return None
        state = load_year_state(paths, ledger, roster)
    return trace_value(state, county, cell)


def _encode_steps(history: ValueHistory) -> list[dict[str, object]]:
    return [asdict(step) for step in history.steps]


def _format_step(step: ValueStep, before: str | None, messages: Messages) -> str:
    if step.officer or step.reason:
        return messages(
            "trace.reduced",
            version=step.version,
            value=step.value or "",
            before=before or "",
            officer=step.officer,
            date=step.date,
            reason=step.reason,
        )
    facts = {"version": step.version, "file": step.file, "day": format_date(get_local_date(step.at), messages)}
    if step.value is None:
        return messages("trace.absent", **facts)
    key = "same" if step.value == before else "value"
    return messages(f"trace.{key}", value=step.value, cell=step.cell, **facts)
