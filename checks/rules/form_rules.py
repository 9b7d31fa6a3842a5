"""Rules on the form as a whole: its sheet, its headings, its unit and its total row. (phase: recognised)"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.column_names import ROW
from checks.recognition.continuation import count_other_rows
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.locate_tables import TableLocation
from checks.recognition.non_data_rows import is_total_name
from checks.recognition.table import Table
from checks.rules.violation_builder import join_addresses, list_column_cells
from contracts.form_model import Field, Role, Rule

CONTINUED_VARIANT = "continued"
# Fewer duplicate headings than this are single typing errors, not a second copy of the header.
_MIN_REPEATED_HEADINGS = 3


def check_form_present(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a form that is on no visible sheet, or on several that match equally well."""
    search = subject.search
    expected_sheet = next(iter(subject.form.sheet_names), subject.form.title)
    facts = {"title": subject.form.title, "expected": expected_sheet}
    if search.location is not None:
        for rival in search.rival_sheets:
            cell = CellRef(rival, "A1")
            rival_facts = {**facts, "sheet": search.location.sheet.name, "rival": rival, "form": subject.form.name}
            count = count_other_rows(subject, rival)
            variant = CONTINUED_VARIANT if count else "twice"
            rival_facts["count"] = str(count)
            yield Violation(rule=rule, sheet=rival, cell=cell, cells=(cell,), variant=variant, facts=rival_facts)
    elif search.sheet_without_header:
        cell = CellRef(search.sheet_without_header, "A1")
        yield Violation(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), variant="no_header", facts=facts)
    else:
        yield Violation(rule=rule, sheet=expected_sheet, variant="missing", facts=facts)


