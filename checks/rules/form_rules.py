"""Is the form there, with its headings, its unit and its total row? (phase: recognised)"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.cover import Cover
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.locate_tables import TableLocation
from checks.recognition.non_data_rows import is_total_name
from checks.recognition.table import ROW, Table
from contracts.form_model import Field, Role, Rule

_MIN_REPEATED_HEADINGS = 3  # headings


def check_form_present(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault where a form is on no visible sheet, or on several that look alike."""
    search = subject.search
    expected = next(iter(subject.form.sheet_names), subject.form.title)
    facts = {"title": subject.form.title, "expected": expected}
    if search.location is None and search.sheet_without_header:
        cell = CellRef(search.sheet_without_header, "A1")
        yield Violation(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), variant="no_header", facts=facts)
    elif search.location is None:
        yield Violation(rule=rule, sheet=expected, variant="missing", facts=facts)
    for rival in search.rival_sheets if search.location else ():
        cell = CellRef(rival, "A1")
        other = {**facts, "sheet": search.location.sheet.name if search.location else "", "rival": rival}
        yield Violation(rule=rule, sheet=rival, cell=cell, cells=(cell,), variant="twice", facts=other)


def check_headings_found(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with each required heading that is missing or stands there more than once."""
    located = subject.search.location
    if located is None:
        return
    if _is_header_repeated(located):
        yield _build_repeated_header_violation(located, rule)
        return
    spare = sorted(located.unknown_headings.items())
    doubled = list(located.duplicate_columns.items())
    absent: dict[int, list[Field]] = {}
    for field in located.missing_fields:
        if not spare and doubled:
            yield _build_overwritten_violation(located, rule, field, *doubled.pop(0))
        elif spare:
            column, found = spare.pop(0)
            yield _build_missing_violation(located, rule, [field], column, unknown_heading=found)
        else:
            absent.setdefault(_find_gap_before(located, field) or _find_first_free_column(located), []).append(field)
    for column, fields in absent.items():
        yield _build_missing_violation(located, rule, fields, column, unknown_heading="")
    for name, columns in doubled:
        yield _build_duplicate_violation(located, rule, name, columns)


def _is_header_repeated(location: TableLocation) -> bool:
    """Tell whether the whole header stands there again to the right: a slip of the hand repeats one heading."""
    distances = {columns[1] - columns[0] for columns in location.duplicate_columns.values()}
    return len(location.duplicate_columns) >= _MIN_REPEATED_HEADINGS and len(distances) == 1


def _build_repeated_header_violation(location: TableLocation, rule: Rule) -> Violation:
    again = sorted(columns[1] for columns in location.duplicate_columns.values())
    cells = tuple(CellRef.from_position(location.sheet.name, location.header_row, column) for column in again)
    facts = {"title": location.form.title, "sheet": location.sheet.name, "cell": cells[0].address}
    return Violation(rule=rule, sheet=location.sheet.name, cell=cells[0], cells=cells, variant="beside", facts=facts)


def _build_missing_violation(
    location: TableLocation, rule: Rule, fields: Sequence[Field], column: int, *, unknown_heading: str
) -> Violation:
    cell = CellRef.from_position(location.sheet.name, location.header_row, column)
    headings = "”、“".join(one.heading for one in fields)
    facts = {"title": location.form.title, "heading": headings, "cell": cell.address, "found": unknown_heading}
    follower = next((one for one in location.form.fields if location.columns.get(one.name) == column), None)
    facts |= {"after": follower.heading} if follower else {}
    case = "renamed" if unknown_heading else "left_out" if follower else "missing"
    return Violation(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        variant=case,
        facts=facts,
        value=unknown_heading or None,
        expected="、".join(one.heading for one in fields),
    )


def _build_overwritten_violation(
    location: TableLocation, rule: Rule, field: Field, repeated_field: str, columns: tuple[int, ...]
) -> Violation:
    """A heading written over another is one slip, though one seems missing and one is doubled."""
    offence = _build_duplicate_violation(location, rule, repeated_field, columns)
    other = location.form.get_field(repeated_field).heading
    facts = {**offence.facts, "heading": field.heading, "repeated": other, "cell": offence.cells[-1].address}
    return replace(offence, variant="overwritten", facts=facts, value=other, expected=field.heading)


def _build_duplicate_violation(
    location: TableLocation, rule: Rule, field_name: str, columns: tuple[int, ...]
) -> Violation:
    cells = tuple(CellRef.from_position(location.sheet.name, location.header_row, column) for column in columns)
    facts = {
        "title": location.form.title,
        "heading": location.form.get_field(field_name).heading,
        "cells": "、".join(cell.address for cell in cells),
    }
    return Violation(rule=rule, sheet=cells[-1].sheet, cell=cells[-1], cells=cells, variant="doubled", facts=facts)


def _find_gap_before(location: TableLocation, field: Field) -> int | None:
    """Return the column where a heading belongs: that without one beside its neighbour, else the follower's own."""
    names = [one.name for one in location.form.fields]
    at = names.index(field.name)
    before = next((location.columns[one] for one in reversed(names[:at]) if one in location.columns), 0)
    after = next((location.columns[one] for one in names[at + 1 :] if one in location.columns), 0)
    if not before:
        return after - 1 if after > 1 else None
    return before + 1 if before < after else None


def _find_first_free_column(location: TableLocation) -> int:
    taken = [
        *location.columns.values(),
        *(column for columns in location.duplicate_columns.values() for column in columns),
    ]
    return max(taken) + 1


def check_unit_stated(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault where no area unit is stated, where several are, or where it is not the form's."""
    located = subject.search.location
    if located is None:
        return
    on_cover = subject.cover.get_text("area_unit") if rule.arguments.get("cover", True) else ""
    units = tuple(dict.fromkeys((*located.units, *([on_cover] if on_cover else []))))
    if units == (subject.form.unit,):
        return
    case = "missing" if not units else "several" if len(units) > 1 else "other"
    cell = CellRef.from_position(located.sheet.name, max(located.header_row - 1, 1), 1)
    if on_cover and located.units == (subject.form.unit,):
        cell = subject.cover.entries["area_unit"][0].cell  # the cover alone is at odds with the tables
    facts = {"title": subject.form.title, "units": "、".join(units), "expected": subject.form.unit}
    yield Violation(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        variant=case,
        facts=facts,
        value="、".join(units) or None,
        expected=subject.form.unit,
    )


def check_total_row_once(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault where the table has no total row, more than one, or one that bears no name of a total."""
    table = subject.table
    if table is None:
        return
    names = "、".join(subject.form.total_names)
    label = subject.form.get_fields_by_role(Role.SERIAL)[0].name
    rows = table.totals[ROW].to_list()
    case = _find_total_row_fault(subject, table)
    if not case:
        return
    below = int(table.body[ROW][-1] if table.body.height else table.header_row) + 1
    cells = tuple(table.get_cell_ref(label, row) for row in rows) or (table.get_cell_ref(label, below),)
    facts = {"title": subject.form.title, "names": names, "cells": "、".join(one.address for one in cells)}
    facts["label"] = table.get_row_label(rows[0]) if rows else ""
    yield Violation(rule=rule, sheet=table.sheet, cell=cells[-1], cells=cells, variant=case, facts=facts)


def _find_total_row_fault(subject: FormUnderCheck, table: Table) -> str:
    """Say what is wrong with the total row, nothing where it is as it should be."""
    if table.total_row is None:
        return "several" if table.totals.height else "missing"
    fields = [*subject.form.get_fields_by_role(Role.SERIAL), *subject.form.get_fields_by_role(Role.TOWNSHIP)]
    said = [one for field in fields if (one := table.get_stripped_text(field.name, table.total_row))]
    county = normalise_text(subject.county.name) if subject.county else ""
    if any(normalise_text(one) == county or is_total_name(one, subject.form) for one in said):
        return ""
    return "misnamed" if said else "unnamed"


def check_filled_in(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with each named entry of the cover that is not filled in."""
    for name in rule.arguments["fields"]:
        if subject.cover.get_text(name):
            continue
        entry = next(iter(subject.cover.entries.get(name, ())), None)
        cell = entry.cell if entry else None
        yield Violation(
            rule=rule,
            sheet=subject.cover.sheet,
            cell=cell,
            cells=(cell,) if cell else (),
            facts={"heading": subject.form.get_field(name).heading, "cell": cell.address if cell else ""},
        )


def check_divisions_agree(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault where county or city on the cover are not what the register has for the county code, or are blank."""
    county = subject.county
    if county is None:
        return
    city = subject.submission.register.cities[county.city]
    for name, expected in ((rule.arguments["county"], county.name), (rule.arguments["city"], city)):
        for entry in subject.cover.entries.get(name, ())[:1]:
            if entry.text != expected:
                heading = subject.form.get_field(name).heading
                yield Violation(
                    rule=rule,
                    sheet=entry.cell.sheet,
                    cell=entry.cell,
                    cells=(entry.cell,),
                    variant="" if entry.text else "blank",
                    facts={
                        "heading": heading,
                        "code": county.code,
                        "cell": entry.cell.address,
                        "expected": expected,
                    },
                    value=entry.text or None,
                    expected=expected,
                )


def check_labels_found(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with each required entry of the cover whose label is missing."""
    for field in subject.form.fields:
        entries = subject.cover.entries.get(field.name, ())
        if field.required and not entries:
            cell = CellRef.from_position(subject.cover.sheet, _find_last_row(subject.cover) + 1, 1)
            facts = {"title": subject.form.title, "heading": field.heading, "cell": cell.address}
            yield Violation(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), variant="label_missing", facts=facts)
        elif len(entries) > 1:
            cells = tuple(entry.label_cell for entry in entries)
            facts = {
                "title": subject.form.title,
                "heading": field.heading,
                "cells": "、".join(one.address for one in cells),
            }
            yield Violation(
                rule=rule, sheet=cells[-1].sheet, cell=cells[-1], cells=cells, variant="doubled", facts=facts
            )


def _find_last_row(cover: Cover) -> int:
    return max(entry.label_cell.row for entries in cover.entries.values() for entry in entries)
