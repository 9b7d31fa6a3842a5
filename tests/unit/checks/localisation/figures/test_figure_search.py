"""The fewest figures of a row and its sums whose change makes products, differences and sums hold."""

from decimal import Decimal

from checks.localisation.figures.figure_constraints import FigureConstraint, LowerBound, RoundedProduct, RoundedSum
from checks.localisation.figures.figure_network import build_figure_network
from checks.localisation.figures.figure_search import FigureSearchResult, search_figure_repairs
from checks.model.cell_ref import CellRef

AREA, RATIO, DEDUCTED, NET, MU = (CellRef("明细", f"{column}4") for column in "ABCDE")
OTHER_NET, OTHER_MU = CellRef("明细", "D5"), CellRef("明细", "E5")
TOTAL_NET, TOTAL_MU, SUMMARY = CellRef("明细", "D6"), CellRef("明细", "E6"), CellRef("汇总", "F4")
SOUND = {
    AREA: "80800",
    RATIO: "0.05",
    DEDUCTED: "4040",
    NET: "76760",
    MU: "115.14",
    OTHER_NET: "20",
    OTHER_MU: "0.03",
    TOTAL_NET: "76780",
    TOTAL_MU: "115.17",
    SUMMARY: "115.17",
}
MU_PER_SQUARE_METRE = (Decimal(15), Decimal(10_000))


def list_conditions(values: dict[CellRef, Decimal]) -> list[FigureConstraint]:
    """Return the conditions of two plots, of their total row and of the summary."""
    nets = {NET: 1, OTHER_NET: 1}
    net_sum = values[NET] + values[OTHER_NET]
    return [
        RoundedProduct(rule_id="T04", target=DEDUCTED, factors=(AREA, RATIO)),
        RoundedSum(rule_id="T04", target=NET, parts={AREA: 1, DEDUCTED: -1}, base_sum=values[AREA] - values[DEDUCTED]),
        RoundedProduct(rule_id="T05", target=MU, factors=(NET,), factor=MU_PER_SQUARE_METRE),
        RoundedProduct(rule_id="T05", target=OTHER_MU, factors=(OTHER_NET,), factor=MU_PER_SQUARE_METRE),
        RoundedSum(rule_id="T01", target=TOTAL_NET, parts=nets, base_sum=net_sum),
        RoundedSum(
            rule_id="T01",
            target=TOTAL_MU,
            parts={MU: 1, OTHER_MU: 1},
            base_sum=values[MU] + values[OTHER_MU],
            tolerance=Decimal("0.01"),
        ),
        RoundedSum(rule_id="X01", target=SUMMARY, parts=nets, base_sum=net_sum, factor=MU_PER_SQUARE_METRE, decimals=2),
        *(LowerBound(rule_id="F09", target=cell) for cell in (AREA, DEDUCTED, NET, MU)),
    ]


def search_after(changes: dict[CellRef, str], formula_cells: frozenset[CellRef] = frozenset()) -> FigureSearchResult:
    """Return the repairs of the sound figures after some changes."""
    values = {cell: Decimal(text) for cell, text in {**SOUND, **changes}.items()}
    network = build_figure_network(values, list_conditions(values), {RATIO: 4}, formula_cells)
    return search_figure_repairs(network, network.find_violated())


def assert_restored(changes: dict[CellRef, str], formula_cells: frozenset[CellRef] = frozenset()) -> None:
    """Hold the only repair to the sound figures."""
    result = search_after(changes, formula_cells)
    assert result.is_certain, result
    assert result.repairs[0].amounts == {cell: Decimal(SOUND[cell]) for cell in changes}


def test_each_figure_of_a_row_is_found() -> None:
    """Whichever figure is wrong: products, differences and sums together leave one figure for it."""
    for cell in (AREA, RATIO, DEDUCTED, NET, MU, TOTAL_NET, SUMMARY):
        assert_restored({cell: "7.5"})


def test_a_negative_figure_gets_the_amount_of_the_sums() -> None:
    """A minus is no reason to write 0: the sums know the figure."""
    assert_restored({NET: "-76760"})
    assert_restored({MU: "-115.14"})


def test_two_wrong_figures_of_a_row_are_found() -> None:
    """The net area and its mu are both wrong."""
    assert_restored({NET: "70000", MU: "99"})


def test_formulas_follow_and_are_not_changed() -> None:
    """The net area is calculated: the typed figure that it is calculated from is changed, and the mu is not."""
    formula_cells = frozenset({NET, TOTAL_NET})
    changes = {AREA: "80000", NET: "75960", TOTAL_NET: "75980"}
    result = search_after(changes, formula_cells)
    assert result.is_certain
    assert result.repairs[0].amounts == {AREA: Decimal(80_800)}


def test_an_area_that_only_its_rounded_mu_knows_stays_open() -> None:
    """Without its total an area follows from mu only within some square metres."""
    values = {cell: Decimal(text) for cell, text in SOUND.items()} | {OTHER_NET: Decimal(500)}
    conditions = [condition for condition in list_conditions(values) if OTHER_MU in condition.cells]
    network = build_figure_network(values, conditions[:1], {}, frozenset({OTHER_MU}))
    (repair,) = search_figure_repairs(network, network.find_violated()).repairs
    assert repair.open_ranges.keys() == {OTHER_NET}
    assert repair.open_ranges[OTHER_NET].low < 20 < repair.open_ranges[OTHER_NET].high


def test_a_half_may_be_rounded_to_the_even_digit() -> None:
    """30 square metres are 0.045 mu: 0.05 by rounding up, 0.04 by GB/T 8170 where the rule allows it."""
    values = {OTHER_NET: Decimal(30), OTHER_MU: Decimal("0.04")}
    for allows_half_even in (True, False):
        condition = RoundedProduct(
            rule_id="T05",
            target=OTHER_MU,
            factors=(OTHER_NET,),
            factor=MU_PER_SQUARE_METRE,
            allows_half_even=allows_half_even,
        )
        network = build_figure_network(values, [condition], {}, frozenset())
        assert bool(network.find_violated()) is not allows_half_even
