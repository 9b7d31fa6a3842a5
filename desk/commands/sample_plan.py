"""``hesuan sample --county``: write the submissions of a county with its own plan, with every target met."""

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
    """Write a county's submission of each year with the roster and the decisions up to the filing."""
    messages = library.get_messages()
    submissions_and_plans = list(_find_plan_years(library, request))
    plan_years = {submission.year for submission, _ in submissions_and_plans}
    missing = [str(year) for year in request.all_years if year not in plan_years]
    if missing:
        print_error(messages("sample.no_plan", county=request.county, years="、".join(missing)))
        return ExitCode.USAGE
    first_submission, _ = submissions_and_plans[0]
    county = first_submission.register.counties[request.county]
    for submission, plan in submissions_and_plans:
        name = messages("sample.file", code=county.code, county=county.name, year=submission.year)
        path = request.out / str(submission.year) / county.code / f"{name}.xlsx"
        write_rows(path, build_plan_sheets(submission, plan, county, messages))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        _write_office_files(library, submission, county, (request.out, sha256))
    year_count = str(len(submissions_and_plans))
    print_line(messages("sample.done_plan", county=county.name, count=year_count, path=str(request.out)))
    return ExitCode.CLEAR


def _find_plan_years(library: ContractLibrary, request: SampleRequest) -> Iterator[tuple[Submission, Plan]]:
    """Yield submission and plan of each year in which the county's package names a plan."""
    for year in request.all_years:
        package = library.find_package(request.county, year)
        if package is not None and package.plan:
            yield library.compile_submission(package, year), library.get_plan(package.plan)


def _write_office_files(
    library: ContractLibrary, submission: Submission, county: County, folder_and_hash: tuple[Path, str]
) -> None:
    out, sha256 = folder_and_hash
    year = submission.year
    write_roster_and_decisions(library, submission.package, [county], year, (out / str(year), [sha256]))
