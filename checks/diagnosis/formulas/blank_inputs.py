"""A figure left blank is told at its own cell, not at the formulas that read it."""

from collections.abc import Iterable, Sequence
from typing import Final

from checks.diagnosis.evaluation import iter_cells
from checks.formulas.formula_evaluation import FormulaEvaluator
from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import RawWorkbook
from checks.model.violation import Violation
from checks.rules.sum_rules import SumConstraint

# Formulas that refer to formulas, one after the other.
_MAX_DEPTH: Final = 10


class BlankInputs:
    """The cells that a rule reports as blank or unreadable, and the formulas that depend on them."""

    def __init__(self, book: RawWorkbook, violations: Iterable[Violation]) -> None:
        self._evaluator = FormulaEvaluator(book)
        self._blank_cells: set[CellRef] = set()
        self._fed_cells: dict[CellRef, bool] = {}
        for violation in violations:
            if violation.rule.check == "numbers_parse":
                self._blank_cells.update(cell for cell in violation.cells if self._is_typed(cell))

    def _is_typed(self, cell: CellRef) -> bool:
        return self._evaluator.get_formula(cell) is None

    def feed(self, cell: CellRef, depth: int = 0) -> bool:
        """Return whether a formula reads a cell that is reported, directly or through other formulas."""
        if not self._blank_cells or depth > _MAX_DEPTH:
            return False
        if cell not in self._fed_cells:
            self._fed_cells[cell] = False  # a formula that reads itself ends here
            self._fed_cells[cell] = self._reads_blank(cell, depth)
        return self._fed_cells[cell]

    def _reads_blank(self, cell: CellRef, depth: int) -> bool:
        formula = self._evaluator.get_formula(cell)
        if formula is None:
            return False
        references = self._evaluator.list_references(formula, cell.sheet)
        if not self._blank_cells.isdisjoint(references):
            return True
        return any(self.feed(reference, depth + 1) for reference in references)


def drop_dependent_blanks(book: RawWorkbook, violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations without formulas that have no result because a cell that they read is blank."""
    inputs = BlankInputs(book, violations)
    return [
        violation
        for violation in violations
        if violation.rule.check != "numbers_parse" or not violation.cells or not all(map(inputs.feed, violation.cells))
    ]


def drop_sums_over_blanks(
    book: RawWorkbook, sum_constraints: Sequence[SumConstraint], violations: Sequence[Violation]
) -> list[SumConstraint]:
    """Return the sums without those over a formula that reads a blank cell: they hold once it is filled in."""
    inputs = BlankInputs(book, violations)
    return [constraint for constraint in sum_constraints if not any(map(inputs.feed, iter_cells([constraint])))]
