"""Two rows or two columns whose contents were exchanged: every figure fits once they are exchanged back."""

from collections import ChainMap, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import CellContent, Hypothesis, get_cell_content
from checks.diagnosis.misspelt_township import find_code_column, find_rows_with_violations, find_township_column
from checks.model.cell_ref import CellRef
from checks.model.failing_rows import FailingRows
from checks.model.raw_workbook import RawWorkbook
from checks.model.violation import Violation
from checks.recognition.table import PROJECT, ROW, Table
from checks.rules.pandera_validation import find_failing_rows
from checks.rules.sum_rules import SumConstraint
from contracts.form_model import Field, Role, Rule

_MAX_ROWS_COMPARED = 8  # of a table with figures that do not hold, each held against each other
_PAIR_SIZE = 2  # rows, each with the other's name or code; in which two columns differ, at the least
_MIN_VIOLATING_ROWS = 3  # that break a rule, for a column to be why
_MAX_RIVALS = 4
_ROWS_PER_TOLERATED_ERROR = 10  # one row in so many may have a slip of its own
_TOTAL_CHECKS = ("column_total", "detail_total")
_ROW_RULE_COLUMNS: Mapping[str, tuple[str, ...]] = {  # rules on a row, and the columns that they hold together
    "completion_rate": ("part", "whole"),
    "converted": ("from", "column"),
    "deduction": ("gross", "deducted", "net"),
}

AmountsByCell = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True)
class SumIndex:
    """What must add up, looked up by cell, so that a change is held against the sums that it touches alone."""

    values: AmountsByCell
    constraints_by_cell: Mapping[CellRef, Sequence[SumConstraint]]
    violated_by_id: Mapping[int, SumConstraint]

    def is_repaired_by(self, new_values: AmountsByCell) -> bool:
        """Tell whether figures put in other cells make all sums over them hold, of which some did not."""
        touched = {id(one): one for cell in new_values for one in self.constraints_by_cell.get(cell, ())}
        wrong = [at for at in touched if at in self.violated_by_id]
        values = ChainMap(dict(new_values), self.values)  # type: ignore[arg-type]  # only read
        # those that do not hold first: nearly every change is found out by one of them
        return bool(wrong) and all(_is_satisfied(touched[at], values) for at in dict.fromkeys((*wrong, *touched)))


def _build_sum_index(evaluation: Evaluation) -> SumIndex:
    by_cell: dict[CellRef, list[SumConstraint]] = defaultdict(list)
    known = [
        one
        for one in evaluation.sum_constraints
        if all(term.cell in evaluation.values for term in one.linear_constraint.terms)
    ]
    for one in known:
        for term in one.linear_constraint.terms:
            by_cell[term.cell].append(one)
    return SumIndex(
        evaluation.values, by_cell, {id(one): one for one in known if not _is_satisfied(one, evaluation.values)}
    )


def _is_satisfied(sum_constraint: SumConstraint, values: AmountsByCell) -> bool:
    relation = sum_constraint.linear_constraint
    off = sum((term.sign * values[term.cell] for term in relation.terms), Decimal(0)) - relation.constant
    return abs(off) <= relation.tolerance


