"""A made-up submission of a Gansu county, and what would be on file from the year before."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO

from checks.model.filing_history import FilingHistory, PlotClaim, build_filing_history, describe_earlier_version
from checks.model.finding import Refusal
from checks.model.report import ReportedFigure, ValidationReport
from contracts.contract_library import Submission, open_library
from contracts.sample.figures import draw_sample
from desk.commands.sample import build_sample_sheets
from workbooks.examine import validate_file
from workbooks.writer.bulk_writer import write_rows

COUNTY, YEAR, PLOTS, SEED = "620825", 2024, 12, 3  # 庄浪县 has two townships called 水洛
NEIGHBOUR = "620826"  # 静宁县
OPENED = {"farm_begin": "farm_end", "cons_begin": "cons_end"}
CUMULATIVE = {"farm_new_cum": "farm_new", "pbf_out_cum": "pbf_out", "pbf_in_cum": "pbf_in"}


@cache
def gansu_submission() -> Submission:
    """Return what the county must send."""
    library = open_library()
    package = library.find_package(COUNTY, YEAR)
    assert package is not None
    return library.compile_submission(package, YEAR)


def gansu_workbook(plots: int = PLOTS, seed: int = SEED) -> bytes:
    """Return a submission in which nothing is wrong."""
    submission = gansu_submission()
    sample = draw_sample(submission.register.counties[COUNTY], YEAR, plot_count=plots, seed=seed)
    buffer = BytesIO()
    write_rows(buffer, build_sample_sheets(sample, submission, open_library().get_messages()))
    return buffer.getvalue()


@cache
def gansu_report() -> ValidationReport:
    """Return what the check finds in it."""
    library = open_library()
    report = validate_file(gansu_workbook(), library, library.get_messages())
    assert not isinstance(report, Refusal), report
    return report


@cache
def year_before() -> FilingHistory:
    """Return a history that the submission carries on without a break: it ended as this year begins."""
    own = PlotClaim(plot=f"{COUNTY}{YEAR - 1}X000001", form="new_farmland", year=YEAR - 1, county=COUNTY)
    strange = PlotClaim(plot=f"{NEIGHBOUR}{YEAR}B000001", form="pbf_in", year=YEAR, county=NEIGHBOUR)
    used = PlotClaim(plot=f"{COUNTY}{YEAR - 1}C000001", form="linkage", year=YEAR - 1, county=COUNTY)
    report = gansu_report()
    history = build_filing_history(YEAR - 1, _earlier(report), (own, strange, used))
    return replace(history, earlier_version=describe_earlier_version(report, report.plots))


def _earlier(report: ValidationReport) -> Iterator[ReportedFigure]:
    for figure in report.figures:
        if figure.column in OPENED:
            yield replace(figure, column=OPENED[figure.column])
        elif figure.column in CUMULATIVE:
            yield replace(figure, amount="0")
        elif figure.column not in OPENED.values():
            yield figure
