"""The two annex tables of the Dongchuan plan as sums and figures, and errors to plant in them."""

from decimal import Decimal

from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.localisation.minimal_repairs import (
    RankedRepairs,
    find_smallest_repairs,
)
from checks.localisation.ranking import CellEvidence
from checks.model.cell_ref import CellRef

Values = dict[CellRef, Decimal]
CONSOLIDATION = """
200 600 300 1100
200 500 300 1000
200 100 100 400
300 600 400 1300
200 600 400 1200
100 100 0 200
200 600 400 1200
200 100 100 400
100 100 0 200
1700 3300 2000 7000
"""


def cell_at(row: int, column: int, sheet: str = "附件2") -> CellRef:
    """Name the cell of a table whose first figure stands in C3."""
    return CellRef(sheet, f"{'CDEFGHIJ'[column]}{row + 3}")


def constraint(*signed: tuple[int, CellRef], constant: str = "0", tolerance: str = "0") -> LinearConstraint:
    """Write a sum with its signs."""
    terms = tuple(Term(item, sign) for sign, item in signed)
    return LinearConstraint(rule_id="sum", terms=terms, constant=Decimal(constant), tolerance=Decimal(tolerance))


def build_table(text: str, *, planned: bool = False, sheet: str = "附件2") -> tuple[Values, list[LinearConstraint]]:
    """Give the figures of a table with both margins and its sums, with the plan's totals if *planned*."""
    lines = [line.split() for line in text.split("\n") if line]
    rows, columns = range(len(lines)), range(len(lines[0]))
    values = {cell_at(row, column, sheet): Decimal(lines[row][column]) for row in rows for column in columns}
    across = [[cell_at(row, column, sheet) for column in columns] for row in rows]
    down = [[cell_at(row, column, sheet) for row in rows] for column in columns]
    sums = [constraint(*((1, part) for part in line[:-1]), (-1, line[-1])) for line in (*across, *down)]
    targets = [constraint((1, line[-1]), constant=str(values[line[-1]])) for line in down]
    return values, sums + (targets if planned else [])


def repaired_values(repairs: RankedRepairs) -> list[Values]:
    """Give each repair as the figures that it would write."""
    return [{change.cell: Decimal(change.after) for change in repair} for repair in repairs.repairs]


A, B, TOTAL = (CellRef("表1", address) for address in ("A1", "B1", "C1"))
SUM = constraint((1, A), (1, B), (-1, TOTAL))


def repair_sum(
    figures: tuple[str, str, str], *constraints: LinearConstraint, **evidence: CellEvidence
) -> RankedRepairs:
    """Repair A1 + B1 = C1 and the *constraints* named, with evidence by address."""
    values = dict(zip((A, B, TOTAL), map(Decimal, figures), strict=True))
    known = {CellRef("表1", address): item for address, item in evidence.items()}
    return find_smallest_repairs(values, [SUM, *constraints], evidence=known)
