"""Figures that stand apart from all others of their column. (phase: table)

Source of the score: B. Iglewicz, D. C. Hoaglin, How to Detect and Handle Outliers, 1993 (modified z-score). Areas are
skewed, so a large score alone proves nothing: the figure must also be several times the next smaller one.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, median

import polars as pl

from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.rules.plausibility.value_groups import has_columns
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Rule

# The constants of the score, with the median and (where more than half of the figures are alike) the mean deviation.
_MEDIAN_FACTOR = 0.6745
_MEAN_FACTOR = 1.253314
# At most one figure in ten, and two in a short table, can stand apart from the others.
_MAX_OUTLIER_SHARE = 10
_MIN_OUTLIERS_LOOKED_FOR = 2


@dataclass(frozen=True, slots=True)
class OutlierBound:
    """The smallest figure that stands apart, the largest one that does not, and median and deviation of the column."""

    smallest_outlier: float
    largest_usual: float
    median: float
    deviation: float

    def compute_score(self, figure: float) -> float:
        """Return the modified z-score of a figure."""
        return (figure - self.median) / self.deviation


def check_outliers(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report rows with a positive figure that stands apart from the others of its column, once for each row."""
    table = subject.table
    if table is None:
        return
    outliers: defaultdict[int, list[tuple[str, OutlierBound]]] = defaultdict(list)
    for column in rule.arguments["columns"]:
        if not has_columns(table, column):
            continue
        figures = table.body.select(ROW, pl.col(column).cast(pl.Float64)).drop_nulls().filter(pl.col(column) > 0)
        bound = find_outlier_bound(figures[column].sort().to_list(), rule)
        if bound is not None:
            for row in figures.filter(pl.col(column) >= bound.smallest_outlier)[ROW]:
                outliers[row].append((column, bound))
    for row, columns in sorted(outliers.items()):
        column, bound = columns[0]
        value = table.get_typed_row(row)[column][0]
        facts = {
            "median": _format_rounded(bound.median),
            "next": _format_rounded(bound.largest_usual),
            "score": _format_rounded(bound.compute_score(float(value)), decimals=1),
            "label": table.get_row_label(row),
        }
        cells = [table.get_cell_ref(name, row) for name, _ in columns]
        yield build_violation_at(table, rule, column, row=row, value=value, related_cells=cells, **facts)


def find_outlier_bound(figures: Sequence[float], rule: Rule) -> OutlierBound | None:
    """Return the bound above which ascending *figures* are outliers, or None if there are none or too few figures."""
    count = len(figures)
    if count < rule.arguments["rows"]:
        return None
    middle = median(figures)
    deviation = _compute_deviation(figures, middle)
    if not deviation:
        return None
    looked_for = max(_MIN_OUTLIERS_LOOKED_FOR, count // _MAX_OUTLIER_SHARE)
    for position in range(count - looked_for, count):
        bound = OutlierBound(figures[position], figures[position - 1], middle, deviation)
        is_apart = bound.smallest_outlier >= bound.largest_usual * float(rule.arguments["apart"])
        if is_apart and bound.compute_score(bound.smallest_outlier) > float(rule.arguments["score"]):
            return bound
    return None


def _compute_deviation(figures: Sequence[float], middle: float) -> float:
    """Return the divisor of the score: the median absolute deviation or, if that is 0, the mean one, each scaled."""
    distances = [abs(figure - middle) for figure in figures]
    median_distance = median(distances)
    if median_distance:
        return median_distance / _MEDIAN_FACTOR
    return fmean(distances) * _MEAN_FACTOR


def _format_rounded(number: float, decimals: int = 2) -> str:
    return format_value(Decimal(str(round(number, decimals))))
