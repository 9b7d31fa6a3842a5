"""``hesuan sample --county``: the years of a county that works to a plan of its own, every target met."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from contracts.contract_library import ContractLibrary, Submission
from contracts.plans import Plan
from contracts.registers import County
from contracts.sample.plan_tables import build_plan_sheets
from desk.commands.sample import SampleRequest, write_roster_and_decisions
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from workbooks.writer.bulk_writer import write_rows


def make_plan_samples(library: ContractLibrary, request: SampleRequest) -> ExitCode:
    """Write a county's submission of each year, the roster, and the decisions that carry it to the filing."""
    words = library.get_messages()
    planned = list(_find_plan_years(library, request))
    if len(planned) < len(request.all_years):
        missing = [year for year in request.all_years if year not in {one.year for one, _ in planned}]
        print_error(words("sample.no_plan", county=request.county, years="、".join(map(str, missing))))
        return ExitCode.USAGE
    county = planned[0][0].register.counties[request.county]
    for submission, plan in planned:
        name = words("sample.file", code=county.code, county=county.name, year=submission.year)
        path = request.out / str(submission.year) / county.code / f"{name}.xlsx"
        write_rows(path, build_plan_sheets(submission, plan, county, words))
        hashed = hashlib.sha256(path.read_bytes()).hexdigest()
        _write_office_files(library, submission, county, (request.out, hashed))
    print_line(words("sample.done_plan", county=county.name, count=str(len(planned)), path=str(request.out)))
    return ExitCode.CLEAR


def _find_plan_years(library: ContractLibrary, request: SampleRequest) -> Iterator[tuple[Submission, Plan]]:
    """Yield the years for which the county has a package that names a plan."""
    for year in request.all_years:
        package = library.find_package(request.county, year)
        if package is not None and package.plan:
            yield library.compile_submission(package, year), library.get_plan(package.plan)


def _write_office_files(
    library: ContractLibrary, submission: Submission, county: County, folder_and_hash: tuple[Path, str]
) -> None:
    out, hashed = folder_and_hash
    year = submission.year
    write_roster_and_decisions(library, submission.package, [county], year, (out / str(year), [hashed]))
