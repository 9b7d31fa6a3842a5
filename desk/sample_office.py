"""The office files for sample submissions: the roster, the decisions and the opening balances."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from contracts.contract_library import Submission
from contracts.form_model import Form
from contracts.messages import Messages
from contracts.procedures import Procedure
from contracts.registers import County, Register
from contracts.sample.balances import compute_summary_figures
from contracts.sample.figures import Sample
from workbooks.opening_balances_file import HEADING_PREFIX, LABEL_PREFIX

OFFICE_START_DATE = "2020-01-01"
SUMMARY_FORM = "summary"
CARRY_OVER_CHECK = "begins_as_ended"  # its rules name the columns that are carried over into the next year


def build_roster(
    register: Register, procedure: Procedure, counties: list[County], year: int, messages: Messages
) -> dict[str, Any]:
    """Return the roster of a year: all counties due, and one officer for each area and level."""
    prefix, province_name = next(iter(register.provinces.items()))
    province = {"code": f"{prefix:0<6}", "name": province_name}
    due_counties = [{"code": county.code, "name": county.name, "city": county.city} for county in counties]
    city_codes = dict.fromkeys(county.city for county in counties)
    cities = [{"code": code, "name": register.cities[code]} for code in city_codes]
    return {
        "year": year,
        "procedure": procedure.id,
        # The sample's decisions are dated in the year after it, whenever it is run.
        "entered_afterwards": True,
        "province": province,
        "cities": cities,
        "due": due_counties,
        "deadlines": {level.id: f"{year + 1}-{month:02d}-28" for month, level in enumerate(procedure.levels, start=1)},
        "officers": [
            *_build_officers(due_counties, "county", messages),
            *_build_officers(cities, "city", messages),
            *_build_officers([province], "province", messages),
        ],
    }


def _build_officers(areas: Iterable[Mapping[str, str]], level: str, messages: Messages) -> Iterator[dict[str, str]]:
    for area in areas:
        yield _build_officer(area["code"], level, area["name"], messages)


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
    """Yield the rows of the sheet of decisions: each county is submitted, reviewed and filed."""
    headings = messages.get_group("review_book.heading")
    yield (messages("sample.decisions"),)
    yield ()
    yield tuple(headings.values())
    for county in counties:
        areas = (county.code, county.city, f"{county.code[:2]}0000")
        for month, (level, area) in enumerate(zip(procedure.levels, areas, strict=True), start=1):
            action = procedure.find_action(level.id, "approve")
            values: dict[str, str | int] = {
                "county": county.code,
                "version": 1,
                "sha256": hashes_by_county[county.code],
                "level": level.name,
                "action": action.name if action else "",
                "number": messages("sample.opinion_number", year=year + 1, serial=f"{county.code[-4:]}{month}"),
                "opinion": messages("sample.opinion"),
                "by": _build_officer_id(area, level.id),
                "on": f"{year + 1}-{month:02d}-20",
            }
            yield tuple(values.get(name, "") for name in headings)


def build_opening_rows(sample: Sample, submission: Submission) -> Iterator[tuple[str | Decimal, ...]]:
    """Yield the opening balances of a county's first year: what the year before would have ended with.

    A row is county code, sheet, project, township, heading of the column and balance.
    """
    form = submission.get_form(SUMMARY_FORM)
    pairs = list(_list_carried_columns(form))
    for row in compute_summary_figures(sample):
        row_key = (sample.county.code, form.sheet_names[0], str(row["project"]), str(row["township"]))
        for pair in pairs:
            yield (*row_key, form.get_field(pair["end"]).heading, Decimal(str(row[pair["begin"]])))


def _list_carried_columns(form: Form) -> Iterator[Mapping[str, str]]:
    """Yield the columns that are carried over, each as the names ``end`` of one year and ``begin`` of the next."""
    for rule in form.rules:
        if rule.check == CARRY_OVER_CHECK:
            yield from rule.arguments["pairs"]


def build_opening_sheet(
    rows: Iterable[tuple[str | Decimal, ...]], province: str, year: int, messages: Messages
) -> Iterator[tuple[str | int | Decimal | None, ...]]:
    """Yield the rows of the sheet of opening balances: title, sign-off, headings, one row per balance."""
    headings = tuple(messages.get_group(HEADING_PREFIX).values())
    sign_off: Mapping[str, str | int] = {
        "year": year,
        "number": messages("sample.opinion_number", year=year, serial="0001"),
        "by": _build_officer_id(province, "province"),
        "on": f"{year}-12-31",
    }
    yield (messages("opening_book.title", year=year), *[None] * (len(headings) - 1))
    for name, label in messages.get_group(LABEL_PREFIX).items():
        yield (label, sign_off[name], *[None] * (len(headings) - 2))
    yield headings
    yield from rows
