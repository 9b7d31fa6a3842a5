"""A workbook that no spreadsheet has calculated: its formulas without results are one finding."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook
from checks.model.violation import Violation
from checks.rules.violation_builder import join_names

UNCALCULATED_VARIANT: Final = "uncalculated"
BOOK_VARIANT: Final = "uncalculated_book"
# Two formulas without a result may have two causes of their own.
_MIN_FORMULAS: Final = 3
_MAX_CELLS_POINTED_AT: Final = 200
_MAX_SHEETS_NAMED: Final = 5


def merge_uncalculated(violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with all formulas without a result merged into the first of them."""
    uncalculated = list(filter(_is_uncalculated, violations))
    count = sum(max(1, violation.similar_rows) for violation in uncalculated)
    if count < _MIN_FORMULAS:
        return list(violations)
    merged = _merge(uncalculated, count)
    remaining: list[Violation] = []
    for violation in violations:
        if violation is uncalculated[0]:
            remaining.append(merged)
        elif not _is_uncalculated(violation):
            remaining.append(violation)
    return remaining


def _is_uncalculated(violation: Violation) -> bool:
    return violation.rule.check == "no_error_values" and violation.variant == UNCALCULATED_VARIANT


def _merge(violations: Sequence[Violation], count: int) -> Violation:
    cells = dict.fromkeys(cell for violation in violations for cell in violation.cells)
    sheets = dict.fromkeys(map(attrgetter("sheet"), violations))
    facts = {"count": str(count), "sheets": join_names(list(map("“{}”".format, sheets)), _MAX_SHEETS_NAMED)}
    return replace(
        violations[0],
        variant=BOOK_VARIANT,
        cells=tuple(cells)[:_MAX_CELLS_POINTED_AT],
        similar_rows=0,
        facts={**violations[0].facts, **facts},
    )


def is_never_calculated(book: RawWorkbook) -> bool:
    """Return whether no formula of a workbook has a result: it was written by a program that does not calculate."""
    kinds: set[CellKind] = set()
    for sheet in book.sheets:
        kinds.update(_list_formula_kinds(sheet))
    return kinds == {CellKind.UNCALCULATED}


def _list_formula_kinds(sheet: RawSheet) -> set[CellKind]:
    positions = [CellRef(sheet.name, address).position for address in sheet.formulas]
    height, width = sheet.kinds.shape
    inside = [(row, column) for row, column in positions if row <= height and column <= width]
    return {CellKind(sheet.kinds[row - 1, column - 1]) for row, column in inside}
