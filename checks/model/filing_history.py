"""What is on file from other years and other counties, as a value: the checks never ask the ledger themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.model.report import ReportedFigure

FigureKey = tuple[str, str, str, str]  # form, project, township, column


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class PlotClaim:
    """A plot that another submission accounts: by which form, of which year and county (six digits)."""

    plot: str
    form: str
    year: int
    county: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingHistory:
    """What was filed for *year*, the year before: its figures, None where nothing is on file; plots claimed elsewhere.

    *claims* need hold only the plots that the submission itself names.
    """

    year: int
    figures: Mapping[FigureKey, Decimal] | None = None
    claims: tuple[PlotClaim, ...] = ()

    def get_figure(self, form: str, project: str, township: str, column: str) -> Decimal | None:
        """Return one filed figure, nothing where none was filed."""
        return (self.figures or {}).get((form, project, township, column))


def build_filing_history(
    year: int, figures: Iterable[ReportedFigure], claims: Iterable[PlotClaim] = ()
) -> FilingHistory:
    """Build the history from the figures of last year's filed report."""
    known = {(one.form, one.project, one.township, one.column): Decimal(one.amount) for one in figures}
    return FilingHistory(year=year, figures=known, claims=tuple(claims))
