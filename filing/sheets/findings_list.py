"""The list of findings (问题与说明): every finding on every version of the filed counties, and how it was resolved."""

from collections.abc import Iterator, Sequence

from checks.model.finding import Finding
from checks.model.report import ValidationReport
from checks.model.violation import SkippedRule
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, TableHeading, build_text_cell
from filing.book.workbook_model import CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.context.headings import build_headings
from filing.sheets.numbered_list import number_rows
from filing.sheets.signature_block import build_closing_rows, build_empty_row

COLUMN_KEYS = ("serial", "county", "version", "severity", "rule", "sheet", "cell", "message", "remedy", "ending")
COLUMN_WIDTHS = (5.5, 12.0, 8.0, 8.0, 7.0, 13.0, 8.0, 28.0, 28.0, 16.0)


def build_findings_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return the list of findings, county by county, the oldest version first."""
    heading = TableHeading(
        right_text=messages("filing.year", year=context.roster.year),
        title=messages("filing.title.issues", province=context.owner.name, year=context.roster.year),
        column_count=len(COLUMN_KEYS),
    )
    rows = list(number_rows(_build_rows(context, messages), COLUMN_WIDTHS))
    return FilingSheet(
        name=messages("filing.sheet.issues"),
        rows=(
            *heading.build_rows(),
            build_headings(messages, "filing.column", COLUMN_KEYS),
            *(rows or [build_empty_row(len(COLUMN_KEYS), "issues", messages)]),
            *build_closing_rows(context, COLUMN_WIDTHS, ("ending", "issue_cells"), messages),
        ),
        widths=COLUMN_WIDTHS,
        landscape=True,
        header_rows=(3, 3),
    )


def _build_rows(context: FilingContext, messages: Messages) -> Iterator[CellRow]:
    for county in context.counties_in_order:
        yield from _build_county_rows(county, messages)


def _build_county_rows(county: IncludedCounty, messages: Messages) -> Iterator[CellRow]:
    reports = [*(report for _, report in county.earlier_reports), county.report]
    for index, report in enumerate(reports):
        # the sort is stable: findings of one severity stay in the order of the report
        for finding in sorted(report.findings, key=lambda finding: finding.severity.rank):
            resolution = _format_resolution(finding, reports[index:], messages)
            yield _build_finding_row(county, report, finding, resolution, messages)
    for skipped_rule in county.report.not_run:
        yield _build_skipped_rule_row(county, skipped_rule, messages)


def _build_finding_row(
    county: IncludedCounty, report: ValidationReport, finding: Finding, resolution: str, messages: Messages
) -> CellRow:
    severity = messages(f"severity.{finding.severity.value}")
    if finding.trial:
        severity = messages("filing.trial", severity=severity)
    return (
        build_text_cell(county.due_county.name),
        build_text_cell(messages("filing.version", version=report.identity.version), CellStyle.CENTRE),
        build_text_cell(severity, CellStyle(finding.severity.value)),
        build_text_cell(finding.rule, CellStyle.CENTRE),
        build_text_cell(finding.sheet),
        build_text_cell(finding.cell or messages("filing.not_applicable"), CellStyle.CENTRE),
        build_text_cell(finding.message),
        build_text_cell(finding.remedy),
        build_text_cell(resolution),
    )


def _format_resolution(finding: Finding, reports: Sequence[ValidationReport], messages: Messages) -> str:
    """Return how a finding was resolved; *reports* are that of its version and those of all later versions."""
    last = _find_last_report(finding, reports)
    if last < len(reports) - 1:
        return messages("filing.ending.mended", version=reports[last + 1].identity.version)
    for newest_finding in reports[-1].findings:
        explanation = newest_finding.explanation
        if explanation and newest_finding.is_explained and _is_same_finding(newest_finding, finding):
            return messages("filing.ending.explained", text=explanation.text)
    return messages("filing.ending.kept")


def _find_last_report(finding: Finding, reports: Sequence[ValidationReport]) -> int:
    """Return the index of the last report that has the finding; the first one has it."""
    for index in range(len(reports) - 1, 0, -1):
        if _has_finding(finding, reports[index]):
            return index
    return 0


def _has_finding(finding: Finding, report: ValidationReport) -> bool:
    return any(_is_same_finding(reported, finding) for reported in report.findings)


def _is_same_finding(first: Finding, second: Finding) -> bool:
    return (first.rule, first.sheet, first.cell) == (second.rule, second.sheet, second.cell)


def _build_skipped_rule_row(county: IncludedCounty, skipped_rule: SkippedRule, messages: Messages) -> CellRow:
    """Return the row of a rule that could not run: it is not a finding, but the province has to know of it."""
    placeholder = messages("filing.not_applicable")
    text = messages(
        "not_run.text",
        form=skipped_rule.form,
        rule=skipped_rule.rule,
        reason=messages(f"not_run.{skipped_rule.reason}"),
    )
    return (
        build_text_cell(county.due_county.name),
        build_text_cell(messages("filing.version", version=county.report.identity.version), CellStyle.CENTRE),
        build_text_cell(messages("filing.unchecked")),
        build_text_cell(skipped_rule.rule, CellStyle.CENTRE),
        build_text_cell(skipped_rule.form),
        build_text_cell(placeholder, CellStyle.CENTRE),
        build_text_cell(text),
        build_text_cell(placeholder),
        build_text_cell(messages("filing.ending.kept")),
    )
