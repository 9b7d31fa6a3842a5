"""Repeated and missing serial numbers: only misnumbered, a row lost, or a row doubled?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from checks.model.finding import Change
from checks.model.violation import Offence
from checks.recognition.table import ROW, TOWNSHIP_FULL, Table, key_field
from contracts.form_model import Role

CHECK = "serial_numbers"
RENUMBER, ROW_LOST, ROW_DOUBLED = "renumber", "row_lost", "row_doubled"
_STEPS_TOLD = 6


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the figures say: *renumbered* where they hold, else the sums that are short or over, and twin rows."""

    sums_hold: bool
    short: bool
    twins: tuple[tuple[int, ...], ...]
    renumbered: tuple[Change, ...]


def treated(table: Table, offences: Iterable[Offence]) -> list[Offence]:
    """Return the offences, those of the serial column with the remedy that the table's sums speak for."""
    listed = list(offences)
    if not any(one.rule.check == CHECK for one in listed):
        return listed
    found = diagnosed(table)
    return [_treated(one, found) if one.rule.check == CHECK else one for one in listed]


def diagnosed(table: Table) -> Diagnosis:
    """Hold the rows against the total row and against each other."""
    gaps = _gaps(table)
    twins = tuple(_twins(table))
    hold = bool(gaps) and not any(gaps)
    return Diagnosis(
        sums_hold=hold,
        short=any(gap > 0 for gap in gaps) and all(gap >= 0 for gap in gaps),
        twins=twins,
        renumbered=tuple(_renumbered(table)) if hold and not twins and not _names_repeat(table) else (),
    )


def _treated(offence: Offence, found: Diagnosis) -> Offence:
    rows = {cell.row for cell in offence.cells}
    twins = next((one for one in found.twins if len(rows & set(one)) > 1), ())
    if offence.case == "repeat" and twins:
        named = "、".join(str(row) for row in twins)
        return replace(offence, cure=ROW_DOUBLED, facts={**offence.facts, "rows": named})
    if found.renumbered:
        steps = "，".join(f"{one.cell.address}：{one.before}→{one.after}" for one in found.renumbered[:_STEPS_TOLD])
        more = "……" if len(found.renumbered) > _STEPS_TOLD else ""
        facts = {**offence.facts, "steps": steps + more}
        return replace(offence, cure=RENUMBER, facts=facts, repairs=(found.renumbered,))
    if offence.case in ("gap", "start") and found.short:
        return replace(offence, cure=ROW_LOST)
    return offence


def _gaps(table: Table) -> Sequence[int | float]:
    """Return by how much each total exceeds the rows above it; nothing where a figure or the total is missing."""
    names = [one.name for one in table.form.of_role(Role.FIGURE) if one.name in table.columns]
    if table.totals.height != 1 or not names:
        return ()
    figures = pl.concat([table.body.select(names), table.totals.select(names)])
    if any(figures[name].null_count() for name in names):
        return ()
    return [table.totals[name][0] - table.body[name].sum() for name in names]


def _twins(table: Table) -> Iterable[tuple[int, ...]]:
    """Find rows that say the same in every column but the serial number."""
    names = [one.name for one in table.form.fields if one.role is not Role.SERIAL and one.name in table.columns]
    body = table.raw.filter(pl.col(ROW).is_in(table.body[ROW].implode()))
    grouped = body.group_by(names, maintain_order=True).agg(pl.col(ROW)).filter(pl.col(ROW).list.len() > 1)
    return (tuple(rows) for rows in grouped[ROW].to_list())


def _names_repeat(table: Table) -> bool:
    key = key_field(table.form)
    column = TOWNSHIP_FULL if key and table.form.field(key).role is Role.TOWNSHIP else key
    if column is None or column not in table.body.columns:
        return False
    names = table.body[column]
    return bool(names.null_count()) or bool(names.is_duplicated().any())


def _renumbered(table: Table) -> Iterable[Change]:
    serial = table.form.of_role(Role.SERIAL)[0].name
    for due, (row, seen) in enumerate(table.body.select(ROW, serial).rows(), start=1):
        if seen != due:
            yield Change(table.ref(serial, row), "" if seen is None else str(seen), str(due))
