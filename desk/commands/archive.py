"""``hesuan archive``: archive the counties of a year, one BagIt bag each."""

from collections.abc import Iterator
from pathlib import Path

from contracts.errors import SettingError
from contracts.messages import Messages
from contracts.yaml_files import load_yaml
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.archive.county_archive import CountyArchive, archive_county
from flows.year.locations import YearPaths
from flows.year.year_state import YearState, load_year_state
from review.county_state import find_recorded_roster
from review.roster import DueCounty, Roster


def make_archives(paths: YearPaths, county: str, *, out: Path, paper: Path | None, zipped: bool) -> ExitCode:
    """Archive one county, or (if *county* is empty) all that have submitted anything; print what is missing in each."""
    messages = paths.open_contracts().get_messages()
    with paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        state = load_year_state(paths, ledger, roster) if roster else None
    if roster is None or state is None:
        print_error(messages("archive.no_year", year=str(paths.year)))
        return ExitCode.USAGE
    due_counties = list(_find_submitted_counties(roster, state, county))
    if not due_counties:
        print_error(messages("archive.nothing", county=county or str(paths.year)))
        return ExitCode.USAGE
    paper_numbers = _load_paper_numbers(paper, roster)
    for due_county in due_counties:
        archive = archive_county(
            state,
            roster,
            due_county,
            target_folder=out,
            paper_numbers=paper_numbers.get(due_county.code, {}),
            make_zip=zipped,
        )
        print_line(_format_archive(archive, messages))
    return ExitCode.CLEAR


def _find_submitted_counties(roster: Roster, state: YearState, code: str) -> Iterator[DueCounty]:
    """Yield the due counties that have submitted anything; only the one with this code unless it is empty."""
    for due_county in roster.due_counties:
        if code in ("", due_county.code) and state.county_states[due_county.code].versions:
            yield due_county


def _format_archive(archive: CountyArchive, messages: Messages) -> str:
    missing = messages("filing.separator").join(archive.missing_items)
    return messages(
        "archive.made",
        code=archive.county.code,
        name=archive.county.name,
        path=str(archive.folder),
        count=str(archive.file_count),
        missing=missing or messages("filing.not_applicable"),
    )


def _load_paper_numbers(path: Path | None, roster: Roster) -> dict[str, dict[str, str]]:
    """Return the numbers of paper files by county code, then by item of the checklist."""
    if path is None:
        return {}
    due_codes = set(roster.due_codes)
    numbers_by_county = {}
    for code, items in load_yaml(path).items():
        if str(code) not in due_codes or not isinstance(items, dict):
            problem = f"{code}: expected a due county's code, and below it items with numbers"
            raise SettingError(path.name, problem, "paper_numbers", value=str(code))
        numbers_by_county[str(code)] = {str(item): str(number) for item, number in items.items()}
    return numbers_by_county