def propose_row_swaps(book: RawWorkbook, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Guess that the figures of two rows, or their names, were exchanged."""
    sums = _build_sum_index(evaluation)
    for table in evaluation.tables:
        names = _find_misnamed_rows(table, evaluation.violations)
        if len(names) == _PAIR_SIZE:
            columns = (find_township_column(table), find_code_column(table))
            yield [_build_cell_swap(book, table, names, one) for one in columns if one]
        if sums.violated_by_id and not table.form.is_detail:
            rows = _find_violating_rows(table, sums)
            pairs = combinations(rows, 2) if len(rows) <= _MAX_ROWS_COMPARED else ()
            found = [pair for pair in pairs if sums.is_repaired_by(_swap_row_figures(table, pair, sums.values))]
            if len(found) == 1:
                yield [_build_row_swap(book, table, found[0])]


def _find_violating_rows(table: Table, sum_index: SumIndex) -> list[int]:
    """Return the rows of a table over whose figures something does not add up, its totals left aside."""
    cells = {
        term.cell
        for one in sum_index.violated_by_id.values()
        if one.rule.check not in _TOTAL_CHECKS
        for term in one.linear_constraint.terms
    }
    fields = _list_figure_fields(table)
    return [
        row for row in table.body[ROW].to_list() if any(table.get_cell_ref(one.name, row) in cells for one in fields)
    ]


def _list_figure_fields(table: Table) -> list[Field]:
    return [one for one in table.form.get_fields_by_role(Role.FIGURE) if one.name in table.columns]


def _swap_row_figures(table: Table, rows: tuple[int, int], values: AmountsByCell) -> dict[CellRef, Decimal]:
    new: dict[CellRef, Decimal] = {}
    for field in _list_figure_fields(table):
        first, second = (table.get_cell_ref(field.name, row) for row in rows)
        if first in values and second in values and values[first] != values[second]:
            new |= {first: values[second], second: values[first]}
    return new


def _find_misnamed_rows(table: Table, violations: Sequence[Violation]) -> list[int]:
    """Return the rows of which the township's code is not that of its name."""
    column = find_code_column(table)
    wrong = [one for one in violations if one.rule.check == "township_code" and one.variant == ""]
    return find_rows_with_violations(table, column, wrong) if column and len(wrong) >= _PAIR_SIZE else []


def _build_row_pair_facts(table: Table, rows: Sequence[int]) -> dict[str, str]:
    first, second = rows
    return {
        "title": table.form.title,
        "row": str(first),
        "other": str(second),
        "label": table.get_row_label(first),
        "rival": table.get_row_label(second),
    }


def _build_cell_swap(book: RawWorkbook, table: Table, rows: Sequence[int], column: str) -> Hypothesis:
    first, second = (table.get_cell_ref(column, row) for row in rows)
    facts = {
        **_build_row_pair_facts(table, rows),
        "heading": table.form.get_field(column).heading,
        "there": second.address,
    }
    cells = {first: get_cell_content(book, second), second: get_cell_content(book, first)}
    return Hypothesis(variant="cells_exchanged", cell=first, corrections=cells, facts=facts, highlight=(second,))


def _build_row_swap(book: RawWorkbook, table: Table, rows: tuple[int, int]) -> Hypothesis:
    kept = {
        find_township_column(table),
        find_code_column(table),
        PROJECT,
        *(one.name for one in table.form.get_fields_by_role(Role.SERIAL)),
    }
    cells: dict[CellRef, CellContent] = {}
    for name in (one for one in table.columns if one not in kept):
        first, second = (table.get_cell_ref(name, row) for row in rows)
        there, here = get_cell_content(book, first), get_cell_content(book, second)
        if there != here:
            cells |= {first: here, second: there}
    label = find_township_column(table) or next(iter(table.columns))
    places = [table.get_cell_ref(label, row) for row in rows]
    return Hypothesis(
        variant="rows_exchanged",
        cell=places[0],
        corrections=cells,
        facts=_build_row_pair_facts(table, rows),
        highlight=tuple(places),
    )


def propose_column_swaps(book: RawWorkbook, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Guess that the figures of two columns stand under each other's headings."""
    sums = _build_sum_index(evaluation)
    for table in evaluation.tables:
        rows = [*table.body[ROW].to_list(), *table.totals[ROW].to_list()]
        if table.form.is_detail or not sums.violated_by_id:
            pairs = [
                pair for pair in _find_pairs_by_rules(table, evaluation.violations) if _is_swap_consistent(table, pair)
            ]
        else:
            pairs = [
                pair
                for pair in _find_pairs_by_sums(table, rows, sums)
                if _has_enough_differences(table, pair, rows, sums.values)
            ]
            pairs = pairs or [
                one for one in _find_pairs_by_rules(table, evaluation.violations) if _is_swap_consistent(table, one)
            ]
        if 0 < len(pairs) <= _MAX_RIVALS:
            yield [_build_column_swap(book, table, pair, rows) for pair in pairs]


def _find_pairs_by_sums(table: Table, rows: Sequence[int], sum_index: SumIndex) -> list[tuple[Field, Field]]:
    cells = {term.cell for one in sum_index.violated_by_id.values() for term in one.linear_constraint.terms}
    fields = _list_figure_fields(table)
    suspect = [one for one in fields if any(table.get_cell_ref(one.name, row) in cells for row in rows)]
    pairs = [(one, other) for one, other in combinations(fields, 2) if one in suspect or other in suspect]
    return [
        pair for pair in pairs if sum_index.is_repaired_by(_swap_column_figures(table, pair, rows, sum_index.values))
    ]


def _swap_column_figures(
    table: Table, pair: tuple[Field, Field], rows: Sequence[int], values: AmountsByCell
) -> dict[CellRef, Decimal]:
    new: dict[CellRef, Decimal] = {}
    for row in rows:
        first, second = (table.get_cell_ref(one.name, row) for one in pair)
        if first in values and second in values and values[first] != values[second]:
            new |= {first: values[second], second: values[first]}
    return new


def _has_enough_differences(
    table: Table, pair: tuple[Field, Field], rows: Sequence[int], values: AmountsByCell
) -> bool:
    return len(_swap_column_figures(table, pair, rows, values)) >= 2 * _PAIR_SIZE


def _find_pairs_by_rules(table: Table, violations: Sequence[Violation]) -> list[tuple[Field, Field]]:
    """Return the columns that a rule holds together within a row, where so many rows break it that it is the column."""
    pairs: dict[tuple[str, str], tuple[Field, Field]] = {}
    for rule in table.form.rules:
        if rule.check in _ROW_RULE_COLUMNS and _count_violating_rows(table, rule, violations) >= _MIN_VIOLATING_ROWS:
            names = [str(rule.arguments[one]) for one in _ROW_RULE_COLUMNS[rule.check]]
            fields = [table.form.get_field(one) for one in names if one in table.columns]
            pairs |= {(one.name, other.name): (one, other) for one, other in combinations(fields, 2)}
    return list(pairs.values())


def _count_violating_rows(table: Table, rule: Rule, violations: Sequence[Violation]) -> int:
    here = [one for one in violations if one.sheet == table.sheet and rule.id in (one.rule.id, *one.related_rules)]
    return sum(max(one.similar_rows, len(one.cells) if one.variant == "column_unit" else 1) for one in here)


def _is_swap_consistent(table: Table, pair: tuple[Field, Field]) -> bool:
    """Tell whether nearly all rows are right once the two columns are exchanged."""
    first, second = (one.name for one in pair)
    renamed = {first: second, second: first}
    changed = replace(table, body=table.body.rename(renamed).select(table.body.columns), totals=table.totals.clear())
    rules = [one for one in table.form.rules if one.check in _ROW_RULE_COLUMNS]
    found = [one.rows.height for one in find_failing_rows(changed, rules) if isinstance(one, FailingRows)]
    return sum(found) * _ROWS_PER_TOLERATED_ERROR <= table.body.height


def _build_column_swap(book: RawWorkbook, table: Table, pair: tuple[Field, Field], rows: Sequence[int]) -> Hypothesis:
    cells: dict[CellRef, CellContent] = {}
    for row in rows:
        first, second = (table.get_cell_ref(one.name, row) for one in pair)
        there, here = get_cell_content(book, first), get_cell_content(book, second)
        if there != here:
            cells |= {first: here, second: there}
    left, right = pair
    facts = {
        "title": table.form.title,
        "heading": left.heading,
        "rival": right.heading,
        "first": f"{table.get_cell_ref(left.name, rows[0]).address}:{table.get_cell_ref(left.name, rows[-1]).address}",
        "second": f"{table.get_cell_ref(right.name, rows[0]).address}:{table.get_cell_ref(right.name, rows[-1]).address}",
    }
    return Hypothesis(
        variant="columns_exchanged",
        cell=table.get_cell_ref(left.name, rows[0]),
        corrections=cells,
        facts=facts,
        highlight=tuple(cells),
        min_explained=1,
    )
