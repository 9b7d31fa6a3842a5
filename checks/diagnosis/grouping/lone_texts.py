"""A row with a single text and nothing else is one finding: a heading of a group, or a row not yet filled in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.grouping.blank_blocks import BLOCK_VARIANT
from checks.model.violation import Violation
from checks.recognition.column_names import list_naming_columns
from checks.recognition.table import TOWNSHIP_FULL, Table
from checks.rules.violation_builder import format_value

LONE_TEXT_VARIANT = "lone_text"

RowKey = tuple[str, int]


def merge_lone_texts(tables: Iterable[Table], violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with all those of a row as one if the row holds but one text, in a column that names it.

    A row number or a township of the county beside it makes the row one of data.
    """
    tables_by_sheet: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        tables_by_sheet[table.sheet].append(table)
    root_causes: dict[RowKey, Violation] = {}
    for violation in violations:
        if violation.variant != BLOCK_VARIANT or violation.cell is None or not _is_one_row(violation):
            continue
        for table in tables_by_sheet[violation.sheet]:
            root_cause = _build_root_cause(table, violation, violation.cell.row)
            if root_cause is not None:
                root_causes[violation.sheet, violation.cell.row] = root_cause
    return _merge_rows(violations, root_causes)


def _is_one_row(violation: Violation) -> bool:
    return len(set(map(attrgetter("row"), violation.cells))) == 1


def _build_root_cause(table: Table, block: Violation, row: int) -> Violation | None:
    """Return the violation of a row of *table* that holds one text, None if it holds more or names a township."""
    filled = list(filter(partial(table.get_stripped_text, row=row), table.columns))
    if len(filled) != 1 or filled[0] not in list_naming_columns(table.form, filled):
        return None
    text = table.get_stripped_text(filled[0], row)
    if text.isdecimal() or _names_township(table, row):
        return None
    cell = table.get_cell_ref(filled[0], row)
    facts = {**block.facts, "cell": cell.address, "value": text, "rows": str(row)}
    cells = (cell, *block.cells)
    return replace(block, variant=LONE_TEXT_VARIANT, cell=cell, cells=cells, facts=facts, value=format_value(text))


def _names_township(table: Table, row: int) -> bool:
    typed_row = table.get_typed_row(row)
    return TOWNSHIP_FULL in typed_row.columns and typed_row[TOWNSHIP_FULL].null_count() < typed_row.height


def _merge_rows(violations: Sequence[Violation], root_causes: dict[RowKey, Violation]) -> list[Violation]:
    """Put each root cause in the place of the first violation of its row, and merge the others of the row into it."""
    by_row: dict[RowKey, list[Violation]] = defaultdict(list)
    for violation in violations:
        if violation.cell is not None and (violation.sheet, violation.cell.row) in root_causes:
            by_row[violation.sheet, violation.cell.row].append(violation)
    merged: list[Violation] = []
    for violation in violations:
        key = (violation.sheet, violation.cell.row if violation.cell else 0)
        if key not in root_causes:
            merged.append(violation)
        elif violation is by_row[key][0]:
            merged.append(merge_into(root_causes[key], by_row[key]))
    return merged
