"""Two rows or two columns whose contents were swapped: every figure fits once they are swapped back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from checks.diagnosis.evaluation import TOTAL_CHECKS, Evaluation, SumIndex, build_sum_index, iter_cells
from checks.diagnosis.hypothesis_testing import CellContent, Hypothesis, get_cell_content
from checks.diagnosis.table_columns import (
    find_code_column,
    find_misnamed_rows,
    find_township_column,
    format_column_range,
    get_column_cells,
    get_columns,
    get_row_cells,
    list_figure_columns,
    list_figure_fields,
)
from checks.model.cell_ref import CellRef
from checks.model.failing_rows import FailingRows
from checks.model.raw_workbook import RawWorkbook
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, Table
from checks.rules.sum_rules import AmountsByCell
from checks.schemas.pandera_validation import find_failing_rows
from contracts.form_model import Field, Role, Rule

EXCHANGED_ROWS_VARIANT = "rows_exchanged"
# Each row is compared with every other one.
_MAX_ROWS_COMPARED = 8
_PAIR_SIZE = 2
_MIN_DIFFERING_ROWS = 2
# If fewer rows violate a rule, the column is not the cause.
_MIN_VIOLATING_ROWS = 3
_MAX_RIVALS = 4
# One row in so many may have a mistake of its own.
_ROWS_PER_TOLERATED_ERROR = 10
# Rules on a row, and the arguments that name the columns which they relate.
_ROW_RULE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "completion_rate": ("part", "whole"),
    "converted": ("from", "column"),
    "deduction": ("gross", "deducted", "net"),
}

CellPair = tuple[CellRef, CellRef]


def propose_row_swaps(book: RawWorkbook, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that the figures of two rows, or their names or codes, were swapped."""
    sum_index = build_sum_index(evaluation)
    for table in evaluation.tables:
        misnamed_rows = find_misnamed_rows(table, evaluation.violations)
        if len(misnamed_rows) == _PAIR_SIZE:
            yield list(_propose_cell_swaps(book, table, rows=misnamed_rows))
        if sum_index.violated_by_id and not table.form.is_detail:
            pairs = list(_find_swapped_rows(table, sum_index))
            if len(pairs) == 1:
                yield [_build_row_swap(book, table, rows=pairs[0])]


def _find_swapped_rows(table: Table, sum_index: SumIndex) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows that satisfy all sums once their figures are swapped."""
    rows = _find_violating_rows(table, sum_index)
    if len(rows) > _MAX_ROWS_COMPARED:
        return
    columns = list_figure_columns(table)
    for pair in combinations(rows, 2):
        cell_pairs = _pair_cells_in_rows(table, columns, rows=pair)
        if sum_index.is_repaired_by(_swap_amounts(cell_pairs, sum_index.values)):
            yield pair


def _find_violating_rows(table: Table, sum_index: SumIndex) -> list[int]:
    """Return the body rows with a figure in a violated sum other than a total."""
    violated_sums = [
        violated_sum
        for violated_sum in sum_index.violated_by_id.values()
        if violated_sum.rule.check not in TOTAL_CHECKS
    ]
    cells = set(iter_cells(violated_sums))
    columns = list_figure_columns(table)
    rows: list[int] = []
    for row in table.body[ROW].to_list():
        row_cells = get_row_cells(table, columns, row)
        if not cells.isdisjoint(row_cells):
            rows.append(row)
    return rows


def _pair_cells_in_rows(table: Table, columns: Sequence[str], *, rows: Sequence[int]) -> Iterable[CellPair]:
    first_row, second_row = rows
    return zip(get_row_cells(table, columns, first_row), get_row_cells(table, columns, second_row), strict=True)


def _pair_cells_in_columns(table: Table, pair: tuple[Field, Field], *, rows: Sequence[int]) -> Iterable[CellPair]:
    left, right = pair
    return zip(get_column_cells(table, left.name, rows), get_column_cells(table, right.name, rows), strict=True)


def _swap_amounts(cell_pairs: Iterable[CellPair], values: AmountsByCell) -> dict[CellRef, Decimal]:
    """Return the new amounts of the cells that change if the amounts of each pair are swapped."""
    new_values: dict[CellRef, Decimal] = {}
    for first, second in cell_pairs:
        if first in values and second in values and values[first] != values[second]:
            new_values[first], new_values[second] = values[second], values[first]
    return new_values


def _swap_contents(cell_pairs: Iterable[CellPair], book: RawWorkbook) -> dict[CellRef, CellContent]:
    """Return the new contents of the cells that change if the contents of each pair are swapped."""
    new_contents: dict[CellRef, CellContent] = {}
    for first, second in cell_pairs:
        first_content, second_content = get_cell_content(book, first), get_cell_content(book, second)
        if first_content != second_content:
            new_contents[first], new_contents[second] = second_content, first_content
    return new_contents


def _build_row_pair_facts(table: Table, rows: Sequence[int]) -> dict[str, str]:
    first_row, second_row = rows
    return {
        "title": table.form.title,
        "row": str(first_row),
        "other": str(second_row),
        "label": table.get_row_label(first_row),
        "rival": table.get_row_label(second_row),
    }


def _propose_cell_swaps(book: RawWorkbook, table: Table, *, rows: Sequence[int]) -> Iterator[Hypothesis]:
    """Yield the hypotheses that the names of two townships, or their codes, were swapped."""
    for column in filter(None, (find_township_column(table), find_code_column(table))):
        ((first, second),) = _pair_cells_in_rows(table, [column], rows=rows)
        facts = {
            **_build_row_pair_facts(table, rows),
            "heading": table.form.get_field(column).heading,
            "there": second.address,
        }
        yield Hypothesis(
            variant="cells_exchanged",
            cell=first,
            corrections={first: get_cell_content(book, second), second: get_cell_content(book, first)},
            facts=facts,
            highlight=(second,),
        )


def _build_row_swap(book: RawWorkbook, table: Table, *, rows: tuple[int, int]) -> Hypothesis:
    """Return the hypothesis that two rows were swapped, except their names, codes and serial numbers."""
    kept_columns = {find_township_column(table), find_code_column(table), PROJECT}
    for field in table.form.get_fields_by_role(Role.SERIAL):
        kept_columns.add(field.name)
    columns = [column for column in table.columns if column not in kept_columns]
    label_column = find_township_column(table) or next(iter(table.columns))
    label_cells = get_column_cells(table, label_column, rows)
    return Hypothesis(
        variant=EXCHANGED_ROWS_VARIANT,
        cell=label_cells[0],
        corrections=_swap_contents(_pair_cells_in_rows(table, columns, rows=rows), book),
        facts=_build_row_pair_facts(table, rows),
        highlight=tuple(label_cells),
    )


def propose_column_swaps(book: RawWorkbook, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that the figures of two columns are under each other's headings."""
    sum_index = build_sum_index(evaluation)
    for table in evaluation.tables:
        rows = [*table.body[ROW].to_list(), *table.totals[ROW].to_list()]
        pairs: list[tuple[Field, Field]] = []
        if sum_index.violated_by_id and not table.form.is_detail:
            pairs = list(_find_pairs_by_sums(table, rows, sum_index=sum_index))
        if not pairs:
            pairs = list(_find_pairs_by_rules(table, evaluation.violations))
        if 0 < len(pairs) <= _MAX_RIVALS:
            yield [_build_column_swap(book, table, pair=pair, rows=rows) for pair in pairs]


