"""Rules on the cover: its labels, its entries, and its divisions against the register. (phase: recognised)"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW, list_field_names
from checks.recognition.cover import Cover, CoverEntry
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.note_rows import list_prefilled_fields
from checks.recognition.table import PROJECT, Table
from checks.rules.violation_builder import join_addresses, join_names
from contracts.form_model import Form, Role, Rule

_MAX_TITLES_SHOWN: Final = 5


def _get_first_entry(cover: Cover, field_name: str) -> CoverEntry | None:
    return next(iter(cover.entries.get(field_name, ())), None)


def check_filled_in(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each cover entry of the rule's list that is not filled in."""
    cover = subject.cover
    for name in rule.arguments["fields"]:
        if cover.get_text(name):
            continue
        heading = subject.form.get_field(name).heading
        entry = _get_first_entry(cover, name)
        if entry is None:
            yield Violation(rule=rule, sheet=cover.sheet, facts={"heading": heading, "cell": ""})
        else:
            cell = entry.cell
            facts = {"heading": heading, "cell": cell.address}
            yield Violation(rule=rule, sheet=cover.sheet, cell=cell, cells=(cell,), facts=facts)


def check_anything_filled(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a workbook in which nothing was filled in: its tables hold only what a template has.

    Tables that repeat the plan, and reports, do not show whether anything was filled in.
    """
    tables = [table for table in subject.tables.values() if not _is_filled_by_template(table.form)]
    if not tables or any(map(_has_entry, tables)):
        return
    table = tables[0]
    given_names = list_prefilled_fields(table.form) | set(list_field_names(table.form, Role.TOWNSHIP))
    column = min(column for name, column in table.columns.items() if name not in given_names)
    cell = CellRef.from_position(table.sheet, table.header_row + 1, column)
    titles = [f"《{table.form.title}》" for table in tables]
    facts = {"titles": join_names(titles, _MAX_TITLES_SHOWN), "count": str(len(tables)), "cell": cell.address}
    yield Violation(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), facts=facts)


def _is_filled_by_template(form: Form) -> bool:
    return bool(form.paragraphs) or any(rule.check == "equals_plan" for rule in form.rules)


def _has_entry(table: Table) -> bool:
    """Return whether any cell holds what a clerk typed."""
    names = [name for name in table.columns if name in table.raw.columns and name not in _list_given_fields(table.form)]
    for name in names:
        for row, text in table.raw.select(ROW, name).drop_nulls().rows():
            if text.strip() and table.get_cell_ref(name, row).address not in table.formulas:
                return True
    return False


def _list_given_fields(form: Form) -> set[str]:
    """Return the columns that a template may have filled in: names, projects and balances on file."""
    names = list_prefilled_fields(form) | set(list_field_names(form, Role.TOWNSHIP)) | {PROJECT}
    for rule in form.rules:
        if rule.check == "begins_as_ended":
            names.update(pair["begin"] for pair in rule.arguments["pairs"])
    return names


def check_divisions_agree(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a county or city on the cover that is blank or differs from the register's name for the county code."""
    county = subject.county
    if county is None:
        return
    city_name = subject.submission.register.cities[county.city]
    for name, expected in ((rule.arguments["county"], county.name), (rule.arguments["city"], city_name)):
        entry = _get_first_entry(subject.cover, name)
        if entry is not None and entry.text != expected:
            heading = subject.form.get_field(name).heading
            facts = {"heading": heading, "code": county.code, "cell": entry.cell.address, "expected": expected}
            yield Violation(
                rule=rule,
                sheet=entry.cell.sheet,
                cell=entry.cell,
                cells=(entry.cell,),
                variant="" if entry.text else "blank",
                facts=facts,
                value=entry.text or None,
                expected=expected,
            )


def check_labels_found(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each cover entry whose label occurs more than once, or is required and missing."""
    for field in subject.form.fields:
        entries = subject.cover.entries.get(field.name, ())
        facts = {"title": subject.form.title, "heading": field.heading}
        if field.required and not entries:
            cell = CellRef.from_position(subject.cover.sheet, _find_last_row(subject.cover) + 1, 1)
            facts["cell"] = cell.address
            yield Violation(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), variant="label_missing", facts=facts)
        elif len(entries) > 1:
            cells = tuple(entry.label_cell for entry in entries)
            facts["cells"] = join_addresses(cells)
            yield Violation(
                rule=rule, sheet=cells[-1].sheet, cell=cells[-1], cells=cells, variant="doubled", facts=facts
            )


def _find_last_row(cover: Cover) -> int:
    return max(entry.label_cell.row for entry in chain.from_iterable(cover.entries.values()))
