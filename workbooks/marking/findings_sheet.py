"""The sheet that lists the findings, the first one of a marked workbook."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from lxml import etree

from checks.model.cell_ref import column_letters, parse_address
from checks.model.finding import Finding, Severity
from workbooks.marking.findings_text import (
    FINDING_COLUMNS,
    MarkMessages,
    format_finding,
    format_summary,
    get_shown_severity,
)
from workbooks.ooxml.cell_format import CellFormat, Font
from workbooks.ooxml.sheet_list import link_target
from workbooks.ooxml.style_table import StyleTable
from workbooks.ooxml.text_rows import RowWriter, estimate_row_height
from workbooks.ooxml.xml_parts import LxmlElement, add_child

SEVERITY_COLOURS = {Severity.HARD: "FFC7CE", Severity.SOFT: "FFEB9C", Severity.REPORT: "DDEBF7"}
HEADER_ROW = 3
REPEATED_ROWS = f"${HEADER_ROW}:${HEADER_ROW}"
# In characters, in the order of FINDING_COLUMNS.
_COLUMN_WIDTHS = (5, 9, 12, 9, 21, 32, 28, 22, 11, 11, 9, 19, 17, 13, 5)
# Without the indent of a cell.
_TEXT_WIDTHS = tuple(max(width - 2, 5) for width in _COLUMN_WIDTHS)
# The last column of all is hidden.
_LAST_VISIBLE_COLUMN = column_letters(len(FINDING_COLUMNS) - 1)
_COLUMN_LETTERS = tuple(map(column_letters, range(1, len(FINDING_COLUMNS) + 1)))
_CENTRED_COLUMNS = {"number", "severity", "cell", "rule"}
_AMOUNT_COLUMNS = {"value", "expected", "difference"}
_HEADER_FILL, _INPUT_FILL = "F2F2F2", "FFFFE0"
# In the markup of a protected sheet, 0 means not forbidden.
_ALLOWED_ACTIONS = {"formatColumns": "0", "formatRows": "0", "autoFilter": "0"}
_CELL_COLUMN = column_letters(FINDING_COLUMNS.index("cell") + 1)
# Excel reads no more links in one sheet.
_MAX_LINKS = 65_530


@dataclass(frozen=True, slots=True)
class _FindingsSheetStyles:
    """The numbers of the cell styles that this sheet uses."""

    title: int
    summary: int
    header: int
    columns: dict[str, int]
    severities: dict[Severity, int]
    link: int

    @classmethod
    def add_to_workbook(cls, styles: StyleTable, messages: MarkMessages) -> Self:
        """Add the styles to those of the workbook."""
        body, heading = Font(messages["font_body"], 10.5), Font(messages["font_heading"], 10.5)
        title_font = Font(messages["font_body"], 18, bold=True)
        link_font = Font(messages["font_body"], 10.5, link=True)
        return cls(
            title=styles.add_style(CellFormat(font=title_font, border=False, horizontal="center")),
            summary=styles.add_style(CellFormat(font=body, border=False)),
            header=styles.add_style(CellFormat(font=heading, fill=_HEADER_FILL, horizontal="center")),
            columns={name: styles.add_style(_build_body_format(name, body)) for name in FINDING_COLUMNS},
            severities=_add_severity_styles(styles, heading),
            link=styles.add_style(CellFormat(font=link_font, horizontal="center", as_text=True)),
        )

    def select_style(self, column: str, severity: Severity, *, has_link: bool) -> int:
        """Return the style of a cell in *column*, in the row of a finding with this severity."""
        if column == "severity":
            return self.severities[severity]
        if column == "cell" and has_link:
            return self.link
        return self.columns[column]


@dataclass(frozen=True, slots=True)
class FindingsSheet:
    """The findings to list, the texts of the sheet, and the names of the sheets that a link may lead to.

    *notice* stands before the summary: what could not be marked.
    """

    findings: Sequence[Finding]
    messages: MarkMessages
    sheet_names: frozenset[str]
    max_findings: int
    notice: str = ""

    @property
    def visible_findings(self) -> Sequence[Finding]:
        """The findings that are listed."""
        return self.findings[: self.max_findings]

    @property
    def filter_range(self) -> str:
        """The range of the header and the findings in absolute notation, as a filter stores it."""
        return f"$A${HEADER_ROW}:${_LAST_VISIBLE_COLUMN}${HEADER_ROW + len(self.visible_findings)}"

    def build_part(self, styles: StyleTable, *, xml_namespace: str) -> bytes:
        """Return the sheet as a part of the workbook, whose sheets are in *xml_namespace*."""
        root = etree.Element(f"{{{xml_namespace}}}worksheet", nsmap={None: xml_namespace})
        add_child(add_child(root, "sheetPr"), "pageSetUpPr", fitToPage="1")
        _add_view(root)
        _add_columns(root)
        add_child(root, "sheetData")
        self._add_trailing_elements(root)
        return self._build_rows(_FindingsSheetStyles.add_to_workbook(styles, self.messages)).insert_into(root)

    def _build_rows(self, styles: _FindingsSheetStyles) -> RowWriter:
        rows = RowWriter()
        rows.begin_row(1, height=36, fixed=True)
        rows.write_text("A1", self.messages["title"], styles.title)
        counts = format_summary(self.findings, self.messages, shown_count=len(self.visible_findings))
        summary = self.notice + counts
        rows.begin_row(2, height=estimate_row_height([summary], [sum(_COLUMN_WIDTHS[:-1])]))
        rows.write_text("A2", summary, styles.summary)
        headings = [self.messages[f"column_{name}"] for name in FINDING_COLUMNS]
        rows.begin_row(HEADER_ROW, height=max(24.0, estimate_row_height(headings, _COLUMN_WIDTHS)))
        for letters, heading in zip(_COLUMN_LETTERS, headings, strict=True):
            rows.write_text(f"{letters}{HEADER_ROW}", heading, styles.header)
        for number, finding in enumerate(self.visible_findings, 1):
            self._add_finding(rows, number, finding, styles)
        return rows

    def _add_finding(self, rows: RowWriter, number: int, finding: Finding, styles: _FindingsSheetStyles) -> None:
        texts = format_finding(number, finding, self.messages)
        row_number = HEADER_ROW + number
        rows.begin_row(row_number, height=estimate_row_height(list(texts.values())[:-1], _TEXT_WIDTHS[:-1]))
        severity, has_link = get_shown_severity(finding), self._find_link_target(finding) is not None
        for letters, (column, text) in zip(_COLUMN_LETTERS, texts.items(), strict=True):
            style = styles.select_style(column, severity, has_link=has_link)
            rows.write_text(f"{letters}{row_number}", text, style)

    def _add_trailing_elements(self, root: LxmlElement) -> None:
        """Add what the schema puts after the rows: protection, filter, links, the printed page."""
        table_range = f"A{HEADER_ROW}:{_LAST_VISIBLE_COLUMN}{HEADER_ROW + len(self.visible_findings)}"
        # There is no password: the protection only prevents accidental changes outside the cells to fill in.
        add_child(root, "sheetProtection", sheet="1", objects="1", scenarios="1", **_ALLOWED_ACTIONS)
        add_child(root, "autoFilter", ref=table_range)
        merged = add_child(root, "mergeCells", count="2")
        for row_number in (1, 2):
            add_child(merged, "mergeCell", ref=f"A{row_number}:{_LAST_VISIBLE_COLUMN}{row_number}")
        self._add_links(root)
        add_child(root, "printOptions", horizontalCentered="1")
        add_child(root, "pageMargins", left="0.4", right="0.4", top="0.6", bottom="0.6", header="0.3", footer="0.3")
        add_child(root, "pageSetup", paperSize="9", orientation="landscape", fitToWidth="1", fitToHeight="0")
        add_child(add_child(root, "headerFooter"), "oddFooter").text = "&C" + self.messages["footer"]
        ignored = add_child(root, "ignoredErrors")
        add_child(ignored, "ignoredError", sqref=table_range, numberStoredAsText="1")

    def _add_links(self, root: LxmlElement) -> None:
        links = list(islice(self._iter_links(), _MAX_LINKS))
        if not links:
            return
        hyperlinks = add_child(root, "hyperlinks")
        for address, target in links:
            add_child(hyperlinks, "hyperlink", ref=address, location=target)

    def _iter_links(self) -> Iterator[tuple[str, str]]:
        """Yield the address of each cell with a link, and the target of the link."""
        for row_number, finding in enumerate(self.visible_findings, HEADER_ROW + 1):
            target = self._find_link_target(finding)
            if target:
                yield f"{_CELL_COLUMN}{row_number}", target

    def _find_link_target(self, finding: Finding) -> str | None:
        """Return the target of a finding's link, or None if the finding has no cell that exists."""
        if finding.cell is None or parse_address(finding.cell) is None or finding.sheet not in self.sheet_names:
            return None
        return link_target(finding.sheet, finding.cell)


