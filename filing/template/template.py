"""A blank submission as values: prefilled values, formulas, lists of choices and the sheet for self-checking."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from checks.model.filing_history import FilingHistory
from contracts.contract_library import Submission
from contracts.form_model import Field, Form, Role
from contracts.messages import Messages
from contracts.registers import County
from filing.template.blank_sheet import BlankSheet
from filing.template.opening_rows import add_opening_rows
from filing.template.prefilled_rows import prefill_rows
from filing.template.reference_lists import ReferenceSheet, build_reference_sheet, list_choices
from filing.template.report_text import fill_report_text
from filing.template.row_formulas import build_row_formulas
from filing.template.self_check import build_self_checks
from filing.template.self_check_formulas import SelfCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankWorkbook:
    """A blank workbook: the cover with its known values, the tables, the lists of choices and the self-checks."""

    cover: BlankSheet
    cover_values: Mapping[str, str | int | Decimal]
    owner: str
    tables: tuple[BlankSheet, ...]
    reference_sheet: ReferenceSheet
    self_checks: tuple[SelfCheck, ...]


def build_blank_workbook(
    submission: Submission, county: County, blank_rows: int, messages: Messages, history: FilingHistory | None = None
) -> BlankWorkbook:
    """Return the workbook in which a county begins its year; *history* gives the balances of the year before."""
    reference_sheet = build_reference_sheet(submission, county, messages)
    tables = [
        prefill_rows(_build_table(form, messages), submission, county, blank_rows)
        for form in submission.forms
        if form.is_table
    ]
    if history is not None:
        tables = [add_opening_rows(table, county, history) for table in tables]
    facts = {"year": str(submission.year), "county": county.name}
    tables = _add_choices(list(fill_report_text(tables, facts)), reference_sheet)
    return BlankWorkbook(
        cover=_build_cover(submission, reference_sheet, messages),
        cover_values=_list_cover_values(submission, county),
        owner=messages("template.owner", county=county.name, code=county.code, year=submission.year),
        tables=tuple(tables),
        reference_sheet=reference_sheet,
        self_checks=tuple(build_self_checks(tables, reference_sheet, messages)),
    )


def _build_cover(submission: Submission, reference_sheet: ReferenceSheet, messages: Messages) -> BlankSheet:
    form = submission.cover_form
    return BlankSheet(
        form=form,
        name=form.sheet_names[0],
        title=messages("sample.cover"),
        unit="",
        row_count=0,
        choices=list_choices(form, reference_sheet, {}),
    )


def _list_cover_values(submission: Submission, county: County) -> dict[str, str | int | Decimal]:
    """Return what the cover already knows, by field."""
    form = submission.cover_form
    values: dict[str, str | int | Decimal] = {
        "year": submission.year,
        "county_code": county.code,
        "county_name": county.name,
        "city_name": submission.register.cities[county.city],
        "version": 1,
        "division_system": f"{submission.register.system} {submission.register.edition}",
    }
    if submission.plan is not None:
        values["plan_number"] = submission.plan.document_number
    for field in form.fields:
        if field.name == "submission_round" and field.codes:
            values[field.name] = field.codes[0]
    return values


def _build_table(form: Form, messages: Messages) -> BlankSheet:
    unit = ""
    if form.unit:
        unit = messages("sample.unit", unit=form.unit)
    return BlankSheet(
        form=form,
        name=form.sheet_names[0],
        title=form.title,
        unit=unit,
        row_count=0,
        formulas=dict(build_row_formulas(form)),
        has_total_row=bool(form.total_names),
    )


def _add_choices(tables: list[BlankSheet], reference_sheet: ReferenceSheet) -> list[BlankSheet]:
    sheets_by_form = {table.form.name: table for table in tables}
    return [replace(table, choices=list_choices(table.form, reference_sheet, sheets_by_form)) for table in tables]


def format_hint(field: Field, messages: Messages) -> str:
    """Return the note that the template shows for a field when the mouse is over its heading."""
    facts: dict[str, Any] = {"basis": field.source, "unit": field.unit, "decimals": field.decimals}
    if field.role is Role.FIGURE:
        return messages("template.hint_figure", **facts)
    return messages("template.hint", **facts)
