"""A blank submission as values: what stands filled in, what is computed, what may be chosen from a list."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checks.model.filing_history import History
from contracts.contract_library import Submission
from contracts.form_model import Field, Form, Layout, Role, Rule
from contracts.messages import Wording
from contracts.registers import County
from filing.template.blank_sheet import BlankSheet, cell_of
from filing.template.opening_rows import opened
from filing.template.report_text import reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A blank workbook: the cover's labels with what is known, the tables, and the lists to choose from."""

    cover: BlankSheet
    known: Mapping[str, str | int]
    tables: tuple[BlankSheet, ...]
    lists: Mapping[str, tuple[str, ...]]
    notes: str


def template_of(
    submission: Submission, county: County, rows: int, words: Wording, history: History | None = None
) -> Template:
    """Return what a county starts its year from; *history* fills in the balances of the year before."""
    tables = [one for one in submission.forms if one.layout is Layout.TABLE]
    cover = next(one for one in submission.forms if one.layout is Layout.PAIRS)
    townships = words("template.townships")
    coded = {one.heading: one.codes for form in tables for one in form.fields if one.codes}
    blank = [_table(form, county, rows, words) for form in tables]
    if history is not None:
        blank = [opened(one, county, history) for one in blank]
    return Template(
        cover=BlankSheet(form=cover, name=cover.sheet_names[0], title=words("sample.cover"), unit="", rows=0),
        known={
            "year": submission.year,
            "county_code": county.code,
            "county_name": county.name,
            "city_name": submission.register.cities[county.city],
            "version": 1,
            "division_system": f"{submission.register.system} {submission.register.edition}",
            "submission_round": next(iter(cover.field("submission_round").codes), ""),
        },
        tables=reported(blank, {"year": str(submission.year), "county": county.name}),
        lists={townships: tuple(county.townships.values()), **coded},
        notes=words("template.notes"),
    )


def _table(form: Form, county: County, rows: int, words: Wording) -> BlankSheet:
    prefilled = bool(form.of_role(Role.TOWNSHIP)) and any(
        one.check in ("unique_rows", "equals_sum_of") for one in form.rules
    )
    names = dict(_township_rows(form, county)) if prefilled else {}
    return BlankSheet(
        form=form,
        name=form.sheet_names[0],
        title=form.title,
        unit=words("sample.unit", unit=form.unit) if form.unit else "",
        rows=len(county.townships) if prefilled else rows,
        filled=names,
        formulas=dict(_formulas(form)),
        choices=dict(_choices(form, words)),
        total=bool(form.total_names),
    )


def _township_rows(form: Form, county: County) -> Iterator[tuple[tuple[int, str], str | int]]:
    fields = {one.name for one in form.fields}
    serial, township = (form.of_role(role)[0].name for role in (Role.SERIAL, Role.TOWNSHIP))
    for at, (code, name) in enumerate(sorted(county.townships.items()), start=1):
        yield (at, serial), at
        yield (at, township), name
        if "town_code" in fields:
            yield (at, "town_code"), code


def _choices(form: Form, words: Wording) -> Iterator[tuple[str, str]]:
    for one in form.fields:
        if one.role is Role.TOWNSHIP:
            yield one.name, words("template.townships")
        elif one.codes:
            yield one.name, one.heading


def _formulas(form: Form) -> Iterator[tuple[str, str]]:
    """Turn the rules that compute into formulas; ``{row}`` stands for the row's number."""
    for rule in form.rules:
        if rule.check in _MAKERS:
            yield from _MAKERS[rule.check](form, rule)


def _unless_blank(inputs: list[str], formula: str) -> str:
    return f'=IF(COUNT({",".join(inputs)})<{len(inputs)},"",{formula})'


def _row_sums(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    for wanted in rule.arguments["sums"]:
        plus = [cell_of(form, one) for one in wanted["plus"]]
        minus = [cell_of(form, one) for one in wanted.get("minus", ())]
        computed = "+".join(plus) + "".join(f"-{one}" for one in minus)
        yield wanted["total"], _unless_blank([*plus, *minus], f"ROUND({computed},2)")


def _deduction(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    gross, ratio, deducted = (cell_of(form, rule.arguments[one]) for one in ("gross", "ratio", "deducted"))
    yield rule.arguments["deducted"], _unless_blank([gross, ratio], f"ROUND({gross}*{ratio},2)")
    yield rule.arguments["net"], _unless_blank([gross, deducted], f"ROUND({gross}-{deducted},2)")


def _converted(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    source = cell_of(form, rule.arguments["from"])
    times, over = rule.arguments["per"]
    yield rule.arguments["column"], _unless_blank([source], f"ROUND({source}*{times}/{over},2)")


def _percentage(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    part, whole = (cell_of(form, rule.arguments[one]) for one in ("part", "whole"))
    yield rule.arguments["column"], _unless_blank([part, whole], f'IF({whole}=0,"",ROUND({part}*100/{whole},2))')


_MAKERS: Mapping[str, Callable[[Form, Rule], Iterator[tuple[str, str]]]] = {
    "completion_rate": _percentage,
    "converted": _converted,
    "deduction": _deduction,
    "percentage": _percentage,
    "row_sums": _row_sums,
}


def hint(one: Field, words: Wording) -> str:
    """Return what the template says of a field when its heading is pointed at."""
    facts: dict[str, Any] = {"basis": one.source, "unit": one.unit, "decimals": one.decimals}
    return words("template.hint_figure" if one.role is Role.FIGURE else "template.hint", **facts)
