"""What the page of a submission says, in plain values."""

from dataclasses import dataclass

from checks.model.finding import Finding, Severity
from checks.model.report import ValidationReport
from checks.versions.version_diff import VersionChanges
from contracts.messages import Messages
from filing.book.cell_builders import get_local_date
from filing.book.plain_list import PlainList
from filing.pages.progress_plots import ProgressPlot
from filing.pages.steward_lists import build_changes_list

_MAX_REPAIR_STEPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingItem:
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
    items: tuple[FindingItem, ...]
    total: int
    not_run: tuple[str, ...]
    not_run_total: int
    plots: tuple[ProgressPlot, ...] = ()
    changes: PlainList | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHeading:
    """What stands above a page besides the report: *received* is the record's date, empty where there is no record."""

    name: str
    file: str
    sha256: str
    received_at: str = ""
    plots: tuple[ProgressPlot, ...] = ()


def build_submission_page(
    report: ValidationReport, heading: PageHeading, messages: Messages, *, changes: VersionChanges | None, max_rows: int
) -> SubmissionPage:
    """Return the page of one submission, findings gravest first."""
    ordered = sorted(report.findings, key=lambda one: (one.trial, one.severity.rank))
    gaps = tuple(
        messages("not_run.text", form=one.form, rule=one.rule, reason=messages(f"not_run.{one.reason}"))
        for one in report.not_run
    )
    return SubmissionPage(
        county=report.identity.county,
        name=heading.name,
        year=report.identity.year,
        version=report.identity.version,
        file=heading.file,
        sha256=heading.sha256,
        received=_format_moment(heading.received_at, messages),
        contracts=report.contracts_version,
        outcome=report.outcome,
        outcome_word=messages(f"outcome.{report.outcome}"),
        counts={one.value: report.count_findings(one) for one in Severity} | {"explained": report.explanation_count},
        items=tuple(_build_item(at, one, messages) for at, one in enumerate(ordered[:max_rows], start=1)),
        total=len(ordered),
        not_run=gaps[:max_rows],
        not_run_total=len(gaps),
        plots=heading.plots,
        changes=build_changes_list(changes, messages, max_rows) if changes else None,
    )


def _format_moment(moment: str, messages: Messages) -> str:
    if not moment:
        return ""
    day = get_local_date(moment)
    return messages("filing.date", year=day.year, month=day.month, day=day.day)


def _build_item(number: int, finding: Finding, messages: Messages) -> FindingItem:
    word = messages(f"severity.{finding.severity.value}")
    dash = messages("marks.not_applicable")
    return FindingItem(
        number=number,
        severity="report" if finding.trial else finding.severity.value,
        word=messages("filing.trial", severity=word) if finding.trial else word,
        sheet=finding.sheet,
        cell=finding.cell or dash,
        value=dash if finding.value is None else finding.value,
        expected=dash if finding.expected is None else finding.expected,
        difference=dash if finding.difference is None else finding.difference,
        message=finding.message,
        advice=finding.get_full_remedy,
        repair=_format_repair(finding, messages),
        rules=messages("marks.separator").join((finding.rule, *finding.related_rules)),
        basis=finding.basis,
        explanation=finding.explanation.text if finding.explanation else "",
        explained=finding.is_explained,
    )


def _format_repair(finding: Finding, messages: Messages) -> str:
    if not finding.repairs:
        return ""
    first = finding.repairs[0]
    steps = [
        f"{'' if one.cell.sheet == finding.sheet else one.cell.sheet + '!'}"
        + messages(
            "marks.repair_step", cell=one.cell.address, before=one.before or messages("marks.blank"), after=one.after
        )
        for one in first[:_MAX_REPAIR_STEPS]
    ]
    more = [messages("marks.repair_more", count=len(first))] if len(first) > _MAX_REPAIR_STEPS else []
    several = [messages("marks.repair_count", count=len(finding.repairs))] if len(finding.repairs) > 1 else []
    if not several and all(one in finding.remedy for one in steps):
        return ""  # the remedy has told it already
    return "；".join([*steps, *more, *several])
