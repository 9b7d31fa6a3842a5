"""A double of the engine of expectations, for tests that kill a run hundreds of times: six kinds, in plain Python.

Compared with the engine itself in ``tests/unit/flows/outputs/test_gx_validation.py``.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

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
    results = {}
    for table, rows in tables:
        for expectation in table.expectations:
            results[expectation.id] = _evaluate(expectation, table, rows)
    return results


def _evaluate(expectation: Expectation, table: RollUpTable, rows: Sequence[RollUpTableRow]) -> ExpectationResult:
    compared_rows = [row for row in rows if not _is_ignored(row, expectation)]
    failing_rows = [row for row in compared_rows if not _holds(row, compared_rows, expectation)]
    return ExpectationResult(len(compared_rows), tuple(_name_row(row, table) for row in failing_rows))


def _is_ignored(row: RollUpTableRow, expectation: Expectation) -> bool:
    """Return whether the engine leaves a row out because of missing values."""
    arguments = expectation.arguments
    if expectation.expectation_type == "expect_column_values_to_not_be_null":
        return False
    if "column" in arguments:
        return row[arguments["column"]] is None
    columns = arguments.get("column_list") or [arguments["column_A"], arguments["column_B"]]
    missing = [row[column] is None for column in columns]
    if arguments.get("ignore_row_if") == "either_value_is_missing":
        return any(missing)
    return all(missing)


def _holds(row: RollUpTableRow, rows: Sequence[RollUpTableRow], expectation: Expectation) -> bool:
    arguments = expectation.arguments
    kind = expectation.expectation_type
    if kind == "expect_column_pair_values_to_be_equal":
        return row[arguments["column_A"]] == row[arguments["column_B"]]
    if kind == "expect_column_values_to_be_in_set":
        return row[arguments["column"]] in arguments["value_set"]
    if kind == "expect_column_values_to_not_be_null":
        return row[arguments["column"]] is not None
    if kind == "expect_column_values_to_be_between":
        return _is_between(_get_number(row, arguments["column"]), arguments)
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        assert arguments["or_equal"]
        return _get_number(row, arguments["column_A"]) >= _get_number(row, arguments["column_B"])
    assert kind == "expect_compound_columns_to_be_unique"
    counts = Counter(tuple(other[name] for name in arguments["column_list"]) for other in rows)
    return counts[tuple(row[name] for name in arguments["column_list"])] == 1


def _is_between(number: float, arguments: Mapping[str, Any]) -> bool:
    maximum = arguments.get("max_value", float("inf"))
    return bool(arguments["min_value"] <= number <= maximum)


def _get_number(row: RollUpTableRow, column: str) -> float:
    """Return a value as the float that the engine compares."""
    value = row[column]
    assert isinstance(value, Decimal)
    return float(value)


def _name_row(row: RollUpTableRow, table: RollUpTable) -> str:
    return " ".join(str(row[name]) for name in table.identifying_columns)


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
