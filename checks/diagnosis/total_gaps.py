"""The gaps between the totals of a table and its rows, and the sums of other tables that share them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.diagnosis.summary_shortfall import get_detail_sum
from checks.diagnosis.table_columns import list_rules
from checks.recognition.table import Table
from checks.rules.sum_rules import SumConstraint
from checks.rules.violation_builder import format_value, join_names
from contracts.form_model import Rule

ROUNDING_TOLERANCE = Decimal("0.01")
# The missing row may have a 0 in a column where no other row has one.
_MIN_SHARE_OF_COLUMNS = 2 / 3
_MAX_GAPS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalGaps:
    """The violated totals of a table, and by how much each total exceeds its rows.

    *gap_by_field* has an entry for every total, 0 if it is satisfied, in the unit of the field.
    """

    table: Table
    violated_totals: tuple[SumConstraint, ...]
    gap_by_field: Mapping[str, Decimal]

    def get_gap(self, field_name: object) -> Decimal:
        """Return the gap of a field, 0 if it has no total."""
        return self.gap_by_field.get(str(field_name), Decimal(0))

    def get_actual_total(self, total: SumConstraint) -> Decimal:
        """Return the figure of a violated total."""
        amount: Decimal = self.table.totals[total.field.name][0]
        return amount

    def get_expected_total(self, total: SumConstraint) -> Decimal:
        """Return the sum of the rows of a violated total."""
        return self.get_actual_total(total) - self.get_gap(total.field.name)


def can_be_missing_row(total_gaps: TotalGaps) -> bool:
    """Return whether the gaps may be the figures of missing rows.

    None of them is negative, those of nearly all columns without a 0 are positive, and the rules on a row hold.
    """
    if min(total_gaps.gap_by_field.values()) < 0:
        return False
    filled_count = positive_count = 0
    for name, gap in total_gaps.gap_by_field.items():
        if _is_always_positive(total_gaps.table, name):
            filled_count += 1
            positive_count += gap > 0
    if positive_count < _MIN_SHARE_OF_COLUMNS * filled_count:
        return False
    return all(_is_rule_consistent(total_gaps, rule) for rule in total_gaps.table.form.rules)


def _is_always_positive(table: Table, field_name: str) -> bool:
    minimum = table.body[field_name].min()
    return isinstance(minimum, Decimal) and minimum > 0


def _is_rule_consistent(total_gaps: TotalGaps, rule: Rule) -> bool:
    """Return whether a rule that holds within each plot also holds for the gaps."""
    arguments = rule.arguments
    if rule.check == "deduction":
        gross, deducted, net = map(total_gaps.get_gap, (arguments["gross"], arguments["deducted"], arguments["net"]))
        return gross - deducted == net
    if rule.check == "converted":
        numerator, denominator = arguments["per"]
        expected = total_gaps.get_gap(arguments["from"]) * numerator / denominator
        difference: Decimal = abs(total_gaps.get_gap(arguments["column"]) - expected)
        return difference <= ROUNDING_TOLERANCE * total_gaps.table.body.height
    return True


def has_enough_totals_off(total_gaps: TotalGaps, min_totals: int) -> bool:
    """Return whether enough totals are violated for a missing row to be the cause.

    If a plan lists the rows of the table, a missing row has a violation of its own.
    """
    if list_rules(total_gaps.table, "townships_as_planned"):
        return False
    return len(total_gaps.violated_totals) >= min_totals


def find_dependent_sums(
    total_gaps: TotalGaps,
    violated_sums: Iterable[SumConstraint],
    sum_gaps: Mapping[int, Decimal],
    *,
    sign: int,
    tolerance: Decimal,
) -> list[SumConstraint]:
    """Return the violated sums of other tables that are off by no more than the gaps of this table explain.

    *sum_gaps* holds the gap of each sum by its ``id()``. With *sign* 1 these gaps must be positive, with -1 negative.
    """
    dependent_sums: list[SumConstraint] = []
    for violated_sum in violated_sums:
        expected_gap = compute_expected_gap(violated_sum, total_gaps)
        if expected_gap is not None and 0 < sign * sum_gaps[id(violated_sum)] <= expected_gap + tolerance:
            dependent_sums.append(violated_sum)
    return dependent_sums


def compute_expected_gap(sum_constraint: SumConstraint, total_gaps: TotalGaps) -> Decimal | None:
    """Return how much missing rows change a sum of another table, or None if it does not depend on this table."""
    arguments = sum_constraint.rule.arguments
    form_name = total_gaps.table.form.name
    if sum_constraint.rule.check == "equals_sum_of" and arguments["form"] == form_name:
        return abs(total_gaps.get_gap(arguments["amount"]))
    group = sum_constraint.plot_group
    if sum_constraint.rule.check != "equals_detail" or group is None or group.form != form_name:
        return None
    detail_sum = get_detail_sum(sum_constraint)
    numerator, denominator = map(Decimal, detail_sum["per"])
    return abs(total_gaps.get_gap(detail_sum["amount"])) * numerator / denominator


def format_gaps(total_gaps: TotalGaps) -> str:
    """Return the headings of the violated totals, each with the size of its gap."""
    texts: list[str] = []
    for total in total_gaps.violated_totals:
        gap = abs(total_gaps.get_gap(total.field.name))
        texts.append(f"“{total.field.heading}”{format_value(gap)}")
    return join_names(texts, _MAX_GAPS_SHOWN)
