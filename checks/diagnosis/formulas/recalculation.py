"""The workbook as it is once its formulas are corrected and calculated anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from checks.diagnosis.formulas.shown_values import round_half_up
from checks.formulas.formula_evaluation import FormulaEvaluator
from checks.formulas.formula_value import FormulaValue
from checks.localisation.linear_constraint import LinearConstraint, Term
from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import RawWorkbook
from checks.rules.sum_rules import AmountsByCell

# Formulas that refer to formulas, one after the other; what lies deeper is taken at its stored value.
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class LinearFormula:
    """A formula as a sum of cells: each cell by how often it is added up, and a number."""

    coefficients: Mapping[CellRef, Decimal]
    constant: Decimal


@dataclass(slots=True)
class Recalculation:
    """Calculates formulas from typed figures; *corrected_formulas* replace those of some cells.

    The cells of *decimals* are rounded to the decimals that their column shows.
    """

    book: RawWorkbook
    decimals: Mapping[CellRef, int] = field(default_factory=dict)
    corrected_formulas: dict[CellRef, LinearFormula] = field(default_factory=dict)
    _evaluator: FormulaEvaluator = field(init=False)
    _values: dict[CellRef, FormulaValue | None] = field(default_factory=dict)
    _open_cells: set[CellRef] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Read the cells of formulas as they are after they are calculated."""
        self._evaluator = FormulaEvaluator(self.book, read_number=self.calculate)

    def correct_formula(self, cell: CellRef, formula: LinearFormula) -> None:
        """Replace the formula of a cell, so that all that depends on it changes."""
        self.corrected_formulas[cell] = formula
        self._values.clear()

    def calculate(self, cell: CellRef) -> Decimal | None:
        """Return the number of a cell after recalculation, or None if it holds none."""
        amount = self._calculate_exactly(cell)
        if amount is None or cell not in self.decimals:
            return amount
        return round_half_up(amount, self.decimals[cell])

    def _calculate_exactly(self, cell: CellRef) -> Decimal | None:
        corrected = self.corrected_formulas.get(cell)
        if corrected is not None:
            return corrected.constant + sum(
                coefficient * (self.calculate(part) or Decimal(0))
                for part, coefficient in corrected.coefficients.items()
            )
        value = self.evaluate(cell)
        if value is None:
            return self._evaluator.read_stored_number(cell)
        return value.amount

    def read_stored(self, cell: CellRef) -> Decimal | None:
        """Return the number that the file holds for a cell, or None if it holds none."""
        return self._evaluator.read_stored_number(cell)

    def evaluate(self, cell: CellRef) -> FormulaValue | None:
        """Return what the formula of a cell computes, or None if it has no formula that can be computed."""
        formula = self._evaluator.get_formula(cell)
        if formula is None or cell in self._open_cells or len(self._open_cells) > _MAX_DEPTH:
            return None
        if cell not in self._values:
            self._open_cells.add(cell)
            self._values[cell] = self._evaluator.evaluate(formula, cell.sheet)
            self._open_cells.remove(cell)
        return self._values[cell]

    def recalculate(self, values: AmountsByCell, cells: Iterable[CellRef]) -> dict[CellRef, Decimal]:
        """Return the figures with those of some formula cells calculated anew."""
        new_values = dict(values)
        for cell in cells:
            amount = self.calculate(cell)
            if cell in values and amount is not None and not is_same_amount(values[cell], amount):
                new_values[cell] = amount
        return new_values

    def is_computed(self, cell: CellRef) -> bool:
        """Return whether a cell holds a formula over other cells: it is never corrected by typing a figure."""
        if cell in self.corrected_formulas:
            return True
        if self._evaluator.get_formula(cell) is None:
            return False
        value = self.evaluate(cell)
        return value is None or value.has_cells

    def expand(self, cell: CellRef, known_cells: Iterable[CellRef] = ()) -> LinearFormula | None:
        """Return the formula of a cell as a sum of *known_cells* and typed cells, or None if it is no such sum."""
        formula = self._get_linear_formula(cell)
        if formula is None:
            return None
        kept_cells = frozenset(known_cells)
        for _ in range(_MAX_DEPTH):
            inner = [part for part in formula.coefficients if part not in kept_cells and self.is_computed(part)]
            if not inner:
                return formula
            replacement = self._get_linear_formula(inner[0])
            if replacement is None:
                return None
            formula = _replace_cell(formula, inner[0], replacement)
        return None

    def _get_linear_formula(self, cell: CellRef) -> LinearFormula | None:
        if cell in self.corrected_formulas:
            return self.corrected_formulas[cell]
        value = self.evaluate(cell)
        if value is None or value.coefficients is None or value.rounds:
            return None
        covered = sum(
            coefficient * (self.calculate(part) or Decimal(0)) for part, coefficient in value.coefficients.items()
        )
        return LinearFormula(value.coefficients, value.amount - covered)

    def substitute(self, constraint: LinearConstraint, values: AmountsByCell) -> LinearConstraint:
        """Return a constraint on typed figures only: a formula is replaced by the cells that it adds up.

        What cannot be replaced is taken as it is, so that no repair changes it.
        """
        if not any(self.is_computed(term.cell) for term in constraint.terms):
            return constraint
        signs: dict[CellRef, int] = {}
        constant = constraint.constant
        for term in constraint.terms:
            formula = self._express(term.cell, values)
            constant -= term.sign * formula.constant
            for cell, coefficient in formula.coefficients.items():
                signs[cell] = signs.get(cell, 0) + term.sign * int(coefficient)
        terms = tuple(Term(cell, sign) for cell, sign in signs.items() if sign)
        return LinearConstraint(
            rule_id=constraint.rule_id, terms=terms, constant=constant, tolerance=constraint.tolerance
        )

    def _express(self, cell: CellRef, values: AmountsByCell) -> LinearFormula:
        """Return a cell as itself if it is typed, else as the figures that it adds up, else as a number."""
        if not self.is_computed(cell):
            return LinearFormula({cell: Decimal(1)}, Decimal(0))
        formula = self.expand(cell)
        if formula is None or any(map(_is_broken_number, formula.coefficients.values())):
            return LinearFormula({}, values[cell])
        constant, coefficients = formula.constant, dict[CellRef, Decimal]()
        for part, coefficient in formula.coefficients.items():
            if part in values:
                coefficients[part] = coefficient
            else:
                constant += coefficient * (self.calculate(part) or Decimal(0))
        return LinearFormula(coefficients, constant)


def is_same_amount(first: Decimal, second: Decimal) -> bool:
    """Return whether two numbers are equal, apart from the error of binary arithmetic."""
    return abs(first - second) <= Decimal("1e-9") * max(Decimal(1), abs(first))


def _replace_cell(formula: LinearFormula, cell: CellRef, replacement: LinearFormula) -> LinearFormula:
    coefficients = dict(formula.coefficients)
    factor = coefficients.pop(cell)
    for part, coefficient in replacement.coefficients.items():
        coefficients[part] = coefficients.get(part, Decimal(0)) + factor * coefficient
    return LinearFormula(coefficients, formula.constant + factor * replacement.constant)


def _is_broken_number(coefficient: Decimal) -> bool:
    return coefficient != coefficient.to_integral_value()
