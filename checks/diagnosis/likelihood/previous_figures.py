"""The figures of the version that a submission replaces, at the cells where they stand now."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.filing_history import EarlierVersion, get_version_key
from checks.recognition.table import Table
from checks.reporting.reported_figures import collect_reported_figures

# Sums of rounded figures held, if they were off by no more.
_MAX_ROUNDING: Final = Decimal("0.05")


def map_previous_figures(
    tables: Iterable[Table], values: Mapping[CellRef, Decimal], earlier: EarlierVersion | None
) -> dict[CellRef, Decimal]:
    """Return the earlier figures by cell, without columns whose total did not hold then.

    A figure is found again by form, project, township and column; those of rows that share all of them are left out.
    """
    if earlier is None or not earlier.figures:
        return {}
    reported = list(collect_reported_figures(tables, values))
    counts = Counter(map(get_version_key, reported))
    columns: dict[tuple[str, int], dict[CellRef, Decimal]] = defaultdict(dict)
    totals: dict[tuple[str, int], Decimal] = {}
    for figure in reported:
        key, cell = get_version_key(figure), CellRef(figure.sheet, figure.cell)
        if counts[key] > 1 or key not in earlier.figures:
            continue
        columns[cell.sheet, cell.column][cell] = earlier.figures[key]
        if not figure.township and not figure.project:
            totals[cell.sheet, cell.column] = earlier.figures[key]
    previous: dict[CellRef, Decimal] = {}
    for column, amounts in columns.items():
        if column in totals and abs(sum(amounts.values()) - 2 * totals[column]) <= _MAX_ROUNDING:
            previous.update(amounts)
    return previous
