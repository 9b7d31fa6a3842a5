"""``hesuan template``: write the blank workbook for a county to fill in."""

from pathlib import Path

from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from filing.template.template import build_blank_workbook
from flows.intake.filing_history import load_recorded_history
from flows.year.locations import YearPaths
from workbooks.writer.write_template import write_template


def make_template(paths: YearPaths, county_code: str, *, rows: int, out: Path) -> ExitCode:
    """Write the template of one county and year, with the recorded balances of the year before.

    *rows* is the number of blank rows in a detail table.
    """
    library, year = paths.open_contracts(), paths.year
    messages = library.get_messages()
    package = library.find_package(county_code, year)
    submission = library.compile_submission(package, year) if package else None
    county = submission.register.counties.get(county_code) if submission else None
    if submission is None or county is None:
        print_error(messages("template.unknown", county=county_code, year=str(year)))
        return ExitCode.USAGE
    name = messages("template.file", code=county_code, county=county.name, year=str(year))
    path = out / f"{name}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    history = load_recorded_history(paths, county_code)
    workbook = build_blank_workbook(submission, county, rows, messages, history)
    path.write_bytes(write_template(workbook, messages))
    print_line(messages("template.done", path=str(path)))
    return ExitCode.CLEAR
