"""Every row of the table of hostile files, through gate and warm child, and in place."""

from collections.abc import Sequence
from random import Random

import pytest
from _pytest.mark import ParameterSet

from checks.model.finding import Refusal, Severity
from tests.builders.examined import warm_library, wording
from tests.hostile.generator.case import Case, Due
from tests.hostile.generator.container_cases import CASES as CONTAINER
from tests.hostile.generator.formula_cases import CASES as FORMULAS
from tests.hostile.generator.layout_cases import CASES as LAYOUTS
from tests.hostile.generator.long_cases import CASES as LONG
from tests.hostile.generator.markup_cases import CASES as MARKUP
from tests.hostile.generator.split_cases import CASES as SPLIT
from tests.hostile.generator.value_cases import CASES as VALUES
from workbooks.examine import validate_file

SEED = 20_241_231
CASES = (*CONTAINER, *MARKUP, *SPLIT, *LAYOUTS, *VALUES, *FORMULAS)
# How a file is written is tried in the child and in place; what it says is read by the same code in either. What is
# large would not be read in place, or costs the same there.
LARGE = ("1,048,576", "widest", "sheet full of", "merges that cover", "large used range")
IN_CHILD = (*CONTAINER, *MARKUP, *SPLIT, *FORMULAS)
IN_PLACE = tuple(case for case in (*MARKUP, *SPLIT, *LAYOUTS, *VALUES, *FORMULAS) if not case.name.startswith(LARGE))


def _tried(case: Case, *, alone: bool, marks: Sequence[pytest.MarkDecorator] = ()) -> ParameterSet:
    return pytest.param(case, alone, id=f"{case.rows[0]}-{case.name}-{'here' if alone else 'child'}", marks=marks)


@pytest.mark.parametrize(
    ("case", "alone"),
    [
        *(_tried(case, alone=False) for case in IN_CHILD),
        *(_tried(case, alone=True) for case in IN_PLACE),
        *(_tried(case, alone=False, marks=[pytest.mark.long]) for case in LONG),
    ],
)
def test_hostile_file_gets_what_is_due(case: Case, alone: bool) -> None:  # noqa: FBT001 - a parameter
    """A hostile file is refused with its code and cell, flagged at its cell, or read like the file it was made from."""
    result = validate_file(case.make(Random(SEED)), warm_library(), wording(), is_only_file=alone)  # noqa: S311 - a test's filling
    if isinstance(result, Refusal):
        assert case.due in (Due.REFUSE, Due.EITHER), result
        assert not case.codes or result.code in case.codes, result
        assert case.cell is None or case.cell in (result.cell or ""), result
        assert result.message
        assert result.remedy
        return
    hard = [found for found in result.findings if found.severity is Severity.HARD]
    assert case.due is not Due.REFUSE, [(found.rule, found.cell) for found in result.findings]
    if case.due is Due.FLAG:
        cells = {cell.address for found in hard for cell in found.cells}
        assert hard
        assert case.cell is None or case.cell in cells, cells
    else:
        assert not hard
