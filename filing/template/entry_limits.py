"""What may be typed into a column of a blank submission, so that a spreadsheet refuses slips at once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.form_model import Field, Form
from contracts.messages import Messages

FIRST_YEAR: Final = 1949
LAST_YEAR: Final = 2099
YEAR_UNIT: Final = "年"


class EntryKind(StrEnum):
    """The kind of an entry."""

    AMOUNT = "amount"
    YEAR = "year"
    DATE = "date"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class EntryLimit:
    """The limit of an entry: an amount is not negative, a code has *length* characters; *message* tells a clerk."""

    kind: EntryKind
    message: str
    length: int = 0


def find_entry_limit(form: Form, field: Field, messages: Messages) -> EntryLimit | None:
    """Return the limit of what is typed into a field, or None if any text is right."""
    if field.kind == "date":
        return EntryLimit(EntryKind.DATE, messages("template.limit_date"))
    if field.kind in ("number", "integer"):
        if field.unit == YEAR_UNIT or field.name == "year":
            return EntryLimit(EntryKind.YEAR, messages("template.limit_year", first=FIRST_YEAR, last=LAST_YEAR))
        unit = field.unit or messages("template.no_unit")
        return EntryLimit(EntryKind.AMOUNT, messages("template.limit_amount", unit=unit, decimals=field.decimals))
    length = _find_code_length(form, field)
    if length:
        return EntryLimit(EntryKind.CODE, messages("template.limit_code", length=length), length)
    return None


def _find_code_length(form: Form, field: Field) -> int:
    for rule in form.rules:
        if rule.check == "code_length":
            return int(rule.arguments["columns"].get(field.name, 0))
    return 0
