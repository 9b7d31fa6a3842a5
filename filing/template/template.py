"""A blank submission as values: what stands filled in, what is computed, what may be chosen from a list."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checks.model.filing_history import FilingHistory
from contracts.contract_library import Submission
from contracts.form_model import Field, Form, Layout, Role, Rule
from contracts.messages import Messages
from contracts.registers import County
from filing.template.blank_sheet import BlankSheet, format_cell_reference
from filing.template.opening_rows import add_opening_rows
from filing.template.report_text import fill_report_text


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankWorkbook:
    """A blank workbook: the cover's labels with what is known, the tables, and the lists to choose from."""

    cover: BlankSheet
    cover_values: Mapping[str, str | int]
    tables: tuple[BlankSheet, ...]
    choice_lists: Mapping[str, tuple[str, ...]]
    notes: str


def build_blank_workbook(
    submission: Submission, county: County, blank_rows: int, messages: Messages, history: FilingHistory | None = None
) -> BlankWorkbook:
    """Return what a county starts its year from; *history* fills in the balances of the year before."""
    tables = [one for one in submission.forms if one.layout is Layout.TABLE]
    cover = next(one for one in submission.forms if one.layout is Layout.PAIRS)
    townships = messages("template.townships")
    coded = {one.heading: one.codes for form in tables for one in form.fields if one.codes}
    blank = [_build_table(form, county, blank_rows, messages) for form in tables]
    if history is not None:
        blank = [add_opening_rows(one, county, history) for one in blank]
    return BlankWorkbook(
        cover=BlankSheet(form=cover, name=cover.sheet_names[0], title=messages("sample.cover"), unit="", row_count=0),
        cover_values={
            "year": submission.year,
            "county_code": county.code,
            "county_name": county.name,
            "city_name": submission.register.cities[county.city],
            "version": 1,
            "division_system": f"{submission.register.system} {submission.register.edition}",
            "submission_round": next(iter(cover.get_field("submission_round").codes), ""),
        },
        tables=fill_report_text(blank, {"year": str(submission.year), "county": county.name}),
        choice_lists={townships: tuple(county.townships.values()), **coded},
        notes=messages("template.notes"),
    )


def _build_table(form: Form, county: County, blank_rows: int, messages: Messages) -> BlankSheet:
    prefilled = bool(form.get_fields_by_role(Role.TOWNSHIP)) and any(
        one.check in ("unique_rows", "equals_sum_of") for one in form.rules
    )
    names = dict(_list_township_values(form, county)) if prefilled else {}
    return BlankSheet(
        form=form,
        name=form.sheet_names[0],
        title=form.title,
        unit=messages("sample.unit", unit=form.unit) if form.unit else "",
        row_count=len(county.townships) if prefilled else blank_rows,
        prefilled_values=names,
        formulas=dict(_build_formulas(form)),
        choices=dict(_list_choices(form, messages)),
        has_total_row=bool(form.total_names),
    )


def _list_township_values(form: Form, county: County) -> Iterator[tuple[tuple[int, str], str | int]]:
    fields = {one.name for one in form.fields}
    serial, township = (form.get_fields_by_role(role)[0].name for role in (Role.SERIAL, Role.TOWNSHIP))
    for at, (code, name) in enumerate(sorted(county.townships.items()), start=1):
        yield (at, serial), at
        yield (at, township), name
        if "town_code" in fields:
            yield (at, "town_code"), code


def _list_choices(form: Form, messages: Messages) -> Iterator[tuple[str, str]]:
    for one in form.fields:
        if one.role is Role.TOWNSHIP:
            yield one.name, messages("template.townships")
        elif one.codes:
            yield one.name, one.heading


def _build_formulas(form: Form) -> Iterator[tuple[str, str]]:
    """Turn the rules that compute into formulas; ``{row}`` stands for the row's number."""
    for rule in form.rules:
        if rule.check in _FORMULA_BUILDERS:
            yield from _FORMULA_BUILDERS[rule.check](form, rule)


def _wrap_unless_blank(inputs: list[str], formula: str) -> str:
    return f'=IF(COUNT({",".join(inputs)})<{len(inputs)},"",{formula})'


def _build_sum_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    for wanted in rule.arguments["sums"]:
        plus = [format_cell_reference(form, one) for one in wanted["plus"]]
        minus = [format_cell_reference(form, one) for one in wanted.get("minus", ())]
        computed = "+".join(plus) + "".join(f"-{one}" for one in minus)
        yield wanted["total"], _wrap_unless_blank([*plus, *minus], f"ROUND({computed},2)")


def _build_deduction_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    gross, ratio, deducted = (
        format_cell_reference(form, rule.arguments[one]) for one in ("gross", "ratio", "deducted")
    )
    yield rule.arguments["deducted"], _wrap_unless_blank([gross, ratio], f"ROUND({gross}*{ratio},2)")
    yield rule.arguments["net"], _wrap_unless_blank([gross, deducted], f"ROUND({gross}-{deducted},2)")


def _build_conversion_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    source = format_cell_reference(form, rule.arguments["from"])
    times, over = rule.arguments["per"]
    yield rule.arguments["column"], _wrap_unless_blank([source], f"ROUND({source}*{times}/{over},2)")


def _build_percentage_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    part, whole = (format_cell_reference(form, rule.arguments[one]) for one in ("part", "whole"))
    yield rule.arguments["column"], _wrap_unless_blank([part, whole], f'IF({whole}=0,"",ROUND({part}*100/{whole},2))')


_FORMULA_BUILDERS: Mapping[str, Callable[[Form, Rule], Iterator[tuple[str, str]]]] = {
    "completion_rate": _build_percentage_formulas,
    "converted": _build_conversion_formulas,
    "deduction": _build_deduction_formulas,
    "percentage": _build_percentage_formulas,
    "row_sums": _build_sum_formulas,
}


def format_hint(field: Field, messages: Messages) -> str:
    """Return what the template says of a field when its heading is pointed at."""
    facts: dict[str, Any] = {"basis": field.source, "unit": field.unit, "decimals": field.decimals}
    return messages("template.hint_figure" if field.role is Role.FIGURE else "template.hint", **facts)
