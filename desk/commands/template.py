"""``hesuan template``: the blank workbook that a county fills in."""

from pathlib import Path

from desk.console import complain, say
from desk.exit_codes import Exit
from filing.template.template import template_of
from flows.intake.filing_history import history_on_record
from flows.year.locations import Places
from workbooks.writer.write_template import write_template


def make_template(places: Places, code: str, *, rows: int, out: Path) -> Exit:
    """Write the template of one county and year; balances of last year stand in it where they are on record."""
    library, year = places.library(), places.year
    words = library.wording()
    package = library.package(code, year)
    submission = library.submission(package, year) if package else None
    county = submission.register.counties.get(code) if submission else None
    if submission is None or county is None:
        complain(words("template.unknown", county=code, year=str(year)))
        return Exit.USAGE
    path = out / (words("template.file", code=code, county=county.name, year=str(year)) + ".xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        write_template(template_of(submission, county, rows, words, history_on_record(places, code)), words)
    )
    say(words("template.done", path=str(path)))
    return Exit.CLEAR
