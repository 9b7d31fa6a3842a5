"""A double of the engine of expectations, for tests that kill a run hundreds of times: four kinds, in plain Python.

Held against the engine itself in ``tests/unit/test_rollups.py``.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from contracts.rollups import Expectation, RollUpTable
from filing.context.rollup_evidence import ExpectationResult
from filing.sheets.rollup_checks import RollUpTableRow

MODULE = "flows.outputs.gx_validation"


def hold(
    tables: Sequence[tuple[RollUpTable, Sequence[RollUpTableRow]]], *, docs: Path | None = None
) -> dict[str, ExpectationResult]:
    """Do what the engine does."""
    assert docs is None
    return {
        one.id: ExpectationResult(len(lines), tuple(_name(line, one) for line in lines if not _holds(line, lines, one)))
        for table, lines in tables
        for one in table.expectations
    }


def _holds(line: RollUpTableRow, lines: Sequence[RollUpTableRow], one: Expectation) -> bool:
    given = one.arguments
    if one.expectation_type == "expect_column_pair_values_to_be_equal":
        return line[given["column_A"]] == line[given["column_B"]]
    if one.expectation_type == "expect_column_values_to_be_in_set":
        return line[given["column"]] in given["value_set"]
    if one.expectation_type == "expect_column_values_to_not_be_null":
        return line[given["column"]] is not None
    assert one.expectation_type == "expect_compound_columns_to_be_unique"
    seen = Counter(tuple(other[name] for name in given["column_list"]) for other in lines)
    return seen[tuple(line[name] for name in given["column_list"])] == 1


def _name(line: RollUpTableRow, one: Expectation) -> str:
    return " ".join(str(line[name]) for name in one.identifying_columns)


def install() -> None:
    """Put the double in the engine's place, for the rest of this process and its children."""
    sys.modules[MODULE] = _module()


def stand_in(patch: pytest.MonkeyPatch) -> None:
    """Put the double in the engine's place until the patch is taken back."""
    patch.setitem(sys.modules, MODULE, _module())


def _module() -> ModuleType:
    module = ModuleType(MODULE)
    module.validate_rollups = hold  # type: ignore[attr-defined]
    return module
