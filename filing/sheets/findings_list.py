"""Every finding on every version of the filed counties, and how it ended."""

from collections.abc import Iterator, Sequence

from checks.model.finding import Finding
from checks.model.report import Report
from checks.model.violation import NotRun
from contracts.messages import Wording
from filing.book.cell_builders import Heading, Row, fold, headers, text
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.filing_context import CountedCounty, FilingScene
from filing.sheets.signature_block import closing_rows, empty_row

COLUMNS = ("serial", "county", "version", "severity", "rule", "sheet", "cell", "message", "remedy", "ending")
WIDTHS = (5.5, 12.0, 8.0, 8.0, 7.0, 13.0, 8.0, 28.0, 28.0, 16.0)


def issues_of(scene: FilingScene, words: Wording) -> Sheet:
    """Return the list of findings, a county after another, oldest version first."""
    heading = Heading(
        right=words("filing.year", year=scene.roster.year),
        title=words("filing.title.issues", province=scene.whose.name, year=scene.roster.year),
        columns=len(COLUMNS),
    )
    found = [one for county in scene.in_order for one in _county_rows(county, words)]
    listed = [part for at, row in enumerate(found, start=1) for part in fold((Cell(at, Look.CENTRE), *row), WIDTHS)]
    return Sheet(
        name=words("filing.sheet.issues"),
        rows=(
            *heading.rows(),
            headers(words(f"filing.column.{one}") for one in COLUMNS),
            *(listed or [empty_row(len(COLUMNS), "issues", words)]),
            *closing_rows(scene, WIDTHS, ("ending", "issue_cells"), words),
        ),
        widths=WIDTHS,
        landscape=True,
        header_rows=(3, 3),
    )


def _county_rows(county: CountedCounty, words: Wording) -> Iterator[Row]:
    reports = [*(report for _, report in county.earlier), county.report]
    for at, report in enumerate(reports):
        # a stable sort: within one severity the order of the report stays
        for finding in sorted(report.findings, key=lambda one: one.severity.rank):
            yield _row(county, report, finding, _ending(finding, reports[at:], words), words)
    for gap in county.report.not_run:
        yield _gap(county, gap, words)


def _row(county: CountedCounty, report: Report, finding: Finding, ending: str, words: Wording) -> Row:
    severity = words(f"severity.{finding.severity.value}")
    return (
        text(county.due.name),
        text(words("filing.version", version=report.identity.version), Look.CENTRE),
        text(
            words("filing.trial", severity=severity) if finding.trial else severity,
            Look(finding.severity.value),
        ),
        text(finding.rule, Look.CENTRE),
        text(finding.sheet),
        text(finding.cell or words("filing.not_applicable"), Look.CENTRE),
        text(finding.message),
        text(finding.remedy),
        text(ending),
    )


def _ending(finding: Finding, reports: Sequence[Report], words: Wording) -> str:
    """Say how a finding of the first of these versions ended; later ones may still have had it."""
    last = max(at for at, report in enumerate(reports) if at == 0 or _holds(finding, report))
    if last == len(reports) - 1:
        said = next((one.explanation for one in reports[-1].findings if _same(one, finding) and one.explained), None)
        return words("filing.ending.explained", text=said.text) if said else words("filing.ending.kept")
    return words("filing.ending.mended", version=reports[last + 1].identity.version)


def _holds(finding: Finding, report: Report) -> bool:
    return any(_same(one, finding) for one in report.findings)


def _same(one: Finding, other: Finding) -> bool:
    return (one.rule, one.sheet, one.cell) == (other.rule, other.sheet, other.cell)


def _gap(county: CountedCounty, gap: NotRun, words: Wording) -> Row:
    """Return the row of a rule that could not run: no finding, but whoever files ought to know."""
    dash = words("filing.not_applicable")
    said = words("not_run.text", form=gap.form, rule=gap.rule, reason=words(f"not_run.{gap.reason}"))
    return (
        text(county.due.name),
        text(words("filing.version", version=county.report.identity.version), Look.CENTRE),
        text(words("filing.unchecked")),
        text(gap.rule, Look.CENTRE),
        text(gap.form),
        text(dash, Look.CENTRE),
        text(said),
        text(dash),
        text(words("filing.ending.kept")),
    )
