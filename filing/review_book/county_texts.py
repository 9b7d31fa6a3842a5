"""The text cells of a county in the review workbook: findings, explanations and changed figures."""

from itertools import filterfalse
from operator import attrgetter

from checks.model.finding import Finding, Severity
from checks.versions.version_diff import CellChange
from contracts.messages import Messages
from filing.book.cell_builders import build_text_cell, clean_text
from filing.book.workbook_model import Cell, CellStyle
from filing.context.review_context import ReviewedCounty
from review.changed_figures import find_changed_figures

MAX_LINES_LISTED = 6
MAX_CELL_CHARACTERS = 600
"""The characters of one cell; the marked workbook has the full text."""


def build_findings_cell(county: ReviewedCounty, messages: Messages) -> Cell:
    """Return the cell with the numbers of findings and the gravest ones, in the style of the gravest severity."""
    if county.report is None:
        return build_text_cell("")
    counts = {severity.value: county.report.count_findings(severity) for severity in Severity}
    if not any(counts.values()):
        return build_text_cell(messages("review_book.no_findings"))
    severities = sorted(Severity, key=attrgetter("rank"))
    gravest = next(severity.value for severity in severities if counts[severity.value])
    findings = sorted(filterfalse(attrgetter("trial"), county.report.findings), key=attrgetter("severity.rank"))
    lines = [messages("review_book.counts", **counts)]
    lines.extend(_format_finding(finding, messages) for finding in findings[:MAX_LINES_LISTED])
    return build_text_cell(_truncate_text("\n".join(lines), messages), CellStyle(gravest))


def _format_finding(finding: Finding, messages: Messages) -> str:
    location = finding.sheet
    if finding.cell:
        location = f"{finding.sheet}!{finding.cell}"
    return messages(
        "review_book.finding",
        severity=messages(f"severity.{finding.severity.value}"),
        rule=finding.rule,
        place=location,
        message=finding.message,
    )


def build_explanations_cell(county: ReviewedCounty, messages: Messages) -> Cell:
    """Return the cell with the explanations and waivers of the newest version."""
    return build_text_cell(_truncate_text(_format_explanations(county, messages), messages))


def _format_explanations(county: ReviewedCounty, messages: Messages) -> str:
    lines = [
        messages("filing.substance.explanations", rule=explanation.target, text=explanation.text)
        for explanation in county.county_state.get_newest_explanations()
    ]
    lines.extend(
        messages("filing.substance.waivers", rule=waiver.rule, until=waiver.until, reason=waiver.reason)
        for waiver in county.county_state.waivers
    )
    return "\n".join(lines)


def build_changes_cell(county: ReviewedCounty, messages: Messages) -> Cell:
    """Return the cell with the figures that changed since the version that the reviewer saw last."""
    return build_text_cell(_truncate_text(_format_changes(county, messages), messages))


def _format_changes(county: ReviewedCounty, messages: Messages) -> str:
    newest = county.county_state.newest_version
    if newest is None:
        return ""
    if county.last_seen is None:
        return messages("review_book.changed.first", version=newest.number)
    version, report = county.last_seen
    if version.sha256 == newest.sha256:
        return messages("review_book.changed.nothing", version=newest.number)
    if county.changes is not None:
        changes = list(map(_format_cell_change, county.changes.cell_changes))
    else:
        changes = [
            (figure.location, figure.before, figure.after) for figure in find_changed_figures(report, county.report)
        ]
    lines = [
        messages(
            "review_book.changed.since",
            before=version.number,
            sha=version.sha256[:12],
            after=newest.number,
            count=len(changes),
        )
    ]
    lines.extend(
        messages("review_book.changed.cell", place=place, before=before, after=after)
        for place, before, after in changes[:MAX_LINES_LISTED]
    )
    if len(changes) > MAX_LINES_LISTED:
        lines.append(messages("review_book.changed.rest"))
    return "\n".join(lines)


def _format_cell_change(change: CellChange) -> tuple[str, str, str]:
    """Return place, text before and text after of a change: a figure, a text or a whole row."""
    place = f"{change.form} {change.row} {change.heading}".strip()
    if change.cell is not None:
        place = f"{change.cell.sheet}!{change.cell.address} {change.row} {change.heading}".strip()
    return place, change.before, change.after


def _truncate_text(content: str, messages: Messages) -> str:
    if len(content) <= MAX_CELL_CHARACTERS:
        return content
    return clean_text(content[:MAX_CELL_CHARACTERS]) + messages("review_book.more")
