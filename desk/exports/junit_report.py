"""Results of ``hesuan check`` as a JUnit report, for programs that show the results of tests."""

from collections.abc import Iterator, Sequence
from io import BytesIO

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from checks.model.finding import Finding, Refusal, Severity
from desk.checked_file import CheckedFile

_PASSED_CASE = "check"


def build_junit_report(checked_files: Sequence[CheckedFile]) -> str:
    """Return a report with a suite for each file and a case for each finding, as XML text.

    A hard finding fails, a soft one or a report is skipped with its message, and a refused file is an error. A file
    without findings is one case that passes.
    """
    report = JUnitXml()
    for checked in checked_files:
        suite = TestSuite(checked.printable_path)
        for case in _list_cases(checked):
            suite.add_testcase(case)
        report.add_testsuite(suite)
    sink = BytesIO()
    report.write(sink)
    return sink.getvalue().decode()


def _list_cases(checked: CheckedFile) -> Iterator[TestCase]:
    result = checked.result
    if isinstance(result, Refusal):
        text = _clean_text(result.message + result.remedy)
        yield _build_case(checked, result.code, Error(text, result.code))
        return
    for finding in result.findings:
        location = "!".join(filter(None, (finding.sheet, finding.cell)))
        yield _build_case(checked, f"{finding.rule} {location}", _build_verdict(finding))
    if not result.findings:
        yield _build_case(checked, _PASSED_CASE)


def _build_verdict(finding: Finding) -> Failure | Skipped:
    text = _clean_text(finding.message + finding.full_remedy)
    if finding.severity is Severity.HARD and not finding.trial:
        return Failure(text, finding.rule)
    skipped = Skipped()
    skipped.text = text  # the schema allows it no attribute
    return skipped


def _build_case(checked: CheckedFile, name: str, verdict: Error | Failure | Skipped | None = None) -> TestCase:
    case = TestCase(_clean_text(name), checked.printable_path)
    if verdict is not None:
        case.result = [verdict]
    return case


def _clean_text(text: str) -> str:
    """Return a text without the characters that XML forbids, which a cell may hold."""
    return "".join(filter(_is_xml_character, text))


def _is_xml_character(character: str) -> bool:
    return character in "\t\n\r" or character.isprintable()
