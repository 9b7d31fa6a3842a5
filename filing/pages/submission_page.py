"""The page of a submission, as plain values."""

from dataclasses import dataclass
from operator import attrgetter

from checks.model.finding import Finding, RepairStep, Severity
from checks.model.report import ValidationReport
from checks.reporting.place_texts import format_places
from checks.versions.version_diff import VersionChanges
from contracts.messages import Messages
from filing.book.cell_builders import format_date, get_local_date
from filing.book.plain_list import PlainList
from filing.context.decision_text import format_decision, get_decision_fact
from filing.pages.progress_plots import ProgressPlot
from filing.pages.steward_lists import build_changes_list
from review.events import Event
from review.submissions.return_points import CountyReturn

_MAX_REPAIR_STEPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingItem:
    """One finding as texts for the page."""

    number: int
    severity: str
    word: str
    sheet: str
    cell: str
    place: str
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
class ReturnSection:
    """One return: its heading, and number, target, text and answer of each point."""

    title: str
    opinion: str
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPage:
    """One submission; *total* and *not_run_total* also count what is not listed."""

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
    returns: tuple[ReturnSection, ...] = ()
    papers: tuple[str, ...] = ()
    decisions: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHeading:
    """The heading of a page besides the report.

    *received_at* is the ledger's time in ISO 8601 and is empty if the file is not on record.
    """

    name: str
    file: str
    sha256: str
    received_at: str = ""
    plots: tuple[ProgressPlot, ...] = ()
    returns: tuple[CountyReturn, ...] = ()
    papers: tuple[str, ...] = ()
    decisions: tuple[Event, ...] = ()


def build_submission_page(
    report: ValidationReport, heading: PageHeading, messages: Messages, *, changes: VersionChanges | None, max_rows: int
) -> SubmissionPage:
    """Return the page of one submission, gravest findings first, with at most *max_rows* rows in each list."""
    findings = sorted(report.findings, key=attrgetter("trial", "severity.rank"))
    items = [_build_item(number, finding, messages) for number, finding in enumerate(findings[:max_rows], start=1)]
    skipped_rules = [
        messages("not_run.text", form=skipped.form, rule=skipped.rule, reason=messages(f"not_run.{skipped.reason}"))
        for skipped in report.not_run
    ]
    counts = {severity.value: report.count_findings(severity) for severity in Severity}
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
        counts=counts | {"explained": report.explanation_count},
        items=tuple(items),
        total=len(findings),
        not_run=tuple(skipped_rules[:max_rows]),
        not_run_total=len(skipped_rules),
        plots=heading.plots,
        changes=build_changes_list(changes, messages, max_rows) if changes else None,
        returns=tuple(_build_return_section(county_return, messages) for county_return in heading.returns),
        papers=heading.papers,
        decisions=tuple(_build_decision_row(decision, messages) for decision in heading.decisions),
    )


def _build_decision_row(decision: Event, messages: Messages) -> tuple[str, str, str, str]:
    """Return day, officer with office, number, and all words of a decision."""
    day = format_date(get_decision_fact(decision, "date"), messages)
    officer = f"{decision.unit} {get_decision_fact(decision, 'title')}".strip()
    return day, officer, get_decision_fact(decision, "number"), format_decision(decision, messages)


def _build_return_section(county_return: CountyReturn, messages: Messages) -> ReturnSection:
    facts = county_return.decision.facts
    title = messages(
        "filing.return_notice.section",
        title=str(facts.get("title", "")),
        number=str(facts.get("number", "")),
        date=format_date(str(facts.get("date", "")), messages),
    )
    rows = [
        (str(point.number), point.target or messages("returned.whole"), point.text, point.answer)
        for point in county_return.points
    ]
    return ReturnSection(title=title, opinion=str(facts.get("opinion", "")), rows=tuple(rows))


def _format_moment(moment: str, messages: Messages) -> str:
    if not moment:
        return ""
    day = get_local_date(moment)
    return messages("filing.date", year=day.year, month=day.month, day=day.day)


def _build_item(number: int, finding: Finding, messages: Messages) -> FindingItem:
    severity, label = finding.severity.value, messages(f"severity.{finding.severity.value}")
    if finding.trial:
        severity, label = "report", messages("filing.trial", severity=label)
    dash = messages("marks.not_applicable")
    return FindingItem(
        number=number,
        severity=severity,
        word=label,
        sheet=finding.sheet,
        cell=finding.cell or dash,
        place=format_places(finding),
        value=_get_text_or_dash(finding.value, dash),
        expected=_get_text_or_dash(finding.expected, dash),
        difference=_get_text_or_dash(finding.difference, dash),
        message=finding.message,
        advice=finding.full_remedy,
        repair=_format_repair(finding, messages),
        rules=messages("marks.separator").join((finding.rule, *finding.related_rules)),
        basis=finding.basis,
        explanation=finding.explanation.text if finding.explanation else "",
        explained=finding.is_explained,
    )


def _get_text_or_dash(text: str | None, dash: str) -> str:
    if text is None:
        return dash
    return text


def _format_repair(finding: Finding, messages: Messages) -> str:
    """Return the first repair and the number of repairs, or an empty string if the remedy states the only one."""
    if not finding.repairs:
        return ""
    repair = finding.repairs[0]
    parts = [_format_repair_step(step, finding, messages) for step in repair[:_MAX_REPAIR_STEPS]]
    if len(finding.repairs) == 1 and all(part in finding.remedy for part in parts):
        return ""
    if len(repair) > _MAX_REPAIR_STEPS:
        parts.append(messages("marks.repair_more", count=len(repair)))
    if len(finding.repairs) > 1:
        parts.append(messages("marks.repair_count", count=len(finding.repairs)))
    return "；".join(parts)


def _format_repair_step(step: RepairStep, finding: Finding, messages: Messages) -> str:
    before = step.before or messages("marks.blank")
    text = messages("marks.repair_step", cell=step.cell.address, before=before, after=step.after)
    if step.cell.sheet == finding.sheet:
        return text
    return f"{step.cell.sheet}!{text}"