def check_headings_found(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each required heading that is missing or occurs more than once."""
    location = subject.search.location
    if location is None:
        return
    if _is_header_repeated(location):
        yield _build_repeated_header_violation(location, rule)
        return
    unknown_headings = sorted(location.unknown_headings.items())
    duplicates = list(location.duplicate_columns.items())
    fields_by_column: dict[int, list[Field]] = {}
    for field in location.missing_fields:
        if unknown_headings:
            column, heading = unknown_headings.pop(0)
            yield _build_missing_violation(location, rule, [field], column=column, unknown_heading=heading)
        elif duplicates:
            yield _build_overwritten_violation(location, rule, field, *duplicates.pop(0))
        else:
            column = _find_gap_before(location, field) or _find_first_free_column(location)
            fields_by_column.setdefault(column, []).append(field)
    for column, fields in fields_by_column.items():
        yield _build_missing_violation(location, rule, fields, column=column, unknown_heading="")
    for name, columns in duplicates:
        yield _build_duplicate_violation(location, rule, name, columns)


def _is_header_repeated(location: TableLocation) -> bool:
    """Tell whether the whole header occurs again to the right: many headings do, all at the same distance."""
    distances = {columns[1] - columns[0] for columns in location.duplicate_columns.values()}
    return len(location.duplicate_columns) >= _MIN_REPEATED_HEADINGS and len(distances) == 1


def _list_header_cells(location: TableLocation, columns: Iterable[int]) -> tuple[CellRef, ...]:
    return tuple(CellRef.from_position(location.sheet.name, location.header_row, column) for column in columns)


def _build_repeated_header_violation(location: TableLocation, rule: Rule) -> Violation:
    cells = _list_header_cells(location, sorted(columns[1] for columns in location.duplicate_columns.values()))
    facts = {"title": location.form.title, "sheet": location.sheet.name, "cell": cells[0].address}
    return Violation(rule=rule, sheet=location.sheet.name, cell=cells[0], cells=cells, variant="beside", facts=facts)


def _build_missing_violation(
    location: TableLocation, rule: Rule, fields: Sequence[Field], *, column: int, unknown_heading: str
) -> Violation:
    cell = CellRef.from_position(location.sheet.name, location.header_row, column)
    headings = [field.heading for field in fields]
    facts = {
        "title": location.form.title,
        "heading": "”、“".join(headings),
        "cell": cell.address,
        "found": unknown_heading,
    }
    variant = "missing"
    following_field = _find_field_in_column(location, column)
    if following_field is not None:
        facts["after"] = following_field.heading
        variant = "left_out"
    if unknown_heading:
        variant = "renamed"
    return Violation(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        variant=variant,
        facts=facts,
        value=unknown_heading or None,
        expected="、".join(headings),
    )


def _find_field_in_column(location: TableLocation, column: int) -> Field | None:
    for field in location.form.fields:
        if location.columns.get(field.name) == column:
            return field
    return None


def _build_overwritten_violation(
    location: TableLocation, rule: Rule, field: Field, repeated_field: str, columns: tuple[int, ...]
) -> Violation:
    """Merge a missing and a duplicate heading: one heading was typed over the other."""
    violation = _build_duplicate_violation(location, rule, repeated_field, columns)
    repeated_heading = location.form.get_field(repeated_field).heading
    facts = {
        **violation.facts,
        "heading": field.heading,
        "repeated": repeated_heading,
        "cell": violation.cells[-1].address,
    }
    return replace(violation, variant="overwritten", facts=facts, value=repeated_heading, expected=field.heading)


def _build_duplicate_violation(
    location: TableLocation, rule: Rule, field_name: str, columns: tuple[int, ...]
) -> Violation:
    cells = _list_header_cells(location, columns)
    facts = {
        "title": location.form.title,
        "heading": location.form.get_field(field_name).heading,
        "cells": join_addresses(cells),
    }
    return Violation(rule=rule, sheet=cells[-1].sheet, cell=cells[-1], cells=cells, variant="doubled", facts=facts)


def _find_gap_before(location: TableLocation, field: Field) -> int | None:
    """Return the column of a missing heading, or None if its neighbours leave no place for it.

    That is the column right of the last heading before it, or left of the next heading if there is none before.
    """
    fields = location.form.fields
    position = fields.index(field)
    column_before = _find_first_column(location, reversed(fields[:position]))
    column_after = _find_first_column(location, fields[position + 1 :])
    if column_before == 0 and column_after > 1:
        return column_after - 1
    if 0 < column_before < column_after:
        return column_before + 1
    return None


def _find_first_column(location: TableLocation, fields: Iterable[Field]) -> int:
    """Return the column of the first field that has one, or 0 if none does."""
    for field in fields:
        if field.name in location.columns:
            return location.columns[field.name]
    return 0


def _find_first_free_column(location: TableLocation) -> int:
    return max(chain(location.columns.values(), *location.duplicate_columns.values())) + 1


def check_unit_stated(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a form that states no area unit, several, or another than the contract's."""
    location, expected = subject.search.location, subject.form.unit
    if location is None:
        return
    cover_unit = _get_cover_unit(subject, rule)
    units = _list_stated_units(location, cover_unit)
    if units == (expected,):
        return
    cell = CellRef.from_position(location.sheet.name, max(location.header_row - 1, 1), 1)
    if cover_unit and location.units == (expected,):
        # The table is right, so the unit on the cover is the wrong one.
        cell = subject.cover.entries["area_unit"][0].cell
    joined_units = "、".join(units)
    yield Violation(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        variant=_choose_unit_variant(units),
        facts={"title": subject.form.title, "units": joined_units, "expected": expected},
        value=joined_units or None,
        expected=expected,
    )


def _get_cover_unit(subject: FormUnderCheck, rule: Rule) -> str:
    if rule.arguments.get("cover", True):
        return subject.cover.get_text("area_unit")
    return ""


def _list_stated_units(location: TableLocation, cover_unit: str) -> tuple[str, ...]:
    units = list(location.units)
    if cover_unit:
        units.append(cover_unit)
    return tuple(dict.fromkeys(units))


def _choose_unit_variant(units: Sequence[str]) -> str:
    if not units:
        return "missing"
    if len(units) > 1:
        return "several"
    return "other"


def check_total_row_once(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a table with no total row, more than one, or one whose label is not the name of a total."""
    table = subject.table
    if table is None:
        return
    variant = _find_total_row_fault(subject, table)
    if not variant or any(count_other_rows(subject, rival) for rival in subject.search.rival_sheets):
        # The total of a table that continues on another sheet may stand there.
        return
    label_column = subject.form.get_fields_by_role(Role.SERIAL)[0].name
    rows = table.totals[ROW].to_list()
    label = table.get_row_label(rows[0]) if rows else ""
    cells = tuple(list_column_cells(table, label_column, rows or [_find_row_below_body(table)]))
    facts = {
        "title": subject.form.title,
        "names": "、".join(subject.form.total_names),
        "cells": join_addresses(cells),
        "label": label,
    }
    yield Violation(rule=rule, sheet=table.sheet, cell=cells[-1], cells=cells, variant=variant, facts=facts)


def _find_row_below_body(table: Table) -> int:
    if table.body.height:
        return int(table.body[ROW][-1]) + 1
    return table.header_row + 1


def _find_total_row_fault(subject: FormUnderCheck, table: Table) -> str:
    """Return the variant that describes the fault of the total row, or the empty text if it is right."""
    if table.total_row is None:
        return "several" if table.totals.height else "missing"
    labels = _list_labels(subject, table, table.total_row)
    if not labels:
        return "unnamed"
    if any(_is_total_label(subject, label) for label in labels):
        return ""
    return "misnamed"


def _list_labels(subject: FormUnderCheck, table: Table, row: int) -> list[str]:
    labels = []
    for field in (*subject.form.get_fields_by_role(Role.SERIAL), *subject.form.get_fields_by_role(Role.TOWNSHIP)):
        label = table.get_stripped_text(field.name, row)
        if label:
            labels.append(label)
    return labels


def _is_total_label(subject: FormUnderCheck, label: str) -> bool:
    """Tell whether a label is that of a total row, which may also bear the name of the county."""
    county_name = normalise_text(subject.county.name) if subject.county else ""
    return normalise_text(label) == county_name or is_total_name(label, subject.form)
