"""A figure that is wrong in its row and in the total alike: the columns add up, and what the total breaks follows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.hypothesis_testing import Hypothesis
from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.table import ROW, Table
from checks.rules.registry import SUM_CHECKS
from checks.rules.sum_rules import SumConstraint
from contracts.form_model import Role

AmountsByCell = Mapping[CellRef, Decimal]
SumGroupViolation = tuple[Sequence[SumConstraint], Violation]  # sums that share cells, and what is said of them


def merge_total_row_violations(groups: Sequence[SumGroupViolation], values: AmountsByCell) -> list[Violation]:
    """Return what is said of each set; that on a total row which is off as just one row above is, beside that row's."""
    following: dict[int, list[Violation]] = {}
    for stated, offence in groups:
        if all(one.row == one.table.total_row for one in stated):
            wrong = {_build_gap_key(one, values) for one in stated}
            likewise = [(sums, other) for sums, other in groups if _is_single_data_row(sums)]
            rows = [other for sums, other in likewise if wrong <= {_build_gap_key(one, values) for one in sums}]
            if len(rows) == 1 and not rows[0].remedy_key and not offence.remedy_key:
                following.setdefault(id(rows[0]), []).append(offence)
    gone = {id(one) for several in following.values() for one in several}
    return [_merge_totals(one, following.get(id(one), ())) for _, one in groups if id(one) not in gone]


def _build_gap_key(sum_constraint: SumConstraint, values: AmountsByCell) -> tuple[str, str, str, Decimal]:
    """Return which rule a row breaks in which column, and by how much."""
    relation = sum_constraint.linear_constraint
    off = sum((term.sign * values[term.cell] for term in relation.terms), Decimal(0)) - relation.constant
    return sum_constraint.rule.id, sum_constraint.table.form.name, sum_constraint.field.name, off


def _is_single_data_row(sum_constraints: Sequence[SumConstraint]) -> bool:
    rows = {one.row for one in sum_constraints}
    return len(rows) == 1 and all(one.row != one.table.total_row for one in sum_constraints)


def _merge_totals(violation: Violation, total_violations: Sequence[Violation]) -> Violation:
    if len(total_violations) != 1:
        return merge_into(violation, total_violations)
    (total,) = total_violations
    facts = {
        **violation.facts,
        "total": total.facts["cell"],
        "total_after": total.facts["after"],
        "then": total.facts["first"],
    }
    cure = (
        f"total_too_{violation.variant}" if violation.variant == total.variant and violation.variant != "open" else ""
    )
    return merge_into(replace(violation, facts=facts, remedy_key=cure), total_violations)


def propose_figure_corrections(evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Guess that a figure that is wrong alone is why other things do not hold; or that its total is wrong alike."""
    wrong = [one for one in evaluation.violations if one.rule.check in SUM_CHECKS and one.variant == "one" and one.cell]
    for one in wrong:
        for table in evaluation.tables:
            place = _find_figure_position(table, one.cell)
            rivals = list(_propose_corrections(one, table, place, evaluation)) if place else []
            if rivals:
                yield rivals


def _propose_corrections(
    violation: Violation, table: Table, figure_position: tuple[str, int], evaluation: Evaluation
) -> Iterator[Hypothesis]:
    cell, row = table.get_cell_ref(*figure_position), table.total_row
    total = table.get_cell_ref(figure_position[0], row) if row is not None else None
    # what is said at the same cell is one finding anyway, in the words of the plainer rule
    others = [one for one in evaluation.violations if one.cell != cell and one.rule.check not in SUM_CHECKS]
    if any(one.sheet == table.sheet for one in others):
        after = (format_plain_number(Decimal(violation.facts["after"])), CellKind.NUMBER)
        yield Hypothesis(cell=cell, corrections={cell: after}, highlight=violation.cells, message_from=violation)
    if total is not None and total in evaluation.values and any(total in one.cells for one in others):
        yield _build_total_hypothesis(violation, cell, total, evaluation.values)


def _find_figure_position(table: Table, cell: CellRef | None) -> tuple[str, int] | None:
    """Return column and row of a figure above the total, none where a cell is no such figure."""
    if cell is None or cell.sheet != table.sheet or table.form.is_detail:
        return None
    names = [one.name for one in table.form.get_fields_by_role(Role.FIGURE) if one.name in table.columns]
    places = {table.get_cell_ref(name, row): (name, row) for name in names for row in table.body[ROW].to_list()}
    return places.get(cell)


def _build_total_hypothesis(
    violation: Violation, cell: CellRef, total_cell: CellRef, values: AmountsByCell
) -> Hypothesis:
    due = Decimal(violation.facts["after"])
    after = format_plain_number(values[total_cell] - values[cell] + due)
    facts = {**violation.facts, "total": total_cell.address, "total_after": after}
    cells = {cell: (format_plain_number(due), CellKind.NUMBER), total_cell: (after, CellKind.NUMBER)}
    speaks = replace(violation, facts=facts, remedy_key="total_too_one")
    return Hypothesis(cell=cell, corrections=cells, highlight=tuple(cells), message_from=speaks)
