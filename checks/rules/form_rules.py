"""Is the form there, with its headings, its unit and its total row? (phase: recognised)"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks.model.cell_ref import CellRef
from checks.model.violation import Offence
from checks.parsing.text_normalisation import compact
from checks.recognition.cover import Cover
from checks.recognition.form_instance import Subject
from checks.recognition.locate_tables import Located
from checks.recognition.non_data_rows import is_total_name
from checks.recognition.table import ROW, Table
from contracts.form_model import Field, Role, Rule

_HEADER_AGAIN = 3  # headings


def form_present(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault where a form is on no visible sheet, or on several that look alike."""
    search = subject.search
    expected = next(iter(subject.form.sheet_names), subject.form.title)
    facts = {"title": subject.form.title, "expected": expected}
    if search.located is None and search.named_sheet:
        cell = CellRef(search.named_sheet, "A1")
        yield Offence(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), case="no_header", facts=facts)
    elif search.located is None:
        yield Offence(rule=rule, sheet=expected, case="missing", facts=facts)
    for rival in search.rivals if search.located else ():
        cell = CellRef(rival, "A1")
        other = {**facts, "sheet": search.located.sheet.name if search.located else "", "rival": rival}
        yield Offence(rule=rule, sheet=rival, cell=cell, cells=(cell,), case="twice", facts=other)


