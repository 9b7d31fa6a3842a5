"""``hesuan sample``: valid submissions with roster and decisions, an inputs folder that runs through to filing."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from contracts.contract_library import ContractLibrary, Submission
from contracts.errors import ContractError
from contracts.form_model import Layout
from contracts.messages import Messages
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
    """How much to make, from which seed, and where: *years* years that carry on from one another, from *year* on.

    *county* names one county that works to a plan of its own, where its submissions are wanted.
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
    """Write submissions for the first counties of the register, the roster, and the decisions that carry them on."""
    words = library.get_messages()
    package = _find_package(library, request)
    register = library.get_register(package.register)
    counties = [one for one in register.counties.values() if not one.by_roster_only][: request.counties]
    if len(counties) < request.counties:
        print_error(words("sample.too_many", most=str(len(counties))))
        return ExitCode.USAGE
    drawn = [_write_county_files(library, package, one, request) for one in counties]
    for year in request.all_years:
        write_roster_and_decisions(
            library, package, counties, year, (request.out / str(year), [one.hashes_by_year[year] for one in drawn])
        )
    rows = [row for one in drawn for row in one.opening_balances]
    sheet = build_opening_sheet(rows, f"{package.province:0<6}", request.year, words)
    name = words("opening_book.sheet")
    write_rows(request.out / str(request.year) / OPENING_FOLDER / f"{name}.xlsx", [(name, sheet)])
    print_line(words("sample.done", count=str(len(counties)), plots=str(request.plots), path=str(request.out)))
    return ExitCode.CLEAR


def _find_package(library: ContractLibrary, request: SampleRequest) -> Package:
    """Return a province's package that holds for all the years wanted."""
    years = set(request.all_years)
    found = next((one for one in library.list_packages() if not one.county and years <= set(one.years)), None)
    if found is None:
        raise ContractError("packages", f"no province has a package for {sorted(years)}")
    return found


@dataclass(frozen=True, slots=True)
class _CountyOutput:
    hashes_by_year: Mapping[int, str]
    opening_balances: list[tuple[str | Decimal, ...]]


def _write_county_files(
    library: ContractLibrary, package: Package, county: County, request: SampleRequest
) -> _CountyOutput:
    """Write one county's submissions year after year; return their hashes and what the first year began with."""
    words = library.get_messages()
    sample = draw_sample(county, request.year, plot_count=request.plots, seed=request.seed)
    opening = list(build_opening_rows(sample, library.compile_submission(package, request.year)))
    hashes = {}
    for year in request.all_years:
        sample = draw_next_year(sample, seed=request.seed) if year > request.year else sample
        name = words("sample.file", code=county.code, county=county.name, year=year)
        path = request.out / str(year) / county.code / f"{name}.xlsx"
        write_rows(path, build_sample_sheets(sample, library.compile_submission(package, year), words))
        hashes[year] = hashlib.sha256(path.read_bytes()).hexdigest()
    return _CountyOutput(hashes, opening)


def write_roster_and_decisions(
    library: ContractLibrary,
    package: Package,
    counties: list[County],
    year: int,
    folder_and_hashes: tuple[Path, list[str]],
) -> None:
    """Write a year's roster and decisions into its inbox; *place* is that folder and the hashes of the submissions."""
    inbox, hashes = folder_and_hashes
    words, procedure = library.get_messages(), library.get_procedure(package.procedure)
    roster = build_roster(library.get_register(package.register), procedure, counties, year, words)
    text = yaml.safe_dump(roster, allow_unicode=True, sort_keys=False)
    (inbox / ROSTER_FILE).write_text(text, encoding="utf-8")
    by_code = {one.code: sha256 for one, sha256 in zip(counties, hashes, strict=True)}
    name = words("sample.decisions")
    rows = list(build_decision_rows(procedure, counties, by_code, year, words))
    write_rows(inbox / DECISIONS_FOLDER / f"{name}.xlsx", [(name, rows)])


def build_sample_sheets(sample: Sample, submission: Submission, messages: Messages) -> Iterator[tuple[str, ValueRows]]:
    """Return each sheet of a made-up submission: its name and its rows."""
    city = submission.register.cities[sample.county.city]
    for form in submission.forms:
        pairs = form.layout is Layout.PAIRS
        yield (
            form.sheet_names[0],
            build_cover_rows(sample, form, city, messages) if pairs else build_sheet_rows(sample, form, messages),
        )
