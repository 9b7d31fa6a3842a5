"""The offices around made-up submissions: the roster, the decisions, and the opening balances that one signs off."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from contracts.contract_library import Submission
from contracts.messages import Messages
from contracts.procedures import Procedure
from contracts.registers import County, Register
from contracts.sample.balances import compute_summary_figures
from contracts.sample.figures import Sample
from workbooks.opening_balances_file import HEADING_PREFIX, LABEL_PREFIX

OFFICE_START_DATE = "2020-01-01"
SUMMARY_FORM = "summary"
CARRY_OVER_CHECK = "begins_as_ended"  # the rule that tells which columns a year begins with


def build_roster(
    register: Register, procedure: Procedure, counties: list[County], year: int, messages: Messages
) -> dict[str, Any]:
    """Return the roster of a year: everybody due, one officer a unit and level."""
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
            *(_build_officer(code, "county", unit, messages) for code, unit in areas[: len(counties)]),
            *(_build_officer(code, "city", unit, messages) for code, unit in areas[len(counties) :]),
            _build_officer(f"{province:0<6}", "province", name, messages),
        ],
    }


def _build_officer(code: str, level: str, unit: str, messages: Messages) -> dict[str, str]:
    return {
        "id": _build_officer_id(code, level),
        "title": messages(f"sample.officer_{level}"),
        "unit": messages("sample.compiled_by", county=unit),
        "level": level,
        "area": code,
        "from": OFFICE_START_DATE,
    }


def _build_officer_id(area: str, level: str) -> str:
    return f"{area}-{level}"


def build_decision_rows(
    procedure: Procedure, counties: list[County], hashes_by_county: dict[str, str], year: int, messages: Messages
) -> Iterator[tuple[str | int, ...]]:
    """Return the sheet of decisions: each county is submitted, reviewed and filed."""
    headings = messages.get_group("review_book.heading")
    yield (messages("sample.decisions"),)
    yield ()
    yield tuple(headings.values())
    for county in counties:
        areas = (county.code, county.city, f"{county.code[:2]}0000")
        for at, (level, area) in enumerate(zip(procedure.levels, areas, strict=True), start=1):
            action = procedure.find_action(level.id, "approve")
            given: dict[str, str | int] = {
                "county": county.code,
                "version": 1,
                "sha256": hashes_by_county[county.code],
                "level": level.name,
                "action": action.name if action else "",
                "number": messages("sample.opinion_number", year=year + 1, serial=f"{county.code[-4:]}{at}"),
                "opinion": messages("sample.opinion"),
                "by": _build_officer_id(area, level.id),
                "on": f"{year + 1}-{at:02d}-20",
            }
            yield tuple(given.get(name, "") for name in headings)


def build_opening_rows(sample: Sample, submission: Submission) -> Iterator[tuple[str | Decimal, ...]]:
    """Return one row a balance with which a county's first year begins: what the year before would have ended with."""
    form = submission.get_form(SUMMARY_FORM)
    pairs = [pair for rule in form.rules if rule.check == CARRY_OVER_CHECK for pair in rule.arguments["pairs"]]
    for row in compute_summary_figures(sample):
        for pair in pairs:
            place = (sample.county.code, form.sheet_names[0], str(row["project"]), str(row["township"]))
            yield (*place, form.get_field(pair["end"]).heading, Decimal(str(row[pair["begin"]])))


def build_opening_sheet(
    rows: Iterable[tuple[str | Decimal, ...]], province: str, year: int, messages: Messages
) -> Iterator[tuple[str | int | Decimal | None, ...]]:
    """Lay the opening balances out: title, who signed them off, headings, a row a figure."""
    headings = tuple(messages.get_group(HEADING_PREFIX).values())
    said: Mapping[str, str | int] = {
        "year": year,
        "number": messages("sample.opinion_number", year=year, serial="0001"),
        "by": _build_officer_id(province, "province"),
        "on": f"{year}-12-31",
    }
    yield (messages("opening_book.title", year=year), *[None] * (len(headings) - 1))
    for name, label in messages.get_group(LABEL_PREFIX).items():
        yield (label, said[name], *[None] * (len(headings) - 2))
    yield headings
    yield from rows
