"""``hesuan archive``: the archives of a year's counties, each a bag."""

from pathlib import Path

from contracts.errors import ContractError
from contracts.yaml_files import load_yaml
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from flows.archive.county_archive import archive_county
from flows.year.locations import YearPaths
from flows.year.year_state import load_year_state
from review.county_state import find_recorded_roster
from review.roster import Roster


def make_archives(paths: YearPaths, county: str, *, out: Path, paper: Path | None, zipped: bool) -> ExitCode:
    """Make the archive of one county, or of all that have sent anything; say what is missing in each."""
    words = paths.open_contracts().get_messages()
    with paths.open_ledger(must_exist=True) as ledger:
        roster = find_recorded_roster(ledger.list_entries(paths.year))
        scene = load_year_state(paths, ledger, roster) if roster else None
    if roster is None or scene is None:
        print_error(words("archive.no_year", year=str(paths.year)))
        return ExitCode.USAGE
    wanted = [one for one in roster.due_counties if county in ("", one.code) and scene.county_states[one.code].versions]
    if not wanted:
        print_error(words("archive.nothing", county=county or str(paths.year)))
        return ExitCode.USAGE
    numbers = _load_paper_numbers(paper, roster)
    for due in wanted:
        made = archive_county(
            scene, roster, due, target_folder=out, paper_numbers=numbers.get(due.code, {}), make_zip=zipped
        )
        missing = words("filing.separator").join(made.missing_items) or words("filing.not_applicable")
        facts = {"code": due.code, "name": due.name, "path": str(made.folder)}
        print_line(words("archive.made", **facts, count=str(made.file_count), missing=missing))
    return ExitCode.CLEAR


def _load_paper_numbers(path: Path | None, roster: Roster) -> dict[str, dict[str, str]]:
    """Read the numbers of paper files: by county, then by item of the checklist."""
    if path is None:
        return {}
    raw = load_yaml(path)
    known = {one.code for one in roster.due_counties}
    found = {}
    for code, items in raw.items():
        if str(code) not in known or not isinstance(items, dict):
            raise ContractError(path.name, f"{code}: expected a due county's code, and below it items with numbers")
        found[str(code)] = {str(item): str(number) for item, number in items.items()}
    return found
