"""The validations of a template's cells: a spreadsheet refuses what cannot be right while it is typed."""

from datetime import date
from typing import Final

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from contracts.form_model import Field
from contracts.messages import Messages
from filing.template.blank_sheet import BlankSheet
from filing.template.entry_limits import FIRST_YEAR, LAST_YEAR, EntryKind, EntryLimit, find_entry_limit

# The day before the first that a spreadsheet counts; 1900 was no leap year, but spreadsheets count it as one.
_DAY_ZERO: Final = date(1899, 12, 30)


def add_validation(page: Worksheet, cells: str, sheet: BlankSheet, field: Field, messages: Messages) -> None:
    """Add the drop-down or the limit of a field to a range of cells, if it has one."""
    choices, limit = sheet.choices.get(field.name), find_entry_limit(sheet.form, field, messages)
    if choices is not None:
        validation = DataValidation(type="list", formula1=choices, allow_blank=True)
        _explain(validation, messages("template.limit_choice"), messages)
    elif limit is not None:
        validation = _build_validation(limit)
        _explain(validation, limit.message, messages)
    else:
        return
    validation.add(cells)
    page.add_data_validation(validation)


def _explain(validation: DataValidation, message: str, messages: Messages) -> None:
    validation.errorTitle, validation.error = messages("template.limit_title"), message
    validation.showErrorMessage = True


def _build_validation(limit: EntryLimit) -> DataValidation:
    if limit.kind is EntryKind.DATE:
        first, last = _count_days(date(FIRST_YEAR, 1, 1)), _count_days(date(LAST_YEAR, 12, 31))
        return DataValidation(type="date", operator="between", formula1=first, formula2=last, allow_blank=True)
    if limit.kind is EntryKind.YEAR:
        first, last = str(FIRST_YEAR), str(LAST_YEAR)
        return DataValidation(type="whole", operator="between", formula1=first, formula2=last, allow_blank=True)
    if limit.kind is EntryKind.CODE:
        return DataValidation(type="textLength", operator="equal", formula1=str(limit.length), allow_blank=True)
    return DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)


def _count_days(day: date) -> str:
    return str((day - _DAY_ZERO).days)
