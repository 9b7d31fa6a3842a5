"""``hesuan sample``: valid submissions with roster and decisions, an inputs folder that runs through to filing."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from contracts.contract_library import Library, Submission
from contracts.errors import ContractError
from contracts.form_model import Layout
from contracts.messages import Wording
from contracts.packages import Package
from contracts.registers import County
from contracts.sample.figures import Sample, draw_next, draw_sample
from contracts.sample.rows import cover_rows, sheet_rows
from desk.console import complain, say
from desk.exit_codes import Exit
from desk.sample_office import decision_rows, opening_rows, opening_sheet, roster_of
from flows.year.locations import DECISIONS, OPENING, ROSTER
from workbooks.writer.bulk_writer import Rows, write_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
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


def make_samples(library: Library, wanted: Wanted) -> Exit:
    """Write submissions for the first counties of the register, the roster, and the decisions that carry them on."""
    words = library.wording()
    package = _package(library, wanted)
    register = library.register(package.register)
    counties = [one for one in register.counties.values() if not one.by_roster_only][: wanted.counties]
    if len(counties) < wanted.counties:
        complain(words("sample.too_many", most=str(len(counties))))
        return Exit.USAGE
    drawn = [_write_county(library, package, one, wanted) for one in counties]
    for year in wanted.all_years:
        write_office(library, package, counties, year, (wanted.out / str(year), [one.hashes[year] for one in drawn]))
    rows = [row for one in drawn for row in one.opening]
    sheet = opening_sheet(rows, f"{package.province:0<6}", wanted.year, words)
    name = words("opening_book.sheet")
    write_rows(wanted.out / str(wanted.year) / OPENING / f"{name}.xlsx", [(name, sheet)])
    say(words("sample.done", count=str(len(counties)), plots=str(wanted.plots), path=str(wanted.out)))
    return Exit.CLEAR


def _package(library: Library, wanted: Wanted) -> Package:
    """Return a province's package that holds for all the years wanted."""
    years = set(wanted.all_years)
    found = next((one for one in library.packages() if not one.county and years <= set(one.years)), None)
    if found is None:
        raise ContractError("packages", f"no province has a package for {sorted(years)}")
    return found


@dataclass(frozen=True, slots=True)
class _Drawn:
    hashes: Mapping[int, str]
    opening: list[tuple[str | Decimal, ...]]


def _write_county(library: Library, package: Package, county: County, wanted: Wanted) -> _Drawn:
    """Write one county's submissions year after year; return their hashes and what the first year began with."""
    words = library.wording()
    sample = draw_sample(county, wanted.year, plots=wanted.plots, seed=wanted.seed)
    opening = list(opening_rows(sample, library.submission(package, wanted.year)))
    hashes = {}
    for year in wanted.all_years:
        sample = draw_next(sample, seed=wanted.seed) if year > wanted.year else sample
        name = words("sample.file", code=county.code, county=county.name, year=year)
        path = wanted.out / str(year) / county.code / f"{name}.xlsx"
        write_rows(path, sample_sheets(sample, library.submission(package, year), words))
        hashes[year] = hashlib.sha256(path.read_bytes()).hexdigest()
    return _Drawn(hashes, opening)


def write_office(
    library: Library, package: Package, counties: list[County], year: int, place: tuple[Path, list[str]]
) -> None:
    """Write a year's roster and decisions into its inbox; *place* is that folder and the hashes of the submissions."""
    inbox, hashes = place
    words, procedure = library.wording(), library.procedure(package.procedure)
    roster = roster_of(library.register(package.register), procedure, counties, year, words)
    text = yaml.safe_dump(roster, allow_unicode=True, sort_keys=False)
    (inbox / ROSTER).write_text(text, encoding="utf-8")
    by_code = {one.code: sha256 for one, sha256 in zip(counties, hashes, strict=True)}
    name = words("sample.decisions")
    rows = list(decision_rows(procedure, counties, by_code, year, words))
    write_rows(inbox / DECISIONS / f"{name}.xlsx", [(name, rows)])


def sample_sheets(sample: Sample, submission: Submission, words: Wording) -> Iterator[tuple[str, Rows]]:
    """Return each sheet of a made-up submission: its name and its rows."""
    city = submission.register.cities[sample.county.city]
    for form in submission.forms:
        pairs = form.layout is Layout.PAIRS
        yield form.sheet_names[0], cover_rows(sample, form, city, words) if pairs else sheet_rows(sample, form, words)
