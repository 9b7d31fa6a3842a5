"""The sheet of lists in a blank submission: what drop-downs choose from, and the targets of the plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from checks.model.cell_ref import column_letters
from contracts.contract_library import Submission
from contracts.form_model import Field, Form, Role
from contracts.messages import Messages
from contracts.registers import County
from filing.template.blank_sheet import BlankSheet
from filing.template.prefilled_rows import find_measure, list_planned_targets

FIRST_LIST_ROW: Final = 2
"""The row of a list's first value; its heading is above it."""


@dataclass(frozen=True, slots=True)
class ReferenceList:
    """One column of the sheet of lists; *key* is what refers to it."""

    key: tuple[str, str]
    heading: str
    values: tuple[str | Decimal, ...]


@dataclass(frozen=True, slots=True)
class ReferenceSheet:
    """The sheet of lists."""

    name: str
    lists: tuple[ReferenceList, ...]

    def find_range(self, key: tuple[str, str]) -> str | None:
        """Return the range of a list as a formula refers to it, or None if there is no such list."""
        for column, reference_list in enumerate(self.lists, start=1):
            if reference_list.key == key:
                letters = column_letters(column)
                last_row = FIRST_LIST_ROW + len(reference_list.values) - 1
                return f"'{self.name}'!${letters}${FIRST_LIST_ROW}:${letters}${last_row}"
        return None


TOWNSHIPS_KEY: Final = ("", "townships")


def build_reference_sheet(submission: Submission, county: County, messages: Messages) -> ReferenceSheet:
    """Return the lists: the county's townships, the codes of each field, and the targets by township."""
    townships = ReferenceList(TOWNSHIPS_KEY, messages("template.townships"), tuple(county.townships.values()))
    lists = [townships, *_list_codes(submission.forms), *_list_targets(submission, messages)]
    return ReferenceSheet(messages("template.lists"), tuple(lists))


def key_of_codes(field: Field) -> tuple[str, str]:
    """Return the key of the list of a field's codes; fields with the same heading and codes share it."""
    return field.heading, "\n".join(field.codes)


def _list_codes(forms: Sequence[Form]) -> Iterator[ReferenceList]:
    """Yield the codes of each field and, where they differ from the codes, their names beside them."""
    seen: set[tuple[str, str]] = set()
    for form in forms:
        for field in form.fields:
            key = key_of_codes(field)
            if not field.codes or key in seen:
                continue
            seen.add(key)
            yield ReferenceList(key, field.heading, field.codes)
            names = tuple(field.labels.get(code, code) for code in field.codes)
            if names != field.codes:
                yield ReferenceList(("", ""), "", names)


def _list_targets(submission: Submission, messages: Messages) -> Iterator[ReferenceList]:
    for form in submission.forms:
        measure = find_measure(form, submission)
        if measure is None:
            continue
        targets = list_planned_targets(form, measure)
        if targets:
            heading = messages("template.planned_townships", annex=measure.annex)
            yield ReferenceList((form.name, ""), heading, tuple(measure.townships))
        for field_name, amounts in targets.items():
            heading = messages("template.planned_target", column=form.get_field(field_name).heading)
            yield ReferenceList((form.name, field_name), heading, amounts)


def list_choices(form: Form, reference_sheet: ReferenceSheet, sheets: Mapping[str, BlankSheet]) -> dict[str, str]:
    """Return the range to choose from by field: townships, codes, or the numbers that another table lists."""
    choices: dict[str, str] = {}
    for rule in form.rules:
        listing = sheets.get(str(rule.arguments.get("form", "")))
        field_name = str(rule.arguments.get("column", ""))
        if rule.check in _CHECKS_OF_LISTED_NUMBERS and listing is not None and listing.form.name != form.name:
            choices[field_name] = listing.format_range(field_name)
    for field in form.fields:
        reference_range = None
        if field.role is Role.TOWNSHIP:
            reference_range = reference_sheet.find_range(TOWNSHIPS_KEY)
        elif field.codes:
            reference_range = reference_sheet.find_range(key_of_codes(field))
        if reference_range is not None:
            choices[field.name] = reference_range
    return choices


# The rules by which a project or sub-project must stand in another table.
_CHECKS_OF_LISTED_NUMBERS: Final = ("project_code", "accepted_before_counted")
