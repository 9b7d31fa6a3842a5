"""What other years and other counties have filed, as a value: the checks themselves never read the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import ReportedFigure

FigureKey = tuple[str, str, str, str]
"""Form, project, township and column of a filed figure."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class PlotClaim:
    """A plot that another submission accounts for: in which form, of which year and county (six digits)."""

    plot: str
    form: str
    year: int
    county: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingHistory:
    """The figures filed for the previous year, and the plots that other submissions claim.

    *year* is the previous year. *figures* is None if nothing is on file for it. *claims* need hold only the plots that
    the submission itself names.
    """

    year: int
    figures: Mapping[FigureKey, Decimal] | None = None
    claims: tuple[PlotClaim, ...] = ()

    def get_figure(self, form: str, project: str, township: str, column: str) -> Decimal | None:
        """Return one filed figure, or None if it was not filed."""
        return (self.figures or {}).get((form, project, township, column))


def build_filing_history(
    year: int, figures: Iterable[ReportedFigure], claims: Iterable[PlotClaim] = ()
) -> FilingHistory:
    """Build the history from the figures of the report filed for *year*, the year before the submission's."""
    amounts: dict[FigureKey, Decimal] = {}
    for figure in figures:
        amounts[figure.form, figure.project, figure.township, figure.column] = Decimal(figure.amount)
    return FilingHistory(year=year, figures=amounts, claims=tuple(claims))
