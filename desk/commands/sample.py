"""``hesuan sample``: write valid submissions, roster and decisions: an inputs folder that a run files completely."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from contracts.contract_library import ContractLibrary, Submission
from contracts.errors import SettingError
from contracts.form_model import Layout
from contracts.messages import LIST_SEPARATOR, Messages
from contracts.packages import Package
from contracts.registers import County
from contracts.sample.figures import Sample, draw_next_year, draw_sample
from contracts.sample.rows import build_cover_rows, build_sheet_rows
from desk.console import print_error, print_line
from desk.exit_codes import ExitCode
from desk.sample_office import build_decision_rows, build_opening_rows, build_opening_sheet, build_roster
from flows.year.locations import DECISIONS_FOLDER, OPENING_FOLDER, ROSTER_FILE
from workbooks.writer.bulk_writer import ValueRows, write_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """What to make: submissions of *counties* counties with *plots* plots each, written to the folder *out*.

    *years* is the number of consecutive years from *year* on. *county* is the code of one county with a plan of its
    own; if it is given, only its submissions are made.
    """

    year: int
    years: int = 1
    counties: int
    plots: int
    seed: int
    out: Path
    county: str = ""

    @property
    def all_years(self) -> range:
        """The years to make, in order."""
        return range(self.year, self.year + self.years)


def make_samples(library: ContractLibrary, request: SampleRequest) -> ExitCode:
    """Write the submissions of the first counties of the register, their roster, decisions and opening balances."""
    messages = library.get_messages()
    package = _find_package(library, request)
    register = library.get_register(package.register)
    counties = [county for county in register.counties.values() if not county.by_roster_only][: request.counties]
    if len(counties) < request.counties:
        print_error(messages("sample.too_many", most=str(len(counties))))
        return ExitCode.USAGE
    outputs = [_write_county_files(library, package, county, request) for county in counties]
    for year in request.all_years:
        hashes = [output.hashes_by_year[year] for output in outputs]
        write_roster_and_decisions(library, package, counties, year, (request.out / str(year), hashes))
    _write_opening_balances(outputs, package, request, messages)
    print_line(messages("sample.done", count=str(len(counties)), plots=str(request.plots), path=str(request.out)))
    return ExitCode.CLEAR


def _find_package(library: ContractLibrary, request: SampleRequest) -> Package:
    """Return the first package of a province that covers all years; raise `SettingError` if there is none."""
    years = set(request.all_years)
    for package in library.list_packages():
        if not package.county and years <= set(package.years):
            return package
    problem = f"no province has a package for {sorted(years)}"
    raise SettingError("packages", problem, "no_package", years=LIST_SEPARATOR.join(map(str, sorted(years))))


@dataclass(frozen=True, slots=True)
class _CountyOutput:
    hashes_by_year: Mapping[int, str]
    opening_balances: list[tuple[str | Decimal, ...]]


def _write_county_files(
    library: ContractLibrary, package: Package, county: County, request: SampleRequest
) -> _CountyOutput:
    """Write one county's submissions of all years; return their sha256 and the opening balances of the first year."""
    messages = library.get_messages()
    sample = draw_sample(county, request.year, plot_count=request.plots, seed=request.seed)
    opening_balances = list(build_opening_rows(sample, library.compile_submission(package, request.year)))
    hashes_by_year = {}
    for year in request.all_years:
        if year > request.year:
            sample = draw_next_year(sample, seed=request.seed)
        name = messages("sample.file", code=county.code, county=county.name, year=year)
        path = request.out / str(year) / county.code / f"{name}.xlsx"
        write_rows(path, build_sample_sheets(sample, library.compile_submission(package, year), messages))
        hashes_by_year[year] = hashlib.sha256(path.read_bytes()).hexdigest()
    return _CountyOutput(hashes_by_year, opening_balances)


def _write_opening_balances(
    outputs: list[_CountyOutput], package: Package, request: SampleRequest, messages: Messages
) -> None:
    rows: list[tuple[str | Decimal, ...]] = []
    for output in outputs:
        rows += output.opening_balances
    sheet = build_opening_sheet(rows, f"{package.province:0<6}", request.year, messages)
    name = messages("opening_book.sheet")
    write_rows(request.out / str(request.year) / OPENING_FOLDER / f"{name}.xlsx", [(name, sheet)])


def write_roster_and_decisions(
    library: ContractLibrary,
    package: Package,
    counties: list[County],
    year: int,
    folder_and_hashes: tuple[Path, list[str]],
) -> None:
    """Write a year's roster and decisions into its inbox.

    *folder_and_hashes* is the inbox and the sha256 of the submissions, in the order of *counties*.
    """
    inbox, hashes = folder_and_hashes
    messages = library.get_messages()
    procedure = library.get_procedure(package.procedure)
    roster = build_roster(library.get_register(package.register), procedure, counties, year, messages)
    text = yaml.safe_dump(roster, allow_unicode=True, sort_keys=False)
    (inbox / ROSTER_FILE).write_text(text, encoding="utf-8")
    codes = [county.code for county in counties]
    hashes_by_county = dict(zip(codes, hashes, strict=True))
    name = messages("sample.decisions")
    rows = list(build_decision_rows(procedure, counties, hashes_by_county, year, messages))
    write_rows(inbox / DECISIONS_FOLDER / f"{name}.xlsx", [(name, rows)])


def build_sample_sheets(sample: Sample, submission: Submission, messages: Messages) -> Iterator[tuple[str, ValueRows]]:
    """Yield each sheet of a sample submission as its name and its rows."""
    city = submission.register.cities[sample.county.city]
    for form in submission.forms:
        if form.layout is Layout.PAIRS:
            yield form.sheet_names[0], build_cover_rows(sample, form, city, messages)
        else:
            yield form.sheet_names[0], build_sheet_rows(sample, form, messages)
