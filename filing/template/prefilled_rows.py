"""The rows of a blank table: one for each township or code that is known, with the targets of the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from contracts.contract_library import Submission
from contracts.form_model import Field, Form, Role
from contracts.plans import Measure
from contracts.registers import County
from filing.template.blank_sheet import BlankSheet
from filing.template.row_formulas import build_serial_formula

MAX_BLANK_LIST_ROWS: Final = 8
"""Blank rows of a table that is no list of plots."""
SPARE_ROWS: Final = 3
"""Blank rows below the townships of a table that may list a township once for each project."""


def prefill_rows(sheet: BlankSheet, submission: Submission, county: County, blank_rows: int) -> BlankSheet:
    """Return the sheet with its rows: *blank_rows* for plots, otherwise as many as there are townships or codes."""
    form = sheet.form
    measure = find_measure(form, submission)
    if measure is not None:
        values = dict(_list_planned_values(form, measure))
        return replace(sheet, row_count=len(measure.townships), prefilled_values=values)
    sheet = replace(sheet, has_spacer_row=sheet.has_total_row)
    if has_row_per_township(form):
        values = dict(_list_township_values(form, county))
        row_count = len(county.townships) + _count_spare_rows(form)
        return _number_rows(replace(sheet, row_count=row_count, prefilled_values=values))
    code_field = find_code_row_field(form)
    if code_field is not None:
        values = {(row, code_field.name): code for row, code in enumerate(code_field.codes, start=1)}
        return _number_rows(replace(sheet, row_count=len(code_field.codes), prefilled_values=values))
    row_count = blank_rows
    if not form.is_detail:
        row_count = min(blank_rows, MAX_BLANK_LIST_ROWS)
    return _number_rows(replace(sheet, row_count=row_count))


def _count_spare_rows(form: Form) -> int:
    """Return the blank rows below the townships: one township may have several projects."""
    if any(rule.check == "unique_rows" for rule in form.rules):
        return SPARE_ROWS
    return 0


def find_measure(form: Form, submission: Submission) -> Measure | None:
    """Return the measure of the plan whose townships a form lists, if there is one."""
    if submission.plan is None:
        return None
    for rule in form.rules:
        if rule.check == "townships_as_planned":
            return submission.plan.measures.get(rule.arguments["measure"])
    return None


def has_row_per_township(form: Form) -> bool:
    """Return whether a form has one row for each township, or for each project and township."""
    if not form.get_fields_by_role(Role.TOWNSHIP):
        return False
    return any(rule.check in ("unique_rows", "equals_sum_of") for rule in form.rules)


def find_code_row_field(form: Form) -> Field | None:
    """Return the field of which a form has one row for each code, such as the land class, if there is one."""
    for rule in form.rules:
        if rule.check == "unique_in_table":
            field = form.get_field(rule.arguments["column"])
            if field.codes:
                return field
    return None


def _list_planned_values(form: Form, measure: Measure) -> Iterator[tuple[tuple[int, str], str | int | Decimal]]:
    """Yield row number and township, and the targets if the form repeats those of the plan."""
    serial_field = form.get_fields_by_role(Role.SERIAL)[0].name
    township_field = form.get_fields_by_role(Role.TOWNSHIP)[0].name
    target_fields: tuple[Field, ...] = ()
    for rule in form.rules:
        if rule.check == "equals_plan":
            target_fields = form.get_fields_by_group(rule.arguments["parts"])
    for row_number, (township, targets) in enumerate(measure.townships.items(), start=1):
        yield (row_number, serial_field), row_number
        yield (row_number, township_field), township
        for field in target_fields:
            if field.year is not None and field.year in targets:
                yield (row_number, field.name), targets[field.year]


def _list_township_values(form: Form, county: County) -> Iterator[tuple[tuple[int, str], str | int]]:
    township_field = form.get_fields_by_role(Role.TOWNSHIP)[0].name
    has_code_field = any(field.name == "town_code" for field in form.fields)
    for row_number, (code, name) in enumerate(sorted(county.townships.items()), start=1):
        yield (row_number, township_field), name
        if has_code_field:
            yield (row_number, "town_code"), code


def _number_rows(sheet: BlankSheet) -> BlankSheet:
    """Return the sheet with a formula for the row number, if a field shows whether a row is filled in."""
    serial_fields = sheet.form.get_fields_by_role(Role.SERIAL)
    key_field = _find_key_field(sheet)
    if not serial_fields or key_field is None:
        return sheet
    formulas = {**sheet.formulas, serial_fields[0].name: build_serial_formula(sheet.form, key_field)}
    return replace(sheet, formulas=formulas)


def _find_key_field(sheet: BlankSheet) -> Field | None:
    """Return the first required field that a clerk fills in in every row."""
    prefilled_names = {name for _, name in sheet.prefilled_values}
    excluded_names = prefilled_names | sheet.formulas.keys()
    fields = [field for field in sheet.form.fields if field.required and field.name not in excluded_names]
    if prefilled_names:
        # Beside a name that is filled in, only a figure shows that the row is in use.
        fields = [field for field in fields if field.role is Role.FIGURE]
    return next((field for field in fields if field.role is not Role.SERIAL), None)


def list_planned_targets(form: Form, measure: Measure) -> Mapping[str, tuple[Decimal, ...]]:
    """Return the targets of the plan's townships by field: the years, then the total over all years."""
    targets: dict[str, tuple[Decimal, ...]] = {}
    for rule in form.rules:
        if rule.check == "equals_plan":
            for field in form.get_fields_by_group(rule.arguments["parts"]):
                if field.year is not None and field.year in measure.by_year:
                    targets[field.name] = measure.list_targets(field.year)
            targets[rule.arguments["total"]] = tuple(measure.totals_by_township.values())
    return targets
