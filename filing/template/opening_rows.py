"""Last year's filed balances in a blank workbook: the filed rows, with formulas for cumulative figures."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import FilingHistory
from contracts.form_model import Form, Role, Rule
from contracts.registers import County
from filing.template.blank_sheet import HEADER_ROW_COUNT, BlankSheet, format_cell_reference
from filing.template.prefilled_rows import SPARE_ROWS

BEGINS_AS_ENDED, CARRIES_FORWARD = "begins_as_ended", "carries_forward"
BalanceKey = tuple[str, str]
"""Project and township."""


def add_opening_rows(sheet: BlankSheet, county: County, history: FilingHistory) -> BlankSheet:
    """Return the sheet with the filed balances that its rules carry forward, then the other townships."""
    rules = [rule for rule in sheet.form.rules if rule.check in (BEGINS_AS_ENDED, CARRIES_FORWARD)]
    if not rules:
        return sheet
    balance_keys = _list_filed_keys(sheet.form, county, history)
    if not balance_keys:
        return sheet
    values: dict[tuple[int, str], str | int | Decimal] = {}
    for row_number, balance_key in enumerate(balance_keys, start=1):
        row: dict[str, str | int | Decimal] = {**_build_row(sheet.form, balance_key, county)}
        for rule in rules:
            row.update(_carry_balances(sheet.form, rule, row_number, balance_key=balance_key, history=history))
        for field_name, value in row.items():
            values[row_number, field_name] = value
    return _add_other_townships(replace(sheet, prefilled_values=values, row_count=len(balance_keys)), county)


def _add_other_townships(sheet: BlankSheet, county: County) -> BlankSheet:
    """Return the sheet with a row for each township that has filed no balance."""
    township_field = sheet.form.get_fields_by_role(Role.TOWNSHIP)[0].name
    values, row_number = dict(sheet.prefilled_values), sheet.row_count
    filed_townships = {value for (_, field_name), value in values.items() if field_name == township_field}
    for township in dict(sorted(county.townships.items())).values():
        if township not in filed_townships:
            row_number += 1
            for field_name, value in _build_row(sheet.form, ("", township), county).items():
                values[row_number, field_name] = value
    return replace(sheet, prefilled_values=values, row_count=row_number + SPARE_ROWS)


def _list_filed_keys(form: Form, county: County, history: FilingHistory) -> list[BalanceKey]:
    """Return the filed projects and townships, sorted by project and by the code of the township."""
    townships = list(dict(sorted(county.townships.items())).values())

    def get_sort_key(balance_key: BalanceKey) -> tuple[str, int]:
        project, township = balance_key
        return project, townships.index(township)

    balance_keys = {
        (project, township)
        for form_name, project, township, _ in history.figures or ()
        if form_name == form.name and project and township in townships
    }
    return sorted(balance_keys, key=get_sort_key)


def _build_row(form: Form, balance_key: BalanceKey, county: County) -> dict[str, str | int]:
    """Return project, code and name of a township; a project that is empty is left for the clerk."""
    project, township = balance_key
    code = next(code for code, name in county.townships.items() if name == township)
    row: dict[str, str | int] = {form.get_fields_by_role(Role.TOWNSHIP)[0].name: township}
    key_values = {"project": project, "town_code": code}
    for field in form.fields:
        if key_values.get(field.name):
            row[field.name] = key_values[field.name]
    return row


def _carry_balances(
    form: Form, rule: Rule, row_number: int, *, balance_key: BalanceKey, history: FilingHistory
) -> Iterator[tuple[str, str | Decimal]]:
    for pair in rule.arguments["pairs"]:
        if rule.check == BEGINS_AS_ENDED:
            closing_balance = history.get_figure(form.name, *balance_key, pair["end"])
            if closing_balance is not None:
                yield pair["begin"], closing_balance
        else:
            prior_amount = history.get_figure(form.name, *balance_key, pair["cumulative"]) or 0
            year_cell = format_cell_reference(form, pair["year"]).format(row=HEADER_ROW_COUNT + row_number)
            yield pair["cumulative"], f'=IF(COUNT({year_cell})=0,"",ROUND({prior_amount}+{year_cell},2))'
