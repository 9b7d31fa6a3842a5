"""What the figures of the summary have more, or less, than the plots that they are made of."""

from decimal import Decimal

import polars as pl

from checks.diagnosis.evaluation import Evaluation
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import SumConstraint

_ROUNDING_TOLERANCE = Decimal("0.01")
_MAX_MATCHING_PLOTS = 4  # plots alike: more of them say nothing

ProjectTownship = tuple[str, str]  # project and township


def is_sum_of_plots(sum_constraint: SumConstraint, table: Table) -> bool:
    """Tell whether a figure of the summary is made of the plots of a table."""
    group = sum_constraint.plot_group
    return sum_constraint.rule.check == "equals_detail" and group is not None and group.form == table.form.name


def get_project_township(sum_constraint: SumConstraint) -> ProjectTownship:
    """Return the project and township of such a figure."""
    group = sum_constraint.plot_group
    return (group.project or "", group.township or "") if group else ("", "")


def compute_shortfall(sum_constraint: SumConstraint, evaluation: Evaluation) -> Decimal:
    """Return by how much a figure of the summary exceeds its plots."""
    seen = evaluation.values.get(sum_constraint.anchor)
    return Decimal(0) if seen is None else seen - sum_constraint.linear_constraint.constant


def find_plots_for_amount(
    table: Table, sum_constraint: SumConstraint, project_township: ProjectTownship, expected_amount: Decimal
) -> list[int]:
    """Return the rows of the plots of a place of which each makes up an amount alone."""
    wanted = next(one for one in sum_constraint.rule.arguments["sums"] if one["column"] == sum_constraint.field.name)
    times, over = map(Decimal, wanted["per"])
    here = table.body.filter((pl.col(PROJECT) == project_township[0]) & (pl.col(TOWNSHIP_FULL) == project_township[1]))
    amounts = here.select(ROW, wanted["amount"]).drop_nulls().rows()
    found = [row for row, amount in amounts if abs(amount * times / over - expected_amount) <= _ROUNDING_TOLERANCE]
    return found if len(found) <= _MAX_MATCHING_PLOTS else []
