"""``hesuan sample --county``: the years of a county that works to a plan of its own, every target met."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from contracts.contract_library import Library, Submission
from contracts.plans import Plan
from contracts.registers import County
from contracts.sample.plan_tables import planned_sheets
from desk.commands.sample import Wanted, write_office
from desk.console import complain, say
from desk.exit_codes import Exit
from workbooks.writer.bulk_writer import write_rows


def make_plan_samples(library: Library, wanted: Wanted) -> Exit:
    """Write a county's submission of each year, the roster, and the decisions that carry it to the filing."""
    words = library.wording()
    planned = list(_planned(library, wanted))
    if len(planned) < len(wanted.all_years):
        missing = [year for year in wanted.all_years if year not in {one.year for one, _ in planned}]
        complain(words("sample.no_plan", county=wanted.county, years="、".join(map(str, missing))))
        return Exit.USAGE
    county = planned[0][0].register.counties[wanted.county]
    for submission, plan in planned:
        name = words("sample.file", code=county.code, county=county.name, year=submission.year)
        path = wanted.out / str(submission.year) / county.code / f"{name}.xlsx"
        write_rows(path, planned_sheets(submission, plan, county, words))
        hashed = hashlib.sha256(path.read_bytes()).hexdigest()
        _write_office(library, submission, county, (wanted.out, hashed))
    say(words("sample.done_plan", county=county.name, count=str(len(planned)), path=str(wanted.out)))
    return Exit.CLEAR


def _planned(library: Library, wanted: Wanted) -> Iterator[tuple[Submission, Plan]]:
    """Yield the years for which the county has a package that names a plan."""
    for year in wanted.all_years:
        package = library.package(wanted.county, year)
        if package is not None and package.plan:
            yield library.submission(package, year), library.plan(package.plan)


def _write_office(library: Library, submission: Submission, county: County, place: tuple[Path, str]) -> None:
    out, hashed = place
    year = submission.year
    write_office(library, submission.package, [county], year, (out / str(year), [hashed]))
