"""``hesuan sample``: valid submissions with roster and decisions, an inputs folder that runs through to filing."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from contracts.errors import ContractError
from contracts.library import Library, Submission
from contracts.messages import Wording
from contracts.model import Layout
from contracts.packages import Package
from contracts.procedures import Procedure
from contracts.registers import County, Register
from desk.console import complain, say
from desk.exits import Exit
from filing.sample_figures import Sample, draw_sample
from filing.sample_rows import cover_rows, sheet_rows
from workbooks.quick import Rows, write_rows

FIRST_DAY = "2020-01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much to make, from which seed, and where."""

    year: int
    counties: int
    plots: int
    seed: int
    out: Path


def make_samples(library: Library, wanted: Wanted) -> Exit:
    """Write submissions for the first counties of the register, the roster, and the decisions that carry them on."""
    words = library.wording()
    package = _package(library, wanted.year)
    register = library.register(package.register)
    counties = [one for one in register.counties.values() if not one.by_roster_only][: wanted.counties]
    if len(counties) < wanted.counties:
        complain(words("sample.too_many", most=str(len(counties))))
        return Exit.USAGE
    submission = library.submission(package, wanted.year)  # compiled once: it is the same for every county
    hashes = {one.code: _write_county(submission, one, wanted, words) for one in counties}
    procedure = library.procedure(package.procedure)
    inbox = wanted.out / str(wanted.year)
    roster = _roster(register, procedure, counties, wanted.year, words)
    text = yaml.safe_dump(roster, allow_unicode=True, sort_keys=False)
    (inbox / "roster.yaml").write_text(text, encoding="utf-8")
    rows = list(_decisions(procedure, counties, hashes, wanted.year, words))
    write_rows(inbox / "decisions" / f"{words('sample.decisions')}.xlsx", [(words("sample.decisions"), rows)])
    say(words("sample.done", count=str(len(counties)), plots=str(wanted.plots), path=str(inbox)))
    return Exit.CLEAR


def _package(library: Library, year: int) -> Package:
    found = next((one for one in library.packages() if not one.county and year in one.years), None)
    if found is None:
        raise ContractError("packages", f"no province has a package for {year}")
    return found


def _write_county(submission: Submission, county: County, wanted: Wanted, words: Wording) -> str:
    sample = draw_sample(county, wanted.year, plots=wanted.plots, seed=wanted.seed)
    name = words("sample.file", code=county.code, county=county.name, year=wanted.year)
    path = wanted.out / str(wanted.year) / county.code / f"{name}.xlsx"
    write_rows(path, sample_sheets(sample, submission, words))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sample_sheets(sample: Sample, submission: Submission, words: Wording) -> Iterator[tuple[str, Rows]]:
    """Return each sheet of a made-up submission: its name and its rows."""
    city = submission.register.cities[sample.county.city]
    for form in submission.forms:
        pairs = form.layout is Layout.PAIRS
        yield form.sheet_names[0], cover_rows(sample, form, city, words) if pairs else sheet_rows(sample, form, words)


def _roster(
    register: Register, procedure: Procedure, counties: list[County], year: int, words: Wording
) -> dict[str, Any]:
    cities = dict.fromkeys(one.city for one in counties)
    province, name = next(iter(register.provinces.items()))
    areas = [*((one.code, one.name) for one in counties), *((one, register.cities[one]) for one in cities)]
    return {
        "year": year,
        "procedure": procedure.id,
        "province": {"code": f"{province:0<6}", "name": name},
        "cities": [{"code": one, "name": register.cities[one]} for one in cities],
        "due": [{"code": one.code, "name": one.name, "city": one.city} for one in counties],
        "deadlines": {level.id: f"{year + 1}-{at:02d}-28" for at, level in enumerate(procedure.levels, start=1)},
        "officers": [
            *(_officer(code, "county", unit, words) for code, unit in areas[: len(counties)]),
            *(_officer(code, "city", unit, words) for code, unit in areas[len(counties) :]),
            _officer(f"{province:0<6}", "province", name, words),
        ],
    }


def _officer(code: str, level: str, unit: str, words: Wording) -> dict[str, str]:
    return {
        "id": _person(code, level),
        "title": words(f"sample.officer_{level}"),
        "unit": words("sample.compiled_by", county=unit),
        "level": level,
        "area": code,
        "from": FIRST_DAY,
    }


def _person(area: str, level: str) -> str:
    return f"{area}-{level}"


def _decisions(
    procedure: Procedure, counties: list[County], hashes: dict[str, str], year: int, words: Wording
) -> Iterator[tuple[str | int, ...]]:
    headings = words.under("review_book.heading")
    yield (words("sample.decisions"),)
    yield ()
    yield tuple(headings.values())
    for county in counties:
        areas = (county.code, county.city, f"{county.code[:2]}0000")
        for at, (level, area) in enumerate(zip(procedure.levels, areas, strict=True), start=1):
            action = procedure.action(level.id, "approve")
            given: dict[str, str | int] = {
                "county": county.code,
                "version": 1,
                "sha256": hashes[county.code],
                "level": level.name,
                "action": action.name if action else "",
                "number": words("sample.opinion_number", year=year + 1, serial=f"{county.code[-4:]}{at}"),
                "opinion": words("sample.opinion"),
                "by": _person(area, level.id),
                "on": f"{year + 1}-{at:02d}-20",
            }
            yield tuple(given.get(name, "") for name in headings)
