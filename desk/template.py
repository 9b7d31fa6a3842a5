"""``hesuan template``: the blank workbook that a county fills in."""

from pathlib import Path

from contracts.library import Library
from desk.console import complain, say
from desk.exits import Exit
from filing.template import template_of
from workbooks.template import write_template


def make_template(library: Library, year: int, code: str, *, rows: int, out: Path) -> Exit:
    """Write the template of one county and year."""
    words = library.wording()
    package = library.package(code, year)
    submission = library.submission(package, year) if package else None
    county = submission.register.counties.get(code) if submission else None
    if submission is None or county is None:
        complain(words("template.unknown", county=code, year=str(year)))
        return Exit.USAGE
    path = out / (words("template.file", code=code, county=county.name, year=str(year)) + ".xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_template(template_of(submission, county, rows, words), words))
    say(words("template.done", path=str(path)))
    return Exit.CLEAR
