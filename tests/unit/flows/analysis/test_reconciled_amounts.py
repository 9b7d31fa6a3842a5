"""Where two stages of an amount differ, and at which places."""

from decimal import Decimal

from flows.analysis.reconciled_amounts import AmountItem, AmountPlace, ReconciledAmount, Stage, StageAmount

ISSUED = AmountPlace("某通〔2024〕1号", "附件2", "甲镇")
FIRST, SECOND = AmountPlace("一.xlsx", "汇总表", "F4"), AmountPlace("一.xlsx", "汇总表", "F8")
FILED = AmountPlace("filing/备案.xlsx", "分乡镇明细", "D6")


def build_amount(*stages: tuple[Stage, dict[AmountPlace, str]], reason: str = "") -> ReconciledAmount:
    """Return an amount with the values of each stage by place; *reason* is that of a reduction of the second cell."""
    return ReconciledAmount(
        township="甲镇",
        measure="farm_new",
        item=AmountItem.DONE,
        stages=tuple(
            StageAmount(stage=stage, values={place: Decimal(value) for place, value in values.items()})
            for stage, values in stages
        ),
        reasons={SECOND: reason} if reason else {},
    )


def test_sum_of_cells_equals_one_figure() -> None:
    """Two cells of the county and one of the filing state the same amount, however many decimals are written."""
    amount = build_amount((Stage.ACCEPTED, {FIRST: "100.50", SECOND: "20"}), (Stage.COUNTY_FILING, {FILED: "120.5"}))
    assert amount.list_differences() == ()
    assert amount.find_value(Stage.COUNTY_FILING) == Decimal("120.5")
    assert amount.find_value(Stage.ISSUED) is None


def test_reduced_cell_alone_is_named() -> None:
    """Of two cells the one that was set lower is the difference, with its reason."""
    amount = build_amount(
        (Stage.ACCEPTED, {FIRST: "100", SECOND: "20"}), (Stage.REVIEWED, {FIRST: "100", SECOND: "15"}), reason="实测"
    )
    (difference,) = amount.list_differences()
    assert (difference.amount, difference.places, difference.reason) == (Decimal(-5), (SECOND,), "实测")


def test_filing_that_states_another_figure_is_told_at_its_cell() -> None:
    """No reduction explains it, and the reason of an earlier one is not given for it."""
    amount = build_amount(
        (Stage.REVIEWED, {FIRST: "100", SECOND: "15"}), (Stage.COUNTY_FILING, {FILED: "120"}), reason="实测"
    )
    (difference,) = amount.list_differences()
    assert (difference.amount, difference.places, difference.reason) == (Decimal(5), (FILED,), "")


def test_target_that_the_county_left_out_is_told_at_the_plan() -> None:
    """Nothing was accepted of it: the whole amount is missing, and the plan's row is its place."""
    amount = build_amount((Stage.ISSUED, {ISSUED: "50"}), (Stage.ACCEPTED, {}))
    (difference,) = amount.list_differences()
    assert (difference.amount, difference.places) == (Decimal(-50), (ISSUED,))
