"""Every row of the table of hostile files has a case here, or a test that says so by its mark."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.hostile.test_marking import CASES as MARKING
from tests.hostile.test_table import CASES

TESTS = Path(__file__).parents[1]
# 99 to 101 are not in the table that the project began with: parts around marking, sizes and styles, long formulas.
ROWS = range(1, 102)


def _marked(source: str) -> Iterator[int]:
    """Yield the rows that the marks of a test module name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.hostile":
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, int))


def test_every_row_is_covered() -> None:
    """No row of the table is left to chance, and no case is of a row that is not there."""
    marked = {row for path in TESTS.rglob("test_*.py") for row in _marked(path.read_text(encoding="utf-8"))}
    cases = {row for case in (*CASES, *MARKING) for row in case.rows}
    assert marked | cases == set(ROWS)
