"""A block of cells left blank is one finding, whatever rules ask for its cells."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter, itemgetter

from checks.diagnosis.finding_grouping import merge_into
from checks.model.cell_ref import CellRef, Position, format_range
from checks.model.finding import Severity
from checks.model.violation import Violation
from checks.recognition.table import Table
from checks.rules.violation_builder import join_names
from contracts.form_model import Phase

BLOCK_VARIANT, _ACROSS_VARIANT = "block", "merged_across"
# One blank cell has a sentence of its own.
_MIN_CELLS = 2
_MAX_HEADINGS = 4


def merge_blank_blocks(tables: Iterable[Table], violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with those of rows below each other that are blank in the same columns as one."""
    block_by_first: dict[int, Violation] = {}
    merged: set[int] = set()
    for table in tables:
        for block, root_cause in _iter_root_causes(table, _collect_blank_rows(table, violations)):
            if root_cause is not None:
                block_by_first[id(block[0])] = root_cause
                merged.update(map(id, block[1:]))
    remaining = [
        block_by_first.get(id(violation), violation) for violation in violations if id(violation) not in merged
    ]
    return _merge_computed(remaining)


def _iter_root_causes(
    table: Table, blank_rows: dict[int, dict[int, Violation]]
) -> Iterator[tuple[list[Violation], Violation | None]]:
    """Yield the violations of each block with the one that stands for all of them, None for a single cell."""
    yield from _iter_merged_across(table, blank_rows)
    for block in _iter_blocks(blank_rows):
        yield block, _build_block(table, block)


def _merge_computed(violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with those across tables that are computed from the cells of a block merged into it."""
    blocks = [violation for violation in violations if violation.variant == BLOCK_VARIANT]
    computed: dict[int, list[Violation]] = defaultdict(list)
    merged: set[int] = set()
    for violation in violations:
        if blocks and violation.rule.phase.rank >= Phase.ACROSS_TABLES.rank:
            block = next((block for block in blocks if not set(block.cells).isdisjoint(violation.cells)), None)
            if block is not None:
                computed[id(block)].append(violation)
                merged.add(id(violation))
    return [
        _merge_rules(violation, computed.get(id(violation), ()))
        for violation in violations
        if id(violation) not in merged
    ]


def _merge_rules(block: Violation, computed: Sequence[Violation]) -> Violation:
    """Return a block with the rules of what is computed from it; the cells stay those to fill in."""
    return replace(merge_into(block, computed), cells=block.cells)


def _iter_merged_across(
    table: Table, rows: dict[int, dict[int, Violation]]
) -> Iterator[tuple[list[Violation], Violation | None]]:
    """Yield the blank cells under each range that is merged over columns, with their one violation; take them out."""
    for first, last in table.merged_across:
        block: list[Violation] = []
        for row in range(first[0], last[0] + 1):
            covered = [column for column in rows.get(row, {}) if first[1] <= column <= last[1]]
            block.extend(rows[row].pop(column) for column in covered)
        if block:
            yield block, _build_merged_across(table, block, first, last)


def _build_merged_across(table: Table, block: Sequence[Violation], first: Position, last: Position) -> Violation:
    """Return the violation of a merged range: what belongs into the columns that it covers is not known."""
    names = table.names_by_column
    headings = table.list_headings(range(first[1], last[1] + 1))
    cell = CellRef.from_position(table.sheet, *first)
    text = table.get_stripped_text(names[first[1]], first[0])
    facts = {
        "cell": cell.address,
        "area": format_range(first, last),
        "headings": join_names(headings),
        "value": text,
        "title": table.form.title,
    }
    root_cause = merge_into(block[0], block[1:])
    cells = tuple(dict.fromkeys((cell, *root_cause.cells)))
    return replace(
        root_cause, variant=_ACROSS_VARIANT, cell=cell, cells=cells, facts=facts, value=text or None, remedy_key=""
    )


def _collect_blank_rows(table: Table, violations: Iterable[Violation]) -> dict[int, dict[int, Violation]]:
    """Return, by row and column, the violations that only say that a cell of the table is blank."""
    names = table.names_by_column
    rows: dict[int, dict[int, Violation]] = defaultdict(dict)
    for violation in violations:
        cell = violation.cell
        if cell is None or cell.sheet != table.sheet or cell.column not in names or not _is_about_blank(violation):
            continue
        if cell.row > table.header_row and not table.get_stripped_text(names[cell.column], cell.row):
            rows[cell.row].setdefault(cell.column, violation)
    return rows


def _is_about_blank(violation: Violation) -> bool:
    """Return whether a violation may be about nothing but its own blank cell."""
    is_blocking = violation.rule.get_severity(violation.variant) == Severity.HARD and not violation.rule.trial
    is_alone = len(violation.cells) <= 1 and not violation.repairs and not violation.members
    return is_blocking and is_alone and not violation.value and violation.rule.phase.rank < Phase.ACROSS_TABLES.rank


def _iter_blocks(rows: Mapping[int, Mapping[int, Violation]]) -> Iterator[list[Violation]]:
    """Yield the violations of rows that follow each other with the same blank columns."""
    numbered = [(row - position, sorted(rows[row]), row) for position, row in enumerate(sorted(rows))]
    for _, block_rows in groupby(numbered, key=itemgetter(0, 1)):
        block: list[Violation] = []
        for _, columns, row in block_rows:
            block.extend(rows[row][column] for column in columns)
        yield block


def _build_block(table: Table, block: Sequence[Violation]) -> Violation | None:
    """Return one violation for all cells of a block, at the first of them; None for a single cell."""
    if len(block) < _MIN_CELLS:
        return None
    cells = [violation.cell for violation in block if violation.cell is not None]
    rows, columns = sorted(set(map(attrgetter("row"), cells))), sorted(set(map(attrgetter("column"), cells)))
    areas = []
    for first_column, last_column in _list_runs(columns):
        areas.append(format_range((rows[0], first_column), (rows[-1], last_column)))
    headings = dict.fromkeys(violation.facts.get("heading", "") for violation in block)
    facts = {
        "title": table.form.title,
        "rows": "—".join(dict.fromkeys((str(rows[0]), str(rows[-1])))),
        "headings": join_names(list(filter(None, headings)), _MAX_HEADINGS),
        "columns": str(len(columns)),
        "area": join_names(areas),
        "count": str(len(cells)),
    }
    first = merge_into(block[0], block[1:])
    return replace(first, variant=BLOCK_VARIANT, facts={**first.facts, **facts}, remedy_key="")


def _list_runs(columns: Sequence[int]) -> list[tuple[int, int]]:
    """Return first and last of each run of columns beside each other."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and runs[-1][1] == column - 1:
            runs[-1] = runs[-1][0], column
        else:
            runs.append((column, column))
    return runs
