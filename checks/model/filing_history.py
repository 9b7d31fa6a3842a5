"""What other years and other counties have filed, as a value: the checks themselves never read the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding
from checks.model.report import ReportedFigure, ValidationReport

FigureKey = tuple[str, str, str, str]
"""Form, project, township and column of a filed figure."""
FindingPlace = tuple[str, str, str, str]
"""Rule, form, row and column of a finding; a year in the column's name is left out."""
VersionKey = tuple[str, str, str, str, int | None]
"""Form, project, township, column and year of a figure of a version."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class PlotClaim:
    """A plot that another submission accounts for: in which form, of which year and county (six digits)."""

    plot: str
    form: str
    year: int
    county: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierVersion:
    """What the version held that a submission replaces: its number, projects, townships, plots by form, and figures."""

    version: int
    projects: tuple[str, ...]
    townships: tuple[str, ...]
    plots: Mapping[str, tuple[str, ...]]
    figures: Mapping[VersionKey, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingHistory:
    """The figures filed for the previous year, and the plots that other submissions claim.

    *year* is the previous year. *figures* is None if nothing is on file for it. *claims* need hold only the plots that
    the submission itself names. *places* are sheet and row of each project and township in last year's filing, if they
    are known. *earlier_version* is the version of the same year that the submission replaces. *explanations* are those
    of last year's filing, by the place of the finding.
    """

    year: int
    figures: Mapping[FigureKey, Decimal] | None = None
    claims: tuple[PlotClaim, ...] = ()
    places: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    earlier_version: EarlierVersion | None = None
    explanations: Mapping[FindingPlace, str] = field(default_factory=dict)

    def get_place(self, form: str, project: str, township: str) -> str:
        """Return where a row stood in last year's filing, such as 核算汇总表!4, or an empty text."""
        return self.places.get((form, project, township), "")

    def get_figure(self, form: str, project: str, township: str, column: str) -> Decimal | None:
        """Return one filed figure, or None if it was not filed."""
        return (self.figures or {}).get((form, project, township, column))


def build_filing_history(
    year: int, figures: Iterable[ReportedFigure], claims: Iterable[PlotClaim] = ()
) -> FilingHistory:
    """Build the history from the figures of the report filed for *year*, the year before the submission's."""
    amounts: dict[FigureKey, Decimal] = {}
    places: dict[tuple[str, str, str], str] = {}
    for figure in figures:
        amounts[figure.form, figure.project, figure.township, figure.column] = Decimal(figure.amount)
        row = CellRef(figure.sheet, figure.cell).row
        places.setdefault((figure.form, figure.project, figure.township), f"{figure.sheet}!{row}")
    return FilingHistory(year=year, figures=amounts, claims=tuple(claims), places=places)


def describe_earlier_version(report: ValidationReport, plots: Mapping[str, Iterable[str]]) -> EarlierVersion:
    """Return what a checked version held; *plots* are those that it claims, by form."""
    projects = dict.fromkeys(figure.project for figure in report.figures if figure.project)
    townships = dict.fromkeys(figure.township for figure in report.figures if figure.township)
    return EarlierVersion(
        version=report.identity.version,
        projects=tuple(projects),
        townships=tuple(townships),
        plots={form: tuple(names) for form, names in plots.items()},
        figures={get_version_key(figure): Decimal(figure.amount) for figure in report.figures},
    )


def collect_explanations(report: ValidationReport) -> dict[FindingPlace, str]:
    """Return the valid explanations of a report by the place of the finding, for the year after it."""
    explanations: dict[FindingPlace, str] = {}
    for finding in report.findings:
        place = find_place(finding, report.identity.year)
        if place is not None and finding.is_explained and finding.explanation is not None:
            explanations[place] = finding.explanation.text
    return explanations


def find_place(finding: Finding, year: int) -> FindingPlace | None:
    """Return what a finding of an accounting year is about, in words that are the same every year."""
    location = finding.logical_location
    if location is None:
        return None
    return finding.rule, location.form, location.row, location.column.replace(str(year), "")


def get_version_key(figure: ReportedFigure) -> VersionKey:
    """Return by what a figure is found again in another version of the same submission."""
    return figure.form, figure.project, figure.township, figure.column, figure.year
