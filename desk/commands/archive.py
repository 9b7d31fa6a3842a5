"""``hesuan archive``: the archives of a year's counties, each a bag."""

from pathlib import Path

from contracts.errors import ContractError
from contracts.yaml_files import read_yaml
from desk.console import complain, say
from desk.exit_codes import Exit
from flows.archive.county_archive import archive_county
from flows.year.locations import Places
from flows.year.year_state import set_scene
from review.county_state import recorded_roster
from review.roster import Roster


def make_archives(places: Places, county: str, *, out: Path, paper: Path | None, zipped: bool) -> Exit:
    """Make the archive of one county, or of all that have sent anything; say what is missing in each."""
    words = places.library().wording()
    with places.open_ledger(must_exist=True) as ledger:
        roster = recorded_roster(ledger.entries(places.year))
        scene = set_scene(places, ledger, roster) if roster else None
    if roster is None or scene is None:
        complain(words("archive.no_year", year=str(places.year)))
        return Exit.USAGE
    wanted = [one for one in roster.due if county in ("", one.code) and scene.standings[one.code].versions]
    if not wanted:
        complain(words("archive.nothing", county=county or str(places.year)))
        return Exit.USAGE
    numbers = _paper(paper, roster)
    for due in wanted:
        made = archive_county(scene, roster, due, out=out, paper=numbers.get(due.code, {}), zipped=zipped)
        missing = words("filing.separator").join(made.missing) or words("filing.not_applicable")
        facts = {"code": due.code, "name": due.name, "path": str(made.place)}
        say(words("archive.made", **facts, count=str(made.files), missing=missing))
    return Exit.CLEAR


def _paper(path: Path | None, roster: Roster) -> dict[str, dict[str, str]]:
    """Read the numbers of paper files: by county, then by item of the checklist."""
    if path is None:
        return {}
    raw = read_yaml(path)
    known = {one.code for one in roster.due}
    found = {}
    for code, items in raw.items():
        if str(code) not in known or not isinstance(items, dict):
            raise ContractError(path.name, f"{code}: expected a due county's code, and below it items with numbers")
        found[str(code)] = {str(item): str(number) for item, number in items.items()}
    return found
