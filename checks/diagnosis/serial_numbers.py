"""Repeated and missing serial numbers: is a row misnumbered, lost or duplicated?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import polars as pl

from checks.diagnosis.table_columns import list_figure_columns
from checks.model.finding import RepairStep
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.row_names import find_key_field
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.violation_builder import format_value
from contracts.form_model import Role

SERIAL_NUMBERS_CHECK = "serial_numbers"
RENUMBER_REMEDY, ROW_LOST_REMEDY = "renumber", "row_lost"
ROW_DOUBLED_REMEDY, ROWS_DOUBLED_REMEDY = "row_doubled", "rows_doubled"
_MAX_STEPS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class SerialNumberDiagnosis:
    """What the figures of a table say about its serial numbers.

    *has_shortfall*: at least one total exceeds its rows, and none is below them. *duplicate_rows* holds groups of
    rows that differ in the serial number alone. *renumbering* is empty unless misnumbering is the only explanation.
    """

    sums_hold: bool
    has_shortfall: bool
    duplicate_rows: tuple[tuple[int, ...], ...]
    renumbering: tuple[RepairStep, ...]


def is_serial_gap(violation: Violation) -> bool:
    """Return whether a violation is about missing serial numbers."""
    return violation.rule.check == SERIAL_NUMBERS_CHECK and violation.variant in ("gap", "start")


def collect_rows(violation: Violation) -> set[int]:
    """Return the rows (Excel's numbers) of all cells of a violation."""
    return {cell.row for cell in violation.cells}


def add_serial_remedies(table: Table, violations: Iterable[Violation]) -> list[Violation]:
    """Return the violations, with the remedy that the table's sums suggest on those of serial numbers."""
    remaining = list(violations)
    indices = [index for index, violation in enumerate(remaining) if violation.rule.check == SERIAL_NUMBERS_CHECK]
    if not indices:
        return remaining
    diagnosis = diagnose_serial_numbers(table)
    for index in indices:
        remaining[index] = _add_remedy(remaining[index], diagnosis)
    return _merge_renumbered_gaps(remaining, diagnosis.renumbering)


def _merge_renumbered_gaps(violations: Sequence[Violation], renumbering: Sequence[RepairStep]) -> list[Violation]:
    """Return the violations, with the gaps that one renumbering closes as one: that at the first misnumbered row."""
    gaps = [
        violation for violation in violations if violation.remedy_key == RENUMBER_REMEDY and is_serial_gap(violation)
    ]
    if len(gaps) <= 1:
        return list(violations)
    misnumbered_cells = set(map(attrgetter("cell"), renumbering))
    first = next((gap for gap in gaps if gap.cell in misnumbered_cells), gaps[0])
    others = [gap for gap in gaps if gap is not first]
    cells = dict.fromkeys(first.cells)
    for other in others:
        cells.update(dict.fromkeys(other.cells))
    merged = replace(first, cells=tuple(cells))
    dropped = set(map(id, others))
    remaining = [violation for violation in violations if id(violation) not in dropped]
    return [merged if violation is first else violation for violation in remaining]


def diagnose_serial_numbers(table: Table) -> SerialNumberDiagnosis:
    """Compare the rows with the total row and with each other."""
    gaps = _compute_total_gaps(table)
    duplicate_rows = tuple(_find_duplicate_rows(table))
    sums_hold = bool(gaps) and not any(gaps)
    renumbering: Iterable[RepairStep] = ()
    if sums_hold and not duplicate_rows and not _has_repeated_names(table):
        renumbering = _renumber_rows(table)
    return SerialNumberDiagnosis(
        sums_hold=sums_hold,
        has_shortfall=any(gaps) and min(gaps) >= 0,
        duplicate_rows=duplicate_rows,
        renumbering=tuple(renumbering),
    )


def _add_remedy(violation: Violation, diagnosis: SerialNumberDiagnosis) -> Violation:
    duplicates = _find_duplicates_at(violation, diagnosis)
    if violation.variant == "repeat" and duplicates:
        facts = {**violation.facts, "rows": "、".join(map(str, duplicates))}
        return replace(violation, remedy_key=ROW_DOUBLED_REMEDY, facts=facts)
    if diagnosis.renumbering:
        facts = {**violation.facts, "steps": _format_first_steps(diagnosis.renumbering)}
        return replace(violation, remedy_key=RENUMBER_REMEDY, facts=facts, repairs=(diagnosis.renumbering,))
    if is_serial_gap(violation) and diagnosis.has_shortfall:
        return replace(violation, remedy_key=ROW_LOST_REMEDY)
    return violation


def _find_duplicates_at(violation: Violation, diagnosis: SerialNumberDiagnosis) -> tuple[int, ...]:
    """Return the first group of duplicate rows of which the violation names at least two."""
    violating_rows = collect_rows(violation)
    for rows in diagnosis.duplicate_rows:
        if len(violating_rows.intersection(rows)) > 1:
            return rows
    return ()


def _format_first_steps(steps: Sequence[RepairStep]) -> str:
    text = format_steps(steps[:_MAX_STEPS_SHOWN])
    if len(steps) > _MAX_STEPS_SHOWN:
        return text + "……"
    return text


def format_steps(steps: Iterable[RepairStep]) -> str:
    """Return the steps of a repair as a list in words, each with its cell and the values before and after."""
    return "，".join(f"{step.cell.address}：{step.before}→{step.after}" for step in steps)


def _compute_total_gaps(table: Table) -> Sequence[int | float]:
    """Return by how much each total exceeds its rows, or no gap if a figure or the total row is missing."""
    names = list_figure_columns(table)
    if table.totals.height != 1 or not names:
        return ()
    figures = pl.concat([table.body.select(names), table.totals.select(names)])
    if any(figures.null_count().row(0)):
        return ()
    return [table.totals[name][0] - table.body[name].sum() for name in names]


def _find_duplicate_rows(table: Table) -> Iterator[tuple[int, ...]]:
    """Yield groups of rows that have the same text in every column but the serial number."""
    names = [field.name for field in table.form.fields if field.role is not Role.SERIAL and field.name in table.columns]
    body = table.raw.filter(pl.col(ROW).is_in(table.body[ROW].implode()))
    groups = body.group_by(names, maintain_order=True).agg(pl.col(ROW))
    duplicates = groups.filter(pl.col(ROW).list.len() > 1)
    yield from map(tuple, duplicates[ROW].to_list())


def _has_repeated_names(table: Table) -> bool:
    """Return whether two rows have the same name, of one project if the form has projects, or one has none."""
    column = find_key_field(table.form)
    if column and table.form.get_field(column).role is Role.TOWNSHIP:
        column = TOWNSHIP_FULL
    if column is None or column not in table.body.columns:
        return False
    keys = [name for name in dict.fromkeys((PROJECT, column)) if name in table.body.columns]
    names = table.body.select(keys)
    return bool(names[column].null_count()) or bool(names.is_duplicated().any())


def _renumber_rows(table: Table) -> Iterator[RepairStep]:
    """Yield the steps that number the rows from 1 in their order."""
    serial = table.form.get_fields_by_role(Role.SERIAL)[0].name
    for expected, (row, actual) in enumerate(table.body.select(ROW, serial).rows(), start=1):
        if actual != expected:
            yield RepairStep(table.get_cell_ref(serial, row), format_value(actual), str(expected))


def match_gaps_to_missing_townships(violations: Sequence[Violation]) -> dict[int, Violation]:
    """Return, by the ``id()`` of a gap in serial numbers, the missing townships of its sheet if they may explain it."""
    townships_by_sheet: dict[str, Violation] = {}
    for violation in violations:
        if violation.variant == "missing" and violation.rule.check == "townships_as_planned":
            townships_by_sheet[violation.sheet] = violation
    gaps_by_sheet: dict[str, list[Violation]] = defaultdict(list)
    for violation in filter(is_serial_gap, violations):
        gaps_by_sheet[violation.sheet].append(violation)
    matches: dict[int, Violation] = {}
    for sheet, missing_townships in townships_by_sheet.items():
        gaps = gaps_by_sheet[sheet]
        if sum(map(_count_missing, gaps)) <= _count_missing(missing_townships):
            matches.update(dict.fromkeys(map(id, gaps), missing_townships))
    return matches


def _count_missing(violation: Violation) -> int:
    return len(violation.facts["missing"].split("、"))