def _build_body_format(column: str, font: Font) -> CellFormat:
    if column == "explanation":
        return CellFormat(font=font, fill=_INPUT_FILL, locked=False, as_text=True)
    if column in _AMOUNT_COLUMNS:
        return CellFormat(font=font, horizontal="right", as_text=True)
    if column in _CENTRED_COLUMNS:
        return CellFormat(font=font, horizontal="center")
    return CellFormat(font=font, horizontal="left")


def _add_severity_styles(styles: StyleTable, font: Font) -> dict[Severity, int]:
    numbers = {}
    for severity, colour in SEVERITY_COLOURS.items():
        numbers[severity] = styles.add_style(CellFormat(font=font, fill=colour, horizontal="center"))
    return numbers


def _add_columns(root: LxmlElement) -> None:
    columns = add_child(root, "cols")
    for number, width in enumerate(_COLUMN_WIDTHS, 1):
        column = add_child(columns, "col", min=str(number), max=str(number), width=f"{width}.7109375", customWidth="1")
        if FINDING_COLUMNS[number - 1] == "key":
            column.set("hidden", "1")


def _add_view(root: LxmlElement) -> None:
    """Select the sheet and freeze its header."""
    view = add_child(add_child(root, "sheetViews"), "sheetView", showGridLines="0", tabSelected="1", workbookViewId="0")
    first_cell = f"A{HEADER_ROW + 1}"
    add_child(view, "pane", ySplit=str(HEADER_ROW), topLeftCell=first_cell, activePane="bottomLeft", state="frozen")
    add_child(view, "selection", pane="bottomLeft", activeCell=first_cell, sqref=first_cell)
    add_child(root, "sheetFormatPr", defaultRowHeight="15")
