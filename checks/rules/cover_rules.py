"""Rules on the cover: its labels, its entries, and its divisions against the register. (phase: recognised)"""

from collections.abc import Iterator
from itertools import chain

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.cover import Cover, CoverEntry
from checks.recognition.form_instance import FormUnderCheck
from checks.rules.violation_builder import join_addresses
from contracts.form_model import Rule


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
