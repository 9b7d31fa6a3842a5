"""The difference between a figure of the summary and the plots that it is the sum of."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from checks.diagnosis.evaluation import Evaluation
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import SumConstraint

_ROUNDING_TOLERANCE = Decimal("0.01")
# If more plots than this have the same area, the match means nothing.
_MAX_MATCHING_PLOTS = 4

ProjectTownship = tuple[str, str]


def is_sum_of_plots(sum_constraint: SumConstraint, table: Table) -> bool:
    """Return whether a figure of the summary is the sum of plots of a table."""
    group = sum_constraint.plot_group
    return sum_constraint.rule.check == "equals_detail" and group is not None and group.form == table.form.name


def get_project_township(sum_constraint: SumConstraint) -> ProjectTownship:
    """Return the project and township of such a figure, "" for each that it does not have."""
    group = sum_constraint.plot_group
    if group is None:
        return "", ""
    return group.project or "", group.township or ""


def compute_shortfall(sum_constraint: SumConstraint, evaluation: Evaluation) -> Decimal:
    """Return by how much a figure of the summary exceeds the sum of its plots, 0 if it has no figure."""
    actual = evaluation.values.get(sum_constraint.anchor)
    if actual is None:
        return Decimal(0)
    return actual - sum_constraint.linear_constraint.constant


def get_detail_sum(sum_constraint: SumConstraint) -> Mapping[str, Any]:
    """Return the entry of the rule's ``sums`` that says how the figure is computed from the plots."""
    detail_sums = sum_constraint.rule.arguments["sums"]
    entry: Mapping[str, Any] = next(entry for entry in detail_sums if entry["column"] == sum_constraint.field.name)
    return entry


def find_plots_for_amount(
    table: Table, sum_constraint: SumConstraint, project_township: ProjectTownship, expected_amount: Decimal
) -> list[int]:
    """Return the rows of a project's plots in a township, each of which alone makes up an amount of the summary.

    Returns no row if too many plots match.
    """
    project, township = project_township
    detail_sum = get_detail_sum(sum_constraint)
    numerator, denominator = map(Decimal, detail_sum["per"])
    plots = table.body.filter((pl.col(PROJECT) == project) & (pl.col(TOWNSHIP_FULL) == township))
    rows: list[int] = []
    for row, amount in plots.select(ROW, detail_sum["amount"]).drop_nulls().rows():
        difference = abs(amount * numerator / denominator - expected_amount)
        if difference <= _ROUNDING_TOLERANCE:
            rows.append(row)
    if len(rows) > _MAX_MATCHING_PLOTS:
        return []
    return rows
