"""What is on file from the year before, as a value: the checks never ask the ledger themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from checks.report import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Last year's filed figures by form, project, township and column, and the plots of all earlier years."""

    year: int
    figures: Mapping[tuple[str, str, str, str], Decimal]
    plots: Mapping[str, int] = field(default_factory=dict)

    def figure(self, form: str, project: str, township: str, column: str) -> Decimal | None:
        """Return one filed figure, nothing where none was filed."""
        return self.figures.get((form, project, township, column))


def history_of(year: int, figures: Iterable[Figure], plots: Mapping[str, int] | None = None) -> History:
    """Build the history from the figures of last year's filed report."""
    known = {(one.form, one.project, one.township, one.column): Decimal(one.amount) for one in figures}
    return History(year=year, figures=known, plots=plots or {})
