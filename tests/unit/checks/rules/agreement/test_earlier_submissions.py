"""What was on file last year, or in the version before, and is missing now."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

from checks.model.filing_history import FilingHistory
from checks.model.finding import Finding, Refusal
from contracts.contract_library import open_library
from contracts.sample.figures import SampleTownship, draw_sample
from desk.commands.sample import build_sample_sheets
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import COUNTY, PLOTS, SEED, YEAR, gansu_submission, year_before
from workbooks.examine import validate_file
from workbooks.writer.bulk_writer import write_rows

VERSION_1 = 1


def build_part(is_kept: Callable[[SampleTownship], bool]) -> bytes:
    """Return a submission of some townships only, in which every sum is right."""
    submission = gansu_submission()
    sample = draw_sample(submission.register.counties[COUNTY], YEAR, plot_count=PLOTS, seed=SEED)
    part = replace(
        sample,
        townships=tuple(filter(is_kept, sample.townships)),
        added=tuple(plot for plot in sample.added if is_kept(plot.township)),
        supplemented=tuple(plot for plot in sample.supplemented if is_kept(plot.township)),
        taken_out=tuple(plot for plot in sample.taken_out if is_kept(plot.township)),
    )
    buffer = BytesIO()
    write_rows(buffer, build_sample_sheets(part, submission, open_library().get_messages()))
    return buffer.getvalue()


def find_missing(data: bytes, history: FilingHistory) -> list[Finding]:
    """Return the findings about what is missing."""
    report = validate_file(data, warm_library(), wording(), history=history)
    assert not isinstance(report, Refusal)
    return [finding for finding in report.findings if finding.rule in ("Y12", "Y13")]


def is_in_first_project(township: SampleTownship) -> bool:
    """Tell whether a township's row is one of the first project."""
    return township.project.endswith("0001")


def with_earlier_version(version: int) -> FilingHistory:
    """Return the history with an earlier version of another number."""
    history = year_before()
    assert history.earlier_version is not None
    return replace(history, earlier_version=replace(history.earlier_version, version=version))


def test_project_that_is_missing_since_last_year() -> None:
    """Its townships are named with it, and where they stood."""
    (finding,) = find_missing(build_part(is_in_first_project), year_before())
    assert (finding.rule, finding.severity.value, finding.cell) == ("Y12", "soft", "A7")
    assert "阳川镇、永宁镇" in finding.message
    assert "核算汇总表!7" in finding.message


def test_township_that_is_missing_since_last_year() -> None:
    """A township of a project that is still there is one finding; the comparison of tasks does not repeat it."""
    (finding,) = find_missing(build_part(lambda township: township.name != "良邑镇"), year_before())
    assert (finding.rule, finding.sheet) == ("Y12", "核算汇总表")
    assert "良邑镇" in finding.message


def test_each_missing_township_is_a_finding() -> None:
    """Each needs an explanation of its own."""
    findings = find_missing(build_part(lambda township: township.name not in ("良邑镇", "柳梁镇")), year_before())
    assert len({finding.cell for finding in findings}) == 2


def test_nothing_on_file_is_nothing_missing() -> None:
    """A county's first year has nothing to be compared with."""
    assert find_missing(build_part(is_in_first_project), FilingHistory(year=YEAR - 1)) == []


def test_version_that_holds_half_of_the_one_before() -> None:
    """It is told before it replaces the other, with all that is missing."""
    findings = find_missing(build_part(is_in_first_project), with_earlier_version(0))
    (finding,) = [finding for finding in findings if finding.rule == "Y13"]
    assert (finding.severity.value, finding.sheet, finding.cell) == ("soft", "封面", "B8")
    assert all(name in finding.message for name in ("62082520240002", "阳川镇", "地块 6"))


def test_version_that_replaces_nothing() -> None:
    """A version with the same or a higher number is not replaced."""
    findings = find_missing(build_part(is_in_first_project), with_earlier_version(VERSION_1))
    assert [finding.rule for finding in findings] == ["Y12"]
