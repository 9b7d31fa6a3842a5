"""Repeated and missing serial numbers: only misnumbered, a row lost, or a row doubled?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from checks.model.finding import RepairStep
from checks.model.violation import Violation
from checks.recognition.table import ROW, TOWNSHIP_FULL, Table, find_key_field
from contracts.form_model import Role

SERIAL_NUMBERS_CHECK = "serial_numbers"
RENUMBER_REMEDY, ROW_LOST_REMEDY, ROW_DOUBLED_REMEDY = "renumber", "row_lost", "row_doubled"
_MAX_STEPS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class SerialNumberDiagnosis:
    """What the figures say: *renumbered* where they hold, else the sums that are short or over, and twin rows."""

    sums_hold: bool
    has_shortfall: bool
    duplicate_rows: tuple[tuple[int, ...], ...]
    renumbering: tuple[RepairStep, ...]


def add_serial_remedies(table: Table, violations: Iterable[Violation]) -> list[Violation]:
    """Return the offences, those of the serial column with the remedy that the table's sums speak for."""
    listed = list(violations)
    if not any(one.rule.check == SERIAL_NUMBERS_CHECK for one in listed):
        return listed
    found = diagnose_serial_numbers(table)
    return [_add_remedy(one, found) if one.rule.check == SERIAL_NUMBERS_CHECK else one for one in listed]


def diagnose_serial_numbers(table: Table) -> SerialNumberDiagnosis:
    """Hold the rows against the total row and against each other."""
    gaps = _compute_total_gaps(table)
    twins = tuple(_find_duplicate_rows(table))
    hold = bool(gaps) and not any(gaps)
    return SerialNumberDiagnosis(
        sums_hold=hold,
        has_shortfall=any(gap > 0 for gap in gaps) and all(gap >= 0 for gap in gaps),
        duplicate_rows=twins,
        renumbering=tuple(_renumber_rows(table)) if hold and not twins and not _has_repeated_names(table) else (),
    )


def _add_remedy(violation: Violation, diagnosis: SerialNumberDiagnosis) -> Violation:
    rows = {cell.row for cell in violation.cells}
    twins = next((one for one in diagnosis.duplicate_rows if len(rows & set(one)) > 1), ())
    if violation.variant == "repeat" and twins:
        named = "、".join(str(row) for row in twins)
        return replace(violation, remedy_key=ROW_DOUBLED_REMEDY, facts={**violation.facts, "rows": named})
    if diagnosis.renumbering:
        steps = "，".join(
            f"{one.cell.address}：{one.before}→{one.after}" for one in diagnosis.renumbering[:_MAX_STEPS_SHOWN]
        )
        more = "……" if len(diagnosis.renumbering) > _MAX_STEPS_SHOWN else ""
        facts = {**violation.facts, "steps": steps + more}
        return replace(violation, remedy_key=RENUMBER_REMEDY, facts=facts, repairs=(diagnosis.renumbering,))
    if violation.variant in ("gap", "start") and diagnosis.has_shortfall:
        return replace(violation, remedy_key=ROW_LOST_REMEDY)
    return violation


def _compute_total_gaps(table: Table) -> Sequence[int | float]:
    """Return by how much each total exceeds the rows above it; nothing where a figure or the total is missing."""
    names = [one.name for one in table.form.get_fields_by_role(Role.FIGURE) if one.name in table.columns]
    if table.totals.height != 1 or not names:
        return ()
    figures = pl.concat([table.body.select(names), table.totals.select(names)])
    if any(figures[name].null_count() for name in names):
        return ()
    return [table.totals[name][0] - table.body[name].sum() for name in names]


def _find_duplicate_rows(table: Table) -> Iterable[tuple[int, ...]]:
    """Find rows that say the same in every column but the serial number."""
    names = [one.name for one in table.form.fields if one.role is not Role.SERIAL and one.name in table.columns]
    body = table.raw.filter(pl.col(ROW).is_in(table.body[ROW].implode()))
    grouped = body.group_by(names, maintain_order=True).agg(pl.col(ROW)).filter(pl.col(ROW).list.len() > 1)
    return (tuple(rows) for rows in grouped[ROW].to_list())


def _has_repeated_names(table: Table) -> bool:
    key = find_key_field(table.form)
    column = TOWNSHIP_FULL if key and table.form.get_field(key).role is Role.TOWNSHIP else key
    if column is None or column not in table.body.columns:
        return False
    names = table.body[column]
    return bool(names.null_count()) or bool(names.is_duplicated().any())


def _renumber_rows(table: Table) -> Iterable[RepairStep]:
    serial = table.form.get_fields_by_role(Role.SERIAL)[0].name
    for due, (row, seen) in enumerate(table.body.select(ROW, serial).rows(), start=1):
        if seen != due:
            yield RepairStep(table.get_cell_ref(serial, row), "" if seen is None else str(seen), str(due))
