"""What the sums of forms and roll-up accept, and the comparison with plan, last year and the roster does not."""

from dataclasses import replace
from decimal import Decimal

import pytest

from checks.model.report import ReportedFigure, ValidationReport
from contracts.contract_library import open_library
from filing.context.accounts import collect_filing_figures
from filing.context.filing_context import FilingContext
from filing.filing_books import build_summed_sheets
from filing.sheets.comparison_checks import build_comparison_tables
from filing.sheets.evidence_tables.filed_figures import FiledSheets, build_filed_figure_rows
from filing.sheets.rollup_checks import RollUpTableRow, build_rollup_tables
from flows.outputs.gx_validation import validate_rollups
from review.roster import DueCounty
from tests.builders.filing_contexts import CITY, COUNTY, load_messages, make_context, make_filed, make_roster

TABLES = open_library().get_rollup_tables("annual-accounting")
OTHER_CITY = ("530300", "曲靖市")
OTHER_COUNTY = DueCounty("530302", "麒麟区", "530300")


def scale_done(report: ValidationReport, factor: str) -> ValidationReport:
    """Multiply all that was done, in townships and totals alike: every sum of the form still holds."""
    figures = tuple(scale_figure(figure, Decimal(factor)) for figure in report.figures)
    return replace(report, figures=figures)


def scale_figure(figure: ReportedFigure, factor: Decimal) -> ReportedFigure:
    """Multiply an amount that was done; leave a target as it is."""
    if figure.column.endswith("_done"):
        return replace(figure, amount=str(Decimal(figure.amount) * factor))
    return figure


def make_next_year(*, done: str = "1", done_last_year: str | None = None) -> FilingContext:
    """Return the context of 2025, in which the county did *done* times the sample of 2024."""
    filed = make_filed()
    past_reports = {}
    if done_last_year is not None:
        past_reports[2024] = scale_done(filed.report, done_last_year)
    county = replace(filed, report=scale_done(filed.report, done), past_reports=past_reports)
    return make_context(county, roster=replace(make_roster(), year=2025))


def build_rows(context: FilingContext) -> dict[str, list[RollUpTableRow]]:
    """Return the rows of all tables."""
    words = load_messages()
    figures = collect_filing_figures(context, words)
    detail, rollup_sheet = build_summed_sheets(context, figures, words)
    reports: dict[str, ValidationReport] = {}
    for county in context.counties_in_order:
        reports[county.due_county.code] = county.report
    rows = build_rollup_tables(context, rollup_sheet, reports, words)
    sheets = FiledSheets(detail=detail, rollup=rollup_sheet, reports_as_sent=reports)
    rows["filed_figures"] = list(build_filed_figure_rows(context, figures, sheets, words))
    return rows | build_comparison_tables(context, figures, words)


def list_failing(context: FilingContext) -> set[str]:
    """Return the ids of the expectations that fail."""
    rows = build_rows(context)
    results = validate_rollups([(table, rows[table.name]) for table in TABLES])
    return {name for name, result in results.items() if result.failing_names}


def test_measures_stand_beside_plan_and_last_year() -> None:
    """A row has the plan's target of the year, what was filed last year, and what the plan comparison adds up."""
    first, _ = build_rows(make_next_year(done_last_year="0.5"))["county_measures"]
    assert first == {
        "county": "东川区",
        "measure": "垦造耕地（土地整理）",
        "planned": Decimal(3300),
        "done": Decimal("1654.6"),
        "share_of_plan": Decimal("1654.6") / 3300,
        "last_year": Decimal("827.3"),
        "share_of_last_year": Decimal(2),
        "accumulated": Decimal("2481.9"),
    }


def test_cities_stand_beside_their_counties() -> None:
    """A city has its due counties, those filed and those excused; one without any has no share."""
    due = (COUNTY, DueCounty("530114", "呈贡区", "530100"), DueCounty("530102", "五华区", "530100"))
    context = make_context(make_filed(), roster=make_roster(due, (CITY, OTHER_CITY)))
    rows = build_rows(replace(context, excused_codes=frozenset({"530114"})))["city_completeness"]
    assert rows == [
        {
            "city": "昆明市",
            "due": Decimal(3),
            "filed": Decimal(1),
            "excused": Decimal(1),
            "share": Decimal(2) / Decimal(3),
        },
        {"city": "曲靖市", "due": Decimal(0), "filed": Decimal(0), "excused": Decimal(0), "share": None},
    ]


@pytest.mark.parametrize(
    ("context", "failing"),
    [
        (make_next_year(done_last_year="1"), set()),
        (make_next_year(done="10", done_last_year="10"), {"L05-plan"}),
        (make_next_year(done_last_year="0.1"), {"L06-last-year"}),
        (make_next_year(done_last_year="10"), {"L06-last-year"}),
        (make_next_year(done="-1"), {"L05-plan", "L07-done"}),
        (make_next_year(done_last_year="-1"), {"L08-accumulated"}),
    ],
    ids=["sound", "ten times the plan", "ten times last year", "a tenth of last year", "negative", "negative before"],
)
def test_only_the_comparison_sees_it(context: FilingContext, failing: set[str]) -> None:
    """All sums of the roll-up hold; the amounts are wrong by a factor or a sign."""
    assert list_failing(context) == failing


def test_city_without_due_counties_is_seen() -> None:
    """Every due county has filed and all sums hold, but the roster lacks the counties of one city."""
    assert list_failing(make_context(roster=make_roster(cities=(CITY, OTHER_CITY)))) == {"L09-due"}


def test_incomplete_city_is_named() -> None:
    """All sums hold over what was filed; the city whose county has not filed is named."""
    context = make_context(roster=make_roster((COUNTY, OTHER_COUNTY), (CITY, OTHER_CITY)))
    rows = build_rows(context)
    results = validate_rollups([(table, rows[table.name]) for table in TABLES])
    failing = {name: result.failing_names for name, result in results.items() if result.failing_names}
    assert failing == {"L03-filed": ("麒麟区",), "L09-complete": ("曲靖市",)}
