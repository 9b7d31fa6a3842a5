"""What stands apart in a column: compared with the other figures, not with a limit."""

import pytest

from checks.rules.plausibility.outliers import find_outlier_bound
from contracts.form_model import Phase, Rule

RULE = Rule(
    id="R08",
    check="outliers",
    severity="soft",
    phase=Phase.TABLE,
    description="",
    basis="",
    arguments={"columns": ["area"], "rows": 8, "score": "3.5", "apart": "3"},
)


@pytest.mark.parametrize(
    ("figures", "smallest_outlier"),
    [
        ([10, 11, 12, 12, 13, 14, 15, 150], 150),
        ([10, 11, 12, 12, 13, 14, 140, 150], 140),
        ([12, 12, 12, 12, 12, 12, 12, 12, 120], 120),
        ([10, 11, 12, 12, 13, 14, 15, 40], None),
        ([1, 2, 4, 8, 16, 32, 64, 128, 256], None),
        ([10, 11, 12, 12, 13, 14, 150], None),
        ([12, 12, 12, 12, 12, 12, 12, 12], None),
        ([0.1, 11, 12, 12, 13, 14, 15, 16], None),
        ([], None),
    ],
)
def test_outlier_bound(figures: list[float], smallest_outlier: float | None) -> None:
    """A figure is an outlier if it is several times the next one and far from the median; small figures never are."""
    bound = find_outlier_bound(figures, RULE)
    assert (bound.smallest_outlier if bound else None) == smallest_outlier
