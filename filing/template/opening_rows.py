"""Last year's filed balances in a blank workbook: the rows are those filed, cumulative figures are formulas on them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import FilingHistory
from contracts.form_model import Form, Role, Rule
from contracts.registers import County
from filing.template.blank_sheet import HEADER_ROW_COUNT, BlankSheet, format_cell_reference

BEGINS_AS_ENDED, CARRIES_FORWARD = "begins_as_ended", "carries_forward"
BalanceKey = tuple[str, str]  # project and township


def add_opening_rows(sheet: BlankSheet, county: County, history: FilingHistory) -> BlankSheet:
    """Return the sheet with the balances that its rules carry on, where any are on file; blank rows stay below."""
    rules = [one for one in sheet.form.rules if one.check in (BEGINS_AS_ENDED, CARRIES_FORWARD)]
    places = _list_filed_keys(sheet.form, county, history) if rules else []
    if not places:
        return sheet
    rows = list(enumerate(places, start=1))
    filled: dict[tuple[int, str], str | int | Decimal] = {}
    for at, place in rows:
        filled |= {(at, name): value for name, value in _build_row(sheet.form, at, place, county).items()}
        for rule in rules:
            carried = _carry_balances(sheet.form, rule, at, balance_key=place, history=history)
            filled |= {(at, name): value for name, value in carried}
    return replace(sheet, row_count=len(rows) + sheet.row_count, prefilled_values=filled)


def _list_filed_keys(form: Form, county: County, history: FilingHistory) -> list[BalanceKey]:
    order = list(dict(sorted(county.townships.items())).values())
    found = {
        (project, township)
        for name, project, township, _ in history.figures or ()
        if name == form.name and project and township in order
    }
    return sorted(found, key=lambda one: (one[0], order.index(one[1])))


def _build_row(form: Form, row_number: int, balance_key: BalanceKey, county: County) -> dict[str, str | int]:
    project, township = balance_key
    code = next(code for code, name in county.townships.items() if name == township)
    known: Mapping[str, str | int] = {"project": project, "town_code": code}
    serial, named = (form.get_fields_by_role(role)[0].name for role in (Role.SERIAL, Role.TOWNSHIP))
    own = {one.name: known[one.name] for one in form.fields if one.name in known}
    return {serial: row_number, named: township, **own}


def _carry_balances(
    form: Form, rule: Rule, row_number: int, *, balance_key: BalanceKey, history: FilingHistory
) -> Iterator[tuple[str, str | Decimal]]:
    for pair in rule.arguments["pairs"]:
        if rule.check == BEGINS_AS_ENDED:
            ended = history.get_figure(form.name, *balance_key, pair["end"])
            yield from [(pair["begin"], ended)] if ended is not None else []
        else:
            before = history.get_figure(form.name, *balance_key, pair["cumulative"]) or 0
            year = format_cell_reference(form, pair["year"]).format(row=HEADER_ROW_COUNT + row_number)
            yield pair["cumulative"], f'=IF(COUNT({year})=0,"",ROUND({before}+{year},2))'