def headings_found(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with each required heading that is missing or stands there more than once."""
    located = subject.search.located
    if located is None:
        return
    if _repeated(located):
        yield _beside(located, rule)
        return
    spare = sorted(located.spare.items())
    doubled = list(located.doubled.items())
    absent: dict[int, list[Field]] = {}
    for field in located.missing:
        if not spare and doubled:
            yield _overwritten(located, rule, field, *doubled.pop(0))
        elif spare:
            column, found = spare.pop(0)
            yield _missing(located, rule, [field], column, found=found)
        else:
            absent.setdefault(_gap_before(located, field) or _beyond(located), []).append(field)
    for column, fields in absent.items():
        yield _missing(located, rule, fields, column, found="")
    for name, columns in doubled:
        yield _doubled(located, rule, name, columns)


def _repeated(located: Located) -> bool:
    """Tell whether the whole header stands there again to the right: a slip of the hand repeats one heading."""
    distances = {columns[1] - columns[0] for columns in located.doubled.values()}
    return len(located.doubled) >= _HEADER_AGAIN and len(distances) == 1


def _beside(located: Located, rule: Rule) -> Offence:
    again = sorted(columns[1] for columns in located.doubled.values())
    cells = tuple(CellRef.from_position(located.sheet.name, located.header_row, column) for column in again)
    facts = {"title": located.form.title, "sheet": located.sheet.name, "cell": cells[0].address}
    return Offence(rule=rule, sheet=located.sheet.name, cell=cells[0], cells=cells, case="beside", facts=facts)


def _missing(located: Located, rule: Rule, fields: Sequence[Field], column: int, *, found: str) -> Offence:
    cell = CellRef.from_position(located.sheet.name, located.header_row, column)
    headings = "”、“".join(one.heading for one in fields)
    facts = {"title": located.form.title, "heading": headings, "cell": cell.address, "found": found}
    follower = next((one for one in located.form.fields if located.columns.get(one.name) == column), None)
    facts |= {"after": follower.heading} if follower else {}
    case = "renamed" if found else "left_out" if follower else "missing"
    return Offence(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        case=case,
        facts=facts,
        value=found or None,
        expected="、".join(one.heading for one in fields),
    )


def _overwritten(located: Located, rule: Rule, field: Field, repeated: str, columns: tuple[int, ...]) -> Offence:
    """A heading written over another is one slip, though one seems missing and one is doubled."""
    offence = _doubled(located, rule, repeated, columns)
    other = located.form.field(repeated).heading
    facts = {**offence.facts, "heading": field.heading, "repeated": other, "cell": offence.cells[-1].address}
    return replace(offence, case="overwritten", facts=facts, value=other, expected=field.heading)


def _doubled(located: Located, rule: Rule, name: str, columns: tuple[int, ...]) -> Offence:
    cells = tuple(CellRef.from_position(located.sheet.name, located.header_row, column) for column in columns)
    facts = {
        "title": located.form.title,
        "heading": located.form.field(name).heading,
        "cells": "、".join(cell.address for cell in cells),
    }
    return Offence(rule=rule, sheet=cells[-1].sheet, cell=cells[-1], cells=cells, case="doubled", facts=facts)


def _gap_before(located: Located, field: Field) -> int | None:
    """Return the column where a heading belongs: that without one beside its neighbour, else the follower's own."""
    names = [one.name for one in located.form.fields]
    at = names.index(field.name)
    before = next((located.columns[one] for one in reversed(names[:at]) if one in located.columns), 0)
    after = next((located.columns[one] for one in names[at + 1 :] if one in located.columns), 0)
    if not before:
        return after - 1 if after > 1 else None
    return before + 1 if before < after else None


def _beyond(located: Located) -> int:
    taken = [
        *located.columns.values(),
        *(column for columns in located.doubled.values() for column in columns),
    ]
    return max(taken) + 1


def unit_stated(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault where no area unit is stated, where several are, or where it is not the form's."""
    located = subject.search.located
    if located is None:
        return
    on_cover = subject.cover.text("area_unit") if rule.arguments.get("cover", True) else ""
    units = tuple(dict.fromkeys((*located.units, *([on_cover] if on_cover else []))))
    if units == (subject.form.unit,):
        return
    case = "missing" if not units else "several" if len(units) > 1 else "other"
    cell = CellRef.from_position(located.sheet.name, max(located.header_row - 1, 1), 1)
    if on_cover and located.units == (subject.form.unit,):
        cell = subject.cover.entries["area_unit"][0].cell  # the cover alone is at odds with the tables
    facts = {"title": subject.form.title, "units": "、".join(units), "expected": subject.form.unit}
    yield Offence(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        case=case,
        facts=facts,
        value="、".join(units) or None,
        expected=subject.form.unit,
    )


def total_row_once(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault where the table has no total row, more than one, or one that bears no name of a total."""
    table = subject.table
    if table is None:
        return
    names = "、".join(subject.form.total_names)
    label = subject.form.of_role(Role.SERIAL)[0].name
    rows = table.totals[ROW].to_list()
    case = _total_case(subject, table)
    if not case:
        return
    below = int(table.body[ROW][-1] if table.body.height else table.header_row) + 1
    cells = tuple(table.ref(label, row) for row in rows) or (table.ref(label, below),)
    facts = {"title": subject.form.title, "names": names, "cells": "、".join(one.address for one in cells)}
    facts["label"] = table.label(rows[0]) if rows else ""
    yield Offence(rule=rule, sheet=table.sheet, cell=cells[-1], cells=cells, case=case, facts=facts)


def _total_case(subject: Subject, table: Table) -> str:
    """Say what is wrong with the total row, nothing where it is as it should be."""
    if table.total_row is None:
        return "several" if table.totals.height else "missing"
    fields = [*subject.form.of_role(Role.SERIAL), *subject.form.of_role(Role.TOWNSHIP)]
    said = [one for field in fields if (one := table.written(field.name, table.total_row))]
    county = compact(subject.county.name) if subject.county else ""
    if any(compact(one) == county or is_total_name(one, subject.form) for one in said):
        return ""
    return "misnamed" if said else "unnamed"


def filled_in(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with each named entry of the cover that is not filled in."""
    for name in rule.arguments["fields"]:
        if subject.cover.text(name):
            continue
        entry = next(iter(subject.cover.entries.get(name, ())), None)
        cell = entry.cell if entry else None
        yield Offence(
            rule=rule,
            sheet=subject.cover.sheet,
            cell=cell,
            cells=(cell,) if cell else (),
            facts={"heading": subject.form.field(name).heading, "cell": cell.address if cell else ""},
        )


def divisions_agree(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault where county or city on the cover are not what the register has for the county code, or are blank."""
    county = subject.county
    if county is None:
        return
    city = subject.submission.register.cities[county.city]
    for name, expected in ((rule.arguments["county"], county.name), (rule.arguments["city"], city)):
        for entry in subject.cover.entries.get(name, ())[:1]:
            if entry.text != expected:
                heading = subject.form.field(name).heading
                yield Offence(
                    rule=rule,
                    sheet=entry.cell.sheet,
                    cell=entry.cell,
                    cells=(entry.cell,),
                    case="" if entry.text else "blank",
                    facts={
                        "heading": heading,
                        "code": county.code,
                        "cell": entry.cell.address,
                        "expected": expected,
                    },
                    value=entry.text or None,
                    expected=expected,
                )


def labels_found(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with each required entry of the cover whose label is missing."""
    for field in subject.form.fields:
        entries = subject.cover.entries.get(field.name, ())
        if field.required and not entries:
            cell = CellRef.from_position(subject.cover.sheet, _last_row(subject.cover) + 1, 1)
            facts = {"title": subject.form.title, "heading": field.heading, "cell": cell.address}
            yield Offence(rule=rule, sheet=cell.sheet, cell=cell, cells=(cell,), case="label_missing", facts=facts)
        elif len(entries) > 1:
            cells = tuple(entry.label for entry in entries)
            facts = {
                "title": subject.form.title,
                "heading": field.heading,
                "cells": "、".join(one.address for one in cells),
            }
            yield Offence(rule=rule, sheet=cells[-1].sheet, cell=cells[-1], cells=cells, case="doubled", facts=facts)


def _last_row(cover: Cover) -> int:
    return max(entry.label.row for entries in cover.entries.values() for entry in entries)
