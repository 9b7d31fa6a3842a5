"""The finding on a deleted column names the place where it belongs, before the column that followed it."""

import pytest

from tests.builders.clerk_mistakes import SUMMARY, find_after
from tests.builders.examined import reads_well


@pytest.mark.parametrize(
    ("column", "count", "cell", "named"),
    [(10, 1, "J3", ["本年减少耕地"]), (7, 2, "G3", ["其中：水田", "其中：水浇地"])],
)
def test_deleted_columns(column: int, count: int, cell: str, named: list[str]) -> None:
    """Each is named, and the heading before which it is to be put."""
    (found,) = find_after("7", lambda book: book[SUMMARY].delete_cols(column, count))
    assert (found.rule, found.sheet, found.cell) == ("F02", SUMMARY, cell)
    assert all(f"“{heading}”" in found.message for heading in named)
    assert f"请在 {cell} 之前插入" in found.remedy
    assert reads_well(found.message, found.remedy)


def test_heading_that_was_erased_is_asked_for_at_its_cell() -> None:
    """The column still stands there: only its heading is to be written again."""
    (found,) = find_after("7", lambda book: book[SUMMARY].__setitem__("J3", None))
    assert (found.rule, found.cell) == ("F02", "J3")
    assert found.remedy.startswith("请在 J3 处")
