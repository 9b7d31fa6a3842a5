"""Two rows whose figures are each other's targets: their sum is right, and only the targets tell.

(phase: table and across tables)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations

from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.model.violation import Violation
from checks.recognition.table import Table
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Rule

Target = tuple[Decimal, CellRef]
"""A target and its cell."""
EXCHANGED_VARIANT = "exchanged"
# So many rows apart from their targets are no exchange.
_MAX_ROWS = 40


def find_exchanged_rows(
    rule: Rule, amounts: Mapping[int, Decimal], targets: Mapping[int, Target]
) -> list[tuple[int, int]]:
    """Return the pairs of rows that are far from their targets and near each other's, none if a row is in several.

    The rule's *apart* and *near* say what is far and near, in percent of the target.
    """
    far_rows = [row for row in amounts if row in targets and _is_far(amounts[row], targets[row][0], rule, "apart")]
    if len(far_rows) > _MAX_ROWS:
        return []
    pairs: list[tuple[int, int]] = []
    for first, second in combinations(far_rows, 2):
        is_first_near = not _is_far(amounts[first], targets[second][0], rule, "near")
        if is_first_near and not _is_far(amounts[second], targets[first][0], rule, "near"):
            pairs.append((first, second))
    rows = list(chain.from_iterable(pairs))
    return pairs if len(set(rows)) == len(rows) else []


def _is_far(amount: Decimal, target: Decimal, rule: Rule, argument: str) -> bool:
    """Return whether a figure differs from a target by more than a percentage; from a target of 0 any figure does."""
    return abs(amount - target) * 100 > target * Decimal(rule.arguments[argument])


def build_exchange_violations(
    table: Table,
    rule: Rule,
    column: str,
    pairs: Sequence[tuple[int, int]],
    targets: Mapping[int, Target],
) -> Iterator[Violation]:
    """Yield a violation for each pair, with both readings: the figures are exchanged, or the targets."""
    for first, second in pairs:
        cells = (table.get_cell_ref(column, first), table.get_cell_ref(column, second))
        amounts = (table.get_typed_row(first)[column][0], table.get_typed_row(second)[column][0])
        (first_target, first_cell), (second_target, second_cell) = targets[first], targets[second]
        facts = {
            "other": cells[1].address,
            "other_row": str(second),
            "other_value": format_value(amounts[1]),
            "target": format_value(first_target),
            "other_target": format_value(second_target),
            "place": _format_place(first_cell, table),
            "other_place": _format_place(second_cell, table),
            "label": table.get_row_label(first),
        }
        violation = build_violation_at(
            table,
            rule,
            column,
            row=first,
            value=amounts[0],
            variant=EXCHANGED_VARIANT,
            related_cells=(cells[1], first_cell, second_cell),
            **facts,
        )
        figures_exchanged = _exchange(cells, amounts)
        targets_exchanged = _exchange((first_cell, second_cell), (first_target, second_target))
        yield replace(violation, repairs=(figures_exchanged, targets_exchanged))


def _format_place(cell: CellRef, table: Table) -> str:
    return cell.address if cell.sheet == table.sheet else f"{cell.sheet}!{cell.address}"


def _exchange(cells: Sequence[CellRef], amounts: Sequence[Decimal]) -> tuple[RepairStep, ...]:
    before = list(map(format_value, amounts))
    return RepairStep(cells[0], before[0], before[1]), RepairStep(cells[1], before[1], before[0])