def _find_pairs_by_sums(table: Table, rows: Sequence[int], *, sum_index: SumIndex) -> Iterator[tuple[Field, Field]]:
    """Yield the pairs of columns that satisfy all sums once they are swapped."""
    cells = set(iter_cells(sum_index.violated_by_id.values()))
    fields = list_figure_fields(table)
    suspects: set[str] = set()
    for field in fields:
        if not cells.isdisjoint(get_column_cells(table, field.name, rows)):
            suspects.add(field.name)
    for left, right in combinations(fields, 2):
        if left.name in suspects or right.name in suspects:
            new_values = _swap_amounts(_pair_cells_in_columns(table, (left, right), rows=rows), sum_index.values)
            if len(new_values) >= _PAIR_SIZE * _MIN_DIFFERING_ROWS and sum_index.is_repaired_by(new_values):
                yield left, right


def _find_pairs_by_rules(table: Table, violations: Sequence[Violation]) -> Iterator[tuple[Field, Field]]:
    """Yield the pairs of columns that satisfy the rules on a row once they are swapped.

    Only the columns of a rule that many rows violate come into question.
    """
    pairs: dict[tuple[str, str], tuple[Field, Field]] = {}
    for rule in table.form.rules:
        if (
            rule.check in _ROW_RULE_COLUMNS
            and _count_violating_rows(table, rule, violations=violations) >= _MIN_VIOLATING_ROWS
        ):
            names = get_columns(rule, *_ROW_RULE_COLUMNS[rule.check])
            fields = map(table.form.get_field, filter(table.columns.__contains__, names))
            for left, right in combinations(fields, 2):
                pairs[left.name, right.name] = (left, right)
    for pair in pairs.values():
        if _is_swap_consistent(table, pair):
            yield pair


def _count_violating_rows(table: Table, rule: Rule, *, violations: Iterable[Violation]) -> int:
    """Return in how many rows of a table a rule is violated, itself or merged into another one."""
    count = 0
    for violation in violations:
        if violation.sheet == table.sheet and rule.id in (violation.rule.id, *violation.related_rules):
            row_count = 1
            if violation.variant == "column_unit":
                row_count = len(violation.cells)
            count += max(violation.similar_rows, row_count)
    return count


def _is_swap_consistent(table: Table, pair: tuple[Field, Field]) -> bool:
    """Return whether nearly all rows satisfy the rules on a row once two columns are swapped."""
    left, right = pair
    new_names = {left.name: right.name, right.name: left.name}
    body = table.body.rename(new_names).select(table.body.columns)
    swapped_table = replace(table, body=body, totals=table.totals.clear())
    rules = [rule for rule in table.form.rules if rule.check in _ROW_RULE_COLUMNS]
    error_count = 0
    for failure in find_failing_rows(swapped_table, rules):
        if isinstance(failure, FailingRows):
            error_count += failure.rows.height
    return error_count * _ROWS_PER_TOLERATED_ERROR <= table.body.height


def _build_column_swap(
    book: RawWorkbook, table: Table, *, pair: tuple[Field, Field], rows: Sequence[int]
) -> Hypothesis:
    left, right = pair
    corrections = _swap_contents(_pair_cells_in_columns(table, pair, rows=rows), book)
    facts = {
        "title": table.form.title,
        "heading": left.heading,
        "rival": right.heading,
        "first": format_column_range(table, left.name, rows),
        "second": format_column_range(table, right.name, rows),
    }
    return Hypothesis(
        variant="columns_exchanged",
        cell=table.get_cell_ref(left.name, rows[0]),
        corrections=corrections,
        facts=facts,
        highlight=tuple(corrections),
        min_explained=1,
    )
