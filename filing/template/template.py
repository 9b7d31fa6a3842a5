"""A blank submission as values: prefilled values, formulas and lists of choices."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
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
    """A blank workbook: the cover with its known values, the tables, and the lists of choices by name."""

    cover: BlankSheet
    cover_values: Mapping[str, str | int]
    tables: tuple[BlankSheet, ...]
    choice_lists: Mapping[str, tuple[str, ...]]
    notes: str


def build_blank_workbook(
    submission: Submission, county: County, blank_rows: int, messages: Messages, history: FilingHistory | None = None
) -> BlankWorkbook:
    """Return the workbook in which a county begins its year; *history* gives the balances of the year before."""
    forms = [form for form in submission.forms if form.layout is Layout.TABLE]
    cover = next(form for form in submission.forms if form.layout is Layout.PAIRS)
    tables = [_build_table(form, county, blank_rows, messages) for form in forms]
    if history is not None:
        tables = [add_opening_rows(table, county, history) for table in tables]
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
        tables=fill_report_text(tables, {"year": str(submission.year), "county": county.name}),
        choice_lists={
            messages("template.townships"): tuple(county.townships.values()),
            **dict(_list_code_lists(forms)),
        },
        notes=messages("template.notes"),
    )


def _list_code_lists(forms: Sequence[Form]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for form in forms:
        for field in form.fields:
            if field.codes:
                yield field.heading, field.codes


def _build_table(form: Form, county: County, blank_rows: int, messages: Messages) -> BlankSheet:
    table = BlankSheet(
        form=form,
        name=form.sheet_names[0],
        title=form.title,
        unit=messages("sample.unit", unit=form.unit) if form.unit else "",
        row_count=blank_rows,
        formulas=dict(_build_formulas(form)),
        choices=dict(_list_choices(form, messages)),
        has_total_row=bool(form.total_names),
    )
    if not _has_row_per_township(form):
        return table
    return replace(table, row_count=len(county.townships), prefilled_values=dict(_list_township_values(form, county)))


def _has_row_per_township(form: Form) -> bool:
    if not form.get_fields_by_role(Role.TOWNSHIP):
        return False
    return any(rule.check in ("unique_rows", "equals_sum_of") for rule in form.rules)


def _list_township_values(form: Form, county: County) -> Iterator[tuple[tuple[int, str], str | int]]:
    serial_field = form.get_fields_by_role(Role.SERIAL)[0].name
    township_field = form.get_fields_by_role(Role.TOWNSHIP)[0].name
    has_code_field = any(field.name == "town_code" for field in form.fields)
    for row_number, (code, name) in enumerate(sorted(county.townships.items()), start=1):
        yield (row_number, serial_field), row_number
        yield (row_number, township_field), name
        if has_code_field:
            yield (row_number, "town_code"), code


def _list_choices(form: Form, messages: Messages) -> Iterator[tuple[str, str]]:
    for field in form.fields:
        if field.role is Role.TOWNSHIP:
            yield field.name, messages("template.townships")
        elif field.codes:
            yield field.name, field.heading


def _build_formulas(form: Form) -> Iterator[tuple[str, str]]:
    """Yield a formula by field for the rules that compute a field; ``{row}`` is the number of the row."""
    for rule in form.rules:
        if rule.check in _FORMULA_BUILDERS:
            yield from _FORMULA_BUILDERS[rule.check](form, rule)


def _list_references(form: Form, field_names: Iterable[str]) -> list[str]:
    return [format_cell_reference(form, field_name) for field_name in field_names]


def _wrap_unless_blank(inputs: list[str], formula: str) -> str:
    return f'=IF(COUNT({",".join(inputs)})<{len(inputs)},"",{formula})'


def _build_sum_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    for row_sum in rule.arguments["sums"]:
        added = _list_references(form, row_sum["plus"])
        subtracted = _list_references(form, row_sum.get("minus", ()))
        expression = "-".join(["+".join(added), *subtracted])
        yield row_sum["total"], _wrap_unless_blank([*added, *subtracted], f"ROUND({expression},2)")


def _build_deduction_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    field_names = itemgetter("gross", "ratio", "deducted")(rule.arguments)
    gross, ratio, deducted = _list_references(form, field_names)
    yield rule.arguments["deducted"], _wrap_unless_blank([gross, ratio], f"ROUND({gross}*{ratio},2)")
    yield rule.arguments["net"], _wrap_unless_blank([gross, deducted], f"ROUND({gross}-{deducted},2)")


def _build_conversion_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    source = format_cell_reference(form, rule.arguments["from"])
    times, over = rule.arguments["per"]
    yield rule.arguments["column"], _wrap_unless_blank([source], f"ROUND({source}*{times}/{over},2)")


def _build_percentage_formulas(form: Form, rule: Rule) -> Iterator[tuple[str, str]]:
    part, total = _list_references(form, itemgetter("part", "whole")(rule.arguments))
    yield rule.arguments["column"], _wrap_unless_blank([part, total], f'IF({total}=0,"",ROUND({part}*100/{total},2))')


_FORMULA_BUILDERS: Mapping[str, Callable[[Form, Rule], Iterator[tuple[str, str]]]] = {
    "completion_rate": _build_percentage_formulas,
    "converted": _build_conversion_formulas,
    "deduction": _build_deduction_formulas,
    "percentage": _build_percentage_formulas,
    "row_sums": _build_sum_formulas,
}


def format_hint(field: Field, messages: Messages) -> str:
    """Return the note that the template shows for a field when the mouse is over its heading."""
    facts: dict[str, Any] = {"basis": field.source, "unit": field.unit, "decimals": field.decimals}
    if field.role is Role.FIGURE:
        return messages("template.hint_figure", **facts)
    return messages("template.hint", **facts)
