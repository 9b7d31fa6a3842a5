"""``hesuan roster``: copy the roster of an earlier year into the inbox of a new one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml

from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from contracts.procedures import Procedure
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.year.locations import ROSTER_FILE, YearPaths
from flows.year.year_inputs import read_year_roster
from review.roster import Roster, carry_roster_forward, encode_roster, find_vacant_offices


def copy_roster_forward(paths: YearPaths, prior_year: int) -> ExitCode:
    """Write the roster of *prior_year* as that of the year of *paths*; refuse to replace a file.

    The exit code tells whether anything has to be added before the year can be carried through.
    """
    library = paths.open_contracts()
    messages, path = library.get_messages(), paths.inbox / ROSTER_FILE
    if prior_year >= paths.year:
        print_error(messages("roster_copy.not_later", year=str(paths.year), prior_year=str(prior_year)))
        return ExitCode.USAGE
    prior = read_year_roster(replace(paths, year=prior_year))
    procedure = library.get_procedure(prior.procedure)
    roster = carry_roster_forward(prior, paths.year)
    try:
        _write_roster(path, roster, messages("roster_copy.head", year=str(roster.year), prior_year=str(prior_year)))
    except FileExistsError:
        print_error(messages("roster_copy.exists", path=str(path)))
        return ExitCode.REFUSED_ACTION
    counts = {"counties": str(len(roster.due_counties)), "officers": str(len(roster.officers))}
    print_line(messages("roster_copy.done", path=str(path), prior_year=str(prior_year), **counts))
    for line in _list_changes(prior, roster, procedure, messages):
        print_line(line)
    gaps = list(_list_gaps(roster, procedure, library, messages))
    for gap in gaps:
        print_line(gap)
    return ExitCode.FINDINGS if gaps else ExitCode.CLEAR


def _write_roster(path: Path, roster: Roster, head: str) -> None:
    text = yaml.safe_dump(encode_roster(roster), allow_unicode=True, sort_keys=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(f"# {head}\n{text}")


def _list_changes(prior: Roster, roster: Roster, procedure: Procedure, messages: Messages) -> Iterator[str]:
    """Yield the deadlines that apply, and what was not copied."""
    for level in procedure.levels:
        day = roster.get_deadline(procedure, level.id)
        if day is not None:
            yield messages("roster_copy.deadline", level=level.name, day=day.isoformat())
    for officer in prior.officers:
        if officer not in roster.officers:
            until = str(officer.until)
            yield messages("roster_copy.left_out", id=officer.id, title=officer.title, until=until)
    if prior.is_entered_afterwards:
        yield messages("roster_copy.afterwards", year=str(roster.year))


def _list_gaps(roster: Roster, procedure: Procedure, library: ContractLibrary, messages: Messages) -> Iterator[str]:
    """Yield what is missing for the year: officers on the deadline, packages of due counties."""
    for office in find_vacant_offices(roster, procedure):
        level = procedure.find_level(office.level)
        name = level.name if level else office.level
        yield messages("roster_copy.vacant", level=name, area=office.area, day=office.day.isoformat())
    for county in roster.due_counties:
        if library.find_package(county.code, roster.year) is None:
            yield messages("roster_copy.no_package", county=f"{county.name}（{county.code}）", year=str(roster.year))
