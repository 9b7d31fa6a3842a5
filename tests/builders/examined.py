"""Examine workbooks many times over: the contracts are read once, and what is said of them is compared in short."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from checks.model.finding import Finding, Refusal
from checks.model.report import Report
from contracts.contract_library import Library, Submission, open_library
from contracts.form_model import Form
from contracts.messages import Wording
from contracts.packages import Package
from workbooks.examine import examine

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class WarmLibrary(Library):
    """A contracts folder that does not change while the tests run."""

    kept: dict[tuple[object, ...], Any] = field(default_factory=dict, compare=False)

    def cover(self) -> Form:
        """Return the cover as first read."""
        if ("cover",) not in self.kept:
            self.kept["cover",] = Library.cover(self)
        return self.kept["cover",]  # type: ignore[no-any-return]

    def version(self) -> str:
        """Return the digest as first taken."""
        if ("version",) not in self.kept:
            self.kept["version",] = Library.version(self)
        return self.kept["version",]  # type: ignore[no-any-return]

    def package(self, county: str, year: int) -> Package | None:
        """Return the package as first read."""
        if ("package", county, year) not in self.kept:
            self.kept["package", county, year] = Library.package(self, county, year)
        return self.kept["package", county, year]  # type: ignore[no-any-return]

    def submission(self, package: Package, year: int) -> Submission:
        """Return the submission as first compiled."""
        if ("submission", package, year) not in self.kept:
            self.kept["submission", package, year] = Library.submission(self, package, year)
        return self.kept["submission", package, year]  # type: ignore[no-any-return]


@cache
def warm_library() -> WarmLibrary:
    """Return the shipped contracts, read once."""
    return WarmLibrary(open_library().root)


@cache
def wording() -> Wording:
    """Return the shipped sentences, read once."""
    return warm_library().wording()


def result_of(data: bytes) -> Report | Refusal:
    """Examine a file as every edge of the program does."""
    return examine(data, warm_library(), wording())


def report_of(data: bytes) -> Report:
    """Examine a file that must not be refused."""
    result = result_of(data)
    assert isinstance(result, Report), result
    return result


def refusal_of(data: bytes) -> Refusal:
    """Examine a file that must be refused."""
    result = result_of(data)
    assert isinstance(result, Refusal), [brief(one) for one in result.findings]
    return result


def brief(finding: Finding) -> tuple[str, str, str, str | None]:
    """Return what a finding is about: rule, severity, sheet, cell."""
    return finding.rule, finding.severity.value, finding.sheet, finding.cell


def briefs(report: Report) -> list[tuple[str, str, str, str | None]]:
    """Return what each finding of a report is about."""
    return [brief(one) for one in report.findings]


def reads_well(*sentences: str) -> bool:
    """Tell whether sentences are Chinese, end as sentences do (or with their rule), and leave no placeholder open."""
    ended = re.compile(r"。(（P\d\d，\S+）)?$")
    return all(_CHINESE.search(one) and ended.search(one) and not re.search(r"[{}]|None", one) for one in sentences)
