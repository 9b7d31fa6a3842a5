"""A version that lost most of what the one before held is told, whether the two arrive together or one by one."""

from pathlib import Path

import pytest

from tests.builders.annual_run import report_of
from tests.builders.dongchuan import COVER, SHEET_2, SHEET_3, SHEET_DONE, Draft, name_of, submission
from tests.builders.year import Ground, prepared

FIRST_TOWNSHIP_ROW, KEPT_TOWNSHIPS = 5, 4


def build_part(version: int) -> Draft:
    """Return a version with the first townships only."""
    draft = submission(2).put(COVER, "B8", version)
    for sheet, first_row in ((SHEET_2, FIRST_TOWNSHIP_ROW), (SHEET_3, FIRST_TOWNSHIP_ROW), (SHEET_DONE, 4)):
        first_dropped = first_row - 1 + KEPT_TOWNSHIPS
        del draft.sheets[sheet][first_dropped : first_dropped + 5]
    return draft


def list_rules_on_cover(ground: Ground, version: int) -> list[tuple[str, str | None]]:
    """Return rule and cell of the findings on the cover of a version."""
    return [(finding.rule, finding.cell) for finding in report_of(ground, version).findings if finding.sheet == COVER]


@pytest.mark.parametrize("is_together", [True, False], ids=["together", "one by one"])
def test_version_that_lost_five_of_nine_townships(root: Path, *, is_together: bool) -> None:
    """The second version is compared with the first, which has nothing before it."""
    ground = prepared(root, versions=(), decided=False)
    ground.hand_in(submission(2).put(COVER, "B8", 1), name_of(1))
    if not is_together:
        ground.run()
    ground.hand_in(build_part(2), name_of(2))
    ground.run()
    assert list_rules_on_cover(ground, 1) == []
    assert list_rules_on_cover(ground, 2) == [("Y13", "B8")]
    assert "缺乡镇（街道）5" in next(
        finding.message for finding in report_of(ground, 2).findings if finding.rule == "Y13"
    )
