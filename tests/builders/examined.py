"""Validate workbooks many times over: the contracts are read once, and findings are compared in short."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from checks.model.finding import Finding, Refusal
from checks.model.report import ValidationReport
from contracts.contract_library import ContractLibrary, Submission, open_library
from contracts.form_model import Form
from contracts.messages import Messages
from contracts.packages import Package
from workbooks.examine import validate_file

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class WarmLibrary(ContractLibrary):
    """A contracts folder that does not change while the tests run."""

    kept: dict[tuple[object, ...], Any] = field(default_factory=dict, compare=False)

    def compile_cover(self) -> Form:
        """Return the cover as first read."""
        if ("cover",) not in self.kept:
            self.kept["cover",] = ContractLibrary.compile_cover(self)
        return self.kept["cover",]  # type: ignore[no-any-return]

    def compute_version(self) -> str:
        """Return the digest as first taken."""
        if ("version",) not in self.kept:
            self.kept["version",] = ContractLibrary.compute_version(self)
        return self.kept["version",]  # type: ignore[no-any-return]

    def find_package(self, county: str, year: int) -> Package | None:
        """Return the package as first read."""
        if ("package", county, year) not in self.kept:
            self.kept["package", county, year] = ContractLibrary.find_package(self, county, year)
        return self.kept["package", county, year]  # type: ignore[no-any-return]

    def compile_submission(self, package: Package, year: int) -> Submission:
        """Return the submission as first compiled."""
        if ("submission", package, year) not in self.kept:
            self.kept["submission", package, year] = ContractLibrary.compile_submission(self, package, year)
        return self.kept["submission", package, year]  # type: ignore[no-any-return]


@cache
def warm_library() -> WarmLibrary:
    """Return the shipped contracts, read once."""
    return WarmLibrary(open_library().root)


@cache
def wording() -> Messages:
    """Return the shipped sentences, read once."""
    return warm_library().get_messages()


def result_of(data: bytes) -> ValidationReport | Refusal:
    """Examine a file as every edge of the program does."""
    return validate_file(data, warm_library(), wording())


def report_of(data: bytes) -> ValidationReport:
    """Examine a file that must not be refused."""
    result = result_of(data)
    assert isinstance(result, ValidationReport), result
    return result


def refusal_of(data: bytes) -> Refusal:
    """Examine a file that must be refused."""
    result = result_of(data)
    assert isinstance(result, Refusal), [brief(finding) for finding in result.findings]
    return result


def brief(finding: Finding) -> tuple[str, str, str, str | None]:
    """Return what a finding is about: rule, severity, sheet, cell."""
    return finding.rule, finding.severity.value, finding.sheet, finding.cell


def briefs(report: ValidationReport) -> list[tuple[str, str, str, str | None]]:
    """Return what each finding of a report is about."""
    return [brief(finding) for finding in report.findings]


def reads_well(*sentences: str) -> bool:
    """Tell whether sentences are Chinese, end as sentences do (or with their rule), and leave no placeholder open."""
    ended = re.compile(r"。(（P\d\d，\S+）)?$")
    return all(
        _CHINESE.search(sentence) and ended.search(sentence) and not re.search(r"[{}]|None", sentence)
        for sentence in sentences
    )
