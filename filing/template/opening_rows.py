"""Last year's filed balances in a blank workbook: the rows are those filed, cumulative figures are formulas on them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import History
from contracts.form_model import Form, Role, Rule
from contracts.registers import County
from filing.template.blank_sheet import HEADER_ROWS, BlankSheet, cell_of

BEGINS, CARRIES = "begins_as_ended", "carries_forward"
Place = tuple[str, str]  # project and township


def opened(sheet: BlankSheet, county: County, history: History) -> BlankSheet:
    """Return the sheet with the balances that its rules carry on, where any are on file; blank rows stay below."""
    rules = [one for one in sheet.form.rules if one.check in (BEGINS, CARRIES)]
    places = _filed_places(sheet.form, county, history) if rules else []
    if not places:
        return sheet
    rows = list(enumerate(places, start=1))
    filled: dict[tuple[int, str], str | int | Decimal] = {}
    for at, place in rows:
        filled |= {(at, name): value for name, value in _row(sheet.form, at, place, county).items()}
        for rule in rules:
            carried = _carried(sheet.form, rule, at, place=place, history=history)
            filled |= {(at, name): value for name, value in carried}
    return replace(sheet, rows=len(rows) + sheet.rows, filled=filled)


def _filed_places(form: Form, county: County, history: History) -> list[Place]:
    order = list(dict(sorted(county.townships.items())).values())
    found = {
        (project, township)
        for name, project, township, _ in history.figures or ()
        if name == form.name and project and township in order
    }
    return sorted(found, key=lambda one: (one[0], order.index(one[1])))


def _row(form: Form, at: int, place: Place, county: County) -> dict[str, str | int]:
    project, township = place
    code = next(code for code, name in county.townships.items() if name == township)
    known: Mapping[str, str | int] = {"project": project, "town_code": code}
    serial, named = (form.of_role(role)[0].name for role in (Role.SERIAL, Role.TOWNSHIP))
    own = {one.name: known[one.name] for one in form.fields if one.name in known}
    return {serial: at, named: township, **own}


def _carried(form: Form, rule: Rule, at: int, *, place: Place, history: History) -> Iterator[tuple[str, str | Decimal]]:
    for pair in rule.arguments["pairs"]:
        if rule.check == BEGINS:
            ended = history.figure(form.name, *place, pair["end"])
            yield from [(pair["begin"], ended)] if ended is not None else []
        else:
            before = history.figure(form.name, *place, pair["cumulative"]) or 0
            year = cell_of(form, pair["year"]).format(row=HEADER_ROWS + at)
            yield pair["cumulative"], f'=IF(COUNT({year})=0,"",ROUND({before}+{year},2))'
