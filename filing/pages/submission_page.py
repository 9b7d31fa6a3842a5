"""What the page of a submission says, in plain values."""

from dataclasses import dataclass

from checks.model.finding import Finding, Severity
from checks.model.report import Report
from checks.versions.version_diff import Changes
from contracts.messages import Wording
from filing.book.cell_builders import day_of
from filing.book.plain_list import Listing
from filing.pages.progress_plots import Plot
from filing.pages.steward_lists import changes_list

_STEPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One finding as a reader meets it."""

    number: int
    severity: str
    word: str
    sheet: str
    cell: str
    value: str
    expected: str
    difference: str
    message: str
    advice: str
    repair: str
    rules: str
    basis: str
    explanation: str
    explained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPage:
    """One submission. *total* counts all findings, whatever number of *items* is listed."""

    county: str
    name: str
    year: int
    version: int
    file: str
    sha256: str
    received: str
    contracts: str
    outcome: str
    outcome_word: str
    counts: dict[str, int]
    items: tuple[Item, ...]
    total: int
    not_run: tuple[str, ...]
    not_run_total: int
    plots: tuple[Plot, ...] = ()
    changes: Listing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands above a page besides the report: *received* is the record's date, empty where there is no record."""

    name: str
    file: str
    sha256: str
    received: str = ""
    plots: tuple[Plot, ...] = ()


def submission_page(
    report: Report, heading: Heading, words: Wording, *, changes: Changes | None, most: int
) -> SubmissionPage:
    """Return the page of one submission, findings gravest first."""
    ordered = sorted(report.findings, key=lambda one: (one.trial, one.severity.rank))
    gaps = tuple(
        words("not_run.text", form=one.form, rule=one.rule, reason=words(f"not_run.{one.reason}"))
        for one in report.not_run
    )
    return SubmissionPage(
        county=report.identity.county,
        name=heading.name,
        year=report.identity.year,
        version=report.identity.version,
        file=heading.file,
        sha256=heading.sha256,
        received=_date(heading.received, words),
        contracts=report.contracts,
        outcome=report.outcome,
        outcome_word=words(f"outcome.{report.outcome}"),
        counts={one.value: report.count(one) for one in Severity} | {"explained": report.explained},
        items=tuple(_item(at, one, words) for at, one in enumerate(ordered[:most], start=1)),
        total=len(ordered),
        not_run=gaps[:most],
        not_run_total=len(gaps),
        plots=heading.plots,
        changes=changes_list(changes, words, most) if changes else None,
    )


def _date(moment: str, words: Wording) -> str:
    if not moment:
        return ""
    day = day_of(moment)
    return words("filing.date", year=day.year, month=day.month, day=day.day)


def _item(number: int, finding: Finding, words: Wording) -> Item:
    word = words(f"severity.{finding.severity.value}")
    dash = words("marks.not_applicable")
    return Item(
        number=number,
        severity="report" if finding.trial else finding.severity.value,
        word=words("filing.trial", severity=word) if finding.trial else word,
        sheet=finding.sheet,
        cell=finding.cell or dash,
        value=dash if finding.value is None else finding.value,
        expected=dash if finding.expected is None else finding.expected,
        difference=dash if finding.difference is None else finding.difference,
        message=finding.message,
        advice=finding.advice,
        repair=_repair(finding, words),
        rules=words("marks.separator").join((finding.rule, *finding.also)),
        basis=finding.basis,
        explanation=finding.explanation.text if finding.explanation else "",
        explained=finding.explained,
    )


def _repair(finding: Finding, words: Wording) -> str:
    if not finding.repairs:
        return ""
    first = finding.repairs[0]
    steps = [
        f"{'' if one.cell.sheet == finding.sheet else one.cell.sheet + '!'}"
        + words("marks.repair_step", cell=one.cell.address, before=one.before or words("marks.blank"), after=one.after)
        for one in first[:_STEPS]
    ]
    more = [words("marks.repair_more", count=len(first))] if len(first) > _STEPS else []
    several = [words("marks.repair_count", count=len(finding.repairs))] if len(finding.repairs) > 1 else []
    if not several and all(one in finding.remedy for one in steps):
        return ""  # the remedy has told it already
    return "；".join([*steps, *more, *several])
