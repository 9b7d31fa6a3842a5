"""Every finding on every version of the filed counties, and how it ended."""

from collections.abc import Iterator, Sequence

from checks.model.finding import Finding
from checks.model.report import ValidationReport
from checks.model.violation import SkippedRule
from contracts.messages import Messages
from filing.book.cell_builders import CellRow, TableHeading, build_header_row, build_text_cell, split_long_row
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import FilingContext, IncludedCounty
from filing.sheets.signature_block import build_closing_rows, build_empty_row

COLUMN_KEYS = ("serial", "county", "version", "severity", "rule", "sheet", "cell", "message", "remedy", "ending")
COLUMN_WIDTHS = (5.5, 12.0, 8.0, 8.0, 7.0, 13.0, 8.0, 28.0, 28.0, 16.0)


def build_findings_sheet(context: FilingContext, messages: Messages) -> FilingSheet:
    """Return the list of findings, a county after another, oldest version first."""
    heading = TableHeading(
        right_text=messages("filing.year", year=context.roster.year),
        title=messages("filing.title.issues", province=context.owner.name, year=context.roster.year),
        column_count=len(COLUMN_KEYS),
    )
    found = [one for county in context.counties_in_order for one in _build_county_rows(county, messages)]
    listed = [
        part
        for at, row in enumerate(found, start=1)
        for part in split_long_row((Cell(at, CellStyle.CENTRE), *row), COLUMN_WIDTHS)
    ]
    return FilingSheet(
        name=messages("filing.sheet.issues"),
        rows=(
            *heading.build_rows(),
            build_header_row(messages(f"filing.column.{one}") for one in COLUMN_KEYS),
            *(listed or [build_empty_row(len(COLUMN_KEYS), "issues", messages)]),
            *build_closing_rows(context, COLUMN_WIDTHS, ("ending", "issue_cells"), messages),
        ),
        widths=COLUMN_WIDTHS,
        landscape=True,
        header_rows=(3, 3),
    )


def _build_county_rows(county: IncludedCounty, messages: Messages) -> Iterator[CellRow]:
    reports = [*(report for _, report in county.earlier_reports), county.report]
    for at, report in enumerate(reports):
        # a stable sort: within one severity the order of the report stays
        for finding in sorted(report.findings, key=lambda one: one.severity.rank):
            yield _build_finding_row(
                county, report, finding, _format_resolution(finding, reports[at:], messages), messages
            )
    for gap in county.report.not_run:
        yield _build_skipped_rule_row(county, gap, messages)


def _build_finding_row(
    county: IncludedCounty, report: ValidationReport, finding: Finding, resolution: str, messages: Messages
) -> CellRow:
    severity = messages(f"severity.{finding.severity.value}")
    return (
        build_text_cell(county.due_county.name),
        build_text_cell(messages("filing.version", version=report.identity.version), CellStyle.CENTRE),
        build_text_cell(
            messages("filing.trial", severity=severity) if finding.trial else severity,
            CellStyle(finding.severity.value),
        ),
        build_text_cell(finding.rule, CellStyle.CENTRE),
        build_text_cell(finding.sheet),
        build_text_cell(finding.cell or messages("filing.not_applicable"), CellStyle.CENTRE),
        build_text_cell(finding.message),
        build_text_cell(finding.remedy),
        build_text_cell(resolution),
    )


def _format_resolution(finding: Finding, reports: Sequence[ValidationReport], messages: Messages) -> str:
    """Say how a finding of the first of these versions ended; later ones may still have had it."""
    last = max(at for at, report in enumerate(reports) if at == 0 or _has_finding(finding, report))
    if last == len(reports) - 1:
        said = next(
            (one.explanation for one in reports[-1].findings if _is_same_finding(one, finding) and one.is_explained),
            None,
        )
        return messages("filing.ending.explained", text=said.text) if said else messages("filing.ending.kept")
    return messages("filing.ending.mended", version=reports[last + 1].identity.version)


def _has_finding(finding: Finding, report: ValidationReport) -> bool:
    return any(_is_same_finding(one, finding) for one in report.findings)


def _is_same_finding(first: Finding, second: Finding) -> bool:
    return (first.rule, first.sheet, first.cell) == (second.rule, second.sheet, second.cell)


def _build_skipped_rule_row(county: IncludedCounty, skipped_rule: SkippedRule, messages: Messages) -> CellRow:
    """Return the row of a rule that could not run: no finding, but whoever files ought to know."""
    dash = messages("filing.not_applicable")
    said = messages(
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
        build_text_cell(dash, CellStyle.CENTRE),
        build_text_cell(said),
        build_text_cell(dash),
        build_text_cell(messages("filing.ending.kept")),
    )
